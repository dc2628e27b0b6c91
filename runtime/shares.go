package runtime

// `@ shared` outputs and inputs as share files.

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/sharefile"
)

// A Shelf is where a player keeps the shares of one output: a folder, and the
// folder of the key that they are encrypted under.
type Shelf struct{ Dir, Keys string }

// Check finds out, before a run, whether an output can be kept.
func (s Shelf) Check(output string) error {
	if s.Dir == "" {
		return fmt.Errorf("output %s is kept as shares: say where with --out %s=share:DIR", output, output)
	}
	return sharefile.Check(s.Dir, s.Keys, output)
}

// Keep writes the shares of an output that a run left.
func (s Shelf) Keep(prog *Program, run, output string, shares Shares) error {
	h := sharefile.Header{Source: prog.Digest, Computation: prog.Computation, Output: output, Run: run,
		Protocol: prog.Protocol.String(), Ring: prog.Protocol.Ring, Player: prog.Player}
	var columns []mpc.Share
	for _, out := range prog.Outputs {
		if x := shares[out.Name]; out.Shared && binding.Root(out.Name) == output {
			h.Columns = append(h.Columns, sharefile.Column{Name: out.Name, Type: typeText(out.Elem, out.Form), Elem: x.Elem, Shape: x.Shape})
			columns = append(columns, x)
		}
	}
	return sharefile.Write(s.Dir, s.Keys, h, columns)
}

// Take reads the shares of an input, and compares where they come from with the
// program: an output of the same source, name and type, on the same protocol,
// kept by the same player.
func (s Shelf) Take(prog *Program, input string) (Stored, error) {
	if s.Dir == "" {
		return Stored{}, fmt.Errorf("input %s is kept as shares: say where with --in %s=share:DIR", input, input)
	}
	h, columns, err := sharefile.Read(s.Dir, s.Keys, input)
	if err != nil {
		return Stored{}, err
	}
	var errs []error
	for _, c := range []struct{ what, got, want string }{
		{"the source", h.Source, prog.Digest},
		{"the output", h.Output, input},
		{"the protocol", h.Protocol, prog.Protocol.String()},
		{"the player", h.Player, prog.Player},
		{"the type", typeOf(h.Columns), typeOf(prog.columns(input))},
	} {
		if c.got != c.want {
			errs = append(errs, fmt.Errorf("share file %s: %s differs: it is of %s, the program has %s",
				sharefile.Path(s.Dir, input), c.what, excerpt(c.got), excerpt(c.want)))
		}
	}
	stored := Stored{Shares: make(Shares)}
	for k, c := range h.Columns {
		stored.Shares[c.Name] = columns[k]
	}
	h.Player = "" // what is left must be the same at all computing players
	origin, err := json.Marshal(h)
	stored.Origin = string(origin)
	return stored, errors.Join(append(errs, err)...)
}

// columns are those of a `@ shared` input.
func (prog *Program) columns(input string) []sharefile.Column {
	var out []sharefile.Column
	for _, in := range prog.Inputs {
		if in.Shared && binding.Root(in.Name) == input {
			out = append(out, sharefile.Column{Name: in.Name, Type: typeText(in.Elem, in.Form), Shape: make([]int, len(in.Shape))})
		}
	}
	return out
}

// typeOf is the type of a value as text: that of a record, of its fields.
func typeOf(columns []sharefile.Column) string {
	var fields []string
	for _, c := range columns {
		text := fmt.Sprintf("%s in %d dimensions", c.Type, len(c.Shape))
		if c.Name != binding.Root(c.Name) {
			text = c.Name + ": " + text
		}
		fields = append(fields, text)
	}
	return strings.Join(fields, ", ")
}

// typeText is an element's type as a program means it.
func typeText(e clear.Type, f Form) string {
	switch {
	case f.Date:
		return "date"
	case f.Names != nil:
		return "{ " + strings.Join(f.Names, ", ") + " }"
	}
	return e.String()
}

// SharedOutputs are the names of what the player keeps as shares.
func (prog *Program) SharedOutputs() []string {
	var out []string
	for _, o := range prog.Outputs {
		if root := binding.Root(o.Name); o.Shared && !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
}
