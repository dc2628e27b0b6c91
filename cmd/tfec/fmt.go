package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/parse"
)

func fmtCommand() *cobra.Command {
	var list, showDiff bool
	c := &cobra.Command{
		Use:     "fmt [-l] [-d] FILE…",
		Short:   "Write programs in their canonical form, in place",
		Example: "  tfec fmt average.tfe\n  tfec fmt -d *.tfe",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			var failed error
			for _, f := range files {
				if err := formatFile(c, f, list, showDiff); err != nil {
					failed = err
				}
			}
			return failed
		},
	}
	c.Flags().BoolVarP(&list, "list", "l", false, "only list the files that would change")
	c.Flags().BoolVarP(&showDiff, "diff", "d", false, "only show what would change")
	return c
}

func formatFile(c *cobra.Command, path string, list, showDiff bool) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return readError(path, err)
	}
	file, errs := parse.File(path, old)
	if errs.HasErrors() {
		diag.Print(c.ErrOrStderr(), errs, func(string) string { return string(old) })
		return errReported
	}
	canonical := format.File(file)
	if bytes.Equal(old, canonical) {
		return nil
	}
	if list {
		fmt.Fprintln(c.OutOrStdout(), path)
	}
	if showDiff {
		c.OutOrStdout().Write(diff.Diff(path, old, path+" (canonical)", canonical))
	}
	if list || showDiff {
		return nil
	}
	return replaceFile(path, canonical)
}

// replaceFile writes a file whole or not at all, keeping its mode.
func replaceFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	temp := path + ".tmp"
	if err := os.WriteFile(temp, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
