package lower

// Loops: between which bounds the variables that a body assigns lie before each
// pass. As in the checker (compiler/check/loops.go), one to which each pass
// adds at most d grows by as many times d as there are passes; every other one
// takes the union of what it held, and what still grows after a few looks can
// be anything.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// A drift is by how much a value differs from what a variable held when a
// loop's pass began: at least off.low less than the least of its elements, at
// most off.high more than the greatest.
type drift struct {
	from ir.Value
	loop *ir.Instr
	off  interval
}

func (d *drift) add(a interval) *drift {
	if d == nil {
		return nil
	}
	return &drift{d.from, d.loop, corners(d.off, a, (*big.Int).Add)}
}

// join is the drift of what is one of two values.
func (d *drift) join(e *drift) *drift {
	if d == nil || e == nil || d.from != e.from || d.loop != e.loop {
		return nil
	}
	return &drift{d.from, d.loop, d.off.join(e.off)}
}

// drift is what the operands say about an instruction's result, whose interval
// is a before it wraps.
func (p *prover) drift(i *ir.Instr, a interval) *drift {
	of := func(k int) *drift { return p.drifts[i.Args[k]] }
	wraps := func(v ir.Value) bool { return p.exceeds(i, v) }
	if p.wordless(i) || p.orZero[i.Dst] || !p.narrow(i.Dst) && !a.within(whole(p.elem(i.Dst))) || slices.ContainsFunc(i.Args, wraps) {
		return nil
	}
	switch i.Op {
	case ir.OpCopy, ir.OpShare, ir.OpOpen, ir.OpReveal, ir.OpIndex, ir.OpFill, ir.OpTranspose, ir.OpReshape, ir.OpReverse:
		return of(0)
	case ir.OpConvert:
		if p.elem(i.Dst).F == p.elem(i.Args[0]).F {
			return of(0)
		}
	case ir.OpAdd:
		if of(0) != nil {
			return of(0).add(p.of(i, i.Args[1]))
		}
		return of(1).add(p.of(i, i.Args[0]))
	case ir.OpSub:
		return of(0).add(corners(constantly(0), p.of(i, i.Args[1]), (*big.Int).Sub))
	case ir.OpSelect:
		return of(1).join(of(2))
	case ir.OpUpdate, ir.OpStack, ir.OpConcat:
		out := of(0)
		for k := range i.Args {
			out = out.join(of(k))
		}
		return out
	}
	return nil
}

// loop follows a for: its variable lies between the bounds.
func (p *prover) loop(i *ir.Instr) {
	from, to, step := p.ranged(i.Args[0]), p.ranged(i.Args[1]), p.ranged(i.Args[2])
	last := new(big.Int).Sub(to.high, big.NewInt(1))
	p.ranges[i.Dst] = span(from.low, last)
	most := new(big.Int).Sub(last, from.low)
	if step.low.Sign() > 0 {
		most.Div(most, step.low)
	}
	p.repeat(i, most.Add(most, big.NewInt(1)))
}

// looks is after how many looks a variable that still grows is given up.
const looks = 4

// repeat finds what variables can hold before each of so many passes of a body,
// then looks at the body once with that.
func (p *prover) repeat(i *ir.Instr, most *big.Int) {
	vars := p.assigned(i.Body)
	passes := span(new(big.Int), most)
	start, entry := p.snapshotOf(vars), p.snapshotOf(vars)
	outer := p.driftsOf(vars)
	report := p.report
	p.report = false
	for look := 0; ; look++ {
		p.begin(i, entry)
		p.block(i.Body)
		if !p.grown(i, start, entry, passes, look >= looks) {
			break
		}
	}
	if p.report = report; report {
		p.begin(i, entry)
		i.Body = p.block(i.Body)
	}
	for _, v := range vars {
		p.ranges[v] = entry[v]
		p.drifts[v] = p.after(i, v, outer[v], passes)
	}
}

func (p *prover) driftsOf(vars []ir.Value) map[ir.Value]*drift {
	out := make(map[ir.Value]*drift)
	for _, v := range vars {
		out[v] = p.drifts[v]
	}
	return out
}

// begin is the state before a pass.
func (p *prover) begin(i *ir.Instr, entry map[ir.Value]interval) {
	for v, a := range entry {
		p.ranges[v], p.drifts[v] = a, &drift{v, i, constantly(0)}
	}
}

// drifted is how much all passes add to a variable, where that has a bound.
func (p *prover) drifted(i *ir.Instr, v ir.Value, passes interval) (interval, bool) {
	d := p.drifts[v]
	if d == nil || d.from != v || d.loop != i {
		return interval{}, false
	}
	return corners(d.off.join(constantly(0)), passes, (*big.Int).Mul), true
}

// grown adds to entry what a pass left, and reports whether that is more. With
// widen, what is more becomes anything.
func (p *prover) grown(i *ir.Instr, start, entry map[ir.Value]interval, passes interval, widen bool) bool {
	more := false
	for v, before := range entry {
		now := p.ranges[v]
		if all, ok := p.drifted(i, v, passes); ok {
			now = corners(start[v], all, (*big.Int).Add)
		}
		if now = p.settled(v, now.join(before)); now.equal(before) {
			continue
		}
		if more = true; widen {
			now = p.settled(v, unbounded)
		}
		entry[v] = now
	}
	return more
}

// after is a variable's drift behind the loop, from where the loop around it
// began.
func (p *prover) after(i *ir.Instr, v ir.Value, outer *drift, passes interval) *drift {
	if all, ok := p.drifted(i, v, passes); ok {
		return outer.add(all)
	}
	return nil
}

// branch joins what both blocks leave.
func (p *prover) branch(i *ir.Instr) {
	vars := append(p.assigned(i.Body), p.assigned(i.Else)...)
	ranges, drifts := p.snapshotOf(vars), p.driftsOf(vars)
	i.Body = p.block(i.Body)
	then, thenDrifts := p.snapshotOf(vars), p.driftsOf(vars)
	for _, v := range vars {
		p.ranges[v], p.drifts[v] = ranges[v], drifts[v]
	}
	i.Else = p.block(i.Else)
	for _, v := range vars {
		p.ranges[v] = p.ranged(v).join(then[v])
		p.drifts[v] = p.drifts[v].join(thenDrifts[v])
	}
}

func (p *prover) snapshotOf(vars []ir.Value) map[ir.Value]interval {
	out := make(map[ir.Value]interval)
	for _, v := range vars {
		out[v] = p.ranged(v)
	}
	return out
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
