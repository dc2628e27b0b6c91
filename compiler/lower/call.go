package lower

// Calls: functions are inlined, conversions and primitives become operations.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/types"
)

// arguments puts the arguments of a call in the order of the parameters; one
// that is not given is nil.
func arguments(e *ast.Call, parameters []string) []ast.Expr {
	out := make([]ast.Expr, len(parameters))
	for k, a := range e.Args {
		for j, p := range parameters {
			if a.Name == nil && j == k || a.Name != nil && a.Name.Name == p {
				out[j] = a.Value
			}
		}
	}
	return out
}

// inline lowers a function's body in place of a call.
func (l *lowerer) inline(e *ast.Call, c *check.Call) []result {
	inner := &frame{body: c.Body, sizes: make(map[string]types.Size), outer: l.frame, call: e}
	for name, s := range c.Sizes {
		inner.sizes[name] = s.Subst(l.frame.sizes)
	}
	var names []string
	for _, p := range c.Body.Fn.Params {
		names = append(names, p.Name.Name)
	}
	var args []tree
	for _, a := range arguments(e, names) {
		args = append(args, l.tree(a))
	}
	l.frame = inner
	for k, p := range c.Body.Params {
		l.values[p] = l.passed(e, args[k], p.Type)
	}
	results := l.body(e, c.Body.Fn.Body, l.resultTypes(c.Body.Result...))
	if len(results) != len(c.Body.Result) {
		l.missing(e, "a function whose `return` is not its last statement")
	}
	for k, t := range c.Body.Result {
		results[k].values[0] = l.passed(e, results[k].values[0], t)
	}
	l.frame = inner.outer
	for name, s := range c.Lengths {
		own, _ := s.Var()
		l.frame.sizes[own] = inner.sizes[name]
	}
	return results
}

// passed is x as a value of type t.
func (l *lowerer) passed(n ast.Node, x tree, t types.Type) tree {
	at := l.place(t.Place)
	return l.converted(x, t).each(func(v ir.Value) ir.Value { return l.weaken(n, v, at) })
}

// label is what the header of the computation calls a disclosure of the body:
// that of a function is known by the call, or by the call's `as`.
func (f *frame) label(name string) string {
	if f.call == nil {
		return name
	}
	if f.call.As == nil {
		return f.outer.label(format.Expr(f.call.Fn) + "." + name)
	}
	if len(f.body.Fn.Discloses) == 1 {
		return f.outer.label(f.call.As.Name)
	}
	return f.outer.label(f.call.As.Name + "." + name)
}

// conversions are the calls named by an element type.
var conversions = map[string]bool{
	"bool": true, "fixed": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"uint8": true, "uint16": true, "uint32": true, "uint64": true, "date": true, "float": true,
}

// A primitive lowers a call with its arguments to a value of type t.
type primitive struct {
	parameters []string
	lower      func(c *primitiveCall) ir.Value
}

// A byColumn is a primitive of records too.
type byColumn struct {
	parameters []string
	lower      func(c *primitiveCall) tree
}

func byColumnOf(e *ast.Call, name string) (byColumn, bool) {
	switch name {
	case "select":
		return byColumn{ofBool, (*primitiveCall).selection}, true
	case "concat":
		return byColumn{ofTwo, (*primitiveCall).concat}, true
	case "gather":
		return byColumn{one, (*primitiveCall).gather}, true
	case "filter":
		return byColumn{[]string{"x", "m"}, (*primitiveCall).filter}, true
	case "carry":
		return byColumn{[]string{"x", "known"}, (*primitiveCall).carry}, true
	case "lookup":
		return byColumn{[]string{"x", "i"}, (*primitiveCall).lookup}, true
	case "store":
		return byColumn{[]string{"x", "i", "v"}, (*primitiveCall).store}, true
	case "full":
		return byColumn{one, (*primitiveCall).full}, true
	case "reverse":
		return byColumn{one, (*primitiveCall).reverse}, true
	case "shuffle", "shuffle_shared":
		return byColumn{one, (*primitiveCall).shuffle}, true
	case "sort_by":
		return byColumn{check.SortByParameters(e), (*primitiveCall).sortBy}, true
	}
	return byColumn{}, false
}

