package lower

// Calls: functions are inlined, conversions and primitives become operations.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// inline lowers a function's body in place of a call.
func (l *lowerer) inline(e *ast.Call, c *check.Call) []result {
	inner := &frame{body: c.Body, sizes: make(map[string]types.Size)}
	for name, s := range c.Sizes {
		inner.sizes[name] = s.Subst(l.frame.sizes)
	}
	args := make([]ir.Value, len(c.Body.Params))
	for k, a := range e.Args {
		args[parameter(c.Body.Fn, k, a)] = l.value(a.Value)
	}
	outer := l.frame
	l.frame = inner
	for k, p := range c.Body.Params {
		l.values[p] = l.weaken(e, l.convert(args[k], p.Type.Elem), l.place(p.Type.Place))
	}
	results := l.block(c.Body.Fn.Body)
	for k, t := range c.Body.Result {
		if k < len(results) && len(results[k].values) == 1 {
			results[k].values[0] = l.weaken(e, l.convert(results[k].values[0], t.Elem), l.place(t.Place))
		}
	}
	l.frame = outer
	if len(results) != len(c.Body.Result) {
		l.notBuilt(e, "a function whose `return` is not its last statement")
	}
	return results
}

// parameter is the position of the k-th argument's parameter.
func parameter(f *ast.Fn, k int, a *ast.Arg) int {
	if a.Name != nil {
		for j, p := range f.Params {
			if p.Name.Name == a.Name.Name {
				return j
			}
		}
	}
	return k
}

// conversions are the calls named by an element type.
var conversions = map[string]bool{
	"bool": true, "fixed": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"uint8": true, "uint16": true, "uint32": true, "uint64": true,
}

// primitives lowers the calls of the prelude; e is the call, t its type.
var primitives map[string]func(l *lowerer, e *ast.Call, t types.Type) ir.Value

func init() {
	primitives = map[string]func(*lowerer, *ast.Call, types.Type) ir.Value{
		"sum":       func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.reduce(ir.OpSum, e, t) },
		"mean":      (*lowerer).mean,
		"count":     (*lowerer).count,
		"min":       func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.extreme(ir.OpMin, e, t) },
		"max":       func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.extreme(ir.OpMax, e, t) },
		"abs":       func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.elementwise(ir.OpAbs, e, t) },
		"select":    (*lowerer).selection,
		"dot":       (*lowerer).dot,
		"transpose": func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.elementwise(ir.OpTranspose, e, t) },
		"concat":    (*lowerer).concat,
		"zeros":     func(l *lowerer, _ *ast.Call, t types.Type) ir.Value { return l.same(0, t) },
		"ones":      func(l *lowerer, _ *ast.Call, t types.Type) ir.Value { return l.same(1, t) },
		"full": func(l *lowerer, e *ast.Call, t types.Type) ir.Value {
			return l.filled(l.convert(l.arg(e, 0), t.Elem), t.Shape)
		},
		"gather":  (*lowerer).gather,
		"index":   (*lowerer).indexOf,
		"rescale": func(l *lowerer, e *ast.Call, t types.Type) ir.Value { return l.convert(l.arg(e, 0), t.Elem) },
	}
}

func (l *lowerer) call(e *ast.Call, t types.Type) ir.Value {
	if _, ok := l.frame.body.Calls[e]; ok {
		return l.single(e)
	}
	id, ok := e.Fn.(*ast.Ident)
	if !ok {
		l.notBuilt(e, "this call")
	}
	if conversions[id.Name] {
		return l.convert(l.arg(e, 0), t.Elem)
	}
	o, known := op.Lookup(id.Name)
	lower, built := primitives[id.Name]
	if !known || !o.Built || !built {
		l.notBuilt(e, "`"+id.Name+"`")
	}
	return lower(l, e, t)
}

// positional returns the arguments without a name.
func positional(e *ast.Call) []ast.Expr {
	var out []ast.Expr
	for _, a := range e.Args {
		if a.Name == nil {
			out = append(out, a.Value)
		}
	}
	return out
}

// arg lowers the k-th argument without a name.
func (l *lowerer) arg(e *ast.Call, k int) ir.Value {
	args := positional(e)
	if k >= len(args) {
		l.notBuilt(e, "a call with these arguments")
	}
	return l.value(args[k])
}

// axis is the argument `axis:`, or the given one without it.
func (l *lowerer) axis(e *ast.Call, otherwise int) int {
	for _, a := range e.Args {
		if a.Name == nil || a.Name.Name != "axis" {
			continue
		}
		if k, ok := l.frame.body.Consts[a.Value]; ok && k.Num != nil && k.Num.IsInt() {
			return int(k.Num.Num().Int64())
		}
		l.notBuilt(a, "an axis that is not a constant")
	}
	return otherwise
}

