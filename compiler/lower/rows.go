package lower

// Lengths that data decides, in one player's own code. Each has a name of the
// ir, `?k`, and is read from a value that has it.

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A lengthOf is an axis of a value, or the value itself where that is a number.
type lengthOf struct {
	value  ir.Value
	axis   int
	number bool
}

// lengthened gives new names to those lengths of a result that none of its
// operands has.
func (l *lowerer) lengthened(s types.Shape, operands ...types.Shape) types.Shape {
	old := make(map[string]bool)
	for _, x := range operands {
		for _, name := range ir.OfData(x) {
			old[name] = true
		}
	}
	for _, name := range ir.OfData(s) {
		if !old[name] {
			l.renamed(name, lengthOf{})
		}
	}
	return s.Subst(l.frame.sizes)
}

// renamed gives a length of the body at hand a new name, for what it is now.
func (l *lowerer) renamed(own string, of lengthOf) {
	fresh := fmt.Sprintf("?%d", len(l.lengths)+1)
	l.frame.sizes[own], l.lengths[fresh] = types.Name(fresh), of
}

// measured notes the lengths that a value is the first to have.
func (l *lowerer) measured(v ir.Value) ir.Value {
	for axis, d := range l.shape(v) {
		if name, ok := d.Var(); ok && name[0] == '?' && l.lengths[name].value == 0 {
			l.lengths[name] = lengthOf{value: v, axis: axis}
		}
	}
	return v
}

// lengthAt is the length of a value along an axis.
func (l *lowerer) lengthAt(v ir.Value, axis int) ir.Value {
	return l.operate(ir.Instr{Op: ir.OpLength, Axis: axis}, types.Of(types.Int64), nil, v)
}

// computed is a size with lengths that data decides, term by term.
func (l *lowerer) computed(s types.Size) ir.Value {
	int64s := types.Of(types.Int64)
	var sum ir.Value
	for _, t := range s.Terms() {
		var term ir.Value
		for _, name := range t.Vars {
			v := l.named(name)
			if term != 0 {
				v = l.op(ir.OpMul, int64s, nil, term, v)
			}
			term = v
		}
		switch {
		case term == 0:
			term = l.integer(t.Coef)
		case t.Coef != 1:
			term = l.op(ir.OpMul, int64s, nil, term, l.integer(t.Coef))
		}
		if sum != 0 {
			term = l.op(ir.OpAdd, int64s, nil, sum, term)
		}
		sum = term
	}
	return sum
}

// named is the value of a name in sizes.
func (l *lowerer) named(name string) ir.Value {
	of, ok := l.lengths[name]
	switch {
	case of.number:
		return of.value
	case ok:
		return l.lengthAt(of.value, of.axis)
	case name[0] == '?':
		l.fault(l.at, "an array of this length, which data decides,")
	}
	return l.size(nil, types.Name(name))
}

// dataLengths are the lengths that data decides, for what makes an array of them
// out of none.
func (l *lowerer) dataLengths(o ir.Op, s types.Shape) []ir.Value {
	switch o {
	case ir.OpFill, ir.OpIota, ir.OpReshape, ir.OpDraw:
	default:
		return nil
	}
	var out []ir.Value
	for _, d := range s {
		if len(ir.OfData(types.Shape{d})) > 0 {
			out = append(out, l.size(nil, d))
		}
	}
	return out
}

// maxLength is the greatest number that is a length.
const maxLength = 1 << 32

// dimensions looks at the lengths that a call makes: a number of its holders gets
// a name, and what may be no length an assert.
func (l *lowerer) dimensions(e *ast.Call) {
	for _, a := range e.Args {
		name, private := l.frame.body.Lengths[a]
		if !private && !l.frame.body.Checked[a] {
			continue
		}
		v := l.position(a.Value)
		if private {
			l.numbered(name, v)
		}
		if l.frame.body.Checked[a] {
			b := types.Of(types.Bool)
			ok := l.op(ir.OpAnd, b, nil, l.op(ir.OpGe, b, nil, v, l.integer(0)), l.op(ir.OpLe, b, nil, v, l.integer(maxLength)))
			l.emit(&ir.Instr{Op: ir.OpAssert, Args: []ir.Value{ok}, Name: l.source(a.Value) + " is a length", Axis: -1, Who: l.meet(ok)})
		}
	}
}

// numbered names a length that is a number of its holders.
func (l *lowerer) numbered(name types.Size, v ir.Value) {
	own, _ := name.Var()
	l.renamed(own, lengthOf{value: v, number: true})
}

