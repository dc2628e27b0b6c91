package check

// Products and arrays: dot, transpose, concat, filled arrays, bundles as
// arrays, and sizes.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// dot checks vector and matrix products.
func (f *frame) dot(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "dot", []string{"a", "b", "mask"}, 2)
	if !ok {
		return poison(e)
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	if bad(x, y) {
		return poison(e)
	}
	if len(x.Shape) == 0 || len(y.Shape) == 0 || len(y.Shape) > 2 && len(x.Shape) != len(y.Shape) {
		return f.fail(e, "E201", f.operands("", []value{x, y}), "`dot` takes an array, and a vector or a matrix, or two arrays of as many matrices")
	}
	x, y, elem, ok := f.dotElem(e, x, y)
	if !ok {
		return poison(e)
	}
	if !f.innerDims(e, x, y) {
		return poison(e)
	}
	var masks []value
	m, ok := f.innerMask(e, args[2], x, y)
	if !ok {
		return poison(e)
	}
	if !m.bad() {
		masks = append(masks, m)
	}
	inner := y.Shape.Inner()
	shape := append(append(types.Shape{}, x.Shape[:len(x.Shape)-1]...), y.Shape[inner+1:]...)
	return f.products(e, "dot", elem, shape, y.Shape[inner], x, y, masks...)
}

// multiplied is what an operand multiplies by: a bool is 0 or 1, whatever it is of.
func multiplied(x value) bounds {
	if x.Elem.Kind == types.Bool {
		return bounds{new(big.Rat), unity, true}
	}
	return x.bounds
}

// products is a value whose elements are sums of n products of those of x and
// y, each rounded once, or of fewer where a mask says so.
func (f *frame) products(e *ast.Call, name string, elem types.Elem, shape types.Shape, n types.Size, x, y value, masks ...value) value {
	vs := append([]value{x, y}, masks...)
	place, met, ok := f.join(e, name, vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, vs...)
	length := f.value(n)
	b := multiplied(x).mul(multiplied(y))
	if len(masks) > 0 && b.known() {
		b = b.union(exactly(nought))
	}
	if b.known() && length.low.Sign() >= 0 {
		b = b.mul(length).widened(elem)
	} else {
		b = bounds{}
	}
	if out.bounds, ok = f.fit(e, elem, b, x, y, f.extent(n)); !ok {
		return poison(e)
	}
	return out
}

// dotElem finds the element of a product; a bool counts as 0 and 1.
func (f *frame) dotElem(e *ast.Call, x, y value) (value, value, types.Elem, bool) {
	boolean := func(v value) bool { return v.Elem.Kind == types.Bool }
	switch {
	case boolean(x) && y.Elem.IsNum():
		y = f.settle(y)
		return x, y, y.Elem, !y.bad()
	case boolean(y) && x.Elem.IsNum():
		x = f.settle(x)
		return x, y, x.Elem, !x.bad()
	case !x.Elem.IsNum() || !y.Elem.IsNum():
		f.notNumber(e, "`dot`", x, y)
		return x, y, invalid.Elem, false
	}
	x, y, elem, ok := f.arithmeticElem(e, "*", x, y)
	if !ok {
		return x, y, elem, false
	}
	x, y = f.settle(x), f.settle(y)
	if bad(x, y) {
		return x, y, elem, false
	}
	if elem.IsInt() {
		elem = x.Elem
	}
	return x, y, elem, true
}

// innerDims compares the dimensions that are summed over, and those before matrices.
func (f *frame) innerDims(e *ast.Call, x, y value) bool {
	inner := y.Shape.Inner()
	if !f.sameShape(e.Args[1].Value, y.Shape[:inner], x.Shape[:inner], f.plainOf(y), nil) {
		return false
	}
	a, b := x.Shape[len(x.Shape)-1], y.Shape[inner]
	switch f.same(a, b) {
	case proved:
		return true
	case unknown:
		f.unproved(e.Args[1].Value, a, b, f.c.plain(y.Type), nil)
		return false
	}
	d := f.errorf("E201", e.Args[1].Value, "dot: inner dimensions differ, %s and %s", a, b)
	d.Label = f.c.plain(y.Type)
	f.commonName(d, x, y)
	return false
}