type primitiveCall struct {
	*lowerer
	*ast.Call
	args []ast.Expr
	t    types.Type
}

var (
	one      = []string{"x"}
	two      = []string{"a", "b"}
	withMask = []string{"x", "mask"}
	twoOf    = []string{"a", "b", "mask"}
	oneOf    = []string{"x", "axis", "mask"}
	ofTwo    = []string{"a", "b", "axis"}
	ofBool   = []string{"c", "a", "b"}

	ofClamp    = []string{"x", "lo", "hi"}
	ofQuotient = []string{"a", "b", "d"}
)

func primitiveOf(name string) (primitive, bool) {
	switch name {
	case "sum":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.reduce(ir.OpSum, c.real(0)) }}, true
	case "count":
		return primitive{oneOf, func(c *primitiveCall) ir.Value {
			return c.reduce(ir.OpSum, c.convert(c.real(0), types.Of(types.Int64)))
		}}, true
	case "mean":
		return primitive{oneOf, (*primitiveCall).mean}, true
	case "min":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.extreme(ir.OpMin) }}, true
	case "max":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.extreme(ir.OpMax) }}, true
	case "abs":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpAbs) }}, true
	case "sqrt":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.partly(ir.OpSqrt, 0) }}, true
	case "rsqrt":
		return primitive{one, (*primitiveCall).rsqrt}, true
	case "exp":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpExp) }}, true
	case "log":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.partly(ir.OpLog, 1) }}, true
	case "sigmoid":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpSigmoid) }}, true
	case "tanh":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpTanh) }}, true
	case "relu":
		return primitive{one, (*primitiveCall).relu}, true
	case "softmax":
		return primitive{oneOf, (*primitiveCall).softmax}, true
	case "sign":
		return primitive{one, (*primitiveCall).sign}, true
	case "clamp":
		return primitive{ofClamp, (*primitiveCall).clamp}, true
	case "div_or":
		return primitive{ofQuotient, func(c *primitiveCall) ir.Value { return c.divisionOr("/") }}, true
	case "mod_or":
		return primitive{ofQuotient, func(c *primitiveCall) ir.Value { return c.divisionOr("%") }}, true
	case "transpose":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.transposed(c.element(0)) }}, true
	case "rescale":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.element(0) }}, true
	case "dot":
		return primitive{twoOf, (*primitiveCall).dot}, true
	case "zeros":
		return primitive{nil, func(c *primitiveCall) ir.Value { return c.same(0, c.t) }}, true
	case "ones":
		return primitive{nil, func(c *primitiveCall) ir.Value { return c.same(1, c.t) }}, true
	case "onehot":
		return primitive{one, (*primitiveCall).oneHot}, true
	case "unique":
		return primitive{one, (*primitiveCall).unique}, true
	case "hash64":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.op(ir.OpHash64, c.t.Elem, c.t.Shape, c.value(c.args[0])) }}, true
	case "format":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.formatted(c.value(c.args[0])) }}, true
	case "parse":
		return primitive{one, func(c *primitiveCall) ir.Value {
			return c.operate(ir.Instr{Op: ir.OpParse, Axis: -1, Checked: true}, c.t.Elem, c.t.Shape, c.value(c.args[0]))
		}}, true
	case "size":
		return primitive{oneOf, (*primitiveCall).length}, true
	case "reshape":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.reshaped(c.element(0), c.t.Shape...) }}, true
	case "cumsum":
		return primitive{withMask, func(c *primitiveCall) ir.Value {
			return c.op(ir.OpCumSum, c.t.Elem, c.t.Shape, c.last(c.element(0), 1, new(big.Int)))
		}}, true
	case "outer":
		return primitive{two, (*primitiveCall).outer}, true
	case "iota":
		return primitive{nil, func(c *primitiveCall) ir.Value { return c.op(ir.OpIota, c.t.Elem, c.t.Shape) }}, true
	case "conv2d":
		return primitive{ofImages, (*primitiveCall).conv2d}, true
	case "conv2d_kernels":
		return primitive{ofKernels, (*primitiveCall).toKernels}, true
	case "conv2d_images":
		return primitive{ofResults, (*primitiveCall).toImages}, true
	case "windows":
		return primitive{ofWindows, (*primitiveCall).windowed}, true
	case "max_pool":
		return primitive{ofPooling, (*primitiveCall).maxPool}, true
	case "avg_pool":
		return primitive{ofPooling, (*primitiveCall).avgPool}, true
	case "grid":
		return primitive{[]string{"n", "d", "lo", "hi"}, (*primitiveCall).grid}, true
	case "random_bit", "random_bit_shared":
		return primitive{nil, func(c *primitiveCall) ir.Value { return c.draw(c.t.Shape...) }}, true
	case "random_uniform", "random_uniform_shared":
		return primitive{nil, (*primitiveCall).uniform}, true
	case "random_laplace", "random_laplace_shared":
		return primitive{nil, (*primitiveCall).laplace}, true
	case "random_normal", "random_normal_shared":
		return primitive{nil, (*primitiveCall).normal}, true
	case "random_public":
		return primitive{nil, (*primitiveCall).public}, true
	case "valid":
		return primitive{one, (*primitiveCall).valid}, true
	}
	return orderOf(name)
}

