package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/cpu"

	"github.com/tfec-lang/tfec/compiler"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print version, Go version and the CPU features in use",
		Example: "  tfec version",
		Args:    cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprintf(c.OutOrStdout(), "tfec %s %s %s/%s cpu: %s\n",
				compiler.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, features())
		},
	}
}

// features lists what the cipher and the standard library use; the ring
// kernels are plain Go.
func features() string {
	var on []string
	for _, f := range []struct {
		name string
		has  bool
	}{{"aes", cpu.X86.HasAES || cpu.ARM64.HasAES}, {"avx2", cpu.X86.HasAVX2}, {"avx512", cpu.X86.HasAVX512F}} {
		if f.has {
			on = append(on, f.name)
		}
	}
	if on == nil {
		return "none"
	}
	return strings.Join(on, " ")
}
