package ir

// Who deals, who receives, and against whom the protocol protects: what the
// reports and the generated comments say alike.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// Stored names the inputs that the computing players have as share files, a
// record once.
func (p *Program) Stored() []string {
	var out []string
	for _, x := range p.Inputs {
		if root := Root(x.Name); x.Owner.IsShared() && !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
}

// Keepers are the players that have an input or output: its holders or, of
// shares, the computing players.
func (p *Program) Keepers(at types.Place) types.Set {
	if at.IsShared() {
		return p.Servers()
	}
	return at.Set(p.Everybody())
}

// Dealer is the player that shares or reveals a value: its first holder.
func (p *Program) Dealer(i *Instr) int {
	return p.Values[i.Args[0]].Place.Set(p.Everybody()).First()
}

// Receivers are those of the audience of an open or reveal that do not hold
// the value before.
func (p *Program) Receivers(i *Instr) types.Set {
	all := p.Everybody()
	return i.To.Set(all).Minus(p.Values[i.Args[0]].Place.Set(all))
}

// Hashers are the players at whose side a hash64 stands, in any projection:
// those that share its key.
func (p *Program) Hashers() types.Set {
	var all types.Set
	var visit func(Block)
	visit = func(b Block) {
		for _, i := range b {
			if i.Op == OpHash64 {
				all = all.Union(i.Who)
			}
			visit(i.Body)
			visit(i.Else)
		}
	}
	visit(p.Body)
	visit(p.Whole)
	return all
}

// LabelOf is what an open or reveal is called in the signature: an output,
// with its member if it is a bundle's, or a label; "" inside a function.
func (p *Program) LabelOf(i *Instr) string {
	for _, x := range p.Outputs {
		if x.Name == i.Name && x.Member != "" && x.To == i.To {
			return Key(x.Name, x.Member)
		}
	}
	return Key(i.Name, i.Member)
}

// Disclosed is the label of what an open or reveal discloses besides outputs, and who
// learns it; "" for none. Of a label for each of several players it bears the name of
// the one.
func (p *Program) Disclosed(i *Instr) (label string, to []int) {
	if i.Op != OpOpen && i.Op != OpReveal || slices.ContainsFunc(p.Outputs, func(x Output) bool { return x.Name == i.Name }) {
		return "", nil
	}
	everybody := p.Everybody()
	for _, d := range p.Reveals {
		if d.Label == i.Name {
			to = i.To.Set(everybody).Members()
			if d.To.Set(everybody) != i.To.Set(everybody) {
				return Key(d.Label, p.NamesOf(to)), to
			}
			return d.Label, to
		}
	}
	return "", nil
}

// Variable is the program's name for the variable of a loop; "" of a `while`.
func (p *Program) Variable(i *Instr) string {
	if i.Op != OpFor {
		return ""
	}
	return cmp.Or(i.Name, p.Values[i.Dst].Name)
}

// NamesOf writes the names of players: `alice, bob`.
func (p *Program) NamesOf(players []int) string {
	names := make([]string, len(players))
	for k, i := range players {
		names[k] = p.Players[i].Name
	}
	return strings.Join(names, ", ")
}

// Capability is the protocol's row, with its options; false of none.
func (q Protocol) Capability() (*capability.Protocol, bool) {
	row, ok := capability.Lookup(q.Name)
	if ok && q.Exact {
		row = row.Exact()
	}
	return row, ok
}

// Cast is the protocol with its players: `pond(s0, s1; s2)`.
func (p *Program) Cast() string {
	q := p.Protocol
	c, ok := q.Capability()
	if !ok {
		return fmt.Sprintf("%s(%s)", q.Name, p.NamesOf(q.Roles))
	}
	var players []string
	for _, i := range slices.Concat(q.Roles, q.Helpers) {
		players = append(players, p.Players[i].Name)
	}
	return c.Cast(players)
}

// Trust says against whom the protocol protects: `aby3(s0, s1, s2):
// semi-honest, at most one of s0, s1, s2 corrupt`.
func (p *Program) Trust() string {
	q, text := p.Protocol, p.Cast()
	if c, ok := q.Capability(); ok {
		text += ": " + fmt.Sprintf(c.Trust, p.NamesOf(append(q.Roles[:len(q.Roles):len(q.Roles)], q.Helpers...)))
	}
	return text
}

// Operand is a value as the cost expressions see it.
func (p *Program) Operand(v Value) capability.Operand {
	e := p.Values[v].Elem
	o := capability.Operand{Kind: capability.Signed, Bits: e.Bits(), F: e.F, Public: !p.Values[v].Place.IsShared()}
	switch {
	case e.Kind == types.Bool:
		o.Kind = capability.Bool
	case e.Kind == types.Fixed:
		o.Kind = capability.Fixed
	case e.Unsigned():
		o.Kind = capability.Unsigned
	}
	return o
}

// Operation is a secure operation as the cost expressions see it.
func (p *Program) Operation(i *Instr) capability.Operation {
	o := capability.Operation{Name: string(i.Op), Result: p.Operand(i.Dst), Ring: p.Protocol.Ring, Shift: i.Shift, Width: i.Width, Least: i.Least}
	for _, v := range i.Args {
		o.Args = append(o.Args, p.Operand(v))
	}
	return o
}

// Disclosures are what a run tells whom by the header, as it is written there:
// outputs, of a bundle each member's, and what stands under `discloses`.
func (p *Program) Disclosures() []string {
	names := p.PlayerNames()
	var out []string
	for _, x := range p.Outputs {
		if !x.To.IsShared() {
			out = append(out, Key(x.Name, x.Member)+": "+types.Type{Elem: x.Elem, Shape: x.Shape, Place: x.To}.Format(names))
		}
	}
	for _, d := range p.Reveals {
		out = append(out, d.Format(names))
	}
	return out
}

// Format writes a disclosure as in the header.
func (d Disclosure) Format(players []string) string {
	return d.Label + ": " + types.Type{Elem: d.Elem, Shape: d.Shape, Place: d.To}.Format(players)
}
