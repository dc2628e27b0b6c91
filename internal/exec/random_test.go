package exec_test

// Random programs for the ladder: well-typed, straight-line code with loops
// and branches in between, over inputs of several owners. The generator knows
// for every value a bound of its magnitude, so that nothing overflows its
// type, and of the engine's rounding off, so that no comparison can be
// flipped by it and outputs have an exact tolerance.

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

var (
	boolean = types.Of(types.Bool)
	int32s  = types.Of(types.Int32)
	int64s  = types.Of(types.Int64)
	uint64s = types.Of(types.Uint64)
	fixed   = types.FixedOf(24, 16)
)

// A value is an ir value with what the generator knows of it.
type value struct {
	id    ir.Value
	elem  types.Elem
	shape types.Shape
	at    types.Place
	most  float64 // bound of the absolute representation
	off   float64 // bound of |engine - reference|, in representations
}

// A generator writes one program. Sizes are numbers: every shape is [], [3]
// or [2, 3].
type generator struct {
	*rand.Rand
	p      *ir.Program
	in     map[string]interp.Tensor
	values []value // in scope
	block  *ir.Block
	// tolerance is how far the engine may be off, by output.
	tolerance map[string]float64
}

// randomProgram returns the program with this seed for a protocol, inputs for
// it and the tolerance of its outputs.
func randomProgram(seed uint64, protocol string, roles ...int) (*ir.Program, map[string]interp.Tensor, map[string]float64) {
	g := &generator{
		Rand: rand.New(rand.NewPCG(seed, 7)),
		p:    &ir.Program{File: "random.tfe", Name: "random", Values: make([]ir.Info, 1), Player: -1},
		in:   make(map[string]interp.Tensor), tolerance: make(map[string]float64),
	}
	for _, name := range []string{"a", "b", "c", "s0", "s1", "s2"} {
		g.p.Players = append(g.p.Players, ir.Player{Name: name})
	}
	row, _ := capability.Lookup(protocol)
	g.p.Protocol = ir.Protocol{Name: protocol, Roles: roles[:row.Roles], Helpers: roles[row.Roles:], Ring: 64}
	g.block = &g.p.Body
	for range 6 {
		g.input()
	}
	g.constants()
	g.emit(&ir.Instr{Op: ir.OpStart, Who: g.p.Everybody()})
	for range 40 {
		g.statement()
	}
	for range 8 {
		g.output()
	}
	g.p.Number()
	return g.p, g.in, g.tolerance
}

func (g *generator) emit(i *ir.Instr) {
	i.Pos.Line = len(g.p.Values)
	*g.block = append(*g.block, i)
}

// define adds a value to the table and to the scope.
func (g *generator) define(v value) value {
	g.p.Values = append(g.p.Values, ir.Info{Elem: v.elem, Shape: v.shape, Place: v.at, Temp: true})
	v.id = ir.Value(len(g.p.Values) - 1)
	g.values = append(g.values, v)
	return v
}

func (g *generator) holders(v value) types.Set { return v.at.Set(g.p.Everybody()) }

