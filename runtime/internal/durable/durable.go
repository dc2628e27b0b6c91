// Package durable is what files need beside their contents to outlive a crash
// and to belong to one process.
package durable

import (
	"errors"
	"os"
)

// SyncFolder puts the entries of a folder on the disk: that of a file that was
// just made, too.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrLocked is that another process has a file.
var ErrLocked = errors.New("another process has it")
