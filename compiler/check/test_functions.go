package check

// Tests of functions: the computation that a test of one stands for. It takes
// what the test gives, `@ shared` unless the parameter is pinned, calls the
// function, and has its result as outputs.

import (
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// testFunction checks a test of fn.
func (f *frame) testFunction(t *ast.Test, fn *ast.Fn) {
	if !f.c.harness(t) || f.c.cyclic[fn] {
		return
	}
	decl := callOf(t, fn)
	inputs := make([]*Variable, len(fn.Params))
	given := make([]value, len(fn.Params))
	for i, p := range fn.Params {
		inputs[i], given[i] = f.testInput(t, fn, p)
	}
	ranges := f.testRanges(fn, inputs, given)
	comp, u := f.c.functionComputation(decl, t, inputs, given, ranges, f.unit.instances)
	f.c.conclude(u)
	f.testComputation(t, comp)
}

// harness gives a module the players and the protocol that its tests run on.
func (c *checker) harness(t *ast.Test) bool {
	switch {
	case c.prog.Protocol != nil:
	case c.module() && c.opt.Protocol == nil:
		c.opt.Protocol = harnessLine()
		c.protocol()
	case !c.diags.HasErrors():
		c.errorf("E601", t.Of, "a test of a function needs a `protocol` line").Label = "who computes?"
	}
	return c.prog.Protocol != nil
}

// harnessLine is the protocol line of a module's tests.
func harnessLine() *ast.Protocol {
	line := &ast.Protocol{Name: &ast.Ident{Name: "aby3"}}
	for _, name := range []string{"s0", "s1", "s2"} {
		line.Roles = append(line.Roles, &ast.Ident{Name: name})
	}
	return line
}

// callOf writes the computation: `return fn(x, y)` or, of a tuple,
// `let (result0, result1) = fn(x, y)` before it. An argument stands where it is
// given, all else at the name of the function in the test.
func callOf(t *ast.Test, fn *ast.Fn) *ast.Computation {
	at := t.Of
	name := func(s string) *ast.Ident { return &ast.Ident{Span: at.Span, Name: s} }
	call := &ast.Call{Span: at.Span, Fn: name(fn.Name.Name)}
	for _, p := range fn.Params {
		arg := name(p.Name.Name)
		if g := givenFor(t, p); g != nil {
			arg.Span = g.Value.Extent()
		}
		call.Args = append(call.Args, &ast.Arg{Span: arg.Span, Value: arg})
	}
	out := &ast.Computation{Span: at.Span, Name: name(fn.Name.Name), Params: fn.Params, Body: &ast.Block{Span: at.Span}}
	result := &ast.Return{Span: at.Span, Values: []ast.Expr{call}}
	if fn.Result == nil || fn.Result.Tuple == nil {
		out.Outputs = []*ast.Output{{Span: at.Span, Name: name("result")}}
	} else {
		let := &ast.Let{Span: at.Span, Tuple: true, Value: call}
		result.Values = nil
		for k := range fn.Result.Tuple {
			part := fmt.Sprint("result", k)
			out.Outputs = append(out.Outputs, &ast.Output{Span: at.Span, Name: name(part)})
			let.Names = append(let.Names, name(part))
			result.Values = append(result.Values, name(part))
		}
		out.Body.Stmts = append(out.Body.Stmts, let)
	}
	out.Body.Stmts = append(out.Body.Stmts, result)
	return out
}

// testInput is the input that a parameter becomes: of the element and shape of
// what is given for it, which is returned too. It is invalid where that says why
// itself.
func (f *frame) testInput(t *ast.Test, fn *ast.Fn, p *ast.Param) (*Variable, value) {
	in := &Variable{Name: p.Name.Name, Decl: p.Name, Kind: InputVar, Type: invalid}
	g := givenFor(t, p)
	if g == nil || p.Type.Tuple != nil {
		return in, poison(p.Name)
	}
	aside := f.c.newFrame(newUnit(f.unit.name)) // what is given is checked again as such
	aside.pc.test, aside.unit.everybody, aside.unit.instances = true, f.unit.everybody, f.unit.instances
	given := aside.expr(g.Value, f.paramElem(p))
	elem, ok := f.testElem(aside, fn, p, given)
	switch {
	case !ok || given.bad() || elem.Kind == types.Invalid:
	case !f.c.shareable(elem):
		f.clearOnly(g.Value, []value{given})
	case f.testShape(g, given):
		given = aside.convertTo(given, elem, "")
		in.Type = types.Type{Elem: elem, Shape: given.Shape, Place: f.testPlace(p)}
	}
	return in, given
}

func givenFor(t *ast.Test, p *ast.Param) *ast.Given {
	for _, g := range t.Givens {
		if g.Name.Name == p.Name.Name {
			return g
		}
	}
	return nil
}

// testElem is the element that the parameter declares or, in a generic
// function, that of what is given.
func (f *frame) testElem(aside *frame, fn *ast.Fn, p *ast.Param, given value) (types.Elem, bool) {
	if slices.ContainsFunc(fn.Generics, func(g *ast.Generic) bool {
		return g.Class != nil && p.Type.Module == nil && p.Type.Name.Name == g.Name.Name
	}) {
		return aside.settle(given).Elem, true
	}
	return f.resolveElem(p.Type)
}

// testShape reports lengths that are not known before the test runs.
func (f *frame) testShape(g *ast.Given, given value) bool {
	for _, d := range given.Shape {
		if _, ok := d.Const(); !ok {
			f.errorf("E209", g.Value, "a function is tested with values of a constant length").Label = f.c.plain(given.Type)
			return false
		}
	}
	return true
}

// testRanges are the ranges of the parameters, with the sizes that are given. It
// reports E505, and makes an input invalid, where what is given is not known to
// lie in its range.
func (f *frame) testRanges(fn *ast.Fn, inputs []*Variable, given []value) []bounds {
	header := f.c.newFrame(newUnit(fn.Name.Name)) // an error of a range is the function's
	header.generics(fn.Generics, givenSizes(fn, inputs))
	out := make([]bounds, len(inputs))
	for i, p := range fn.Params {
		in := inputs[i]
		out[i] = whole(in.Type.Elem)
		if p.Range == nil || in.Type.Elem.Kind == types.Invalid {
			continue
		}
		r, ok := header.rangeOf(p.Range, in.Type.Elem)
		if !ok {
			in.Type = invalid
			continue
		}
		out[i], _ = header.ranged(r)
		if given[i].bad() || given[i].bounds.within(out[i]) {
			continue
		}
		d := f.errorf("E505", given[i].expr, "parameter `%s` takes values in %s", p.Name.Name, f.text(p.Range))
		d.Label = between(given[i].bounds, in.Type.Elem)
		in.Type = invalid
	}
	return out
}

// givenSizes are the sizes of a function where they stand alone as a dimension
// of a parameter.
func givenSizes(fn *ast.Fn, inputs []*Variable) map[string]*sizeInfo {
	out := make(map[string]*sizeInfo)
	for i, p := range fn.Params {
		for d, n := range inputs[i].Type.Shape {
			if d >= len(p.Type.Shape) {
				break // the call is in error
			}
			id, alone := p.Type.Shape[d].Size.(*ast.Ident)
			if k, ok := n.Const(); ok && alone {
				out[id.Name] = &sizeInfo{min: endAt(k), max: endAt(k), place: types.PublicPlace, early: true}
			}
		}
	}
	return out
}

// testPlace is where the argument is: `@ shared`, or where the parameter is
// pinned. Several named holders get a public value, so that nobody's copy
// differs.
func (f *frame) testPlace(p *ast.Param) types.Place {
	if p.Type.Placement == nil {
		return types.SharedPlace
	}
	place, _ := f.placement(p.Type.Placement, "")
	if place.Each == "" && place.Holders.Len() > 1 {
		return types.PublicPlace
	}
	return place
}

// functionComputation checks the call with inputs as given.
func (c *checker) functionComputation(decl *ast.Computation, t *ast.Test, inputs []*Variable, given []value, ranges []bounds, calls instances) (*Computation, *unit) {
	u := newUnit("test " + t.Title.Raw)
	comp := &Computation{Decl: decl, Players: c.participants(decl), Inputs: inputs}
	u.comp, u.everybody, u.instances = comp, comp.Players, calls
	header := c.newFrame(u)
	for i, in := range inputs {
		header.testArgument(in, ranges[i], given[i])
	}
	results := header.testResults(decl)
	for k, o := range decl.Outputs {
		out := &Output{Decl: o, Type: invalid}
		if results != nil {
			out.Type = results[k]
			out.Type.Place = types.SharedPlace
		}
		comp.Outputs = append(comp.Outputs, out)
		header.body.Result = append(header.body.Result, out.Type)
	}
	f := header.stableBody(t.Of, func(f *frame) {
		if results != nil {
			f.block(decl.Body)
			comp.Disclose = f.allDisclosed()
		}
	})
	comp.Body = f.body
	return comp, f.unit
}

// testArgument defines an input as what the function is called with.
func (f *frame) testArgument(in *Variable, within bounds, given value) {
	f.scope.vars[in.Name], f.body.Vars[in.Decl] = in, in
	known := value{Type: in.Type, expr: in.Decl, early: !in.Type.Place.IsShared(), bounds: within, deps: []*Variable{in},
		affine: ofAtom(&atom{input: in, name: in.Name, place: in.Type.Place})}
	if n, ok := given.wholeConstant(); ok && in.Type.Place.Public {
		known = known.constant(n)
		known.bounds = exactly(known.konst.Num)
	}
	f.unit.known[in] = known
}

// testResults are the types of what the function returns, nil where the call is
// in error or there is none.
func (f *frame) testResults(decl *ast.Computation) []types.Type {
	if slices.ContainsFunc(f.unit.comp.Inputs, func(in *Variable) bool { return in.Type.Elem.Kind == types.Invalid }) {
		return nil
	}
	call := testedCall(decl)
	v := f.expr(call, types.Elem{})
	switch {
	case v.bad():
		return nil
	case v.Tuple == nil:
		return []types.Type{v.Type}
	case len(v.Tuple) != len(decl.Outputs):
		f.errorf("E701", call, "`%s` has no result to test", decl.Name.Name).Label = "returns " + times(len(v.Tuple), "value")
		return nil
	}
	return v.Tuple
}

// testedCall is the call in what callOf wrote.
func testedCall(decl *ast.Computation) *ast.Call {
	switch s := decl.Body.Stmts[0].(type) {
	case *ast.Let:
		return s.Value.(*ast.Call)
	case *ast.Return:
		return s.Values[0].(*ast.Call)
	}
	return nil
}

// allDisclosed declares what the function discloses.
func (f *frame) allDisclosed() []*Disclosed {
	var out []*Disclosed
	for _, r := range f.unit.disclosed {
		d := &Disclosed{Decl: &ast.Disclosed{Span: r.at.Extent()}, Label: r.label, Type: types.Scalar(r.elem, r.to)}
		for _, dim := range r.dims {
			d.Type.Shape, d.Upto = append(d.Type.Shape, dim.size), append(d.Upto, dim.upto)
		}
		out = append(out, d)
	}
	return out
}
