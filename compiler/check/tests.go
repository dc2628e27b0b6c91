package check

// Test blocks: every input is given, and what is expected can be evaluated in
// clear (E701).

import (
	"fmt"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// tests checks all test blocks. Where they are left out, what they use is used
// all the same.
func (c *checker) tests() {
	before := len(c.diags)
	for _, d := range c.file.Decls {
		t, ok := d.(*ast.Test)
		if !ok {
			continue
		}
		f := c.newFrame(newUnit(t.Title.Raw))
		f.pc.test = true
		f.unit.everybody = c.everybody()
		f.testOf(t)
		c.conclude(f.unit)
	}
	if c.opt.SkipTests {
		c.diags, c.prog.Tests = c.diags[:before], nil
	}
}

func (f *frame) testOf(t *ast.Test) {
	s, ok := f.c.names[t.Of.Name]
	if !ok {
		f.unknownFunction(t.Of)
		return
	}
	switch d := s.decl.(type) {
	case *ast.Computation:
		if comp := f.c.header[d]; comp != nil {
			f.testComputation(t, comp)
		}
	case *ast.Fn:
		f.testFunction(t, d)
	default:
		f.errorf("E701", t.Of, "a test is of a computation or a function").Label = "`" + t.Of.Name + "` is neither"
	}
}

func (f *frame) testComputation(t *ast.Test, comp *Computation) {
	out := &Test{Decl: t, Title: strings.Trim(t.Title.Raw, `"`), Of: comp, Body: f.body}
	sizes := make(map[string]types.Size)
	given := make(map[string]bool)
	f.within(func(pc *context) { pc.given = true }, func() {
		for _, g := range t.Givens {
			f.given(g, comp, sizes, given)
		}
	})
	f.missing(t, comp, given)
	for _, o := range comp.Outputs {
		f.testOutput(o, sizes)
	}
	for _, e := range t.Expects {
		f.expect(e)
	}
	f.c.prog.Tests = append(f.c.prog.Tests, out)
}

// given checks one `given name = value`.
func (f *frame) given(g *ast.Given, comp *Computation, sizes map[string]types.Size, given map[string]bool) {
	var in *Variable
	var names []string
	for _, v := range comp.Inputs {
		if v.Name == g.Name.Name {
			in = v
		}
		names = append(names, v.Name)
	}
	if in == nil {
		d := f.errorf("E701", g.Name, "`%s` is no input of %s", g.Name.Name, comp.Decl.Name.Name)
		d.Label = "inputs are " + and(names)
		f.settle(f.expr(g.Value, types.Elem{}))
		return
	}
	key := g.Name.Name
	if in.Kind == Bundle || g.Member != nil {
		k, ok := f.givenMember(g, in)
		if !ok {
			return
		}
		key = fmt.Sprint(key, "[", k, "]")
	}
	if given[key] {
		f.errorf("E701", g.Name, "`%s` is given twice", g.Name.Name).Label = "second time"
	}
	given[key] = true
	f.body.Vars[g.Name] = in
	f.givenGroup = in.Group
	f.givenValue(g, in, sizes)
	f.givenGroup = nil
}

func (f *frame) givenMember(g *ast.Given, in *Variable) (int, bool) {
	switch {
	case in.Kind != Bundle:
		f.errorf("E701", g.Member, "input `%s` is one value, not one per member", in.Name).Label = "no bundle"
		return 0, false
	case g.Member == nil:
		d := f.errorf("E701", g.Name, "input `%s` has one value per member of %s", in.Name, in.Group.Name)
		d.Label = "whose?"
		if members := f.c.members(types.SetOf(in.Group.Members...)); len(members) > 0 {
			d.Hint = fmt.Sprintf("`given %s[%s] = …`", in.Name, members[0])
		}
		return 0, false
	}
	return f.memberOf(in.Group, g.Member)
}

// givenValue checks type and shape; the first array with a size decides it.
func (f *frame) givenValue(g *ast.Given, in *Variable, sizes map[string]types.Size) {
	v := f.expr(g.Value, in.Type.Elem)
	if v.bad() || in.Type.Elem.Kind == types.Invalid {
		return
	}
	v = f.convertTo(v, in.Type.Elem, "input `"+in.Name+"`")
	if v.bad() {
		return
	}
	if len(v.Shape) != len(in.Type.Shape) {
		f.declaredShape(v, in.Type.Shape, "input `"+in.Name+"`")
		return
	}
	for i, d := range in.Type.Shape {
		if name, ok := d.Var(); ok {
			if old, bound := sizes[name]; bound && f.same(old, v.Shape[i]) != proved {
				f.errorf("E201", g.Value, "size `%s` is %s by another input, %s here", name, old, v.Shape[i]).Label = f.c.plain(v.Type)
				continue
			}
			sizes[name] = v.Shape[i]
		} else if n := d.Subst(sizes); f.same(n, v.Shape[i]) == refuted && !(d.Padded() && f.nonneg(n.Sub(v.Shape[i]))) {
			f.errorf("E201", g.Value, "dimensions differ, %s and %s", d, v.Shape[i]).Label = f.c.plain(v.Type)
		}
	}
}

// missing reports E701 for inputs that a test does not give.
func (f *frame) missing(t *ast.Test, comp *Computation, given map[string]bool) {
	var lacks, all []string
	for _, in := range comp.Inputs {
		all = append(all, fmt.Sprintf("%s (%s)", in.Name, f.c.place(in.Type.Place)))
		if in.Kind != Bundle {
			if !given[in.Name] {
				lacks = append(lacks, in.Name)
			}
			continue
		}
		for k, m := range in.Group.Members {
			if !given[fmt.Sprint(in.Name, "[", k, "]")] {
				lacks = append(lacks, fmt.Sprintf("%s[%s]", in.Name, f.c.prog.Players[m].Name))
			}
		}
	}
	for _, name := range lacks {
		d := f.errorf("E701", t.Title, "this test does not give input `%s`", name)
		d.Label = comp.Decl.Name.Name + " needs " + and(all)
		d.Hint = "add `given " + name + " = ...`"
	}
}

// testOutput defines an output as a variable of the expectations.
func (f *frame) testOutput(o *Output, sizes map[string]types.Size) {
	t := o.Type
	t.Shape = t.Shape.Subst(sizes)
	v := &Variable{Name: o.Decl.Name.Name, Decl: o.Decl.Name, Kind: LetVar, Type: t}
	known := value{Type: t, early: true, bounds: whole(t.Elem)}
	if t.Place.Each == "" {
		v.Type.Place, known.Place = types.PublicPlace, types.PublicPlace
	} else {
		v.Group = f.c.groupNamed(t.Place.Each)
		for range v.Group.Members {
			part := known
			part.Place = types.PublicPlace
			known.parts = append(known.parts, part)
		}
	}
	// an output is a name space of its own, so it may share a name with others
	f.scope.vars[v.Name] = v
	f.unit.known[v] = known
}

func (f *frame) expect(e *ast.Expect) {
	if e.Abort {
		return
	}
	f.within(func(pc *context) { pc.expect = true }, func() {
		v := f.expr(e.Cond, types.Elem{})
		if !v.bad() && v.Elem.Kind != types.Bool {
			f.errorf("E204", e.Cond, "an expectation is a bool").Label = f.c.plain(v.Type)
		}
	})
	if e.Within != nil {
		v := f.expr(e.Within, f.c.prog.Precision)
		if !v.bad() && v.konst == nil {
			f.errorf("E209", e.Within, "a tolerance is a constant").Label = f.c.full(v.Type)
		}
		f.settle(v)
	}
}