func pick[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

func (g *generator) shape() types.Shape {
	return pick(g, types.Shape{}, types.Shape{types.Int(3)}, types.Shape{types.Int(2), types.Int(3)})
}

// input adds an input with edge values among its data.
func (g *generator) input() {
	limit := map[types.Elem]float64{boolean: 1, int32s: 1000, int64s: 1 << 40, uint64s: math.MaxUint64, fixed: 100 << 16}
	v := value{elem: pick(g, boolean, int32s, int32s, int64s, uint64s, fixed, fixed, fixed), shape: g.shape()}
	owner := types.SetOf(g.IntN(3))
	v.at, v.most = types.At(owner), limit[v.elem]
	if v.elem == int64s && g.IntN(2) == 0 {
		v.most = math.MaxInt64 // the whole type
	}
	v = g.define(v)
	name := fmt.Sprintf("x%d", len(g.p.Inputs))
	g.p.Inputs = append(g.p.Inputs, ir.Input{Name: name, Value: v.id, Elem: v.elem, Shape: v.shape, Owner: v.at})
	g.emit(&ir.Instr{Op: ir.OpInput, Dst: v.id, Name: name, Who: owner})
	g.in[name] = g.data(v)
}

func (g *generator) data(v value) interp.Tensor {
	out := interp.Tensor{Elem: v.elem, Shape: dims(v.shape)}
	n, _ := v.shape.Count().Const()
	for range n {
		out.Data = append(out.Data, g.element(v))
	}
	return out
}

func (g *generator) element(v value) *big.Int {
	hi, _ := big.NewFloat(v.most).Int(nil)
	if _, top := v.elem.Bounds(); hi.Cmp(top) > 0 {
		hi = top
	}
	x := new(big.Int).SetUint64(g.Uint64())
	x.Mod(x, new(big.Int).Add(hi, big.NewInt(1)))
	switch g.IntN(5) {
	case 0:
		x.SetInt64(int64(g.IntN(2)))
	case 1:
		x.Set(hi)
	}
	if !v.elem.Unsigned() && v.elem != boolean && g.IntN(2) == 0 {
		x.Neg(x)
	}
	return x
}

func dims(s types.Shape) []int64 {
	out := make([]int64, len(s))
	for k, d := range s {
		out[k], _ = d.Const()
	}
	return out
}

// constants adds some public scalars.
func (g *generator) constants() {
	for _, c := range []struct {
		elem types.Elem
		v    int64
	}{{boolean, 1}, {int32s, 3}, {int32s, -7}, {int64s, 0}, {int64s, 2}, {fixed, 1 << 15}, {fixed, -3 << 16}} {
		g.constant(c.elem, c.v)
	}
}

func (g *generator) constant(e types.Elem, k int64) value {
	v := g.define(value{elem: e, at: types.PublicPlace, most: math.Abs(float64(k))})
	g.emit(&ir.Instr{Op: ir.OpConst, Dst: v.id, Const: []*big.Int{big.NewInt(k)}, Who: g.p.Everybody()})
	return v
}

// some returns a value in scope that suits, if there is one; mostly a shared
// one, since that is where the engine works.
func (g *generator) some(suits func(value) bool) (value, bool) {
	if g.IntN(3) > 0 {
		if v, ok := g.first(func(v value) bool { return v.at.IsShared() && suits(v) }); ok {
			return v, true
		}
	}
	return g.first(suits)
}

// first looks from a random place on.
func (g *generator) first(suits func(value) bool) (value, bool) {
	start := g.IntN(len(g.values))
	for k := range g.values {
		if v := g.values[(start+k)%len(g.values)]; suits(v) {
			return v, true
		}
	}
	return value{}, false
}

// pair returns two values of one element whose shapes broadcast.
func (g *generator) pair(suits func(value) bool) (x, y value, ok bool) {
	if x, ok = g.some(suits); !ok {
		return
	}
	y, ok = g.some(func(v value) bool { return suits(v) && v.elem == x.elem && broadcasts(x.shape, v.shape) })
	return
}

func broadcasts(s, t types.Shape) bool {
	n := min(len(s), len(t))
	return s[len(s)-n:].Equal(t[len(t)-n:])
}

func longest(s, t types.Shape) types.Shape {
	if len(s) < len(t) {
		return t
	}
	return s
}

// op writes an operation where its operands meet: in clear, or on shares
// after sharing what is not public.
func (g *generator) op(i *ir.Instr, result value, args ...value) value {
	at := types.PublicPlace
	for _, a := range args {
		at = at.Join(a.at)
	}
	if at.Holders == g.p.Everybody() {
		at = types.PublicPlace
	}
	for _, a := range args {
		if at.IsShared() {
			a = g.share(a)
		}
		i.Args = append(i.Args, a.id)
	}
	result.at = at
	result = g.define(result)
	i.Dst, i.Who = result.id, g.workers(at)
	g.emit(i)
	return result
}

func (g *generator) workers(at types.Place) types.Set {
	if at.IsShared() {
		return g.p.Computing()
	}
	return at.Set(g.p.Everybody())
}

func (g *generator) share(v value) value {
	if v.at.IsShared() || v.at.Public {
		return v
	}
	from := v
	v.at = types.SharedPlace
	v = g.define(v)
	who := g.p.Computing().With(from.at.Holders.First())
	g.emit(&ir.Instr{Op: ir.OpShare, Dst: v.id, Args: []ir.Value{from.id}, Who: who})
	return v
}

// statement writes one random operation, loop or branch; a draw for which
// nothing suits writes nothing.
func (g *generator) statement() {
	pick(g, g.sum, g.difference, g.product, g.scaled, g.quotient, g.compared, g.compared, g.selected,
		g.extreme, g.logic, g.reduced, g.dot, g.converted, g.absolute, g.moved, g.loop)()
}

// fits reports that no value up to most overflows e, with room for the ring.
func fits(e types.Elem, most float64) bool {
	_, hi := e.Bounds()
	top, _ := new(big.Float).SetInt(hi).Float64()
	return most < top/2
}

func number(v value) bool { return v.elem.IsNum() }

// exact values are those that the engine cannot have rounded.
func exact(v value) bool { return v.off == 0 }

func (g *generator) sum()        { g.linear(ir.OpAdd) }
func (g *generator) difference() { g.linear(ir.OpSub) }

func (g *generator) linear(op ir.Op) {
	x, y, ok := g.pair(number)
	if ok && x.elem != uint64s && fits(x.elem, x.most+y.most) {
		g.op(&ir.Instr{Op: op}, value{elem: x.elem, shape: longest(x.shape, y.shape),
			most: x.most + y.most, off: x.off + y.off}, x, y)
	}
}

func (g *generator) product() {
	x, y, ok := g.pair(number)
	most, off := x.most*y.most, x.most*y.off+y.most*x.off+x.off*y.off
	shift := 0
	if x.elem == fixed {
		shift = fixed.F
		most, off = math.Ldexp(most, -shift)+1, math.Ldexp(off, -shift)+1
	}
	if ok && x.elem != uint64s && fits(x.elem, most) && x.most*y.most < 1<<60 {
		g.op(&ir.Instr{Op: ir.OpMul, Shift: shift}, value{elem: x.elem, shape: longest(x.shape, y.shape),
			most: most, off: off}, x, y)
	}
}

// scaled is a fixed times an integer.
func (g *generator) scaled() {
	x, ok1 := g.some(func(v value) bool { return v.elem == fixed })
	y, ok2 := g.some(func(v value) bool { return v.elem == int32s && broadcasts(v.shape, x.shape) })
	if ok1 && ok2 && fits(fixed, x.most*y.most) {
		g.op(&ir.Instr{Op: ir.OpMul}, value{elem: fixed, shape: longest(x.shape, y.shape),
			most: x.most * y.most, off: x.off * y.most}, x, y)
	}
}

// quotient is by a public integer or fixed literal.
func (g *generator) quotient() {
	x, ok := g.some(func(v value) bool { return number(v) && v.elem != uint64s && fits(v.elem, v.most) })
	if !ok || x.most > 1<<40 || x.elem != fixed && !exact(x) {
		return
	}
	divisor := x.elem
	if x.elem == fixed && g.IntN(2) == 0 {
		divisor = int64s
	}
	y := g.constant(divisor, pick[int64](g, 3, -3, 7, 1<<14))
	out := value{elem: x.elem, shape: x.shape, most: x.most/y.most + 2, off: x.off/y.most + 2}
	switch {
	case x.elem != fixed:
		out.off = 0 // integer quotients are exact
	case divisor == fixed:
		out.most, out.off = math.Ldexp(x.most/y.most, 16)+2, math.Ldexp(x.off/y.most, 16)+2
	}
	if fits(x.elem, out.most) {
		g.op(&ir.Instr{Op: ir.OpDiv}, out, x, y)
	}
}

func (g *generator) compared() {
	if x, y, ok := g.pair(exact); ok && number(x) {
		op := pick(g, ir.OpEq, ir.OpNe, ir.OpLt, ir.OpLe, ir.OpGt, ir.OpGe)
		g.op(&ir.Instr{Op: op}, value{elem: boolean, shape: longest(x.shape, y.shape), most: 1}, x, y)
	}
}

func (g *generator) selected() {
	x, y, ok := g.pair(func(value) bool { return true })
	if !ok {
		return
	}
	s := longest(x.shape, y.shape)
	if c, ok := g.some(func(v value) bool { return v.elem == boolean && broadcasts(v.shape, s) }); ok {
		g.op(&ir.Instr{Op: ir.OpSelect}, value{elem: x.elem, shape: longest(c.shape, s),
			most: max(x.most, y.most), off: max(x.off, y.off)}, c, x, y)
	}
}

func (g *generator) extreme() {
	if x, y, ok := g.pair(number); ok {
		g.op(&ir.Instr{Op: pick(g, ir.OpMin, ir.OpMax)}, value{elem: x.elem, shape: longest(x.shape, y.shape),
			most: max(x.most, y.most), off: max(x.off, y.off)}, x, y)
	}
}

func (g *generator) logic() {
	if x, y, ok := g.pair(func(v value) bool { return v.elem == boolean }); ok {
		if g.IntN(3) == 0 {
			g.op(&ir.Instr{Op: ir.OpNot}, value{elem: boolean, shape: x.shape, most: 1}, x)
			return
		}
		g.op(&ir.Instr{Op: pick(g, ir.OpAnd, ir.OpOr)}, value{elem: boolean, shape: longest(x.shape, y.shape), most: 1}, x, y)
	}
}

// reduced is a sum or an extreme over an axis or all elements.
func (g *generator) reduced() {
	x, ok := g.some(func(v value) bool { return number(v) && len(v.shape) > 0 })
	if !ok {
		return
	}
	axis := g.IntN(len(x.shape)+1) - 1
	out := value{elem: x.elem, most: x.most, off: x.off}
	for k, d := range x.shape {
		if axis >= 0 && k != axis {
			out.shape = append(out.shape, d)
		}
	}
	op := pick(g, ir.OpSum, ir.OpMin, ir.OpMax)
	if op == ir.OpSum {
		out.most, out.off = 6*x.most, 6*x.off
		if out.elem == int32s {
			out.elem = int64s
		}
		if !fits(out.elem, out.most) {
			return
		}
	}
	g.op(&ir.Instr{Op: op, Axis: axis}, out, x)
}

// dot is of vectors, or of a matrix and a vector, of fixed.
func (g *generator) dot() {
	y, ok1 := g.some(func(v value) bool { return v.elem == fixed && len(v.shape) == 1 })
	x, ok2 := g.some(func(v value) bool { return v.elem == fixed && len(v.shape) > 0 })
	if !ok1 || !ok2 || !x.shape[len(x.shape)-1].Equal(y.shape[0]) {
		return
	}
	most := 3 * x.most * y.most
	off := math.Ldexp(3*(x.most*y.off+y.most*x.off+x.off*y.off), -16) + 1
	if most < 1<<60 && fits(fixed, math.Ldexp(most, -16)) {
		g.op(&ir.Instr{Op: ir.OpDot, Shift: 16}, value{elem: fixed, shape: x.shape[:len(x.shape)-1],
			most: math.Ldexp(most, -16) + 1, off: off}, x, y)
	}
}

func (g *generator) converted() {
	x, ok := g.some(exact)
	if !ok {
		return
	}
	out := value{elem: pick(g, int32s, int64s, fixed), shape: x.shape, most: x.most}
	switch {
	case out.elem == fixed && x.elem != fixed:
		out.most = math.Ldexp(x.most, 16)
	case x.elem == fixed && out.elem != fixed:
		out.most = math.Ldexp(x.most, -16) + 1
	}
	if x.elem != out.elem && fits(out.elem, out.most) {
		g.op(&ir.Instr{Op: ir.OpConvert}, out, x)
	}
}

func (g *generator) absolute() {
	if x, ok := g.some(func(v value) bool { return number(v) && fits(v.elem, v.most) }); ok {
		g.op(&ir.Instr{Op: pick(g, ir.OpAbs, ir.OpNeg)}, value{elem: x.elem, shape: x.shape, most: x.most, off: x.off}, x)
	}
}

// moved indexes, stacks, transposes or joins.
func (g *generator) moved() {
	x, ok := g.some(func(v value) bool { return len(v.shape) > 0 })
	if !ok {
		return
	}
	out := x
	switch g.IntN(5) {
	case 0:
		i := g.constant(int64s, int64(g.IntN(2)))
		out.shape = x.shape[1:]
		g.op(&ir.Instr{Op: ir.OpIndex, Slices: []ir.Slice{{From: i.id}}}, out, x)
	case 1:
		out.shape = append(types.Shape{types.Int(2)}, x.shape...)
		if len(out.shape) == 2 {
			g.op(&ir.Instr{Op: ir.OpStack}, out, x, x)
		}
	case 2:
		if len(x.shape) == 2 {
			out.shape = types.Shape{x.shape[1], x.shape[0]}
			t := g.op(&ir.Instr{Op: ir.OpTranspose}, out, x)
			g.op(&ir.Instr{Op: ir.OpTranspose}, x, t)
		}
	case 3:
		g.rotated(x)
	case 4:
		g.updated(x)
	}
}

// rotated moves the first row to the end.
func (g *generator) rotated(x value) {
	one := g.constant(int64s, 1)
	head, tail := x, x
	head.shape = append(types.Shape{types.Int(1)}, x.shape[1:]...)
	tail.shape = append(types.Shape{x.shape[0].Sub(types.Int(1))}, x.shape[1:]...)
	head = g.op(&ir.Instr{Op: ir.OpIndex, Slices: []ir.Slice{{Range: true, To: one.id, Len: types.Int(1)}}}, head, x)
	tail = g.op(&ir.Instr{Op: ir.OpIndex, Slices: []ir.Slice{{Range: true, From: one.id, Len: tail.shape[0]}}}, tail, x)
	g.op(&ir.Instr{Op: ir.OpConcat, Axis: 0}, x, tail, head)
}

// updated fills a tensor with a scalar and writes an element of x to it.
func (g *generator) updated(x value) {
	s, ok := g.some(func(v value) bool { return v.elem == x.elem && len(v.shape) == 0 })
	if !ok {
		return
	}
	filled := s
	filled.shape = x.shape
	filled = g.op(&ir.Instr{Op: ir.OpFill}, filled, s)
	one := g.constant(int64s, 1)
	row := x
	row.shape = x.shape[1:]
	row = g.op(&ir.Instr{Op: ir.OpIndex, Slices: []ir.Slice{{From: one.id}}}, row, x)
	out := x
	out.most, out.off = max(x.most, s.most), max(x.off, s.off)
	g.op(&ir.Instr{Op: ir.OpUpdate, Slices: []ir.Slice{{From: one.id}}}, out, filled, row)
}

// loop folds a value into a shared variable, under a public branch.
func (g *generator) loop() {
	x, y, ok := g.pair(func(v value) bool { return number(v) && v.at.IsShared() })
	if !ok || !x.shape.Equal(longest(x.shape, y.shape)) {
		return
	}
	zero, three, one := g.constant(int64s, 0), g.constant(int64s, 3), g.constant(int64s, 1)
	acc := x
	acc.most, acc.off = max(x.most, y.most), max(x.off, y.off)
	acc = g.variable(acc)
	g.emit(&ir.Instr{Op: ir.OpCopy, Dst: acc.id, Args: []ir.Value{x.id}, Who: g.p.Computing()})

	outer, scope := g.block, len(g.values)
	f := &ir.Instr{Op: ir.OpFor, Args: []ir.Value{zero.id, three.id, one.id}, Who: g.p.Everybody()}
	g.block = &f.Body
	i := g.define(value{elem: int64s, at: types.PublicPlace, most: 3})
	f.Dst = i.id
	last := g.op(&ir.Instr{Op: ir.OpGe}, value{elem: boolean, most: 1}, i, one)
	branch := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{last.id}, Who: g.p.Everybody()}
	g.emit(branch)
	for k, b := range []*ir.Block{&branch.Body, &branch.Else} {
		g.block = b
		next := g.op(&ir.Instr{Op: []ir.Op{ir.OpMin, ir.OpMax}[k]}, acc, acc, y)
		g.emit(&ir.Instr{Op: ir.OpCopy, Dst: acc.id, Args: []ir.Value{next.id}, Who: g.p.Computing()})
	}
	g.block, g.values = outer, g.values[:scope]
	g.emit(f)
}

