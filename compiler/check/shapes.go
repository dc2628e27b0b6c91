package check

// Shapes: what moves elements into another shape, and what counts or adds
// along an axis.

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// dimensions evaluates arguments that are the dimensions of an array.
func (f *frame) dimensions(e *ast.Call, args []*ast.Arg) (types.Shape, bool) {
	name := f.callee
	if len(args) == 0 || len(args) > 4 {
		f.fail(e, "E208", times(len(args), "dimension"), "`%s` takes one to four dimensions", name)
		return nil, false
	}
	var shape types.Shape
	for _, a := range args {
		if a.Name != nil {
			f.fail(a, "E101", "by position", "`%s` has no parameter `%s`", name, a.Name.Name)
			return nil, false
		}
		n, ok := f.dimensionOf(a)
		if !ok {
			return nil, false
		}
		shape = append(shape, n)
	}
	return shape, true
}

// dimensionOf is a dimension that a call makes: over sizes, or a number that its
// holders alone know. What may be below 0 is refused in the set-up (R14).
func (f *frame) dimensionOf(a *ast.Arg) (types.Size, bool) {
	v := f.settle(f.expr(a.Value, types.Elem{}))
	if v.bad() {
		return types.Size{}, false
	}
	holders := f.normal(v.Place)
	private := v.lin == nil && v.konst == nil && v.Elem.IsInt() && len(v.Shape) == 0 && !holders.Public && !holders.IsShared()
	if !private {
		n, ok := f.sizeOfValue(a.Value, v)
		if !ok || f.nonneg(n) {
			return n, ok
		}
	}
	lengths := bounds{new(big.Rat), big.NewRat(maxCount, 1), true}
	if !v.bounds.within(lengths) {
		if f.pc.total {
			f.errorf("E408", a, "this length may be no length").Label = "under a condition that is not public"
			return types.Size{}, false
		}
		if !f.partial(a, a, "this length may be no length", "it is 0 to 4_294_967_296: bound it, by `max(0, …)` or a `where` of its sizes", v) {
			return types.Size{}, false
		}
	}
	if !private {
		return *v.lin, true
	}
	most := exactly(v.bounds.high).least(exactly(lengths.high)).greatest(exactly(lengths.low)).high
	n := f.freshLength(holders, types.Int(most.Num().Int64()), v.early)
	f.body.Lengths[a] = n
	return n, true
}

// knownLength refuses a length that data decides.
func (f *frame) knownLength(a *ast.Arg, n types.Size, what string) bool {
	place, private := f.data(types.Shape{n})
	if private {
		f.errorf("E202", a.Value, "%s must be public", what).Label = "known to " + f.c.holders(place) + " only"
	}
	return !private
}

// operandOf evaluates the only operand of a primitive, of at least that many
// dimensions.
func (f *frame) operandOf(e *ast.Call, rank int, want types.Elem) (value, bool) {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x"}, 1)
	if !ok {
		return poison(e), false
	}
	return f.ranked(args[0], name, rank, want)
}

// ranked evaluates an argument of at least so many dimensions.
func (f *frame) ranked(a *ast.Arg, name string, rank int, want types.Elem) (value, bool) {
	x := f.settle(f.expr(a.Value, want))
	if x.bad() {
		return x, false
	}
	if len(x.Shape) < rank {
		what := "an array"
		if rank == 2 {
			what = "a matrix, or an array of them"
		}
		return f.fail(a.Value, "E201", f.c.plain(x.Type), "`%s` takes %s", name, what), false
	}
	return x, true
}

// moved is a value with the elements of x, and no others, in another shape.
func moved(x value, s types.Shape) value {
	x.Shape = s
	x.parts = nil
	return x
}

// transpose checks transpose(x): the last two dimensions change places.
func (f *frame) transpose(e *ast.Call, want types.Elem) value {
	x, ok := f.operandOf(e, 2, want)
	if !ok {
		return poison(e)
	}
	shape := append(types.Shape{}, x.Shape...)
	n := len(shape)
	shape[n-2], shape[n-1] = shape[n-1], shape[n-2]
	return moved(x, shape)
}

func (f *frame) reverse(e *ast.Call, want types.Elem) value {
	x, ok := f.operandOf(e, 1, want)
	if !ok {
		return poison(e)
	}
	return moved(x, x.Shape)
}

// reshape checks reshape(x, d, …): as many elements as before.
func (f *frame) reshape(e *ast.Call, want types.Elem) value {
	if len(e.Args) == 0 || e.Args[0].Name != nil {
		f.arguments(e)
		return f.fail(e, "E208", "no array", "`reshape` takes an array and dimensions")
	}
	x := f.settle(f.expr(e.Args[0].Value, want))
	shape, ok := f.dimensions(e, e.Args[1:])
	if x.bad() || !ok {
		return poison(e)
	}
	if !f.sameShape(e, types.Shape{x.Shape.Count()}, types.Shape{shape.Count()}, f.plainOf(x), nil) {
		return poison(e)
	}
	out := moved(x, shape)
	f.ofHolders(&out)
	return out
}

// cumsum checks cumsum(x): the sums of 1 to n elements.
func (f *frame) cumsum(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "cumsum", []string{"x", "mask"}, 1)
	if !ok {
		return poison(e)
	}
	x, ok := f.ranked(args[0], "cumsum", 1, want)
	if !ok {
		return poison(e)
	}
	if !x.Elem.IsNum() {
		return f.notNumber(e, "`cumsum`", x)
	}
	m, ok := f.mask(e, args[1], x, len(x.Shape)-1)
	if !ok {
		return poison(e)
	}
	vs := []value{x}
	if !m.bad() {
		vs = append(vs, m)
		x.bounds = x.bounds.union(exactly(nought))
	}
	place, met, ok := f.join(e, "cumsum", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, vs...)
	if x.Place.IsShared() {
		out.met = x.met
	}
	n := f.value(x.Shape[len(x.Shape)-1])
	n.low = big.NewRat(1, 1)
	if out.bounds, ok = f.fit(e, x.Elem, x.bounds.mul(n), x, f.extent(x.Shape[len(x.Shape)-1])); !ok {
		return poison(e)
	}
	return out
}

// outer checks outer(x, y): a product for each pair.
func (f *frame) outer(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "outer", []string{"a", "b"}, 2)
	if !ok {
		return poison(e)
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	if bad(x, y) {
		return poison(e)
	}
	if len(x.Shape) != 1 || len(y.Shape) != 1 {
		return f.fail(e, "E201", f.operands("", []value{x, y}), "`outer` takes two vectors")
	}
	x, y, elem, ok := f.dotElem(e, x, y)
	if !ok {
		return poison(e)
	}
	return f.products(e, "dot", elem, types.Shape{x.Shape[0], y.Shape[0]}, types.Int(1), x, y)
}

// iota checks iota(n).
func (f *frame) iota(e *ast.Call, _ types.Elem) value {
	if len(e.Args) != 1 {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`iota` takes a length")
	}
	shape, ok := f.dimensions(e, e.Args)
	if !ok {
		return poison(e)
	}
	out := value{Type: types.Type{Elem: types.Of(types.Int64), Shape: shape, Place: types.PublicPlace}, early: true, affine: &affine{offset: true}}
	n := f.value(shape[0])
	out.bounds = bounds{new(big.Rat), new(big.Rat).Sub(n.high, big.NewRat(1, 1)), n.declared}
	if out.bounds.high.Sign() < 0 {
		out.bounds.high = new(big.Rat)
	}
	f.ofHolders(&out)
	return out
}
