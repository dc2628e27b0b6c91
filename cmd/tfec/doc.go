package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	modules "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/compiler/report"
)

func docCommand() *cobra.Command {
	var src source
	c := &cobra.Command{
		Use:   "doc FILE",
		Short: "Write the signatures and doc comments of a program or module as Markdown",
		Long: `Constants, types, functions and computations with what is said of them, in order of
the text. A module of the standard library has the name that imports it: ` + strings.Join(modules.Library(), ", ") + ".",
		Example: "  tfec doc auction.tfe > auction.md\n  tfec doc std/stats",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := src.load(c, args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.OutOrStdout(), report.Doc(title(args[0]), unit.File))
			return err
		},
	}
	src.flags(c)
	return c
}

// title is the name of a file, or what imports a module of the standard library.
func title(path string) string {
	if modules.Standard(path) {
		return path
	}
	return filepath.Base(path)
}
