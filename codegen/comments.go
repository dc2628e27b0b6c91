package codegen

// Comments: what a signature says, and what a player learns and sends, all
// read off the program.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// A member is an input or output of a computation: one value, or a bundle of
// one a player.
type member struct {
	name    string
	elem    types.Elem
	shape   types.Shape
	place   types.Place
	players []string // of a bundle
	bounds  string   // " in 0.0..100.0", or nothing
	doc     []string
}

// inputsOf and outputsOf list what a computation's header lists.
func inputsOf(p *ir.Program) []member {
	var out []member
	for _, x := range p.Inputs {
		m := member{name: x.Name, elem: x.Elem, shape: x.Shape, place: x.Owner, doc: x.Doc}
		if x.Range != nil {
			m.bounds = " in " + x.Range.Text
		}
		out = bundled(out, m, x.Member)
	}
	return out
}

func outputsOf(p *ir.Program) []member {
	var out []member
	for _, x := range p.Outputs {
		out = bundled(out, member{name: x.Name, elem: x.Elem, shape: x.Shape, place: x.To, doc: x.Doc}, x.Member)
	}
	return out
}

// bundled appends m, or its player to the bundle that it belongs to.
func bundled(list []member, m member, player string) []member {
	if player == "" {
		return append(list, m)
	}
	k := slices.IndexFunc(list, func(other member) bool { return other.name == m.name })
	if k < 0 {
		k, list = len(list), append(list, m)
	}
	list[k].players = append(list[k].players, player)
	return list
}

// header writes a member as the program does.
func (m member) header(players []string) string {
	at := m.place.Format(players)
	if m.players != nil {
		at = "each of " + strings.Join(m.players, ", ")
	}
	return m.name + ": " + types.Type{Elem: m.elem, Shape: m.shape}.Plain() + " @ " + at + m.bounds
}

// signature writes a computation's header, as a preformatted block.
func signature(p *ir.Program) []string {
	names := p.PlayerNames()
	out := []string{"\t" + p.Name + sizeList(p) + "("}
	for _, m := range inputsOf(p) {
		out = append(out, "\t  "+m.header(names))
	}
	out = append(out, "\t) -> (")
	for _, m := range outputsOf(p) {
		out = append(out, "\t  "+m.header(names))
	}
	out = append(out, "\t)")
	for _, d := range p.Reveals {
		out = append(out, "\t  discloses "+d.Format(names))
	}
	if len(p.Where) > 0 {
		out = append(out, "\t  where "+join(p.Where, func(c ir.Cond) string { return c.Text }))
	}
	return out
}

func sizeList(p *ir.Program) string {
	if len(p.Sizes) == 0 {
		return ""
	}
	return "[" + join(p.Sizes, func(s ir.Size) string { return s.Name }) + "]"
}

// join writes a list with commas.
func join[T any](list []T, text func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = text(x)
	}
	return strings.Join(parts, ", ")
}

// A summary collects the lines of a player's header: a word and what it
// applies to.
type summary struct {
	proj  *ir.Program // the player's projection
	names []string
	loop  string // said of what stands in a loop or branch
	lines []string
}

// conduct says what a player loads, sends, learns and writes.
func conduct(proj *ir.Program) []string {
	s := &summary{proj: proj, names: proj.PlayerNames()}
	s.line("trust", proj.Trust())
	s.inputs()
	s.setUp()
	s.block(proj.Body)
	s.outputs()
	return s.lines
}

func (s *summary) line(word, text string) {
	s.lines = append(s.lines, fmt.Sprintf("\t%-9s %s", word, text))
}

func (s *summary) inputs() {
	for _, x := range s.proj.Inputs {
		if !s.proj.Keepers(x.Owner).Has(s.proj.Player) {
			continue
		}
		bounds, public := "", ""
		if x.Range != nil {
			bounds = " in " + x.Range.Text
		}
		if x.Owner.Public {
			public = ", which every player must load alike"
		}
		s.line("loads", ir.Key(x.Name, x.Member)+": "+types.Type{Elem: x.Elem, Shape: x.Shape}.Plain()+bounds+public)
	}
}