func (l *lowerer) elementwise(o ir.Op, e *ast.Call, t types.Type) ir.Value {
	return l.op(o, t.Elem, t.Shape, l.convert(l.arg(e, 0), t.Elem))
}

// reduce writes a reduction over an axis, or over everything.
func (l *lowerer) reduce(o ir.Op, e *ast.Call, t types.Type) ir.Value {
	return l.operate(ir.Instr{Op: o, Axis: l.axis(e, -1)}, t.Elem, t.Shape, l.arg(e, 0))
}

func (l *lowerer) extreme(o ir.Op, e *ast.Call, t types.Type) ir.Value {
	if t.Elem.Kind == types.Bool {
		l.notBuilt(e, "`min` and `max` of bools")
	}
	if len(positional(e)) == 1 {
		return l.reduce(o, e, t)
	}
	x, y := l.arg(e, 0), l.arg(e, 1)
	return l.op(o, t.Elem, t.Shape, l.convert(x, t.Elem), l.convert(y, t.Elem))
}

// mean is the sum divided by the number of elements.
func (l *lowerer) mean(e *ast.Call, t types.Type) ir.Value {
	x, axis := l.arg(e, 0), l.axis(e, -1)
	sum := l.operate(ir.Instr{Op: ir.OpSum, Axis: axis}, sumOf(l.elem(x)), t.Shape, x)
	n := l.shape(x).Count()
	if axis >= 0 {
		n = l.shape(x)[axis]
	}
	return l.op(ir.OpDiv, t.Elem, t.Shape, l.convert(sum, t.Elem), l.sized(e, n))
}

// sized is a public int64 with the value of a size of the computation.
func (l *lowerer) sized(e ast.Expr, n types.Size) ir.Value {
	outer := l.frame
	l.frame = &frame{body: outer.body}
	defer func() { l.frame = outer }()
	return l.size(e, n)
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

// count is the sum of bools as integers.
func (l *lowerer) count(e *ast.Call, t types.Type) ir.Value {
	x := l.convert(l.arg(e, 0), types.Of(types.Int64))
	return l.operate(ir.Instr{Op: ir.OpSum, Axis: l.axis(e, -1)}, types.Of(types.Int64), t.Shape, x)
}

func (l *lowerer) selection(e *ast.Call, t types.Type) ir.Value {
	c, x, y := l.arg(e, 0), l.arg(e, 1), l.arg(e, 2)
	return l.op(ir.OpSelect, t.Elem, t.Shape, c, l.convert(x, t.Elem), l.convert(y, t.Elem))
}

func (l *lowerer) dot(e *ast.Call, t types.Type) ir.Value {
	x, y := l.arg(e, 0), l.arg(e, 1)
	return l.multiply(ir.OpDot, e, x, y, t)
}

func (l *lowerer) concat(e *ast.Call, t types.Type) ir.Value {
	var args []ir.Value
	for k := range positional(e) {
		args = append(args, l.convert(l.arg(e, k), t.Elem))
	}
	return l.operate(ir.Instr{Op: ir.OpConcat, Axis: l.axis(e, 0)}, t.Elem, t.Shape, args...)
}

// same is k everywhere, in any element type.
func (l *lowerer) same(k int64, t types.Type) ir.Value {
	one := big.NewInt(k)
	one.Lsh(one, uint(t.Elem.F))
	return l.filled(l.constants(t.Elem, nil, []*big.Int{one}), t.Shape)
}

// gather shares every member's value and stacks them.
func (l *lowerer) gather(e *ast.Call, t types.Type) ir.Value {
	args := positional(e)
	if len(args) != 1 {
		l.notBuilt(e, "a call with these arguments")
	}
	var members []ir.Value
	for _, v := range l.bundle(args[0]) {
		members = append(members, l.share(v))
	}
	return l.op(ir.OpStack, t.Elem, t.Shape, members...)
}

// indexOf is the position of a member in its group.
func (l *lowerer) indexOf(e *ast.Call, t types.Type) ir.Value {
	if id, ok := positional(e)[0].(*ast.Ident); ok {
		if v := l.frame.body.Vars[id]; v != nil && v.Group != nil {
			for k, q := range v.Group.Members {
				if q == v.Member {
					return l.convert(l.integer(int64(k)), t.Elem)
				}
			}
		}
	}
	l.notBuilt(e, "`index` of this")
	return 0
}
