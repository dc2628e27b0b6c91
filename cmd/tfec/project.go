package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
)

func projectCommand() *cobra.Command {
	return pageCommand(&cobra.Command{
		Use:   "project FILE [COMPUTATION]",
		Short: "Show what each player does, side by side",
		Long: `A column is a player, a row is a point of the program: the set-up, each step under
the number that messages are tagged with, and the last exchange. A value in brackets
is shared; players that do the same have one column.`,
		Example: "  tfec project average.tfe",
	}, func(_ *compiler.Unit, p *ir.Program) fmt.Stringer { return report.Project(p) })
}
