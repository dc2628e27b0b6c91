package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/lang/diag"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CODE]",
		Short:   "Say what a diagnostic means, with a bad and a good program",
		Long:    "Explain says what a diagnostic means and what to do, with a program that is\nrefused and one that is not. Without a code it lists them all.",
		Example: "  tfec explain E301",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				listCodes(c.OutOrStdout())
				return nil
			}
			code, ok := diag.Lookup(args[0])
			if !ok {
				return usageError{c, hinted{fmt.Errorf("there is no code %q", args[0]), nearestCode(args[0])}}
			}
			explain(c.OutOrStdout(), code)
			return nil
		},
	}
}

func listCodes(out io.Writer) {
	for _, c := range diag.Codes {
		fmt.Fprintf(out, "%s  %s%s\n", c.Code, c.Reason, notRaised(c, " (%s)"))
	}
}

func explain(out io.Writer, c diag.Code) {
	fmt.Fprintf(out, "%s: %s\n%s", c.Code, c.Reason, notRaised(c, "\n%s\n"))
	if p, ok := c.Page(); ok {
		fmt.Fprintf(out, "\n%s\n\nbad:\n\n%s\ngood:\n\n%s", p.Rule, indented(p.Bad), indented(p.Good))
	}
}

// notRaised says, in a format of its own, that this version does not raise c.
func notRaised(c diag.Code, format string) string {
	if c.Raised() {
		return ""
	}
	return fmt.Sprintf(format, "not raised by this version")
}

func indented(program string) string {
	var b strings.Builder
	for line := range strings.Lines(program) {
		if line != "\n" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// nearestCode is a hint: the first code that differs from text least.
func nearestCode(text string) string {
	const list = "`tfec explain` lists the codes"
	best, most := "", 1
	for _, c := range diag.Codes {
		if n := common(strings.ToUpper(text), c.Code); n > most {
			best, most = c.Code, n
		}
	}
	if best == "" {
		return list
	}
	return fmt.Sprintf("did you mean %s? %s", best, list)
}

// common counts the characters that two words have at the same distance from
// their ends, so that a missing E costs nothing.
func common(a, b string) int {
	n := 0
	for i := 1; i <= min(len(a), len(b)); i++ {
		if a[len(a)-i] == b[len(b)-i] {
			n++
		}
	}
	return n
}
