package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// firstPort is where a printed hostmap begins.
const firstPort = 4440

func hostmapCommand() *cobra.Command {
	var src source
	c := &cobra.Command{
		Use:   "hostmap FILE [COMPUTATION]",
		Short: "Print a hostmap for a program's players, on loopback addresses, to be edited",
		Long: `The hostmap is the same file on every machine: player to host:port. The process at
its first entry is the coordinator, so a computing player stands there.`,
		Example: "  tfec hostmap average.tfe > config.json",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := src.load(c, args[0])
			if err != nil {
				return err
			}
			if len(args) > 1 {
				if _, err := computation(c, unit, args[0], args[1:]); err != nil {
					return err
				}
			}
			var names []string
			for _, p := range unit.Programs {
				if len(args) > 1 && p.Name != args[1] {
					continue
				}
				for _, role := range slices.Concat(p.Protocol.Roles, p.Protocol.Helpers) {
					names = append(names, p.Players[role].Name)
				}
				for _, player := range p.Players {
					names = append(names, player.Name)
				}
			}
			return printHostmap(c, names)
		},
	}
	src.flags(c)
	return c
}

// printHostmap writes each name once, in order of first appearance.
func printHostmap(c *cobra.Command, names []string) error {
	w := c.OutOrStdout()
	var seen []string
	fmt.Fprint(w, "{")
	for _, name := range names {
		if slices.Contains(seen, name) {
			continue
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		if seen != nil {
			fmt.Fprint(w, ",")
		}
		fmt.Fprintf(w, "\n    %s: \"127.0.0.1:%d\"", key, firstPort+len(seen))
		seen = append(seen, name)
	}
	_, err := fmt.Fprint(w, "\n}\n")
	return err
}