func (g *generator) variable(v value) value {
	v = g.define(v)
	g.p.Values[v.id].Var = true
	return v
}

// output opens a shared value, or writes one that somebody holds.
func (g *generator) output() {
	v := g.values[len(g.values)-1-g.IntN(min(40, len(g.values)))]
	to := types.SetOf(g.IntN(6))
	if g.IntN(3) == 0 {
		to = g.p.Everybody()
	}
	name := fmt.Sprintf("r%d", len(g.p.Outputs))
	opened, i := v, &ir.Instr{Op: ir.OpOpen, Args: []ir.Value{v.id}, Name: name, To: g.place(to)}
	i.Who = g.p.Computing().Union(to)
	opened.at = i.To
	if !v.at.IsShared() {
		i.Op = ir.OpReveal
		i.Who = g.holders(v).Union(to)
		opened.at = g.place(i.Who)
	}
	if v.at.IsShared() || !g.holders(v).Contains(to) {
		opened = g.define(opened)
		i.Dst = opened.id
		g.emit(i)
		v = opened
	}
	g.emit(&ir.Instr{Op: ir.OpOutput, Args: []ir.Value{v.id}, Name: name, Who: to})
	g.p.Outputs = append(g.p.Outputs, ir.Output{Name: name, Value: v.id, Elem: v.elem, Shape: v.shape, To: g.place(to)})
	g.tolerance[name] = math.Ceil(v.off)
}

func (g *generator) place(s types.Set) types.Place {
	if s == g.p.Everybody() {
		return types.PublicPlace
	}
	return types.At(s)
}