func (l *lowerer) call(e *ast.Call, t types.Type) tree {
	if _, ok := l.frame.body.Calls[e]; ok {
		return l.single(e)
	}
	if r, ok := l.frame.body.Constructs[e]; ok {
		return l.construct(e, r, t)
	}
	id, ok := e.Fn.(*ast.Ident)
	if !ok {
		l.fault(e, "this call")
	}
	if conversions[id.Name] {
		return leaf(l.convert(l.value(arguments(e, one)[0]), t.Elem))
	}
	l.dimensions(e)
	t = l.typeOf(e)
	if p, ok := byColumnOf(e, id.Name); ok {
		return p.lower(&primitiveCall{l, e, arguments(e, p.parameters), t})
	}
	p, ok := primitiveOf(id.Name)
	if !ok {
		l.fault(e.Fn, "`"+id.Name+"`")
	}
	return leaf(p.lower(&primitiveCall{l, e, arguments(e, p.parameters), t}))
}

// element lowers an argument and converts it to the element of the result.
func (c *primitiveCall) element(k int) ir.Value { return c.convert(c.value(c.args[k]), c.t.Elem) }

// operand is element for what may be a record.
func (c *primitiveCall) operand(k int) tree { return c.converted(c.tree(c.args[k]), c.t) }

func (c *primitiveCall) elementwise(o ir.Op) ir.Value {
	return c.op(o, c.t.Elem, c.t.Shape, c.element(0))
}

// axis is the second argument of a reduction, or -1 without it.
func (c *primitiveCall) axis() int { return c.axisOf(c.args[1], -1) }

func (l *lowerer) axisOf(e ast.Expr, otherwise int) int {
	if e == nil {
		return otherwise
	}
	k := l.frame.body.Const(e)
	if k == nil || k.Num == nil || !k.Num.IsInt() {
		l.fault(e, "an axis that is not a constant")
	}
	return int(k.Num.Num().Int64())
}

// reduce writes a reduction of x over the axis of the call, or over everything.
func (c *primitiveCall) reduce(o ir.Op, x ir.Value) ir.Value { return c.reduceOver(o, x, c.axis()) }

