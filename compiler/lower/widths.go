package lower

// Widths: integers of fewer bits than the ring has are not reduced on shares,
// so they are wherever more than their lowest bits matters and they do not
// provably fit their types. This walk over the finished instructions bounds
// every value.

import (
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

type prover struct {
	*lowerer
	sizes     *sizeBounds
	ranges    map[ir.Value]interval
	drifts    map[ir.Value]*drift
	overflown map[ir.Value]bool // see overflow.go
	maxima    map[ir.Value]maximum
	// report is off while a loop is only followed to find what its variables
	// can hold.
	report bool
}

// proveWidths walks over the whole computation once.
func (l *lowerer) proveWidths(sizes *sizeBounds) {
	p := &prover{lowerer: l, sizes: sizes, report: true, ranges: make(map[ir.Value]interval), drifts: make(map[ir.Value]*drift), overflown: make(map[ir.Value]bool), maxima: make(map[ir.Value]maximum)}
	b := p.block(l.out.Body)
	for p.inherit(b) {
		continue
	}
	l.out.Body = p.restored(b)
}

// of is the interval of an operand of an instruction.
func (p *prover) of(i *ir.Instr, v ir.Value) interval {
	if p.exceeds(i, v) {
		return whole(p.elem(v)) // it is reduced before
	}
	return p.ranged(v)
}

// ranged is the interval of a value.
func (p *prover) ranged(v ir.Value) interval {
	if a, ok := p.ranges[v]; ok {
		return a
	}
	return whole(p.elem(v))
}

// block follows a block; where it reports, it returns the block with what its
// operations need.
func (p *prover) block(b ir.Block) ir.Block {
	var out ir.Block
	for _, i := range b {
		if p.report {
			out = append(out, p.reduced(i)...)
			out = append(out, p.longDivision(i)...)
			p.wide(i)
			i.Width = p.width(i)
			if i.Op == ir.OpRsqrt {
				p.inverseRoot(i)
			}
		}
		switch i.Op {
		case ir.OpFor:
			p.loop(i)
		case ir.OpWhile:
			p.repeat(i, p.ranged(i.Args[1]).high)
		case ir.OpIf:
			p.branch(i)
		}
		if i.Dst != 0 && i.Op != ir.OpFor {
			a := p.interval(i)
			p.overflows(i, a)
			p.drifts[i.Dst], p.ranges[i.Dst] = p.drift(i, a), p.settled(i.Dst, a)
		}
		p.remember(i)
		out = append(out, i)
	}
	if !p.report {
		return b
	}
	return out
}

// refuse adds a diagnostic at an instruction.
func (l *lowerer) refuse(i *ir.Instr, code, hint, format string, args ...any) {
	l.diags.Add(diag.Diagnostic{Code: code, Span: l.from(i), Message: fmt.Sprintf(format, args...), Hint: hint})
}

// modular are the operations of which the lowest bits of a result depend on the
// lowest bits of the operands alone, so that nothing need be reduced before.
var modular = map[ir.Op]bool{
	ir.OpCopy: true, ir.OpShare: true, ir.OpOpen: true, ir.OpRefresh: true, ir.OpReduce: true, ir.OpConvert: true,
	ir.OpNeg: true, ir.OpAdd: true, ir.OpSub: true, ir.OpMul: true, ir.OpDot: true, ir.OpConvolve: true, ir.OpConvolveToKernels: true, ir.OpConvolveToImages: true, ir.OpEq: true, ir.OpNe: true,
	ir.OpSelect: true, ir.OpIndex: true, ir.OpUpdate: true, ir.OpStack: true, ir.OpConcat: true,
	ir.OpFill: true, ir.OpTranspose: true, ir.OpReshape: true, ir.OpReverse: true, ir.OpWindows: true, ir.OpCumSum: true,
	ir.OpPermute: true, ir.OpShuffle: true, ir.OpCarry: true,
}

// exceeds reports that an instruction depends on more than the lowest bits of
// an integer that may have left its type.
func (p *prover) exceeds(i *ir.Instr, v ir.Value) bool {
	from := p.elem(v)
	if !p.narrow(v) || p.ranged(v).within(whole(from)) {
		return false
	}
	return !modular[i.Op] || i.Dst != 0 && p.grows(from, p.elem(i.Dst))
}

// grows reports that an integer of one type becomes a number of another that
// has more bits. A bool says whether it is zero modulo its type.
func (p *prover) grows(from, to types.Elem) bool {
	return to.Kind == types.Fixed || to.Bits() > from.Bits()
}

// reduced replaces operands of an instruction that must be reduced, and returns
// what reduces them.
func (p *prover) reduced(i *ir.Instr) ir.Block {
	var out ir.Block
	for k, v := range i.Args {
		if !p.exceeds(i, v) {
			continue
		}
		out = append(out, p.reduction(i, k))
	}
	return out
}

// reduction reduces an operand of an instruction before it.
func (p *prover) reduction(i *ir.Instr, k int) *ir.Instr {
	v := i.Args[k]
	r := &ir.Instr{Op: ir.OpReduce, Args: []ir.Value{v}, Axis: -1, Who: p.computing, Pos: i.Pos, Text: i.Text}
	r.Dst = p.define("", p.elem(v), p.shape(v), types.SharedPlace)
	p.origin[r] = p.origin[i]
	p.ranges[r.Dst] = whole(p.elem(v))
	i.Args[k] = r.Dst
	p.keep(i)
	return r
}

// keep tells the header of an output that its value was reduced.
func (p *prover) keep(i *ir.Instr) {
	for k := range p.out.Outputs {
		if x := &p.out.Outputs[k]; i.Op == ir.OpOutput && x.Name == i.Name && x.Member == i.Member {
			x.Value = i.Args[0]
		}
	}
}

// longDivision makes a public divisor of integers a shared one, and returns what
// does, where the dividend may exceed what a division by a public one takes:
// long division takes all.
func (p *prover) longDivision(i *ir.Instr) ir.Block {
	if i.Op != ir.OpDiv && i.Op != ir.OpMod || !p.holders(i.Dst).Empty() || !p.elem(i.Dst).IsInt() ||
		p.holders(i.Args[1]).Empty() || p.of(i, i.Args[0]).largest().BitLen() < p.room() {
		return nil
	}
	y := i.Args[1]
	s := &ir.Instr{Op: ir.OpConvert, Args: []ir.Value{y}, Axis: -1, Who: p.computing, Pos: i.Pos, Text: i.Text}
	s.Dst = p.define("", p.elem(y), p.shape(y), types.SharedPlace)
	p.origin[s] = p.origin[i]
	p.ranges[s.Dst] = p.of(i, y)
	i.Args[1] = s.Dst
	return ir.Block{s}
}

// room is how many bits a number may have on shares that is divided: that of
// the widest product.
func (p *prover) room() int { return p.prog.Protocol.Capability.Width[p.ring()] }

// ring is the bits of an element on shares.
func (p *prover) ring() int { return p.out.Protocol.Ring }

// wide refuses what the protocols compute of narrower types only, and integers
// that no fixed holds.
func (p *prover) wide(i *ir.Instr) {
	if i.Dst == 0 {
		return
	}
	e := p.elem(i.Dst)
	if p.bySeries(i) && e.Kind == types.Fixed && 1+e.I+2*e.F > seriesWidth {
		p.refuse(i, "E901", fmt.Sprintf("declare fewer bits, `precision fixed(%d, 16)`", seriesWidth-1-2*16), "%s of %s is not built yet", i.Op.Verb(), e)
		return
	}
	if !p.holders(i.Dst).Empty() {
		return
	}
	x := i.Args
	switch {
	case i.Op == ir.OpExp && p.elem(i.Dst).Bits() > 61, i.Op == ir.OpDiv && p.elem(i.Dst).Bits() > 61 && p.elem(i.Dst).Kind == types.Fixed && p.holders(x[1]).Empty():
		p.refuse(i, "E503", fmt.Sprintf("declare fewer bits, `precision fixed(%d, %d)`", 60-e.F, e.F), "%s is too wide for %s on shares, which takes 60 bits", e, i.Op.Verb())
	case i.Op == ir.OpConvert && p.elem(i.Dst).Kind == types.Fixed && p.elem(x[0]).IsInt() &&
		!p.interval(i).within(whole(p.elem(i.Dst))):
		p.refuse(i, "E502", "bound the inputs with ranges", "this %s may not fit %s", p.elem(x[0]), p.elem(i.Dst))
	}
}

// seriesWidth bounds 1 + I + 2F of what functions of fixed, in clear too, and
// divisions by a secret compute, whatever the ring.
const seriesWidth = 62

// bySeries reports a function of fixed, or a division by a secret.
func (p *prover) bySeries(i *ir.Instr) bool {
	switch i.Op {
	case ir.OpSqrt, ir.OpRsqrt, ir.OpExp, ir.OpLog, ir.OpSigmoid, ir.OpTanh:
		return true
	}
	return i.Op == ir.OpDiv && p.elem(i.Dst).Kind == types.Fixed && p.holders(i.Args[1]).Empty()
}

// width is how many bits a comparison needs, or 0 where that is as many as its
// types have: see ir.Compares.
func (p *prover) width(i *ir.Instr) int {
	if !i.Compares() || !p.holders(i.Dst).Empty() || p.elem(i.Args[0]).Kind == types.Bool {
		return 0
	}
	x, bits := p.of(i, i.Args[0]), p.elem(i.Args[0]).Bits()
	if i.Op == ir.OpAbs {
		return narrower(x.signed(), bits)
	}
	y := x
	if len(i.Args) == 2 {
		y = p.of(i, i.Args[1])
	}
	difference := corners(x, y, (*big.Int).Sub).largest()
	if i.Op == ir.OpEq || i.Op == ir.OpNe {
		return narrower(difference.BitLen(), bits)
	}
	return narrower(symmetric(difference).signed(), bits+1) // either operand from the other
}

// inverseRoot sets the least bit of what a reciprocal root is of. A maximum with a
// number that is not above that bit is what the root computes anyway.
func (p *prover) inverseRoot(i *ir.Instr) {
	if low := p.of(i, i.Args[0]).low; low.Sign() > 0 {
		i.Least = min(max(i.Least, low.BitLen()-1), p.elem(i.Dst).Bits()-2)
	}
	if x, ok := p.maxima[i.Args[0]]; ok && !i.Checked && x.number.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(i.Least))) <= 0 {
		i.Args[0] = x.of
	}
}

// A maximum is that of a value and a number.
type maximum struct {
	of     ir.Value
	number *big.Int
}

// remember notes a maximum with a number, of a value that is not assigned again.
func (p *prover) remember(i *ir.Instr) {
	if i.Op != ir.OpMax || len(i.Args) != 2 {
		return
	}
	for k, x := range i.Args {
		n := p.of(i, i.Args[1-k])
		if n.low.Cmp(n.high) == 0 && !p.out.Values[x].Var && p.shape(x).Equal(p.shape(i.Dst)) {
			p.maxima[i.Dst] = maximum{x, n.low}
		}
	}
}

// narrower is the width of a comparison that needs so many bits.
func narrower(need, most int) int {
	if need < most {
		return max(2, need)
	}
	return 0
}

// signed is how many bits hold an interval in two's complement.
func (a interval) signed() int {
	return 1 + max(a.high.BitLen(), new(big.Int).Not(a.low).BitLen())
}
