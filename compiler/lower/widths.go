package lower

// Widths: integers of less than 64 bits are not reduced on shares, so they must
// provably fit their types wherever more than their low bits matters. This walk
// over the finished instructions bounds every value and refuses the rest.

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

type prover struct {
	*lowerer
	sizes  *sizeBounds
	ranges map[ir.Value]interval
	// report is off while a loop is only followed to find what its variables
	// can hold.
	report bool
}

// proveWidths walks over the whole computation once.
func (l *lowerer) proveWidths(sizes *sizeBounds) {
	p := &prover{lowerer: l, sizes: sizes, report: true, ranges: make(map[ir.Value]interval)}
	p.block(l.out.Body)
}

// of is the interval of a value.
func (p *prover) of(v ir.Value) interval {
	if a, ok := p.ranges[v]; ok {
		return a
	}
	return whole(p.elem(v))
}

func (p *prover) block(b ir.Block) {
	for _, i := range b {
		if p.report {
			p.width(i)
		}
		switch i.Op {
		case ir.OpFor:
			p.loop(i)
		case ir.OpWhile:
			p.repeat(i)
		case ir.OpIf:
			p.branch(i)
		}
		if i.Dst != 0 && i.Op != ir.OpFor {
			p.ranges[i.Dst] = p.settled(i.Dst, p.interval(i))
		}
	}
}

// loop follows a for: its variable lies between the bounds.
func (p *prover) loop(i *ir.Instr) {
	last := new(big.Int).Sub(p.of(i.Args[1]).high, big.NewInt(1))
	p.ranges[i.Dst] = span(p.of(i.Args[0]).low, last)
	p.repeat(i)
}

// passes is after how many passes a variable that still grows is given up.
const passes = 4

// repeat finds what variables can hold before each pass of a body, then looks
// at the body once with that.
func (p *prover) repeat(i *ir.Instr) {
	vars := p.assigned(i.Body)
	report := p.report
	p.report = false
	for pass := 0; ; pass++ {
		before := p.snapshotOf(vars)
		p.block(i.Body)
		if p.merge(vars, before, pass >= passes) {
			break
		}
	}
	p.report = report
	if report {
		before := p.snapshotOf(vars)
		p.block(i.Body)
		p.merge(vars, before, false)
	}
}

// merge joins what variables held before with what they hold now, and reports
// whether nothing was added. With widen, what was added becomes anything.
func (p *prover) merge(vars []ir.Value, before map[ir.Value]interval, widen bool) bool {
	same := true
	for _, v := range vars {
		now := before[v].join(p.ranges[v])
		if !now.equal(before[v]) {
			same = false
			if widen {
				now = p.settled(v, unbounded)
			}
		}
		p.ranges[v] = now
	}
	return same
}

func (p *prover) snapshotOf(vars []ir.Value) map[ir.Value]interval {
	out := make(map[ir.Value]interval)
	for _, v := range vars {
		out[v] = p.of(v)
	}
	return out
}

func (p *prover) branch(i *ir.Instr) {
	vars := append(p.assigned(i.Body), p.assigned(i.Else)...)
	before := p.snapshotOf(vars)
	p.block(i.Body)
	then := p.snapshotOf(vars)
	for _, v := range vars {
		p.ranges[v] = before[v]
	}
	p.block(i.Else)
	p.merge(vars, then, false)
}

// assigned lists the variables that a block assigns.
func (p *prover) assigned(b ir.Block) []ir.Value {
	var out []ir.Value
	for _, i := range b {
		if i.Dst != 0 && p.out.Values[i.Dst].Var && !slices.Contains(out, i.Dst) {
			out = append(out, i.Dst)
		}
		out = append(out, p.assigned(i.Body)...)
		out = append(out, p.assigned(i.Else)...)
	}
	return out
}

// refuse adds a diagnostic at an instruction.
func (l *lowerer) refuse(i *ir.Instr, code, hint, format string, args ...any) {
	l.diags.Add(diag.Diagnostic{Code: code, Span: l.origin[i], Message: fmt.Sprintf(format, args...), Hint: hint})
}

// reads are the operations whose result depends on more than the low bits of
// an integer on shares.
var reads = map[ir.Op]bool{
	ir.OpEq: true, ir.OpNe: true, ir.OpLt: true, ir.OpLe: true, ir.OpGt: true, ir.OpGe: true,
	ir.OpMin: true, ir.OpMax: true, ir.OpAbs: true, ir.OpDiv: true, ir.OpSum: true, ir.OpOneHot: true,
}

// width holds integers on shares to their types where the width matters.
func (p *prover) width(i *ir.Instr) {
	if i.Dst == 0 || !p.holders(i.Dst).Empty() {
		return
	}
	e := p.elem(i.Dst)
	for _, v := range i.Args {
		from := p.elem(v)
		grows := e.Kind == types.Fixed || e.Bits() > from.Bits()
		matters := reads[i.Op] || grows && (i.Op == ir.OpConvert || i.Op == ir.OpMul || i.Op == ir.OpDot)
		if matters && p.narrow(v) && !p.of(v).within(whole(from)) {
			p.refuse(i, "E901", "bound the inputs with ranges, or compute in int64",
				"this %s may have left its type, and reducing it is not built yet", from)
			return
		}
	}
	p.wide(i)
}

// wide refuses what the protocols compute below 62 bits only, and integers
// that no fixed holds.
func (p *prover) wide(i *ir.Instr) {
	x := i.Args
	switch {
	case i.Op == ir.OpDiv && p.elem(i.Dst).IsInt() && p.of(x[0]).largest().BitLen() > 61:
		p.refuse(i, "E901", "bound the inputs with ranges", "dividing integers that may exceed 61 bits is not built yet")
	case i.Op == ir.OpConvert && p.elem(i.Dst).Kind == types.Fixed && p.elem(x[0]).IsInt() &&
		!p.interval(i).within(whole(p.elem(i.Dst))):
		p.refuse(i, "E901", "bound the inputs with ranges", "this %s may not fit %s", p.elem(x[0]), p.elem(i.Dst))
	}
}
