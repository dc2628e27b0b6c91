package lower

// Values and instructions. Every instruction is written by emit, which knows
// where it comes from; operate decides who carries an operation out.

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A region is a block that is being written.
type region struct {
	kind   regionKind
	parent *region
	block  ir.Block
	// shares holds what was shared in this region, by the clear value.
	shares map[ir.Value]ir.Value
	// asserted says that an assert stands in it: no share moves across one.
	asserted bool
}

type regionKind int

const (
	top    regionKind = iota
	loop              // carried out again and again: what does not change is shared before it
	branch            // carried out or not
)

// within writes into a new region and returns it.
func (l *lowerer) within(kind regionKind, f func()) *region {
	r := &region{kind: kind, parent: l.region, shares: make(map[ir.Value]ir.Value)}
	l.inside(r, f)
	return r
}

func (l *lowerer) inside(r *region, f func()) {
	outer := l.region
	l.region = r
	f()
	l.region = outer
}

// splice moves the instructions of a branch into the current region, where
// they are carried out always.
func (l *lowerer) splice(r *region) {
	for _, i := range r.block {
		if i.Dst != 0 {
			l.home[i.Dst] = l.region
		}
	}
	l.region.block = append(l.region.block, r.block...)
}

// define adds a value to the table. A value without a name is a temporary.
func (l *lowerer) define(name string, e types.Elem, s types.Shape, at types.Place) ir.Value {
	info := ir.Info{Name: l.unique(name), Elem: e, Shape: s, Place: at, Temp: name == ""}
	l.out.Values = append(l.out.Values, info)
	v := ir.Value(len(l.out.Values) - 1)
	l.home = append(l.home, l.region)
	return v
}

func (l *lowerer) unique(name string) string {
	if name == "" {
		return ""
	}
	free := name
	for k := 2; l.taken[free]; k++ {
		free = fmt.Sprintf("%s_%d", name, k)
	}
	l.taken[free] = true
	return free
}

// name gives temporaries of a value of type t the name that the program has
// for it.
func (l *lowerer) name(t types.Type, name string, x tree) {
	l.walk(t, name, x, func(_ types.Type, at path, v ir.Value) {
		if info := &l.out.Values[v]; info.Temp {
			info.Name, info.Temp = l.unique(identifier(at.name)), false
		}
	})
}

// emit appends an instruction to the current region.
func (l *lowerer) emit(i *ir.Instr) *ir.Instr {
	if len(l.origin) >= mostInstructions {
		l.tooLong()
	}
	l.complete(i)
	l.region.block = append(l.region.block, i)
	return i
}

// mostInstructions is what is checked in some seconds: calls and loops over
// groups are written out, so that a short text may stand for any number.
const mostInstructions = 1 << 18

// tooLong gives up the statements that are left, with one message.
func (l *lowerer) tooLong() {
	if l.diags.HasErrors() {
		panic(bail{})
	}
	l.notBuilt(l.at, fmt.Sprintf("a computation of more than %d instructions, with all calls and loops over groups written out,", mostInstructions))
}

// complete fills in where an instruction comes from.
func (l *lowerer) complete(i *ir.Instr) {
	i.Pos = Position(l.prog, l.at)
	i.Text = l.line(l.at.Extent().Pos)
	l.origin[i] = l.at
}

// operate writes one operation on args, in clear where somebody holds them
// all and secure otherwise. Who carries it out also holds what its slices use.
func (l *lowerer) operate(i ir.Instr, e types.Elem, s types.Shape, args ...ir.Value) ir.Value {
	args = append(slices.Clip(args), l.dataLengths(i.Op, s)...)
	at := l.meet(append(indices(i.Slices), args...)...)
	if at.Empty() {
		args = l.sharedOperands(args)
	}
	i.Args, i.Who = args, at
	if at.Empty() {
		i.Who = l.computing
	}
	i.Dst = l.define("", e, s, l.held(at))
	l.emit(&i)
	return i.Dst
}

// op is operate for an operation without further fields.
func (l *lowerer) op(o ir.Op, e types.Elem, s types.Shape, args ...ir.Value) ir.Value {
	return l.operate(ir.Instr{Op: o, Axis: -1}, e, s, args...)
}

// meet returns who holds all of the values, among those that take part here.
func (l *lowerer) meet(values ...ir.Value) types.Set {
	at := l.local
	for _, v := range values {
		at = at.Intersect(l.holders(v))
	}
	return at
}

func indices(slices []ir.Slice) []ir.Value {
	var out []ir.Value
	for _, s := range slices {
		for _, v := range []ir.Value{s.From, s.To} {
			if v != 0 {
				out = append(out, v)
			}
		}
	}
	return out
}

// sharedOperands shares what is neither shared nor public.
func (l *lowerer) sharedOperands(args []ir.Value) []ir.Value {
	out := make([]ir.Value, len(args))
	for k, v := range args {
		out[k] = v
		if !l.out.Values[v].Place.Public {
			out[k] = l.share(v)
		}
	}
	return out
}

// share returns the shares of a value: those it has already, those of a
// public value, which cost nothing, or those that its first holder deals.
func (l *lowerer) share(v ir.Value) ir.Value {
	info := l.out.Values[v]
	if info.Place.IsShared() {
		return v
	}
	for r := l.region; r != nil; r = r.parent {
		if s, ok := r.shares[v]; ok {
			return s
		}
	}
	i := &ir.Instr{Op: ir.OpShare, Args: []ir.Value{v}, Axis: -1}
	i.Who = l.computing.With(info.Place.Set(l.everybody).First())
	if info.Place.Public {
		i.Op, i.Who = ir.OpConvert, l.computing
	}
	target := l.sharingRegion(v)
	l.inside(target, func() { i.Dst = l.define(sharedName(info), info.Elem, info.Shape, types.SharedPlace) })
	target.shares[v] = i.Dst
	l.complete(i)
	if target.kind == top && l.isInput[v] && !target.asserted && !info.Place.Public {
		l.shares = append(l.shares, i)
	} else {
		target.block = append(target.block, i)
	}
	return i.Dst
}

