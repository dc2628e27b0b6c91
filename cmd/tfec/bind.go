package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/session"
)

func bindCommand() *cobra.Command {
	var src source
	c := &cobra.Command{
		Use:   "bind FILE PLAYER [COMPUTATION]",
		Short: "Print a file of bindings for a player's inputs and outputs, to be filled in",
		Long: `The toml file says where this player's inputs come from and its outputs go. It stays
on that player's machine: give it to the player's program, or to a simulated run.`,
		Example: `  tfec bind average.tfe alice > alice.toml
  alice --config config.json --bindings alice.toml`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(c *cobra.Command, args []string) error {
			unit, err := src.load(c, args[0])
			if err != nil {
				return err
			}
			p, err := computation(c, unit, args[0], args[2:])
			if err != nil {
				return err
			}
			player := slices.IndexFunc(p.Players, func(x ir.Player) bool { return session.Same(x.Name, args[1]) })
			if player < 0 {
				return hinted{fmt.Errorf("%s has no player %s", p.Name, args[1]), "its players are " + strings.Join(p.PlayerNames(), ", ")}
			}
			_, err = io.WriteString(c.OutOrStdout(), template(p, player))
			return err
		},
	}
	src.flags(c)
	return c
}

// template is the file of bindings of a player.
func template(p *ir.Program, player int) string {
	var b strings.Builder
	name := p.Players[player].Name
	fmt.Fprintf(&b, `# Inputs and outputs of %[1]s in %[2]s of %[3]s. It is used so:
#
#   %[1]s --config config.json --bindings %[1]s.toml
#   tfec run %[3]s --bindings %[1]s.toml
#
# Inputs come from csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE or
# stdin; outputs go to json:FILE, csv:FILE or npy:FILE. Paths are relative to
# this file. A flag, --in NAME=… or --out NAME=…, takes the place of a line.
`, name, p.Name, p.File)
	var where []string
	for _, cond := range p.Where {
		where = append(where, cond.Text)
	}
	if where != nil {
		fmt.Fprintf(&b, "#\n# Sizes: %s.\n", strings.Join(where, ", "))
	}
	b.WriteString("\n[in]\n")
	for _, in := range p.Inputs {
		if in.Owner.Set(p.Everybody()).Has(player) {
			writeInput(&b, in)
		}
	}
	b.WriteString("\n[out]\n")
	for _, out := range p.Outputs {
		if out.To.Set(p.Everybody()).Has(player) {
			writeOutput(&b, out)
		}
	}
	return b.String()
}

// writeInput writes an input that must be filled in.
func writeInput(b *strings.Builder, in ir.Input) {
	note := ""
	switch {
	case in.Range != nil && len(in.Shape) > 0:
		note = ", each in " + in.Range.Text
	case in.Range != nil:
		note = " in " + in.Range.Text
	}
	if in.Owner.Public {
		note += "; public: every player binds the same value"
	}
	comment(b, in.Doc, in.Elem, in.Shape, note)
	example := "npy:FILE"
	if len(in.Shape) <= 2 {
		example = "csv:FILE#" + []string{"COLUMN@ROW", "COLUMN", "COLUMN,COLUMN"}[len(in.Shape)]
	}
	key := tomlKey(ir.Key(in.Name, in.Member))
	fmt.Fprintf(b, "# For example: %s = %q\n%s = \"\"\n", key, example, key)
}

// writeOutput writes an output, which is printed where it is not bound.
func writeOutput(b *strings.Builder, out ir.Output) {
	comment(b, out.Doc, out.Elem, out.Shape, "; printed, unless the next line is uncommented")
	file := out.Name
	if out.Member != "" {
		file += "-" + out.Member
	}
	fmt.Fprintf(b, "# %s = %q\n", tomlKey(ir.Key(out.Name, out.Member)), "json:"+file+".json")
}

func comment(b *strings.Builder, doc []string, elem types.Elem, shape types.Shape, note string) {
	b.WriteString("\n")
	for _, line := range doc {
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	fmt.Fprintf(b, "# %s%s%s\n", elem, shape, note)
}

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// tomlKey quotes a name that is more than letters and digits, such as that of
// a member of a bundle.
func tomlKey(name string) string {
	if bareKey.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}
