package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	modules "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/compiler/report"
)

// library is the name of the standard library as a whole.
const library = "std"

func docCommand() *cobra.Command {
	var src source
	c := &cobra.Command{
		Use:   "doc FILE",
		Short: "Write the signatures, doc comments and examples of a program or module as Markdown",
		Long: `Constants, types, functions and computations with what is said of them and their
test blocks, in order of the text. A module of the standard library has the name
that imports it (` + strings.Join(modules.Library(), ", ") + `);
std is all of them.`,
		Example: "  tfec doc auction.tfe > auction.md\n  tfec doc std/stats\n  tfec doc std",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == library {
				return src.docLibrary(c)
			}
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

// docLibrary writes the topic of each module of the standard library, and then
// the modules.
func (s *source) docLibrary(c *cobra.Command) error {
	var topics, texts strings.Builder
	for _, name := range modules.Library() {
		unit, err := s.load(c, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&topics, "- `%s`: %s\n", name, report.Summary(unit.File))
		fmt.Fprintf(&texts, "\n%s", report.Doc(name, unit.File))
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "# The standard library\n\n%s%s", &topics, &texts)
	return err
}

// title is the name of a file, or what imports a module of the standard library.
func title(path string) string {
	if modules.Standard(path) {
		return path
	}
	return filepath.Base(path)
}
