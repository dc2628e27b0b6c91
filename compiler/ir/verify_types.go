package ir

// Verify: elements and shapes, one rule an operation.

import (
	"slices"

	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// types checks the elements and shapes of an instruction whose operands
// exist. What a projection's player does not hold is known all the same.
func (v *verifier) types(i *Instr) {
	if rule, ok := typeRules[i.Op]; ok {
		rule(v, i)
	}
	if i.Op != OpMul && !i.Op.SumsProducts() && i.Shift != 0 {
		v.fail("has a shift")
	}
	v.width(i)
}

var typeRules = map[Op]func(*verifier, *Instr){
	OpInput: func(v *verifier, i *Instr) {
		for _, x := range v.p.Inputs {
			if x.Value == i.Dst {
				v.result(i, x.Elem, x.Shape)
			}
		}
	},
	OpValid: func(v *verifier, i *Instr) {
		for _, x := range v.p.Inputs {
			if x.Name == i.Name && x.Member == i.Member {
				v.result(i, types.Of(types.Bool), x.Shape[:1])
			}
		}
	},
	OpDraw: func(v *verifier, i *Instr) {
		v.lengths(i)
		v.result(i, types.Of(types.Bool), v.dst(i).Shape)
	},
	OpOutput: func(v *verifier, i *Instr) {
		for _, x := range v.p.Outputs {
			if a := v.info(i, 0); x.Value == i.Args[0] && (a.Elem != x.Elem || !v.sameShape(a.Shape, x.Shape)) {
				v.fail("%s is %s, the header has %s", a.Name, plain(a.Elem, a.Shape), plain(x.Elem, x.Shape))
			}
		}
	},
	OpConst: (*verifier).constant,
	OpSizeOf: func(v *verifier, i *Instr) {
		v.result(i, types.Of(types.Int64), nil)
		v.known(i.Size)
	},
	OpRefresh: (*verifier).same, OpCopy: (*verifier).same, OpShare: (*verifier).same, OpOpen: (*verifier).same, OpReveal: (*verifier).same,
	OpFor: func(v *verifier, i *Instr) {
		v.result(i, types.Of(types.Int64), nil)
		for k := range i.Args {
			v.scalar(i, k, types.Int64)
		}
	},
	OpWhile: func(v *verifier, i *Instr) {
		v.scalar(i, 0, types.Bool)
		v.scalar(i, 1, types.Int64)
	},
	OpIf:     func(v *verifier, i *Instr) { v.scalar(i, 0, types.Bool) },
	OpAssert: func(v *verifier, i *Instr) { v.scalar(i, 0, types.Bool) },

	OpNeg: (*verifier).number, OpAbs: (*verifier).number, OpReduce: (*verifier).reduction,
	OpAdd: (*verifier).alike, OpSub: (*verifier).alike, OpMod: (*verifier).alike,
	OpMul: (*verifier).product,
	OpDiv: (*verifier).quotient,
	OpEq:  (*verifier).comparison, OpNe: (*verifier).comparison, OpLt: (*verifier).comparison,
	OpLe: (*verifier).comparison, OpGt: (*verifier).comparison, OpGe: (*verifier).comparison,
	OpAnd: (*verifier).logic, OpOr: (*verifier).logic, OpNot: (*verifier).logic,
	OpSelect: (*verifier).selection,
	OpSqrt:   (*verifier).function, OpRsqrt: (*verifier).rsqrt, OpExp: (*verifier).function, OpLog: (*verifier).function,
	OpSigmoid: (*verifier).function, OpTanh: (*verifier).function,
	OpConvert: func(v *verifier, i *Instr) {
		v.result(i, v.dst(i).Elem, v.info(i, 0).Shape)
	},
	OpSum: (*verifier).sum, OpMin: (*verifier).extreme, OpMax: (*verifier).extreme,
	OpDot:      (*verifier).dot,
	OpConvolve: (*verifier).convolution, OpConvolveToKernels: (*verifier).convolution, OpConvolveToImages: (*verifier).convolution,
	OpIndex: (*verifier).index, OpUpdate: (*verifier).update,
	OpStack: (*verifier).stack, OpConcat: (*verifier).concat,
	OpFill: func(v *verifier, i *Instr) {
		v.scalar(i, 0, v.dst(i).Elem.Kind)
		v.lengths(i)
		v.result(i, v.info(i, 0).Elem, v.dst(i).Shape)
	},
	OpSort: (*verifier).sorted, OpRank: (*verifier).rankRule, OpPermute: (*verifier).permute, OpCarry: (*verifier).carry, OpTopK: (*verifier).topK,
	OpMerge: (*verifier).merge, OpDistinct: (*verifier).distinct, OpShuffle: (*verifier).shuffle,
	OpArgMin: (*verifier).argExtreme, OpArgMax: (*verifier).argExtreme,
	OpLookup: (*verifier).lookup, OpStore: (*verifier).store,
	OpTranspose: func(v *verifier, i *Instr) {
		s := slices.Clone(v.info(i, 0).Shape)
		if n := len(s); v.atLeast(i, 0, 2) {
			s[n-2], s[n-1] = s[n-1], s[n-2]
			v.result(i, v.info(i, 0).Elem, s)
		}
	},
	OpReshape: func(v *verifier, i *Instr) {
		x, d := v.info(i, 0), v.dst(i)
		if !v.sameSize(x.Shape.Count(), d.Shape.Count()) {
			v.fail("%s has not as many elements as %s", plain(d.Elem, d.Shape), plain(x.Elem, x.Shape))
		}
		v.lengths(i)
		v.result(i, x.Elem, d.Shape)
	},
	OpReverse: func(v *verifier, i *Instr) {
		v.atLeast(i, 0, 1)
		v.same(i)
	},
	OpCumSum: func(v *verifier, i *Instr) {
		v.atLeast(i, 0, 1)
		v.number(i)
	},
	OpIota: func(v *verifier, i *Instr) {
		if d := v.dst(i); len(d.Shape) != 1 || d.Elem != types.Of(types.Int64) {
			v.fail("%s is %s, want a vector of int64", d.Name, plain(d.Elem, d.Shape))
		}
		v.lengths(i)
	},
	OpWindows: (*verifier).windows,
	OpOneHot:  (*verifier).oneHot,
	OpFilter:  (*verifier).filter,
	OpUnique: func(v *verifier, i *Instr) {
		if s := v.info(i, 0).Shape; len(s) != 1 {
			v.fail("%s has the shape %s, want a vector", v.info(i, 0).Name, s)
			return
		}
		v.result(i, v.info(i, 0).Elem, types.Shape{v.lengthOf(i)})
	},
	OpLength: func(v *verifier, i *Instr) {
		if s := v.info(i, 0).Shape; i.Axis < 0 || i.Axis >= len(s) {
			v.fail("no axis %d in %s", i.Axis, s)
		}
		v.result(i, types.Of(types.Int64), nil)
	},
	OpPad: func(v *verifier, i *Instr) {
		if !v.atLeast(i, 0, 1) || len(v.dst(i).Shape) == 0 {
			return
		}
		v.result(i, v.info(i, 0).Elem, append(types.Shape{v.dst(i).Shape[0]}, v.info(i, 0).Shape[1:]...))
	},
	OpHash64: func(v *verifier, i *Instr) { v.alone(i, types.Of(types.Uint64)) },
	OpFormat: func(v *verifier, i *Instr) { v.alone(i, types.Of(types.String)) },
	OpParse: func(v *verifier, i *Instr) {
		if a := v.info(i, 0); a.Elem.Kind != types.String || !i.Checked {
			v.fail("%s is %s, want a string, checked", a.Name, a.Elem)
		}
		v.alone(i, v.dst(i).Elem)
	},
	OpPrint: func(v *verifier, i *Instr) {
		if len(i.Parts) != len(i.Args)+1 {
			v.fail("%d texts around %d operands", len(i.Parts), len(i.Args))
		}
	},
}

func (v *verifier) info(i *Instr, arg int) Info { return v.p.Values[i.Args[arg]] }

func (v *verifier) dst(i *Instr) Info { return v.p.Values[i.Dst] }

func plain(e types.Elem, s types.Shape) string { return types.Type{Elem: e, Shape: s}.Plain() }

// result checks the type of the instruction's result.
func (v *verifier) result(i *Instr, e types.Elem, s types.Shape) {
	if d := v.dst(i); d.Elem != e || !v.sameShape(d.Shape, s) {
		v.fail("%s is %s, want %s", d.Name, plain(d.Elem, d.Shape), plain(e, s))
	}
}

// sameShape compares normal forms under the equations of where.
func (v *verifier) sameShape(s, t types.Shape) bool { return slices.EqualFunc(s, t, v.sameSize) }

func (v *verifier) sameSize(a, b types.Size) bool {
	if a.Equal(b) {
		return true
	}
	d := a.Sub(b)
	for _, c := range v.p.Where {
		e := c.Left.Sub(c.Right)
		if c.Rel == "==" && (d.Equal(e) || d.Add(e).Equal(types.Int(0))) {
			return true
		}
	}
	return false
}

// known checks that a size is made of the header's names.
func (v *verifier) known(s types.Size) {
	for _, n := range s.Vars() {
		if !slices.ContainsFunc(v.p.Sizes, func(x Size) bool { return x.Name == n }) {
			v.fail("unknown size %s", n)
		}
	}
}

// reduction: shares alone hold integers that are not reduced.
func (v *verifier) reduction(i *Instr) {
	v.number(i)
	if d := v.dst(i); !d.Elem.IsNum() || d.Elem.Bits() >= v.p.Protocol.Ring || !d.Place.IsShared() {
		v.fail("%s is no shared number of fewer bits than the ring", d.Name)
	}
}

func (v *verifier) scalar(i *Instr, arg int, k types.Kind) {
	if a := v.info(i, arg); a.Elem.Kind != k || len(a.Shape) > 0 {
		v.fail("%s is %s, want a scalar %s", a.Name, plain(a.Elem, a.Shape), k)
	}
}

// atLeast checks that an operand has n dimensions or more.
func (v *verifier) atLeast(i *Instr, arg, n int) bool {
	a := v.info(i, arg)
	if len(a.Shape) < n {
		v.fail("%s has %d dimensions, want %d or more", a.Name, len(a.Shape), n)
	}
	return len(a.Shape) >= n
}

func (v *verifier) constant(i *Instr) {
	d := v.dst(i)
	if n, ok := d.Shape.Count().Const(); !ok || n != int64(len(i.Const)) {
		v.fail("%d elements for %s", len(i.Const), plain(d.Elem, d.Shape))
	}
	if d.Elem.Kind == types.String {
		return
	}
	lo, hi := d.Elem.Bounds()
	for _, c := range i.Const {
		if c.Cmp(lo) < 0 || c.Cmp(hi) > 0 {
			v.fail("%s is no %s", c, d.Elem)
		}
	}
}

// same: the result has the operand's type.
func (v *verifier) same(i *Instr) {
	a := v.info(i, 0)
	v.result(i, a.Elem, a.Shape)
}

func (v *verifier) number(i *Instr) {
	v.numeric(i)
	v.same(i)
}

// oneHot: a place a value, in a dimension of its own.
func (v *verifier) oneHot(i *Instr) {
	a, out := v.info(i, 0), v.dst(i).Shape
	if !a.Elem.IsInt() && a.Elem.Kind != types.Enum {
		v.fail("%s is %s, want an integer or an enum", a.Name, a.Elem)
	}
	if len(out) == 0 {
		v.fail("no places in %s", out)
		return
	}
	v.result(i, types.Of(types.Bool), append(slices.Clone(a.Shape), out[len(out)-1]))
}

// function: of a fixed, its type.
func (v *verifier) function(i *Instr) {
	if a := v.info(i, 0); a.Elem.Kind != types.Fixed {
		v.fail("%s is %s, want a fixed", a.Name, a.Elem)
	}
	v.same(i)
}

func (v *verifier) rsqrt(i *Instr) {
	v.function(i)
	e := v.info(i, 0).Elem
	if low, high := capability.LeastRoot(e.Bits(), e.F), e.Bits()-2; i.Least < low || i.Least > high {
		v.fail("is of what is at least 2^%d units, want 2^%d to 2^%d", i.Least, low, high)
	}
}

func (v *verifier) numeric(i *Instr) {
	for k := range i.Args {
		if a := v.info(i, k); !a.Elem.IsReal() {
			v.fail("%s is %s, want a number", a.Name, a.Elem)
		}
	}
}

// equalElems checks that operands have one element, and returns it.
func (v *verifier) equalElems(i *Instr, from int) types.Elem {
	e := v.info(i, from).Elem
	for k := from + 1; k < len(i.Args); k++ {
		if a := v.info(i, k); a.Elem != e {
			v.fail("operands are %s and %s", e, a.Elem)
		}
	}
	return e
}

// broadcast is the shape of an elementwise operation: the longest shape, of
// which all others are suffixes.
func (v *verifier) broadcast(i *Instr) types.Shape {
	var out types.Shape
	for k := range i.Args {
		if s := v.info(i, k).Shape; len(s) > len(out) {
			out = s
		}
	}
	for k := range i.Args {
		s := v.info(i, k).Shape
		if !v.sameShape(s, out[len(out)-len(s):]) {
			v.fail("shapes %s and %s do not broadcast", s, out)
		}
	}
	return out
}

// alike: numbers of one element give that element; dates are days.
func (v *verifier) alike(i *Instr) {
	if v.info(i, 0).Elem.Kind != types.Date {
		v.numeric(i)
	}
	v.result(i, v.equalElems(i, 0), v.broadcast(i))
}

func (v *verifier) comparison(i *Instr) {
	v.equalElems(i, 0)
	v.result(i, types.Of(types.Bool), v.broadcast(i))
}

func (v *verifier) logic(i *Instr) {
	if e := v.equalElems(i, 0); e.Kind != types.Bool {
		v.fail("operands are %s, want bool", e)
	}
	v.result(i, types.Of(types.Bool), v.broadcast(i))
}

func (v *verifier) selection(i *Instr) {
	if c := v.info(i, 0); c.Elem.Kind != types.Bool {
		v.fail("the condition %s is %s", c.Name, c.Elem)
	}
	v.result(i, v.equalElems(i, 1), v.broadcast(i))
}

// product: of two fixed with equal F, that F and the larger I, with a shift
// of F; of a fixed and an integer, the fixed; of equal integers, theirs.
func (v *verifier) product(i *Instr) { v.result(i, v.productElem(i), v.broadcast(i)) }

func (v *verifier) productElem(i *Instr) types.Elem {
	v.numeric(i)
	x, y := v.info(i, 0).Elem, v.info(i, 1).Elem
	shift := 0
	if x.Kind == types.Fixed && y.Kind == types.Fixed {
		shift = x.F
	}
	if i.Shift != shift {
		v.fail("shift is %d, want %d", i.Shift, shift)
	}
	return v.mixed(i, x, y)
}

// mixed is the element of a product or quotient.
func (v *verifier) mixed(i *Instr, x, y types.Elem) types.Elem {
	switch {
	case x.Kind == types.Fixed && y.Kind == types.Fixed:
		if x.F != y.F {
			v.fail("operands are %s and %s", x, y)
		}
		return types.FixedOf(max(x.I, y.I), x.F)
	case x.Kind == types.Fixed:
		return x
	case y.Kind == types.Fixed && i.Op != OpDiv:
		return y
	}
	return v.equalElems(i, 0)
}

func (v *verifier) quotient(i *Instr) {
	v.numeric(i)
	v.result(i, v.mixed(i, v.info(i, 0).Elem, v.info(i, 1).Elem), v.broadcast(i))
}

func (v *verifier) sum(i *Instr) {
	v.numeric(i)
	e := v.info(i, 0).Elem
	switch {
	case e.Unsigned():
		e = types.Of(types.Uint64)
	case e.IsInt():
		e = types.Of(types.Int64)
	}
	v.result(i, e, v.reduced(i))
}

// reduced is the shape without Axis, or a scalar where it is -1.
func (v *verifier) reduced(i *Instr) types.Shape {
	s := v.info(i, 0).Shape
	switch {
	case i.Axis == -1:
		return nil
	case i.Axis < 0 || i.Axis >= len(s):
		v.fail("no axis %d in %s", i.Axis, s)
		return nil
	}
	return slices.Delete(slices.Clone(s), i.Axis, i.Axis+1)
}

func (v *verifier) extreme(i *Instr) {
	if len(i.Args) == 1 {
		v.result(i, v.info(i, 0).Elem, v.reduced(i))
		return
	}
	v.result(i, v.equalElems(i, 0), v.broadcast(i))
}

// dot: the last dimension of the first operand meets the first but one (of a
// vector: the only) dimension of the second.
func (v *verifier) dot(i *Instr) {
	x, y := v.info(i, 0).Shape, v.info(i, 1).Shape
	matrices := len(x) == 3 && len(y) == 3 && v.sameSize(x[0], y[0])
	if !matrices && (len(x) < 1 || len(x) > 2 || len(y) < 1 || len(y) > 2) {
		v.fail("no product of %s and %s", x, y)
		return
	}
	if !v.sameSize(x[len(x)-1], y[y.Inner()]) {
		v.fail("inner dimensions of %s and %s differ", x, y)
	}
	out := append(slices.Clone(x[:len(x)-1]), y[y.Inner()+1:]...)
	v.result(i, v.productElem(i), out)
}

// windows: the number of windows is what fits, along each of the two axes.
func (v *verifier) windows(i *Instr) {
	s := v.info(i, 0).Shape
	out := v.fitting(i, s, func(rows, columns types.Size) bool {
		return v.sameShape(v.dst(i).Shape, types.Shape{s[0], rows.Mul(columns), s[1], i.Window[0].Mul(i.Window[1])})
	})
	if !out {
		v.fail("%s are not the windows of %s", plain(v.dst(i).Elem, v.dst(i).Shape), s)
		return
	}
	v.result(i, v.info(i, 0).Elem, v.dst(i).Shape)
}

// fitting reports that the windows of images of a shape are as many as f accepts.
func (v *verifier) fitting(i *Instr, s types.Shape, f func(rows, columns types.Size) bool) bool {
	if len(s) != 4 || len(i.Window) != 4 {
		return false
	}
	stride, ok1 := i.Window[2].Const()
	padding, ok2 := i.Window[3].Const()
	if !ok1 || !ok2 || stride < 1 || padding < 0 {
		return false
	}
	for _, h := range v.equals(s[2]) {
		for _, w := range v.equals(s[3]) {
			rows, ok1 := types.Windows(h, i.Window[0], stride, padding)
			columns, ok2 := types.Windows(w, i.Window[1], stride, padding)
			if ok1 && ok2 && f(rows, columns) {
				return true
			}
		}
	}
	return false
}

// convolution: images, kernels and results of one.
func (v *verifier) convolution(i *Instr) {
	x, w, y := v.info(i, 0).Shape, v.info(i, 1).Shape, v.dst(i).Shape
	switch i.Op {
	case OpConvolveToKernels:
		w, y = y, w
	case OpConvolveToImages:
		x, y = y, x
	}
	fits := len(w) == 4 && v.fitting(i, x, func(rows, columns types.Size) bool {
		return v.sameShape(w, types.Shape{w[0], x[1], i.Window[0], i.Window[1]}) && v.sameShape(y, types.Shape{x[0], w[0], rows, columns})
	})
	if !fits {
		v.fail("no convolution of %s by %s with windows %s is %s", x, w, i.Window, y)
		return
	}
	v.result(i, v.productElem(i), v.dst(i).Shape)
}

// equals are a size and what the equations of where make of it.
func (v *verifier) equals(s types.Size) []types.Size {
	out := []types.Size{s}
	for _, c := range v.p.Where {
		if e := c.Left.Sub(c.Right); c.Rel == "==" {
			out = append(out, s.Sub(e), s.Add(e))
		}
	}
	return out
}

// filter: a mask bit a row.
func (v *verifier) filter(i *Instr) {
	x, m := v.info(i, 0), v.info(i, 1)
	if !v.atLeast(i, 0, 1) {
		return
	}
	if m.Elem.Kind != types.Bool || !v.sameShape(m.Shape, x.Shape[:1]) {
		v.fail("the mask %s is %s", m.Name, plain(m.Elem, m.Shape))
	}
	v.result(i, x.Elem, append(types.Shape{v.lengthOf(i)}, x.Shape[1:]...))
}

// alone: an element for each of the operand's, at one player.
func (v *verifier) alone(i *Instr, e types.Elem) {
	if i.Who.Len() != 1 {
		v.fail("%d players carry it out, want one", i.Who.Len())
	}
	v.result(i, e, v.info(i, 0).Shape)
}

// lengthOf is the first dimension of a result whose length data decides.
func (v *verifier) lengthOf(i *Instr) types.Size {
	if s := v.dst(i).Shape; len(s) > 0 {
		if name, ok := s[0].Var(); ok && len(OfData(s[:1])) == 1 {
			return types.Name(name)
		}
	}
	v.fail("%s has no length that data decides", v.dst(i).Name)
	return types.Int(0)
}

// own is how many operands an instruction has before the lengths that data
// decides.
var own = map[Op]int{OpFill: 1, OpReshape: 1}

// Lengths are the operands that are the dimensions of Dst that data decides.
func (i *Instr) Lengths() []Value {
	switch i.Op {
	case OpFill, OpReshape, OpIota, OpDraw:
		return i.Args[min(len(i.Args), own[i.Op]):]
	}
	return nil
}

func (v *verifier) lengths(i *Instr) {
	want := 0
	for _, d := range v.dst(i).Shape {
		if len(OfData(types.Shape{d})) > 0 {
			want++
		}
	}
	got := i.Lengths()
	if len(got) != want {
		v.fail("%d lengths, and data decides %d", len(got), want)
	}
	for k := range got {
		v.scalar(i, len(i.Args)-len(got)+k, types.Int64)
	}
}

// OfData lists the lengths of a shape that data decides.
func OfData(s types.Shape) []string {
	var out []string
	for _, d := range s {
		for _, n := range d.Vars() {
			if n[0] == '?' {
				out = append(out, n)
			}
		}
	}
	return out
}

// sliced is the shape of Args[0][Slices].
func (v *verifier) sliced(i *Instr) types.Shape {
	s := v.info(i, 0).Shape
	if len(i.Slices) > len(s) {
		v.fail("%d positions for %s", len(i.Slices), s)
		return nil
	}
	var out types.Shape
	for k, x := range i.Slices {
		if x.Range {
			out = append(out, x.Len)
		} else if x.From == 0 {
			v.fail("position %d is missing", k)
		}
	}
	for _, x := range i.Uses()[len(i.Args):] {
		if a := v.p.Values[x]; a.Elem.Kind != types.Int64 || len(a.Shape) > 0 {
			v.fail("position %s is %s, want a scalar int64", a.Name, plain(a.Elem, a.Shape))
		}
	}
	return append(out, s[len(i.Slices):]...)
}

func (v *verifier) index(i *Instr) { v.result(i, v.info(i, 0).Elem, v.sliced(i)) }

// update: the part broadcasts to the places that it is written to.
func (v *verifier) update(i *Instr) {
	part, a := v.sliced(i), v.info(i, 1)
	if n := len(part) - len(a.Shape); n < 0 || !v.sameShape(a.Shape, part[n:]) {
		v.fail("%s is %s, which does not broadcast to the shape %s", a.Name, plain(a.Elem, a.Shape), part)
	}
	v.result(i, v.equalElems(i, 0), v.info(i, 0).Shape)
}

func (v *verifier) stack(i *Instr) {
	s := v.info(i, 0).Shape
	for k := range i.Args {
		if a := v.info(i, k); !v.sameShape(a.Shape, s) {
			v.fail("%s is %s, want the shape %s", a.Name, plain(a.Elem, a.Shape), s)
		}
	}
	v.result(i, v.equalElems(i, 0), append(types.Shape{types.Int(int64(len(i.Args)))}, s...))
}

func (v *verifier) concat(i *Instr) {
	first := v.info(i, 0).Shape
	if i.Axis < 0 || i.Axis >= len(first) {
		v.fail("no axis %d in %s", i.Axis, first)
		return
	}
	out := slices.Clone(first)
	out[i.Axis] = types.Int(0)
	for k := range i.Args {
		s := slices.Clone(v.info(i, k).Shape)
		if len(s) != len(out) {
			v.fail("shapes %s and %s do not fit together", first, s)
			return
		}
		out[i.Axis] = out[i.Axis].Add(s[i.Axis])
		s[i.Axis] = out[i.Axis]
		if !v.sameShape(s, out) {
			v.fail("shapes %s and %s do not fit together", first, v.info(i, k).Shape)
		}
	}
	v.result(i, v.equalElems(i, 0), out)
}

// Compares reports an operation that depends on the difference of two operands
// or, with one, of two elements, and abs, which does on its operand. Where it is
// proved, Width is how many bits hold that, whatever its sign: in two's
// complement or, for eq and ne, its absolute value.
func (i *Instr) Compares() bool {
	switch i.Op {
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpMin, OpMax, OpAbs:
		return true
	}
	return false
}

func (v *verifier) width(i *Instr) {
	switch {
	case i.Width == 0:
	case !i.Compares() || !v.shared(i.Dst) || v.info(i, 0).Elem.Kind == types.Bool:
		v.fail("has a width")
	case i.Width < 2 || i.Width > 64:
		v.fail("has a width of %d bits, want 2 to 64", i.Width)
	}
}