// innerMask is the mask of the dimension that is summed over, where either
// operand may be padded.
func (f *frame) innerMask(e *ast.Call, a *ast.Arg, x, y value) (value, bool) {
	k := len(x.Shape) - 1
	if inner := y.Shape.Inner(); a == nil && y.Shape[inner].Padded() {
		x, k = y, inner
	}
	return f.mask(e, a, x, k)
}

// concat checks concat(a, b, axis: k).
func (f *frame) concat(e *ast.Call, want types.Elem) value {
	params := []string{"a", "b", "axis"}
	args, ok := f.bind(e, "concat", params, 2)
	if !ok {
		return poison(e)
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	if bad(x, y) {
		return poison(e)
	}
	vs, elem, ok := f.unify(e, "`concat`", x, y)
	if !ok {
		return poison(e)
	}
	x, y = f.settle(vs[0]), f.settle(vs[1])
	if bad(x, y) {
		return poison(e)
	}
	if len(x.Shape) == 0 || len(x.Shape) != len(y.Shape) {
		return f.fail(e, "E201", f.operands("", []value{x, y}), "`concat` takes two arrays of as many dimensions")
	}
	k := 0
	if args[2] != nil {
		if k, ok = f.axis(args[2], x); !ok {
			return poison(e)
		}
	}
	if !f.sameShape(e, without(x.Shape, k), without(y.Shape, k), f.operandsOf("", []value{x, y}), nil) {
		return poison(e)
	}
	place, met, ok := f.join(e, "concat", x, y)
	if !ok {
		return poison(e)
	}
	shape := withPadding(x.Shape, y.Shape)
	shape[k] = x.Shape[k].Add(y.Shape[k])
	if x.untyped {
		elem = x.Elem
	}
	out := f.result(elem, shape, place, met, x, y)
	out.bounds = x.bounds.union(y.bounds)
	return out
}

// filled checks zeros(d, …), ones(d, …) and full(v, d, …); false and true are
// the zeros and ones of bool.
func (f *frame) filled(e *ast.Call, want types.Elem) value {
	name := f.callee
	args := e.Args
	out := value{Type: types.Scalar(want, types.PublicPlace), early: true, affine: &affine{offset: true}}
	if !want.IsNum() && want.Kind != types.Bool {
		out.Elem = f.c.prog.Precision
	}
	k := new(big.Rat)
	if name == "ones" {
		k.SetInt64(1)
	}
	out.bounds = exactly(k)
	if name == "full" {
		if len(args) == 0 {
			return f.fail(e, "E208", "no value", "`full` takes a value and dimensions")
		}
		v := f.expr(args[0].Value, want)
		if v.bad() || len(v.Shape) > 0 {
			if !v.bad() {
				f.errorf("E201", args[0].Value, "`full` takes a single value").Label = f.c.plain(v.Type)
			}
			return poison(e)
		}
		out, args = v, args[1:]
		out.konst, out.lin, out.quotients, out.total, out.parts, out.affine, out.fields = nil, nil, nil, nil, nil, nil, nil
	}
	var ok bool
	if out.Shape, ok = f.dimensions(e, args); !ok {
		return poison(e)
	}
	if f.c.rank(out.Type) > 4 {
		return f.fail(e, "E204", f.c.plain(out.Type), "an array has at most 4 dimensions")
	}
	f.ofHolders(&out)
	return out
}

// ofHolders gives an array to those that know its lengths, from when on they do.
func (f *frame) ofHolders(x *value) {
	for _, d := range x.Shape {
		for _, name := range d.Vars() {
			if info := f.infos[name]; info != nil && info.data {
				x.Place = f.normal(x.Place.Join(info.place))
				x.early = x.early && info.early
			}
		}
	}
}

// gather checks gather(bundle): an array of the members' values.
func (f *frame) gather(e *ast.Call, _ types.Elem) value {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`gather` takes a bundle")
	}
	b := f.bundle(e.Args[0].Value)
	if b.bad() {
		return poison(e)
	}
	if b.Place.Each == "" {
		return f.fail(e.Args[0].Value, "E204", f.c.full(b.Type), "`gather` takes a bundle, an input `@ each` group")
	}
	if f.c.rank(b.Type) == 4 {
		return f.fail(e, "E204", f.c.plain(b.Type), "an array has at most 4 dimensions")
	}
	place, met, ok := f.join(e, "stack", b.parts...)
	if !ok {
		return poison(e)
	}
	shape := append(types.Shape{types.Int(int64(len(b.parts)))}, b.Shape...)
	out := f.result(b.Elem, shape, place, met, b.parts...)
	out.bounds = b.bounds
	out.parts = b.parts
	return out
}