func sharedName(info ir.Info) string {
	if info.Temp {
		return ""
	}
	return info.Name + "_shared"
}

// sharingRegion is the outermost loop body, or the block around the loops, in
// which v can be shared once for all passes. A variable is shared where it is
// used.
func (l *lowerer) sharingRegion(v ir.Value) *region {
	r := l.region
	if l.out.Values[v].Var {
		return r
	}
	for r.kind == loop && l.home[v] != r && !r.asserted {
		r = r.parent
	}
	return r
}

// forget drops the shares of a variable that is assigned.
func (l *lowerer) forget(v ir.Value) {
	for r := l.region; r != nil; r = r.parent {
		delete(r.shares, v)
	}
}

// weaken is flow to a value that nobody else holds.
func (l *lowerer) weaken(n ast.Node, v ir.Value, at types.Place) ir.Value {
	if v = l.flow(n, v, at); l.out.Values[v].Place != at {
		return l.copied(v, at)
	}
	return v
}

// flow returns v as a value that the players of at hold: shares of it, or
// itself.
func (l *lowerer) flow(n ast.Node, v ir.Value, at types.Place) ir.Value {
	if at.IsShared() {
		return l.share(v)
	}
	if !l.out.Values[v].Place.Flows(at) || at.Each != "" {
		l.fault(n, "the flow of this value to "+at.Format(l.out.PlayerNames()))
	}
	return v
}

func (l *lowerer) copied(v ir.Value, at types.Place) ir.Value {
	info := l.out.Values[v]
	c := l.define("", info.Elem, info.Shape, at)
	l.copy(c, v)
	return c
}

// copy writes dst = src at dst's holders.
func (l *lowerer) copy(dst, src ir.Value) {
	l.emit(&ir.Instr{Op: ir.OpCopy, Dst: dst, Args: []ir.Value{src}, Axis: -1, Who: l.writers(l.out.Values[dst].Place)})
}

// writers are the players that write a value at a place.
func (l *lowerer) writers(p types.Place) types.Set {
	if p.IsShared() {
		return l.computing
	}
	return p.Set(l.everybody)
}

// constant writes a constant of a type, rounded to nearest, ties to even.
func (l *lowerer) constant(n ast.Node, k *check.Const, e types.Elem) ir.Value {
	return l.constants(e, nil, []*big.Int{l.representation(n, k, e)})
}

func (l *lowerer) constants(e types.Elem, s types.Shape, data []*big.Int) ir.Value {
	v := l.define("", e, s, l.held(l.local))
	l.emit(&ir.Instr{Op: ir.OpConst, Dst: v, Const: data, Axis: -1, Who: l.local})
	return v
}

// integer is an int64 that everybody here knows.
func (l *lowerer) integer(k int64) ir.Value {
	return l.constants(types.Of(types.Int64), nil, []*big.Int{big.NewInt(k)})
}

// representation is the integer that stands for a constant.
func (l *lowerer) representation(n ast.Node, k *check.Const, e types.Elem) *big.Int {
	switch {
	case e.Kind == types.Bool && k.Num == nil:
		if k.Bool {
			return big.NewInt(1)
		}
		return new(big.Int)
	case e.Kind == types.Float && k.Num != nil:
		f, _ := k.Num.Float64()
		return ir.FloatBits(f)
	case e.Kind == types.Fixed && k.Num != nil:
		return scaled(k.Num, e.F)
	case (e.IsInt() || e.Kind == types.Enum || e.Kind == types.Date) && k.Num != nil && k.Num.IsInt():
		return new(big.Int).Set(k.Num.Num())
	}
	l.fault(n, "a constant of type "+e.String())
	return nil
}

// scaled is x times 2^f, rounded to nearest, ties to even.
func scaled(x *big.Rat, f int) *big.Int {
	num := new(big.Int).Lsh(x.Num(), uint(f))
	q, r := new(big.Int).DivMod(num, x.Denom(), new(big.Int))
	r.Lsh(r, 1)
	if c := r.Cmp(x.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// size is an int64 with the value of a size of the computation.
func (l *lowerer) size(n ast.Node, s types.Size) ir.Value {
	if k, ok := s.Const(); ok {
		return l.integer(k)
	}
	if len(ir.OfData(types.Shape{s})) > 0 {
		return l.computed(s)
	}
	v := l.define("", types.Of(types.Int64), nil, l.held(l.local))
	l.emit(&ir.Instr{Op: ir.OpSizeOf, Dst: v, Size: s, Axis: -1, Who: l.local})
	return v
}

// convert returns v with another element type.
func (l *lowerer) convert(v ir.Value, e types.Elem) ir.Value {
	switch from := l.elem(v); {
	case from == e:
		return v
	case e.Kind == types.Bool:
		return l.op(ir.OpNe, e, l.shape(v), v, l.constants(from, nil, []*big.Int{new(big.Int)}))
	}
	return l.op(ir.OpConvert, e, l.shape(v), v)
}

// filled is a public tensor with the constant k everywhere.
func (l *lowerer) filled(k ir.Value, s types.Shape) ir.Value {
	if len(s) == 0 {
		return k
	}
	return l.op(ir.OpFill, l.elem(k), s, k)
}
