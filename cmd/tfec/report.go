package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
)

func reportCommand() *cobra.Command {
	var express bool
	c := pageCommand(&cobra.Command{
		Use:   "report FILE [COMPUTATION]",
		Short: "Say what each player learns, and from whose inputs",
		Long: `The report lists all that a run shows anybody beyond their own inputs: sizes,
revealed values with the inputs that they depend on, and reasons to stop. It is the
same whenever the program is, so that it can be committed and reviewed as a diff.
With --expr it says what each revealed value is, as an expression over inputs.`,
		Example: "  tfec report auction.tfe\n  tfec report --json auction.tfe > auction.report.json",
	}, func(unit *compiler.Unit, p *ir.Program) fmt.Stringer {
		r := report.Of(p, report.HeaderOf(unit.Checked, p.Name), unit.Programs...)
		if express {
			r.Express(p)
		}
		return r
	})
	c.Flags().BoolVar(&express, "expr", false, "write revealed values as expressions over inputs")
	return c
}

// pageCommand completes a command that shows something about a computation,
// as text or as JSON.
func pageCommand(c *cobra.Command, page func(*compiler.Unit, *ir.Program) fmt.Stringer) *cobra.Command {
	src := source{warns: true}
	var asJSON bool
	c.Args = cobra.RangeArgs(1, 2)
	c.RunE = func(c *cobra.Command, args []string) error {
		unit, err := src.load(c, args[0])
		if err != nil {
			return err
		}
		p, err := computation(c, unit, args[0], args[1:])
		if err != nil {
			return err
		}
		return show(c, page(unit, p), asJSON)
	}
	src.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

// show writes something as text or as JSON.
func show(c *cobra.Command, x fmt.Stringer, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprint(c.OutOrStdout(), x)
		return err
	}
	e := json.NewEncoder(c.OutOrStdout())
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(x)
}
