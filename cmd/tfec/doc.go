package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/report"
)

func docCommand() *cobra.Command {
	var src source
	c := &cobra.Command{
		Use:     "doc FILE",
		Short:   "Write a program's signatures and doc comments as Markdown",
		Example: "  tfec doc auction.tfe > auction.md",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := src.load(c, args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.OutOrStdout(), report.Doc(filepath.Base(args[0]), unit.File))
			return err
		},
	}
	src.flags(c)
	return c
}
