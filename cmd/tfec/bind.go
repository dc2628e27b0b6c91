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
	"github.com/tfec-lang/tfec/runtime/binding"
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
	own := slices.DeleteFunc(slices.Clone(p.Inputs), func(in ir.Input) bool { return !p.Keepers(in.Owner).Has(player) })
	for _, value := range binding.Records(own, func(in ir.Input) string { return ir.Key(in.Name, in.Member) }) {
		writeInput(&b, p, value)
	}
	b.WriteString("\n[out]\n")
	received := slices.DeleteFunc(slices.Clone(p.Outputs), func(out ir.Output) bool { return !p.Keepers(out.To).Has(player) })
	for _, value := range binding.Records(received, func(out ir.Output) string { return ir.Key(out.Name, out.Member) }) {
		writeOutput(&b, p, value)
	}
	return b.String()
}

// writeInput writes an input that must be filled in, of a record with its
// fields.
func writeInput(b *strings.Builder, p *ir.Program, value []ir.Input) {
	for _, in := range value {
		note := ""
		switch {
		case in.Elem.Kind == types.Enum:
			note = values(p, in.Elem)
		case in.Range != nil && len(in.Shape) > 0:
			note = ", each in " + in.Range.Text
		case in.Range != nil:
			note = " in " + in.Range.Text
		}
		if in.Owner.Public {
			note += "; public: every player binds the same value"
		}
		if in.Owner.IsShared() {
			note += " @ shared"
		}
		comment(b, in.Doc, fieldName(in.Name), in.Elem, in.Shape, note)
	}
	in := value[0]
	example := "npy:FILE"
	switch {
	case in.Owner.IsShared():
		example = "share:DIR"
	case fieldName(in.Name) != "":
		example = "csv:FILE"
	case len(in.Shape) <= 2:
		example = "csv:FILE#" + []string{"COLUMN@ROW", "COLUMN", "COLUMN,COLUMN"}[len(in.Shape)]
	}
	key := tomlKey(ir.Root(ir.Key(in.Name, in.Member)))
	fmt.Fprintf(b, "# For example: %s = %q\n%s = \"\"\n", key, example, key)
}

// writeOutput writes an output, which is printed where it is not bound, or must
// be bound because it is kept as shares.
func writeOutput(b *strings.Builder, p *ir.Program, value []ir.Output) {
	out, note := value[0], "; printed, unless the next line is uncommented"
	if out.To.IsShared() {
		note = " @ shared"
	}
	for _, out := range value {
		comment(b, out.Doc, fieldName(out.Name), out.Elem, out.Shape, values(p, out.Elem)+note)
	}
	if out.To.IsShared() {
		fmt.Fprintf(b, "# For example: %[1]s = \"share:DIR\"\n%[1]s = \"\"\n", tomlKey(ir.Root(out.Name)))
		return
	}
	file := ir.Root(out.Name)
	if out.Member != "" {
		file += "-" + out.Member
	}
	fmt.Fprintf(b, "# %s = %q\n", tomlKey(ir.Root(ir.Key(out.Name, out.Member))), "json:"+file+".json")
}

// values lists those of an enum.
func values(p *ir.Program, e types.Elem) string {
	if e.Kind != types.Enum {
		return ""
	}
	return ": " + strings.Join(p.Enum(e).Values, ", ")
}

// fieldName is what stands before the type of a record's field.
func fieldName(name string) string {
	_, field, column := strings.Cut(name, ".")
	if column {
		field += ": "
	}
	return field
}

func comment(b *strings.Builder, doc []string, field string, elem types.Elem, shape types.Shape, note string) {
	b.WriteString("\n")
	for _, line := range doc {
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	fmt.Fprintf(b, "# %s%s%s%s\n", field, elem, shape, note)
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
