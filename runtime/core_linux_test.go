package runtime

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const coreChild = "TFEC_TEST_CORE"

// A player leaves no core file, whatever the system does with cores: in a
// process of its own, since there is no way back.
func TestNoCoreFiles(t *testing.T) {
	if os.Getenv(coreChild) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestNoCoreFiles$")
		cmd.Env = append(os.Environ(), coreChild+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return
	}
	dumpable := func() int {
		n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, 1, dumpable())
	noCoreFiles()
	require.Zero(t, dumpable())
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_CORE, &limit))
	require.Zero(t, limit.Cur)
	require.Zero(t, limit.Max)
}