// reduceOver writes a reduction of x over an axis, or over everything.
func (l *lowerer) reduceOver(o ir.Op, x ir.Value, axis int) ir.Value {
	e, s := l.elem(x), types.Shape(nil)
	if o == ir.OpSum {
		e = sumOf(e)
	}
	if axis >= 0 {
		s = append(append(s, l.shape(x)[:axis]...), l.shape(x)[axis+1:]...)
	}
	return l.operate(ir.Instr{Op: o, Axis: axis}, e, s, x)
}

func sumOf(e types.Elem) types.Elem {
	switch {
	case e.Kind == types.Fixed:
		return e
	case e.Unsigned():
		return types.Of(types.Uint64)
	}
	return types.Of(types.Int64)
}

// extreme is of two values, or of the elements of one.
func (c *primitiveCall) extreme(o ir.Op) ir.Value {
	if len(c.Args) == 2 && c.Args[1].Name == nil {
		return c.op(o, c.t.Elem, c.t.Shape, c.element(0), c.element(1))
	}
	if o == ir.OpMin {
		return c.reduce(o, c.masked(c.args[0], greatest(c.t.Elem)))
	}
	return c.reduce(o, c.masked(c.args[0], least(c.t.Elem)))
}

func (c *primitiveCall) mean() ir.Value {
	x := c.real(0)
	if c.args[2] != nil {
		return c.meanOfRows(x)
	}
	return c.meanOver(x, c.axis())
}

// meanOver is the sum divided by the number of elements; of nothing, it is 0.
func (c *primitiveCall) meanOver(x ir.Value, axis int) ir.Value {
	n := c.shape(x).Count()
	if axis >= 0 {
		n = c.shape(x)[axis]
	}
	sum := c.convert(c.reduceOver(ir.OpSum, x, axis), c.t.Elem)
	return c.op(ir.OpDiv, c.t.Elem, c.shape(sum), sum, c.size(c.Call, n))
}

func (c *primitiveCall) selection() tree {
	cond := c.value(c.args[0])
	return c.selected(c.t, cond, c.operand(1), c.operand(2))
}

// oneHot compares with each place, in a type that holds them all.
func (c *primitiveCall) oneHot() ir.Value {
	x := c.holding(c.value(c.args[0]), c.t.Shape[len(c.t.Shape)-1])
	return c.op(ir.OpOneHot, c.t.Elem, c.t.Shape, x)
}

func (c *primitiveCall) full() tree {
	return c.columnwise(c.t, func(t types.Type, v []ir.Value) ir.Value {
		if len(c.shape(v[0])) == 0 {
			return c.filled(v[0], t.Shape)
		}
		every := c.same(1, types.Type{Elem: types.Of(types.Bool), Shape: t.Shape})
		return c.op(ir.OpSelect, t.Elem, t.Shape, every, v[0], v[0]) // the condition is public
	}, c.operand(0))
}

// reverse is along the last axis, of a table that of its rows.
func (c *primitiveCall) reverse() tree {
	return c.columnwise(c.t, func(t types.Type, v []ir.Value) ir.Value {
		return c.rowwise(v[0], c.t.Shape, func(x ir.Value) ir.Value { return c.op(ir.OpReverse, c.elem(x), c.shape(x), x) })
	}, c.operand(0))
}

func (c *primitiveCall) concat() tree {
	x, y := c.operand(0), c.operand(1)
	axis := c.axisOf(c.args[2], 0)
	return c.columnwise(c.t, func(t types.Type, v []ir.Value) ir.Value {
		return c.operate(ir.Instr{Op: ir.OpConcat, Axis: axis}, t.Elem, t.Shape, v...)
	}, x, y)
}

// gather stacks the values of all members.
func (c *primitiveCall) gather() tree { return c.stacked(c.t, c.bundle(c.args[0])) }

// same is k everywhere, in any element type.
func (l *lowerer) same(k int64, t types.Type) ir.Value {
	x := big.NewInt(k)
	x.Lsh(x, uint(t.Elem.F))
	return l.filled(l.constants(t.Elem, nil, []*big.Int{x}), t.Shape)
}
