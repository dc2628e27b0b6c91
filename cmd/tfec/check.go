package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
)

func checkCommand() *cobra.Command {
	src := source{warns: true, tests: true}
	c := &cobra.Command{
		Use:     "check FILE…",
		Short:   "Say everything that is wrong with a program; write nothing",
		Example: "  tfec check average.tfe",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			var failed error
			for _, f := range files {
				if _, err := src.reported(c, f, compiler.Check); err != nil {
					if !errors.Is(err, errReported) {
						return err
					}
					failed = err
				}
			}
			return failed
		},
	}
	src.flags(c)
	return c
}
