package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

// A mode is a way of running tests.
type mode struct {
	name, doc string
	run       tester
}

// A tester runs a test block; seen is what it has to show, a fact a line.
type tester func(*ir.Test) (r interp.TestResult, seen []string)

var modes = []mode{
	{"mpc", "run all players in this process over the real protocol", unseen(exec.RunTest)},
	{"audit", "as --mpc; what is opened or revealed must be what the report says", exec.Audit},
	{"twin", "as --mpc, twice; what everybody may know of a run must not depend on secrets", unseen(exec.Twin)},
}

func unseen(run func(*ir.Test) interp.TestResult) tester {
	return func(t *ir.Test) (interp.TestResult, []string) { return run(t), nil }
}

func testCommand() *cobra.Command {
	src := source{tests: true}
	c := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run the test blocks of programs: in clear, on the real protocol, audited, or twice",
		Long: `In clear the reference interpreter runs each block, with exact fixed-point
semantics. In every other mode all players run in this process over the real
protocol, and what they get must satisfy the same expectations.

With --audit every value that comes into the clear is noted at every player, and
must be what tfec report says: under this name, to these players, of this shape,
so often. What was seen is printed.

With --twin a second run has other inputs of the same sizes, and takes what is
disclosed from the first: the messages of each player, their sizes, peers, steps
and order, and public branches and passes must be the same. Where an operation
decides by chance how much it sends (sorting), its peers are compared alone.`,
		Example: "  tfec test average.tfe\n  tfec test --mpc *.tfe\n  tfec test --audit auction.tfe",
		Args:    cobra.MinimumNArgs(1),
	}
	src.flags(c)
	for _, m := range modes {
		c.Flags().Bool(m.name, false, m.doc)
	}
	c.RunE = func(c *cobra.Command, files []string) error {
		run, err := chosenMode(c)
		if err != nil {
			return err
		}
		var failed error
		for _, path := range files {
			if err := testFile(c, &src, path, run); err != nil {
				failed = err
			}
		}
		return failed
	}
	return c
}

// chosenMode is the one mode that the flags name, beside --mpc, which the others
// imply; without any, in clear.
func chosenMode(c *cobra.Command) (tester, error) {
	run := unseen(interp.RunTest)
	var chosen []string
	for _, m := range modes {
		on, _ := c.Flags().GetBool(m.name)
		if on {
			run = m.run
		}
		if on && m.name != "mpc" {
			chosen = append(chosen, "--"+m.name)
		}
	}
	if len(chosen) > 1 {
		return nil, usageError{c, fmt.Errorf("cannot use %s together: each is a mode of its own", strings.Join(chosen, " and "))}
	}
	return run, nil
}

// testFile runs the test blocks of a file.
func testFile(c *cobra.Command, src *source, path string, run tester) error {
	unit, err := src.load(c, path)
	if err != nil {
		return err
	}
	if len(unit.Tests) == 0 {
		fmt.Fprintf(c.OutOrStdout(), "?     %s  no test blocks\n", path)
	}
	for _, t := range unit.Tests {
		r, seen := run(t)
		if !reportTest(c, path, t, r) {
			err = errReported
		}
		for _, fact := range seen {
			fmt.Fprintf(c.OutOrStdout(), "      %s\n", fact)
		}
	}
	return err
}

// shortened is a text of a hundred characters at most.
func shortened(text string) string {
	const most = 100
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
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
		for k, v := range e.Values {
			fmt.Fprintf(c.OutOrStdout(), "        %s is %s\n", e.Parts[k], shortened(v))
		}
	}
	if r.Err != nil {
		fmt.Fprintf(c.OutOrStdout(), "      %s\n", strings.ReplaceAll(r.Err.Error(), "\n", "\n      "))
	}
	return false
}
