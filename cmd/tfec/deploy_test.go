package main

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Commands of the scripts about images.

// unpack, `unpack IMAGE.tar FOLDER`, writes the root of an image into a folder,
// with its owners.
func unpack() {
	failing(func() error {
		image, err := tarball.ImageFromPath(os.Args[1], nil)
		if err != nil {
			return err
		}
		content := mutate.Extract(image)
		defer content.Close()
		files := tar.NewReader(content)
		for {
			h, err := files.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := unpackFile(filepath.Join(os.Args[2], h.Name), h, files); err != nil {
				return err
			}
		}
	})
}

func unpackFile(path string, h *tar.Header, data io.Reader) error {
	mode := h.FileInfo().Mode().Perm()
	if h.Typeflag == tar.TypeDir {
		if err := os.MkdirAll(path, mode); err != nil {
			return err
		}
		return os.Chown(path, h.Uid, h.Gid)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, data); err != nil {
		return err
	}
	return f.Close()
}

// chrooted, `chrooted FOLDER PROGRAM ARG…`, becomes a program of an image, in its
// root and as its user.
func chrooted() {
	failing(func() error {
		if err := syscall.Chroot(os.Args[1]); err != nil {
			return err
		}
		if err := os.Chdir("/state"); err != nil {
			return err
		}
		const user = 65532
		for _, err := range []error{syscall.Setgroups(nil), syscall.Setgid(user), syscall.Setuid(user)} {
			if err != nil {
				return err
			}
		}
		return syscall.Exec(os.Args[2], os.Args[2:], nil)
	})
}

func failing(f func() error) {
	if err := f(); err != nil {
		fmt.Fprintln(os.Stderr, strings.Join(os.Args, " ")+":", err)
		os.Exit(1)
	}
}
