package lower

// The early slice of a computation as instructions of its own, where what may
// fail stands in loops or branches together with what needs shared data: a copy
// of the checks and of all they depend on, under names of its own, goes before
// OpStart. What it was copied from stays, and can fail no more.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
)

type slicer struct {
	*lowerer
	late   map[ir.Value]bool
	checks map[*ir.Instr]bool // early, and may fail
	needed map[ir.Value]bool
	copies map[ir.Value]ir.Value
}

// checksIn finds what may fail early; what may fail late is refused, but for an
// assert, which is public there and stops all players alike.
func (l *lowerer) checksIn(b ir.Block, late map[ir.Value]bool) *slicer {
	s := &slicer{l, late, make(map[*ir.Instr]bool), make(map[ir.Value]bool), make(map[ir.Value]ir.Value)}
	s.find(b, false)
	return s
}

func (s *slicer) find(b ir.Block, under bool) {
	for _, i := range b {
		late := under || slices.ContainsFunc(i.Uses(), func(v ir.Value) bool { return s.late[v] })
		switch fails := i.Checked || i.Op == ir.OpAssert; {
		case fails && !late:
			s.checks[i] = true
		case i.Checked:
			s.refuse(i, "E408", "prove it with `where` or ranges, or test for the bad case with `if`",
				"an operation in clear that could fail after data has been shared")
		}
		s.find(i.Body, late)
		s.find(i.Else, late)
	}
}

// has reports a check in an instruction or below it.
func (s *slicer) has(i *ir.Instr) bool {
	return s.checks[i] || slices.ContainsFunc(i.Body, s.has) || slices.ContainsFunc(i.Else, s.has)
}

// split returns the slice of a body, and the body without its checks.
func (s *slicer) split(b ir.Block) (early, rest ir.Block) {
	for known := -1; known < len(s.needed); {
		known = len(s.needed)
		s.depend(b)
	}
	early = s.copied(b)
	return early, s.unchecked(b)
}

// depend marks what the instructions that are kept read, and reports whether
// there are any.
func (s *slicer) depend(b ir.Block) bool {
	found := false
	for _, i := range b {
		inside := s.depend(i.Body)
		inside = s.depend(i.Else) || inside
		if !inside && !s.kept(i) {
			continue
		}
		found = true
		for _, v := range i.Uses() {
			s.needed[v] = true
		}
	}
	return found
}

func (s *slicer) kept(i *ir.Instr) bool { return s.checks[i] || i.Dst != 0 && s.needed[i.Dst] }

// copied is the part of a block that is kept, under names of its own.
func (s *slicer) copied(b ir.Block) ir.Block {
	var out ir.Block
	for _, i := range b {
		c := *i
		c.Body, c.Else = s.copied(i.Body), s.copied(i.Else)
		if i.Op == ir.OpInput || len(c.Body)+len(c.Else) == 0 && !s.kept(i) {
			continue
		}
		s.rename(&c)
		s.origin[&c] = s.origin[i]
		out = append(out, &c)
	}
	return out
}

func (s *slicer) rename(i *ir.Instr) {
	i.Dst, i.Args, i.Slices = s.copyOf(i.Dst), slices.Clone(i.Args), slices.Clone(i.Slices)
	for k, v := range i.Args {
		i.Args[k] = s.copyOf(v)
	}
	for k, p := range i.Slices {
		i.Slices[k].From, i.Slices[k].To = s.copyOf(p.From), s.copyOf(p.To)
	}
}

// copyOf is the value that stands for v in the slice; inputs stand for
// themselves.
func (s *slicer) copyOf(v ir.Value) ir.Value {
	if v == 0 || s.isInput[v] {
		return v
	}
	if _, ok := s.copies[v]; !ok {
		info := s.out.Values[v]
		name := info.Name
		if info.Temp {
			name = ""
		}
		c := s.define(name, info.Elem, info.Shape, info.Place)
		s.out.Values[c].Var = info.Var
		s.copies[v] = c
	}
	return s.copies[v]
}

// unchecked is a block whose early checks have been made.
func (s *slicer) unchecked(b ir.Block) ir.Block {
	var out ir.Block
	for _, i := range b {
		i.Body, i.Else = s.unchecked(i.Body), s.unchecked(i.Else)
		if s.checks[i] {
			if i.Checked = false; i.Op == ir.OpAssert {
				continue
			}
		}
		out = append(out, i)
	}
	return out
}
