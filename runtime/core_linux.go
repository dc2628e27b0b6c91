package runtime

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// noCoreFiles keeps shares and inputs out of core files, and from other
// processes of the same user: the limit alone does not hold for a core that the
// system pipes to a program. That it fails stops nobody: it can only where none
// is written anyway.
func noCoreFiles() {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
