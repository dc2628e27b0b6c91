package check

// Loops as fixed points (R17): between which bounds the variables that a body
// assigns lie before each of its passes, and after the last.
//
// A first look at the body supposes that they stay as they are; each further
// one, with the next pass over the unit, starts from what the one before left,
// until nothing is added. A variable to which each pass adds at most d grows
// by as many times d as there are passes; every other one takes the union of
// what it held, and what still grows after a few looks can be anything of its
// type (widening: Cousot and Cousot, POPL 1977).

import (
	"maps"

	"github.com/tfec-lang/tfec/lang/ast"
)

// A loopKey is a loop, in one member's body.
type loopKey struct {
	loop   ast.Node
	member string
}

// A loopState is what the passes over a unit have found about one loop.
type loopState struct {
	entry map[*ast.Ident]bounds // by definition: what a variable may hold before a pass
	looks int                   // how often entry has grown
	left  bool                  // a pass may leave it under a late condition
}

func (x loopState) equal(y loopState) bool {
	return x.left == y.left && maps.EqualFunc(x.entry, y.entry, bounds.equal)
}

// enoughLooks is after how many looks a variable that still grows is given up.
const enoughLooks = 4

// A drift is by how much a value differs from what a variable held when the
// innermost pass that assigns it began: at least off.low less than the least of
// its elements, at most off.high more than the greatest.
type drift struct {
	from *Variable
	loop ast.Node
	off  bounds
}

// add is the drift of a value that differs by b.
func (d *drift) add(b bounds) *drift {
	if d == nil || !b.known() {
		return nil
	}
	return &drift{d.from, d.loop, d.off.add(b)}
}

// join is the drift of what is one of two values.
func (d *drift) join(e *drift) *drift {
	if d == nil || e == nil || d.from != e.from || d.loop != e.loop {
		return nil
	}
	return &drift{d.from, d.loop, d.off.union(e.off)}
}

// drifts is the drift of x op y.
func drifts(op string, x, y value) *drift {
	switch {
	case op == "+" && x.drift != nil:
		return x.drift.add(y.bounds)
	case op == "+":
		return y.drift.add(x.bounds)
	case op == "-":
		return x.drift.add(y.bounds.neg())
	}
	return nil
}

// repeat checks what a loop carries out at most passes times.
func (f *frame) repeat(loop ast.Node, body *ast.Block, passes bounds, check func()) {
	key := loopKey{loop, f.member}
	before := f.unit.before.loops[key]
	now := loopState{entry: make(map[*ast.Ident]bounds), looks: before.looks}
	vars := f.assignedIn(body)
	start := make(map[*Variable]value)
	for _, v := range vars {
		start[v] = f.unit.known[v]
		f.begin(loop, v, before)
	}
	left := f.unit.left
	f.unit.left = left || before.left
	check()
	now.left = f.unit.left
	for _, v := range vars {
		f.end(loop, v, start[v], before, &now, passes)
	}
	if !now.equal(before) {
		now.looks++
	}
	f.unit.next.loops[key] = now
}

// begin is what a variable holds before a pass.
func (f *frame) begin(loop ast.Node, v *Variable, before loopState) {
	k := f.unit.known[v]
	if entry, ok := before.entry[v.Decl]; ok && !k.bad() {
		k.bounds = k.bounds.union(entry)
	}
	k.affine, k.parts, k.gaps = nil, nil, f.unbounded(v, f.unit.known[v], k)
	k.drift = &drift{v, loop, exactly(nought)}
	f.unit.known[v] = k
}

// end finds what a variable may hold before the next pass, and after the loop.
func (f *frame) end(loop ast.Node, v *Variable, start value, before loopState, now *loopState, passes bounds) {
	k := f.unit.known[v]
	outer, entry := start.drift, start.bounds
	if d := k.drift; d != nil && d.from == v && d.loop == loop {
		grown := d.off.union(exactly(nought)).mul(passes.union(exactly(nought)))
		entry, outer = entry.add(grown), outer.add(grown)
	} else {
		entry, outer = entry.union(k.bounds), nil
	}
	if known, ok := before.entry[v.Decl]; ok {
		entry = entry.union(known)
	}
	all := whole(v.Type.Elem)
	grows := !entry.equal(before.entry[v.Decl])
	if k.bad() || all.known() && !entry.within(all) || grows && before.looks >= enoughLooks {
		entry, outer = all, nil
	}
	now.entry[v.Decl] = entry
	k.bounds, k.drift, k.affine, k.parts = entry, outer, nil, nil
	k.gaps = f.unbounded(v, start, k)
	f.unit.known[v] = k
}

// unbounded are the gaps of a variable that holds k around a pass, and held
// start before the first.
func (f *frame) unbounded(v *Variable, start, k value) []string {
	all := whole(v.Type.Elem)
	if k.bounds.known() && k.bounds.equal(all) && !start.bounds.equal(all) {
		return joinGaps(k.gaps, []string{"no bound found for the loop variable " + v.Name})
	}
	return k.gaps
}

// assignedIn lists the variables from around a block that it assigns.
func (f *frame) assignedIn(b *ast.Block) []*Variable {
	var out []*Variable
	seen := make(map[*Variable]bool)
	walkBlock(b, func(n ast.Node) {
		a, ok := n.(*ast.Assign)
		if !ok {
			return
		}
		id := TargetName(a.Target)
		if id == nil {
			return
		}
		if v := f.scope.find(id.Name); v != nil && v.Kind == VarVar && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	})
	return out
}