// assignedLengths names the lengths of the slices of an array that an assignment
// changes, where those are numbers of their holders.
func (l *lowerer) assignedLengths(slices []*ast.Slice, positions []ir.Slice, array types.Shape) {
	for d, p := range positions {
		name, own := l.frame.body.Lengths[slices[d]]
		if !own {
			continue
		}
		from, to := p.From, p.To
		if from == 0 {
			from = l.integer(0)
		}
		if to == 0 {
			to = l.size(nil, array[d])
		}
		l.numbered(name, l.op(ir.OpSub, types.Of(types.Int64), nil, to, from))
	}
}

// filter keeps rows, of each column of a table.
func (c *primitiveCall) filter() tree {
	x, m := c.operand(0), c.value(c.args[1])
	own := c.frame.body.Type(c.Call).Shape
	t := c.t
	t.Shape = c.lengthened(own, c.frame.body.Type(c.args[0]).Shape)
	return c.columnwise(t, func(t types.Type, v []ir.Value) ir.Value {
		return c.measured(c.op(ir.OpFilter, t.Elem, t.Shape, v[0], m))
	}, x)
}

func (c *primitiveCall) unique() ir.Value {
	x := c.element(0)
	s := c.lengthened(c.frame.body.Type(c.Call).Shape, c.frame.body.Type(c.args[0]).Shape)
	return c.measured(c.op(ir.OpUnique, c.t.Elem, s, x))
}

// length is size(x): not a size of the computation, which is none of its own.
func (c *primitiveCall) length() ir.Value {
	return c.lengthAt(c.value(c.args[0]), c.axisOf(c.args[1], 0))
}

// pad is the rows of each column with zeros after them, and which of them are
// rows.
func (l *lowerer) pad(e *ast.Call) []result {
	args := arguments(e, []string{"x", "n"})
	x, t := l.tree(args[0]), l.typeOf(args[0])
	n, _ := l.frame.body.Size(args[1])
	n, rows := n.Subst(l.frame.sizes), t.Shape[0]
	padded := x.each(func(x ir.Value) ir.Value { return l.paddedTo(n, x, l.frame.body.Checked[e]) })
	s := types.Shape{n}
	mask := l.op(ir.OpLt, types.Of(types.Bool), s, l.op(ir.OpIota, types.Of(types.Int64), s), l.size(e, rows))
	return []result{{[]tree{padded}, e}, {[]tree{leaf(mask)}, e}}
}

func (l *lowerer) paddedTo(n types.Size, x ir.Value, checked bool) ir.Value {
	e, rest := l.elem(x), l.shape(x)[1:]
	if l.holders(x).Empty() {
		zeros := l.same(0, types.Type{Elem: e, Shape: append(types.Shape{n.Sub(l.shape(x)[0])}, rest...)})
		return l.operate(ir.Instr{Op: ir.OpConcat}, e, append(types.Shape{n}, rest...), x, zeros)
	}
	return l.operate(ir.Instr{Op: ir.OpPad, Axis: -1, Checked: checked}, e, append(types.Shape{n}, rest...), x)
}

// formatted is the text of each element; that of an enum, from its names.
func (l *lowerer) formatted(v ir.Value) ir.Value {
	text, e := types.Of(types.String), l.elem(v)
	switch e.Kind {
	case types.String:
		return v
	case types.Enum:
		var names []*big.Int
		for _, name := range l.out.Enum(e).Values {
			names = append(names, ir.Word(name))
		}
		table := l.constants(text, types.Shape{types.Int(int64(len(names)))}, names)
		return l.op(ir.OpLookup, text, l.shape(v), table, v)
	}
	return l.op(ir.OpFormat, text, l.shape(v), v)
}

// printed is what a print writes of a value: an enum and a date as text.
func (l *lowerer) printed(v ir.Value) ir.Value {
	if k := l.elem(v).Kind; k == types.Enum || k == types.Date {
		return l.formatted(v)
	}
	return v
}

// print writes texts and values at the one player that holds them.
func (l *lowerer) print(e *ast.Call) {
	i := &ir.Instr{Op: ir.OpPrint, Axis: -1, Parts: []string{""}}
	for _, a := range e.Args {
		last := &i.Parts[len(i.Parts)-1]
		if text, ok := a.Value.(*ast.Text); ok {
			if *last != "" {
				*last += " "
			}
			*last += unquoted(text)
			continue
		}
		l.walk(l.typeOf(a.Value), "", l.tree(a.Value), func(_ types.Type, at path, v ir.Value) {
			if at.name != "" {
				i.Parts[len(i.Args)] = strings.TrimSpace(i.Parts[len(i.Args)] + " " + strings.TrimPrefix(at.name, ".") + ":")
			}
			i.Args = append(i.Args, l.printed(v))
			i.Parts = append(i.Parts, "")
		})
	}
	i.Who = l.meet(i.Args...)
	l.emit(i)
}
