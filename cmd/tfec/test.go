package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

func testCommand() *cobra.Command {
	var src source
	var mpc bool
	c := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run the test blocks of programs: in clear, or on the real protocol with --mpc",
		Long: `In clear the reference interpreter runs each block, with exact fixed-point
semantics. With --mpc all players run in this process over the real protocol, and
what they get must satisfy the same expectations.`,
		Example: "  tfec test average.tfe\n  tfec test --mpc *.tfe",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			judge := interp.RunTest
			if mpc {
				judge = exec.RunTest
			}
			var failed error
			for _, path := range files {
				unit, err := src.load(c, path)
				if err != nil {
					failed = err
					continue
				}
				if len(unit.Tests) == 0 {
					fmt.Fprintf(c.OutOrStdout(), "?     %s  no test blocks\n", path)
				}
				for _, t := range unit.Tests {
					if !reportTest(c, path, t, judge(t)) {
						failed = errReported
					}
				}
			}
			return failed
		},
	}
	src.flags(c)
	c.Flags().BoolVar(&mpc, "mpc", false, "run all players in this process over the real protocol")
	return c
}

// reportTest prints how a test ended, and returns whether it passed.
func reportTest(c *cobra.Command, path string, t *ir.Test, r interp.TestResult) bool {
	if r.Passed() {
		fmt.Fprintf(c.OutOrStdout(), "ok    %s  %s\n", path, t.Title)
		return true
	}
	fmt.Fprintf(c.OutOrStdout(), "FAIL  %s  %s\n", path, t.Title)
	for _, e := range r.Failed {
		fmt.Fprintf(c.OutOrStdout(), "      %s:%d: not true: %s\n", path, e.Pos.Line, e.Text)
	}
	if r.Err != nil {
		fmt.Fprintf(c.OutOrStdout(), "      %s\n", strings.ReplaceAll(r.Err.Error(), "\n", "\n      "))
	}
	return false
}
