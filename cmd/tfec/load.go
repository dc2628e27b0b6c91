package main

// Reading programs: every command that takes a .tfe file goes through load.

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/diag"
)

// source is the flag that every command on a program has. Warnings are for
// those who judge a program, before they approve it, not for each run of it.
type source struct {
	protocol string
	warns    bool
	tests    bool // the test blocks are wanted, and what is wrong with them
}

func (s *source) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.protocol, "protocol", "", "use this `PROTOCOL` instead of the file's, e.g. 'plain(s0)', or by name alone, with the file's players, e.g. pond")
}

// load compiles a file and prints its diagnostics; with an error among them
// it fails.
func (s *source) load(c *cobra.Command, path string) (*compiler.Unit, error) {
	return s.reported(c, path, compiler.Load)
}

// reported is load, with compile for how far.
func (s *source) reported(c *cobra.Command, path string, compile func(string, compiler.Options) (*compiler.Unit, diag.List, error)) (*compiler.Unit, error) {
	// A compilation is short, and most of what it makes lives to its end: to
	// collect as often as by default would take a third of its time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	unit, list, err := compile(path, compiler.Options{Protocol: s.protocol, SkipTests: !s.tests})
	if err != nil {
		return nil, readError(path, err)
	}
	if !s.warns {
		list = slices.DeleteFunc(list, diag.Diagnostic.Warning)
	}
	diag.Print(c.ErrOrStderr(), list, func(name string) string {
		if name == "--protocol" {
			return s.protocol
		}
		return unit.Source(name)
	})
	if list.HasErrors() {
		return nil, errReported
	}
	return unit, nil
}

func readError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read %s: no such file", path)
	}
	if _, ok := err.(*fs.PathError); ok { // "read", and a path
		return fmt.Errorf("cannot %w", err)
	}
	return err
}

// computation picks a computation by name, or the only one.
func computation(c *cobra.Command, unit *compiler.Unit, path string, args []string) (*ir.Program, error) {
	var names []string
	for _, p := range unit.Programs {
		if len(args) == 0 && len(unit.Programs) == 1 || len(args) > 0 && p.Name == args[0] {
			return p, nil
		}
		names = append(names, p.Name)
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%s has no computation", path)
	case len(args) == 0:
		return nil, hinted{fmt.Errorf("%s has several computations: %s", path, strings.Join(names, ", ")),
			fmt.Sprintf("`%s %s %s`", c.CommandPath(), path, names[0])}
	}
	return nil, fmt.Errorf("%s has no computation `%s`; it has %s", path, args[0], strings.Join(names, ", "))
}