func (s *summary) setUp() {
	sizes := ""
	if len(s.proj.Sizes) > 0 {
		sizes = join(s.proj.Sizes, func(x ir.Size) string { return x.Name }) + ", and "
	}
	s.line("set-up", "every player learns "+sizes+"whether a player is not ready")
}

// block describes what is sent and received.
func (s *summary) block(b ir.Block) {
	for _, in := range b {
		switch in.Op {
		case ir.OpShare:
			s.share(in)
		case ir.OpOpen:
			s.open(in)
		case ir.OpReveal:
			s.reveal(in)
		case ir.OpTogether, ir.OpChain:
			s.block(in.Body)
		case ir.OpFor, ir.OpWhile, ir.OpIf:
			s.inside(in)
		}
	}
}

// inside describes a loop or branch, each line with what it depends on.
func (s *summary) inside(in *ir.Instr) {
	outer := s.loop
	what := "in each pass of"
	if in.Op == ir.OpIf {
		what = "if taken, in"
	}
	s.loop += fmt.Sprintf(", %s line %s", what, in.Pos.At())
	s.block(in.Body)
	s.block(in.Else)
	s.loop = outer
}

func (s *summary) share(in *ir.Instr) {
	if s.proj.Dealer(in) == s.proj.Player {
		s.line("shares", s.value(in.Args[0])+" among "+s.proj.NamesOf(s.proj.Protocol.Roles)+s.at(in))
	} else if s.proj.Helper(s.proj.Player) {
		s.line("deals", "masks of "+s.value(in.Dst)+", which "+s.names[s.proj.Dealer(in)]+" shares"+s.at(in))
	} else {
		s.line("holds", "shares of "+s.value(in.Dst)+" from "+s.names[s.proj.Dealer(in)]+s.at(in))
	}
}

func (s *summary) open(in *ir.Instr) {
	if s.proj.Servers().Has(s.proj.Player) {
		s.line("opens", s.label(in)+" to "+s.players(in.To)+s.at(in))
	}
	if in.To.Set(s.proj.Everybody()).Has(s.proj.Player) {
		s.line("learns", s.label(in)+s.at(in))
	}
}

func (s *summary) reveal(in *ir.Instr) {
	if s.proj.Dealer(in) == s.proj.Player {
		s.line("sends", s.label(in)+" in clear to "+s.players(types.At(s.proj.Receivers(in)))+s.at(in))
	} else if s.proj.Receivers(in).Has(s.proj.Player) {
		s.line("learns", s.label(in)+" from "+s.names[s.proj.Dealer(in)]+s.at(in))
	}
}

func (s *summary) outputs() {
	for _, x := range s.proj.Outputs {
		if s.proj.Keepers(x.To).Has(s.proj.Player) {
			s.line("writes", ir.Key(x.Name, x.Member)+": "+types.Type{Elem: x.Elem, Shape: x.Shape}.Plain())
		}
	}
}

// value writes a value with its type: `t1: fixed(35, 12)[n]`.
func (s *summary) value(v ir.Value) string {
	x := s.proj.Values[v]
	return x.Name + ": " + types.Type{Elem: x.Elem, Shape: x.Shape}.Plain()
}

func (s *summary) players(p types.Place) string {
	if p.Public {
		return "everybody"
	}
	return s.proj.NamesOf(p.Holders.Members())
}

// label writes what is opened or revealed as the signature names it.
func (s *summary) label(in *ir.Instr) string {
	if in.Name == "" {
		return s.value(in.Dst)
	}
	x := s.proj.Values[in.Dst]
	return s.proj.LabelOf(in) + ": " + types.Type{Elem: x.Elem, Shape: x.Shape}.Plain()
}

func (s *summary) at(in *ir.Instr) string {
	return fmt.Sprintf(" (step %d, line %s%s)", in.Step, in.Pos.At(), s.loop)
}
