package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/explain"
	"github.com/tfec-lang/tfec/lang/diag"
)

func explainCommand() *cobra.Command {
	var src source
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain [CODE | FILE:LINE NAME]",
		Short: "Say what a diagnostic means, or why a value is where it is",
		Long: `Explain says what a diagnostic means and what to do, with a program that is
refused and one that is not; without a code it lists them all. Of a name on a line of
a program it says who holds the value, what it comes from, and where values of
several players meet and become shared.`,
		Example: "  tfec explain E301\n  tfec explain auction.tfe:12 won",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				listCodes(c.OutOrStdout())
				return nil
			case 1:
				return explainCode(c, args[0])
			}
			return explainValue(c, &src, args[0], args[1], asJSON)
		},
	}
	src.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON, of a value")
	return c
}

func explainCode(c *cobra.Command, text string) error {
	code, ok := diag.Lookup(text)
	if !ok {
		return usageError{c, hinted{fmt.Errorf("there is no code %q", text), nearestCode(text)}}
	}
	explainPage(c.OutOrStdout(), code)
	return nil
}

// explainValue explains a name at FILE:LINE.
func explainValue(c *cobra.Command, src *source, at, name string, asJSON bool) error {
	colon := strings.LastIndex(at, ":")
	line, err := strconv.Atoi(at[colon+1:])
	if colon < 0 || err != nil {
		return usageError{c, fmt.Errorf("%q is no FILE:LINE", at)}
	}
	unit, err := src.load(c, at[:colon])
	if err != nil {
		return err
	}
	values := explanation(explain.Name(unit.Checked, unit.Programs, unit.File.Name, line, name))
	if len(values) == 0 {
		return fmt.Errorf("no value is named `%s` on line %d of %s", name, line, at[:colon])
	}
	return show(c, values, asJSON)
}

// An explanation is the values that a name stands for, one for each kind of
// call of the function that it is in.
type explanation []explain.Value

func (e explanation) String() string {
	var texts []string
	for _, v := range e {
		texts = append(texts, v.String())
	}
	return strings.Join(texts, "\n")
}

func listCodes(out io.Writer) {
	for _, c := range diag.Codes {
		fmt.Fprintf(out, "%s  %s%s\n", c.Code, c.Reason, notRaised(c, " (%s)"))
	}
}

func explainPage(out io.Writer, c diag.Code) {
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

// nearestCode is a hint: the first code that differs from text in one character,
// else where the codes are listed.
func nearestCode(text string) string {
	const list = "`tfec explain` lists the codes"
	best, most := "", len("301")-1
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
