//go:build unix

package durable

import (
	"os"
	"syscall"
)

// Lock takes a file for this process, until it is closed or the process ends.
func Lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return ErrLocked
	}
	return err
}
