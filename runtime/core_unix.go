//go:build unix && !linux

package runtime

import "syscall"

// noCoreFiles keeps shares and inputs out of core files. That it fails stops
// nobody: it can only where none is written anyway.
func noCoreFiles() {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
