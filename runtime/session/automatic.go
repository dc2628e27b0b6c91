// The automatic authority: processes of one user on one machine prove to each
// other that they are that user's.

//go:build unix

package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// runtimeFolder is a folder that is the user's own until the machine stops.
func runtimeFolder() string {
	run := fmt.Sprintf("/run/user/%d", os.Geteuid())
	if checkOwn(run) == nil {
		return filepath.Join(run, "tfec")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("tfec-%d", os.Geteuid()))
}

// automatic makes an identity with the authority in dir, which is made if
// there is none.
func automatic(dir, name, role string) (*Identity, error) {
	if err := ensureAuthority(dir); err != nil {
		return nil, fmt.Errorf("cannot make the automatic authority: %w", err)
	}
	if err := checkOwn(dir); err != nil {
		return nil, fmt.Errorf("cannot use the automatic authority: %w", err)
	}
	a, err := loadAuthority(dir)
	if err != nil {
		return nil, err
	}
	return a.issue(name, role, certificateLife)
}

// ensureAuthority makes the folder whole under another name first: of several
// processes that start at once, one has its own in place and the others see it.
func ensureAuthority(dir string) error {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+"-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := InitCA(fresh); err != nil {
		return err
	}
	err = os.Rename(fresh, dir)
	if _, there := os.Lstat(dir); there == nil {
		return nil
	}
	return err
}

// checkOwn holds that a folder is the user's and nobody else gets in: /tmp is
// everybody's, and a link there could lead anywhere.
func checkOwn(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	case !ok || int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user", dir)
	case info.Mode().Perm() != 0o700:
		return fmt.Errorf("%s has mode %#o, want 0700", dir, info.Mode().Perm())
	}
	return nil
}
