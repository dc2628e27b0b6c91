package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/internal/heap"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/session"
)

func playerCommand() *cobra.Command {
	var src source
	var o runtime.ServeOptions
	var path string
	c := &cobra.Command{
		Use:   "player NAME [FILE…]",
		Short: "Be one player of a networked run, without building its program",
		Long: `One server process for all programs that this player approves. Without FILE it is
a coordinator that is no player.

TFE_EVENTS=1 and TFE_TRACE=1 write what this player noted of each run, in full, on
this machine: see tfec run -h.`,
		Example: `  tfec player s0 --config config.json average.tfe
  tfec player alice --config config.json --tls keys/alice --in a=csv:payroll.csv#gross average.tfe
  tfec player master --config config.json --tls keys/master`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if o.Inspect, err = runtime.InspectionOf(os.Getenv); err != nil {
				return err
			}
			o.Player = args[0]
			o.Stdin, o.Stdout, o.Stderr = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
			var programs []*runtime.Program
			for _, path := range args[1:] {
				unit, err := src.load(c, path)
				if err != nil {
					return err
				}
				own, err := programsOf(args[0], path, unit.Programs)
				if err != nil {
					return err
				}
				programs = append(programs, own...)
			}
			picture, err := newPlot(path, programs, func(p *runtime.Program, to []int) bool { return slices.Contains(to, slices.Index(p.Players, p.Player)) }, "this player learns nothing of the kind")
			if err != nil {
				return err
			}
			if picture != nil {
				o.Drawn = picture.learned
			}
			ctx, done := interruptible()
			defer done()
			heap.Relax()
			err = runtime.Serve(ctx, o, programs...)
			var usage *runtime.UsageError
			if errors.As(err, &usage) {
				return usageError{c, err}
			}
			return err
		},
	}
	src.flags(c)
	o.Flags(c.Flags())
	c.Flags().StringVar(&path, "plot", "", plotUsage+", of what this player learns in its last run")
	return c
}

// programsOf returns a player's part of each computation that it takes part
// in; a file without one is refused.
func programsOf(name, path string, computations []*ir.Program) ([]*runtime.Program, error) {
	var own []*runtime.Program
	var players []string
	for _, p := range computations {
		for i, player := range p.Players {
			players = append(players, player.Name)
			if session.Same(player.Name, name) {
				own = append(own, exec.Program(project.Project(p, i)))
			}
		}
	}
	if own == nil {
		return nil, hinted{fmt.Errorf("%s has no player %s", path, name), "its players are " + strings.Join(players, ", ")}
	}
	return own, nil
}
