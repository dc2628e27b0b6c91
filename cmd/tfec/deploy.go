package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/cmd/tfec/internal/deploy"
	"github.com/tfec-lang/tfec/internal/build"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/session"
)

// deployFlags are the flags of tfec deploy.
type deployFlags struct {
	source
	config, target, out string
	players             []string
}

func deployCommand() *cobra.Command {
	var f deployFlags
	c := &cobra.Command{
		Use:   "deploy FILE…",
		Short: "Write what each organisation needs to keep its own player running",
		Long: `Writes a folder for each player of the hostmap: its static program, the hostmap, a
file of bindings to be edited, the files of the target, and a README.md with what to
type. Each organisation takes its own, or writes it itself: the same FILEs and hostmap
give the same bytes.

  systemd     a hardened service of one machine
  compose     a container of one machine, and its image
  kubernetes  a Job that takes part in one run, what stays between runs, and the image

No secret is in any of these files. A coordinator at the first entry that is no player
of FILE gets a folder, too.`,
		Example: `  tfec deploy --config config.json --target systemd average.tfe
  tfec deploy --config config.json --target kubernetes --player alice -o deploy average.tfe regression.tfe`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.deploy(c, args) },
	}
	f.flags(c)
	var targets []string
	for _, t := range deploy.Targets {
		targets = append(targets, string(t))
	}
	flags := c.Flags()
	flags.StringVar(&f.config, "config", "config.json", "hostmap `FILE`")
	flags.StringVar(&f.target, "target", "", "for which `SYSTEM`: "+strings.Join(targets, ", "))
	flags.StringSliceVar(&f.players, "player", nil, "for these players alone: `NAME,…`")
	flags.StringVarP(&f.out, "out", "o", "deploy", "`FOLDER` to write, a folder a player in it")
	return c
}

func (f *deployFlags) deploy(c *cobra.Command, files []string) error {
	target := deploy.Target(f.target)
	if !slices.Contains(deploy.Targets, target) {
		return usageError{c, fmt.Errorf("--target is %q: want one of %v", f.target, deploy.Targets)}
	}
	hostmap, err := session.LoadHostmap(f.config)
	if err != nil {
		return err
	}
	var sources []build.Source
	for _, file := range files {
		unit, err := f.load(c, file)
		if err != nil {
			return err
		}
		sources = append(sources, build.Source{Path: file, Programs: unit.Programs})
	}
	players, err := f.chosen(hostmap, sources)
	if err != nil {
		return err
	}
	ctx, done := interruptible()
	defer done()
	for _, p := range players {
		if err := deployPlayer(ctx, filepath.Join(f.out, p.Name), target, p, sources); err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: README.md says what to do\n", filepath.Join(f.out, p.Name))
	}
	return nil
}

// chosen are the players of the sources, and a coordinator that is none, in the
// order of the hostmap, or those of --player.
func (f *deployFlags) chosen(hostmap *session.Hostmap, sources []build.Source) ([]deploy.Player, error) {
	for _, s := range sources {
		for _, p := range s.Programs {
			if err := hostmap.Check(p.PlayerNames()); err != nil {
				return nil, err
			}
		}
	}
	var players []deploy.Player
	for i, e := range hostmap.Entries {
		p := deploy.Player{Name: e.Name, Programs: allOf(e.Name, sources), Hostmap: hostmap}
		if p.Programs != nil || i == 0 {
			players = append(players, p)
		}
	}
	var errs []error
	for _, name := range f.players {
		if !slices.ContainsFunc(players, func(p deploy.Player) bool { return session.Same(p.Name, name) }) {
			errs = append(errs, fmt.Errorf("%s is no player of these programs", name))
		}
	}
	if f.players != nil {
		players = slices.DeleteFunc(players, func(p deploy.Player) bool {
			return !slices.ContainsFunc(f.players, func(name string) bool { return session.Same(p.Name, name) })
		})
	}
	return players, errors.Join(errs...)
}

// allOf is a player's part of all that the sources have of it.
func allOf(name string, sources []build.Source) []*runtime.Program {
	var all []*runtime.Program
	for _, s := range sources {
		own, _ := programsOf(name, s.Path, s.Programs) // none: another's
		all = append(all, own...)
	}
	return all
}

func deployPlayer(ctx context.Context, dir string, target deploy.Target, p deploy.Player, sources []build.Source) error {
	temp, err := os.MkdirTemp("", "tfec-deploy-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	program := filepath.Join(temp, "player")
	name := p.Name
	if p.Programs != nil {
		name = p.Programs[0].Player // as the sources spell it
	}
	if err := build.Server(ctx, sources, name, program); err != nil {
		return err
	}
	return deploy.Write(dir, target, p, program)
}
