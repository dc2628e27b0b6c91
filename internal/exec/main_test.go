package exec_test

// What all tests of the package run with.

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow to five times what is reachable, not to twice: that is
// little here, since the tests run thousands of small programs, and collections took half of
// the processor's time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
