package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/internal/build"
)

func buildCommand() *cobra.Command {
	return sourcesCommand(&cobra.Command{
		Use:   "build FILE",
		Short: "Write one Go program per player, and build their static binaries",
		Long: `Writes a folder beside FILE, of its name: a package for each player, which that
player's reviewer reads, a typed package to call the computation from Go, and the
binaries in bin/. FILE may lie anywhere; within a Go module the files belong to it.`,
		Example: "  tfec build average.tfe\n  tfec build -o out average.tfe",
	}, true)
}

func generateCommand() *cobra.Command {
	return sourcesCommand(&cobra.Command{
		Use:     "generate FILE",
		Short:   "Write one Go program per player, sources only",
		Long:    "As tfec build, without the binaries: for go:generate.",
		Example: "  //go:generate tfec generate average.tfe",
	}, false)
}

// sourcesCommand completes build and generate, which differ in the binaries.
func sourcesCommand(c *cobra.Command, binaries bool) *cobra.Command {
	var src source
	var out string
	c.Args = cobra.ExactArgs(1)
	c.RunE = func(c *cobra.Command, args []string) error {
		unit, err := src.load(c, args[0])
		if err != nil {
			return err
		}
		var result *build.Result
		if binaries {
			ctx, done := interruptible()
			defer done()
			result, err = build.Build(ctx, args[0], unit.Programs, out)
		} else {
			result, err = build.Generate(args[0], unit.Programs, out)
		}
		if err != nil {
			return err
		}
		for _, note := range result.Notes {
			fmt.Fprintf(c.ErrOrStderr(), "tfec: note: %s\n", note)
		}
		return nil
	}
	src.flags(c)
	c.Flags().StringVarP(&out, "out", "o", "", "`FOLDER` to write (default: beside FILE, of its name)")
	return c
}
