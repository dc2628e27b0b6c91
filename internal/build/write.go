package build

// Files: written only where they changed, and never over what somebody else
// wrote.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tfec-lang/tfec/codegen"
)

// write writes the files of a source into dir, removes those that an earlier
// version of the source left there, and returns which files changed.
func write(dir string, files []codegen.File) ([]string, error) {
	mark, _, _ := bytes.Cut(files[0].Data, []byte("\n"))
	for _, f := range files {
		if err := checkOwn(filepath.Join(dir, filepath.FromSlash(f.Path)), mark); err != nil {
			return nil, err
		}
	}
	if err := removeStale(dir, mark, files); err != nil {
		return nil, err
	}
	var written []string
	for _, f := range files {
		changed, err := writeFile(filepath.Join(dir, filepath.FromSlash(f.Path)), f.Data)
		if err != nil {
			return nil, err
		}
		if changed {
			written = append(written, f.Path)
		}
	}
	return written, nil
}

// checkOwn refuses a file that exists and does not begin with the mark of
// what tfec wrote from the same source.
func checkOwn(path string, mark []byte) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && isOwn(old, mark) {
		return nil
	}
	if err != nil {
		return err
	}
	return hinted{fmt.Errorf("%s exists, and was not generated from this program", path), "choose another folder with -o"}
}

func isOwn(data, mark []byte) bool {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	return bytes.Equal(bytes.TrimSuffix(first, []byte("\r")), mark)
}

// writeFile writes a file whole or not at all, if it changes.
func writeFile(path string, data []byte) (changed bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	temp := path + ".tmp"
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return false, err
	}
	return true, os.Rename(temp, path)
}

// removeStale removes what was generated from the source for a player that it
// has no longer, and the folders that this leaves empty.
func removeStale(dir string, mark []byte, files []codegen.File) error {
	current := make(map[string]bool)
	for _, f := range files {
		current[f.Path] = true
	}
	for _, pattern := range []string{"p_*/player.go", "cmd/*/main.go"} {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return err
		}
		for _, name := range found {
			path := filepath.Join(dir, filepath.FromSlash(name))
			data, err := os.ReadFile(path)
			if err != nil || current[name] || !isOwn(data, mark) {
				continue
			}
			if err := os.Remove(path); err != nil {
				return err
			}
			os.Remove(filepath.Dir(path)) // fails where something else is in it
		}
	}
	return nil
}
