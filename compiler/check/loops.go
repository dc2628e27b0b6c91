package check

// Loops as fixed points (R17): between which bounds the variables that a body
// assigns lie before each of its passes, and after the last.
//
// A first look at the body supposes that they stay as they are; each further
// one, with the next pass over the unit, starts from what the one before left,
// until nothing is added. A variable to which each pass adds at most d grows
// by as many times d as there are passes; every other one takes the union of
// what it held, and one that grows again and again can be anything of its type
// (widening: Cousot and Cousot, POPL 1977).

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
	entry map[*ast.Ident]loopEntry // by definition
	left  bool                     // a pass may leave it under a late condition
}

// A loopEntry is what a variable may hold before a pass.
type loopEntry struct {
	bounds
	grown int // how often they have grown since the first look
}

func (x loopEntry) equal(y loopEntry) bool { return x.bounds.equal(y.bounds) }

func (x loopState) equal(y loopState) bool {
	return x.left == y.left && maps.EqualFunc(x.entry, y.entry, loopEntry.equal)
}

// enoughGrowth is how often the bounds of a variable may grow: once where they
// follow another's, or a drift found late, and then it is given up.
const enoughGrowth = 1

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
	now := loopState{entry: make(map[*ast.Ident]loopEntry)}
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
	f.unit.next.loops[key] = now
}

// begin is what a variable holds before a pass.
func (f *frame) begin(loop ast.Node, v *Variable, before loopState) {
	k := f.unit.known[v]
	if entry, ok := before.entry[v.Decl]; ok && !k.bad() {
		k.bounds = k.bounds.union(entry.bounds)
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
	known, looked := before.entry[v.Decl]
	if looked {
		entry = entry.union(known.bounds)
	}
	if looked && !entry.equal(known.bounds) {
		known.grown++
	}
	all := whole(v.Type.Elem)
	if k.bad() || all.known() && !entry.within(all) || known.grown > enoughGrowth {
		entry, outer = all, nil
	}
	now.entry[v.Decl] = loopEntry{entry, known.grown}
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