// bundle evaluates an expression that may be a bundle.
func (f *frame) bundle(e ast.Expr) value {
	if id, ok := e.(*ast.Ident); ok {
		v := f.variable(id)
		if !v.bad() && v.Place.Each != "" {
			if f.pc.local != nil {
				return f.fail(e, "E303", f.c.full(v.Type), "`%s` is held by its members: `local %s` cannot use it", id.Name, f.pc.local.Name)
			}
			f.body.expr(e).Type = v.Type
			return v
		}
	}
	return f.settle(f.expr(e, types.Elem{}))
}

// sizeCall checks size(x), size(x, axis: k), size(group) and size(enum).
func (f *frame) sizeCall(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "size", []string{"x", "axis"}, 1)
	if !ok {
		return poison(e)
	}
	if s, ok := f.top(args[0].Value); ok {
		if s.group != nil {
			return sizeValue(types.Int(int64(len(s.group.Members))))
		}
		if d, ok := s.decl.(*ast.Enum); ok {
			return sizeValue(types.Int(int64(len(f.c.enums[d].Values))))
		}
	}
	x := f.expr(args[0].Value, types.Elem{})
	if x.bad() {
		return poison(e)
	}
	return f.arraySize(e, args, f.settle(x))
}

func (f *frame) arraySize(e *ast.Call, args []*ast.Arg, x value) value {
	k := 0
	switch {
	case args[1] != nil:
		var ok bool
		if k, ok = f.axis(args[1], x); !ok {
			return poison(e)
		}
	case len(x.Shape) == 0:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "a single value has no size")
	case len(x.Shape) > 1:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`size` of an array of several dimensions needs `axis: k`")
	}
	v := sizeValue(x.Shape[k].Unpadded())
	v.bounds = f.value(x.Shape[k])
	if place, private := f.data(x.Shape[k : k+1]); private {
		v.Place, v.early = place, x.early
	}
	return v
}

// sizeValue is a size as a value.
func sizeValue(s types.Size) value {
	v := value{Type: types.Scalar(types.Of(types.Int64), types.PublicPlace), flexible: true, lin: &s, early: true, affine: &affine{offset: true}}
	if k, ok := s.Const(); ok {
		v.konst = &Const{Num: new(big.Rat).SetInt64(k)}
		v.bounds = exactly(v.konst.Num)
	}
	return v
}

// indexCall checks index(p): the position of a member in its group.
func (f *frame) indexCall(e *ast.Call, _ types.Elem) value {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`index` takes a member of a group")
	}
	id, ok := e.Args[0].Value.(*ast.Ident)
	if !ok {
		f.arguments(e)
		return f.fail(e, "E106", "not a member", "`index` takes a member of a group")
	}
	v := f.scope.find(id.Name)
	if s := f.c.names[id.Name]; v == nil && s != nil && s.isPlayer() && f.givenGroup != nil {
		return f.positionOf(id, f.givenGroup, s.player)
	}
	if v == nil || v.Kind != MemberVar {
		if v == nil && f.c.names[id.Name] == nil {
			return f.unknownName(id)
		}
		return f.fail(id, "E106", "not a member of a loop over a group", "`index` takes the name of a loop over a group")
	}
	f.body.Vars[id] = v
	return f.positionOf(id, v.Group, v.Member)
}

func (f *frame) positionOf(id *ast.Ident, g *Group, player int) value {
	k := slices.Index(g.Members, player)
	if k < 0 {
		return f.fail(id, "E310", "members: "+and(f.c.members(types.SetOf(g.Members...))), "`%s` is no member of %s", id.Name, g.Name)
	}
	return sizeValue(types.Int(int64(k)))
}
