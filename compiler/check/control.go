package check

// Control flow (R9-R11, R13): loops, conditionals, `local` blocks, asserts,
// and the bodies of loops over groups, checked once a member.

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

func (f *frame) forStmt(s *ast.For) {
	if s.To == nil {
		f.forGroup(s)
		return
	}
	from, ok1 := f.loopBound(s, s.From)
	to, ok2 := f.loopBound(s, s.To)
	step, ok3 := f.loopStep(s)
	f.steered(s, from, to, step)
	if !ok1 || !ok2 || !ok3 {
		from, to, step = poison(s.From), poison(s.To), value{}
	}
	defer f.open()()
	defer f.suppose()()
	dim := f.loopVar(s, from, to, step)
	dim.upto = dim.upto || leaves(s.Body)
	if !bad(from, to) {
		f.loopFacts(s, from, to, step)
	}
	f.repeat(s, s.Body, f.passes(s, from, to, step), func() {
		f.within(func(pc *context) {
			pc.loops = append(pc.loops[:len(pc.loops):len(pc.loops)], dim)
			pc.late = pc.late || !from.early || !to.early
		}, func() { f.block(s.Body) })
	})
}

// leaves reports that a block may be left by a `return`.
func leaves(b *ast.Block) bool {
	found := false
	walkBlock(b, func(n ast.Node) {
		_, ok := n.(*ast.Return)
		found = found || ok
	})
	return found
}

// passes bounds how often `for i in from..to` is carried out.
func (f *frame) passes(s *ast.For, from, to, step value) bounds {
	if bad(from, to) || !from.bounds.known() || !to.bounds.known() {
		return whole(types.Of(types.Uint64))
	}
	last := to.bounds
	if !s.Inclusive {
		last = last.sub(exactly(unity))
	}
	span := last.sub(from.bounds)
	if from.lin != nil && to.lin != nil { // n..n + 3
		exact := f.value(to.lin.Sub(*from.lin))
		if !s.Inclusive {
			exact = exact.sub(exactly(unity))
		}
		if exact.high.Cmp(span.high) < 0 {
			span = exact
		}
	}
	stride := unity
	if step.bounds.known() && step.bounds.low.Cmp(stride) > 0 {
		stride = step.bounds.low
	}
	most := truncate(new(big.Rat).Quo(span.high, stride))
	return upto(most.Add(most, unity), span.declared)
}

// upto is the interval of a number of passes; where it would be negative,
// there are none.
func upto(most *big.Rat, declared bool) bounds {
	return exactly(nought).greatest(bounds{nought, most, declared})
}

// loopBound checks one bound: a whole number that everybody knows early.
func (f *frame) loopBound(s *ast.For, e ast.Expr) (value, bool) {
	v := f.settle(f.expr(e, types.Elem{}))
	if v.bad() {
		return v, false
	}
	if !v.Elem.IsInt() || len(v.Shape) > 0 {
		f.errorf("E204", e, "a loop bound is a whole number").Label = f.c.plain(v.Type)
		return poison(e), false
	}
	return v, f.publicBound(s, e, v)
}

// publicBound is R11: E402 where not everybody knows a bound, or only late.
func (f *frame) publicBound(s *ast.For, e ast.Expr, v value) bool {
	if f.pc.local != nil {
		return true
	}
	if v.Place.Public && v.early {
		return true
	}
	message := "the loop bound is shared: no player knows it"
	switch {
	case v.Place.Public:
		message = "the loop bound is known only after data has been shared"
	case !v.Place.IsShared():
		message = fmt.Sprintf("the loop bound is known to %s only, but every player runs this loop", f.c.holders(v.Place))
	}
	d := f.errorf("E402", e, "%s", message)
	d.Label = f.c.full(v.Type)
	d.Hint = "loop to a public bound, and mask with `if`"
	if s != nil && e == s.To {
		if n := f.indexedLength(s); n != "" {
			d.Hint = fmt.Sprintf("loop over the public length and mask: `for %s in %s..%s { if %s < %s %s }`",
				s.Name.Name, f.text(s.From), n, s.Name.Name, f.text(e), f.blockText(s.Body))
		}
	}
	return false
}

// blockText is a block on one line.
func (f *frame) blockText(b *ast.Block) string { return f.text(b) }

// indexedLength is the length of an array that the loop variable indexes.
func (f *frame) indexedLength(s *ast.For) string {
	found := ""
	walkBlock(s.Body, func(n ast.Node) {
		x, ok := n.(*ast.Index)
		if !ok || found != "" {
			return
		}
		id, ok := x.X.(*ast.Ident)
		if !ok {
			return
		}
		v := f.scope.find(id.Name)
		for i, sl := range x.Slices {
			at, ok := sl.From.(*ast.Ident)
			if ok && !sl.Range && at.Name == s.Name.Name && v != nil && i < len(v.Type.Shape) {
				found = v.Type.Shape[i].String()
			}
		}
	})
	return found
}

func (f *frame) loopStep(s *ast.For) (value, bool) {
	if s.Step == nil {
		return value{}, true
	}
	v, ok := f.loopBound(s, s.Step)
	if ok && !(v.bounds.low.Sign() > 0) {
		ok = f.partial(s, s.Step, "this step may be below 1", "bound it by a range that starts at 1", v)
	}
	return v, ok
}

// loopVar defines the loop variable, and says how often the loop runs.
func (f *frame) loopVar(s *ast.For, from, to, step value) loopDim {
	e := types.Of(types.Int64)
	place := from.Place.Join(to.Place)
	if bad(from, to) {
		place = types.PublicPlace
	}
	v := &Variable{Name: s.Name.Name, Decl: s.Name, Kind: LoopVar, Type: types.Scalar(e, place)}
	lin := types.Name(s.Name.Name)
	b := bounds{whole(e).low, whole(e).high, false}
	if from.bounds.known() && to.bounds.known() {
		b = bounds{from.bounds.low, to.bounds.high, from.bounds.declared && to.bounds.declared}
		if !s.Inclusive {
			b.high = new(big.Rat).Sub(b.high, unity)
		}
		if compare(b.low, b.high) > 0 {
			b.high = b.low // the body never runs
		}
	}
	f.define(v, value{Type: v.Type, flexible: true, lin: &lin, bounds: b, early: from.early && to.early, affine: &affine{offset: true}})
	dim := loopDim{upto: true}
	if from.lin != nil && to.lin != nil && step.lin == nil {
		dim = loopDim{size: to.lin.Sub(*from.lin), upto: !f.isSize(*to.lin) || !f.isSize(*from.lin)}
		if s.Inclusive {
			dim.size = dim.size.Add(types.Int(1))
		}
		dim.size = f.most(dim.size)
	} else if most := f.passes(s, from, to, step).high.Num(); most.IsInt64() {
		dim.size = types.Int(most.Int64())
	}
	return dim
}

// most bounds a size from above by one without the variables of loops around,
// where it is linear in them.
func (f *frame) most(p types.Size) types.Size {
	out := types.Int(0)
	replaced := false
	for _, t := range p.Terms() {
		term := types.Int(t.Coef)
		for _, name := range t.Vars {
			end := types.Name(name)
			if info := f.infos[name]; info != nil && info.first != nil && len(t.Vars) == 1 {
				end, replaced = *info.last, true
				if t.Coef < 0 {
					end = *info.first
				}
			}
			term = term.Mul(end)
		}
		out = out.Add(term)
	}
	if replaced {
		return f.most(out)
	}
	return out
}

// loopFacts adds from <= i < to for the body.
func (f *frame) loopFacts(s *ast.For, from, to, step value) {
	info := &sizeInfo{place: types.PublicPlace, early: true}
	f.infos[s.Name.Name] = info
	i := types.Name(s.Name.Name)
	if from.bounds.known() && from.bounds.low.IsInt() {
		info.min = endOf(from.bounds.low.Num())
	}
	if to.bounds.declared && to.bounds.high.IsInt() {
		info.max = endOf(to.bounds.high.Num())
		if !s.Inclusive {
			info.max = info.max.plus(endAt(-1))
		}
	}
	if first := from.polynomial(); first != nil {
		f.hold(i.Sub(*first))
	}
	if end := to.polynomial(); end != nil {
		last := *end
		if !s.Inclusive {
			last = last.Sub(types.Int(1))
		}
		f.hold(last.Sub(i))
		if from.lin != nil && to.lin != nil {
			info.first, info.last = from.lin, &last
		}
	}
}

// group resolves the name of a group in a loop over it.
func (f *frame) group(e ast.Expr) *Group {
	id, ok := e.(*ast.Ident)
	if !ok {
		f.errorf("E106", e, "a loop runs over a group, or from a bound to a bound").Label = "not a group"
		return nil
	}
	if s, ok := f.c.names[id.Name]; ok && s.group != nil {
		return s.group
	}
	if f.scope.find(id.Name) == nil && f.c.names[id.Name] == nil {
		f.unknownName(id)
		return nil
	}
	f.errorf("E106", e, "a loop runs over a group, or from a bound to a bound").Label = "not a group"
	return nil
}

// forGroup checks `for p in group { }` once a member.
func (f *frame) forGroup(s *ast.For) {
	g := f.group(s.From)
	if g == nil {
		return
	}
	if f.pc.local != nil {
		f.errorf("E407", s, "a loop over a group cannot stand in `local %s`", f.pc.local.Name).Label = "one player runs this alone"
		return
	}
	f.eachMember(s, s.Name, g, func(in *frame) { in.block(s.Body) })
}

// eachMember checks a body once for each member of a group, in a Body each.
func (f *frame) eachMember(n ast.Node, name *ast.Ident, g *Group, check func(in *frame)) {
	for k, m := range g.Members {
		in := *f
		in.body = newBody(f.body.Name)
		in.body.Fn = f.body.Fn
		in.member = fmt.Sprintf("%s/%d.%d", f.member, n.Extent().Pos.Offset, k)
		in.scope = &scope{outer: f.scope, vars: make(map[string]*Variable)}
		in.pc.loops = append(f.pc.loops[:len(f.pc.loops):len(f.pc.loops)],
			loopDim{size: types.Int(int64(len(g.Members))), group: g, self: m})
		v := &Variable{Name: name.Name, Decl: name, Kind: MemberVar, Type: invalid, Group: g, Member: m}
		in.define(v, poison(nil))
		check(&in)
		f.body.Members[n] = append(f.body.Members[n], in.body)
	}
}

// each checks `each p in group: e`, a bundle.
func (f *frame) each(e *ast.Each, want types.Elem) value {
	g := f.group(e.Group)
	if g == nil {
		return poison(e)
	}
	if f.pc.local != nil {
		return f.fail(e, "E407", "one player runs this alone", "`each` cannot stand in `local %s`", f.pc.local.Name)
	}
	out := value{early: true}
	held := true
	f.eachMember(e, e.Name, g, func(in *frame) {
		if r, ok := e.Body.(*ast.Reveal); ok && f.eachOutput != nil {
			in.purposes = map[*ast.Reveal]*Output{r: f.eachOutput}
		}
		v := in.settle(in.expr(e.Body, want))
		if !v.bad() && want.Kind != types.Invalid {
			v = in.convertTo(v, want, "each value")
		}
		if v.bad() {
			held = false
		} else if held {
			held = in.heldByMember(e, v, g)
		}
		in.body.Result = []types.Type{v.Type}
		out.parts = append(out.parts, v)
	})
	if !held || !f.uniform(e, out.parts) {
		return poison(e)
	}
	first := out.parts[0]
	out.Type = types.Type{Elem: first.Elem, Shape: first.Shape, Place: types.Place{Each: g.Name}}
	out.deps, out.gaps = joinDeps(out.parts...), gapsOf(out.parts)
	out.early = allEarly(out.parts...)
	out.bounds = first.bounds
	for i, p := range out.parts {
		out.bounds = out.bounds.union(p.bounds)
		out.parts[i].Place = types.At(types.SetOf(g.Members[i]))
	}
	return out
}

// heldByMember is R7 for one member of a bundle.
func (f *frame) heldByMember(e *ast.Each, v value, g *Group) bool {
	self := f.pc.loops[len(f.pc.loops)-1].self
	if v.Tuple != nil || v.Place.Each != "" {
		f.errorf("E204", e.Body, "each member has one value").Label = f.c.plain(v.Type)
		return false
	}
	if v.Place.Public || v.Place.Holders.Has(self) {
		return true
	}
	name := f.c.prog.Players[self].Name
	if v.Place.IsShared() {
		d := f.errorf("E301", e.Body, "this value is shared, but each member of %s must hold its own", g.Name)
		d.Label = f.c.full(v.Type)
		d.Notes = f.dependsOn(v)
		d.Hint = fmt.Sprintf("declassify it where it leaves: `each %s in %s: reveal(%s) to %s`", e.Name.Name, g.Name, f.text(e.Body), e.Name.Name)
		return false
	}
	d := f.errorf("E302", e.Body, "this value is held in clear by %s, but %s must hold it", f.c.holders(v.Place), name)
	d.Label = f.c.full(v.Type)
	return false
}

// uniform checks that all members have one type.
func (f *frame) uniform(e *ast.Each, parts []value) bool {
	if len(parts) == 0 {
		return false
	}
	for _, p := range parts[1:] {
		if p.Elem != parts[0].Elem || len(p.Shape) != len(parts[0].Shape) {
			f.errorf("E204", e.Body, "the members' values differ in type").Label = f.operands("each", []value{parts[0], p})
			return false
		}
		if !f.sameShape(e.Body, parts[0].Shape, p.Shape, f.operandsOf("each", []value{parts[0], p}), nil) {
			return false
		}
	}
	return true
}

func (f *frame) while(s *ast.While) {
	if f.pc.secret {
		f.errorf("E407", s, "`while` cannot stand under a secret condition").Label = "condition " + f.secretCondition()
		return
	}
	limit := f.settle(f.expr(s.Limit, types.Elem{}))
	if !limit.bad() {
		if !limit.Elem.IsInt() || len(limit.Shape) > 0 {
			f.errorf("E204", s.Limit, "a limit is a whole number").Label = f.c.plain(limit.Type)
		} else {
			f.publicBound(nil, s.Limit, limit)
		}
	}
	dim := loopDim{upto: true}
	if limit.lin != nil {
		dim.size = *limit.lin
	} else if b := limit.bounds; b.known() && b.high.Num().IsInt64() {
		dim.size = types.Int(b.high.Num().Int64())
	}
	most := whole(types.Of(types.Uint64))
	if limit.bounds.known() {
		most = upto(limit.bounds.high, limit.bounds.declared)
	}
	f.repeat(s, s.Body, most, func() {
		f.within(func(pc *context) { pc.loops = append(pc.loops[:len(pc.loops):len(pc.loops)], dim) }, func() {
			c := f.settle(f.expr(s.Cond, types.Elem{}))
			if f.isCondition(s.Cond, c) && !c.Place.Public && f.pc.local == nil {
				f.secretLoop(s, c)
			}
			f.steered(s, limit, c)
			f.pc.late = f.pc.late || !c.early
			f.block(s.Body)
		})
	})
}

// steered warns (W804) of a loop in `local` of which a value from others says
// how often it runs: the player's time and memory follow it.
func (f *frame) steered(loop ast.Node, bounds ...value) {
	if f.pc.local == nil {
		return
	}
	for _, v := range bounds {
		others := f.fromOthers(v)
		if len(others) == 0 {
			continue
		}
		d := f.errorf("W804", v.expr, "a value from others steers how long this loop of %s runs", f.pc.local.Name)
		d.Label = "depends on " + and(others)
		d.Hint = "bound it by what the source says: a constant, a size, or a `limit` that is one"
		return
	}
}

// fromOthers names the inputs of other players that a late value depends on.
func (f *frame) fromOthers(v value) []string {
	var out []string
	if v.bad() || v.early || v.lin != nil {
		return nil
	}
	for _, d := range v.deps {
		argument := d.Kind == ParamVar && !f.unit.known[d].early
		if argument || !d.Type.Place.Public && !d.Type.Place.Holders.Has(f.pc.player) {
			out = append(out, "`"+d.Name+"`")
		}
	}
	return out
}

// isCondition checks that a statement's condition is one bool.
func (f *frame) isCondition(e ast.Expr, c value) bool {
	if c.bad() {
		return false
	}
	if c.Elem.Kind != types.Bool || len(c.Shape) > 0 || c.Tuple != nil {
		f.errorf("E204", e, "a condition is one bool").Label = f.c.plain(c.Type)
		return false
	}
	return true
}

// secretLoop reports E401.
func (f *frame) secretLoop(s *ast.While, c value) {
	message := "the loop condition is shared: no player can tell when to stop"
	if !c.Place.IsShared() {
		message = fmt.Sprintf("the loop condition is known to %s only, but every player runs this loop", f.c.holders(c.Place))
	}
	d := f.errorf("E401", s.Cond, "%s", message)
	d.Label = f.c.full(c.Type)
	cond := f.text(s.Cond)
	d.Hint = fmt.Sprintf("run a public number of rounds: `for i in 0..%s { if %s %s }`, or disclose the test: `reveal(%s) to public as more`",
		f.text(s.Limit), cond, f.blockText(s.Body), cond)
}

// ifStmt checks `if c { } else { }`: a branch where everybody knows c, else a
// conditional under the rules of R10.
func (f *frame) ifStmt(s *ast.If) bool {
	c := f.settle(f.expr(s.Cond, types.Elem{}))
	ok := f.isCondition(s.Cond, c)
	if !ok {
		c = poison(s.Cond)
		c.Place = types.PublicPlace
	}
	run := &arm{holders: types.PublicPlace}
	branched, other, following := f.branched, f.otherReturn, f.following
	f.branched, f.otherReturn = true, soleReturn(s.Else, following)
	before := f.snapshot()
	var thenEnds, elseEnds bool
	f.within(func(pc *context) { f.enterArm(pc, c); f.enter(pc, run) }, func() {
		thenEnds = f.block(s.Then)
		after := f.unit.known
		f.unit.known = before
		if s.Else != nil {
			elseEnds = f.stmt(s.Else)
		}
		f.mergeKnown(after)
	})
	f.branched, f.otherReturn, f.following = branched, other, following
	if ok {
		f.runs(s, c, run)
	}
	return thenEnds && elseEnds
}

// runs records where a conditional statement runs.
func (f *frame) runs(s *ast.If, c value, run *arm) {
	f.body.Runs[s] = f.runsAt(c, run)
}

// runsAt is K of R10: everybody where the condition is public, else who holds
// the condition and everything computed in the arms.
func (f *frame) runsAt(c value, run *arm) types.Place {
	if c.Place.Public {
		return types.PublicPlace
	}
	return f.normal(c.Place.Join(run.holders))
}

// soleReturn is the return that stands in the else block or right after.
func soleReturn(other ast.Stmt, following []ast.Stmt) *ast.Return {
	if b, ok := other.(*ast.BlockStmt); ok {
		following = b.Body.Stmts
	}
	if len(following) == 0 {
		return nil
	}
	r, _ := following[0].(*ast.Return)
	return r
}

func (f *frame) snapshot() map[*Variable]value {
	out := make(map[*Variable]value, len(f.unit.known))
	for k, v := range f.unit.known {
		out[k] = v
	}
	return out
}

// mergeKnown joins what variables hold after either branch.
func (f *frame) mergeKnown(other map[*Variable]value) {
	for k, v := range other {
		w, ok := f.unit.known[k]
		if !ok || k.Kind != VarVar {
			f.unit.known[k] = v
			continue
		}
		if v.bad() {
			w = v
		}
		w.bounds = w.bounds.union(v.bounds)
		w.drift = w.drift.join(v.drift)
		w.deps, w.gaps = joinDeps(w, v), joinGaps(w.gaps, v.gaps)
		if w.affine != v.affine {
			w.affine = nil
		}
		f.unit.known[k] = w
	}
}

// local checks `local p { }` and reports whether every path ends in `yield`.
func (f *frame) local(n ast.Node, player *ast.Ident, body *ast.Block) bool {
	if f.pc.secret {
		f.errorf("E407", n, "a `local` block cannot stand under a secret condition").Label = "condition " + f.secretCondition()
		return true
	}
	if f.pc.local != nil {
		f.errorf("E407", n, "a `local` block cannot stand in `local %s`", f.pc.local.Name).Label = "one player runs this alone"
		return true
	}
	p, ok := f.onePlayer(player)
	if !ok {
		return true
	}
	ends := false
	outerLocal, outerBlock := f.localScope, f.inLocalBlock
	f.localScope, f.inLocalBlock = f.scope, true
	f.within(func(pc *context) { pc.local, pc.player = f.c.prog.Players[p], p }, func() { ends = f.block(body) })
	f.localScope, f.inLocalBlock = outerLocal, outerBlock
	return ends
}

func (f *frame) onePlayer(id *ast.Ident) (int, bool) {
	if s, ok := f.c.names[id.Name]; ok && s.group != nil {
		f.errorf("E106", id, "`local` takes one player").Label = "a group"
		return 0, false
	}
	set, ok := f.playerSet(id, "a module's function runs where its arguments are")
	return set.First(), ok
}

// localExpr checks `local p { … yield e }`.
func (f *frame) localExpr(e *ast.LocalExpr) value {
	var yields []value
	outer, left, wrong := f.yields, f.unit.left, f.unit.diags.HasErrors()
	f.yields = &yields
	ends := f.local(e, e.Player, e.Body)
	f.yields, f.unit.left = outer, left
	switch {
	case !ends && yields != nil:
		f.errorf("E409", e, "this `local` expression does not end in `yield`").Label = "on every path"
		return poison(e)
	case !ends && (wrong || !f.unit.diags.HasErrors()):
		f.errorf("E409", e, "this `local` expression yields nothing").Label = "every path ends in `yield`"
		return poison(e)
	case yields == nil || bad(yields...):
		return poison(e)
	case len(yields) == 1:
		return yields[0]
	}
	out := value{parts: yields, early: allEarly(yields...)}
	for _, v := range yields {
		out.Tuple = append(out.Tuple, v.Type)
	}
	return out
}

// assert checks R14's asserts: on public conditions, or early ones in local.
func (f *frame) assert(s *ast.Assert) {
	if f.pc.secret {
		f.errorf("E405", s, "an assertion cannot stand under a secret condition").Label = "condition " + f.secretCondition()
		return
	}
	outer := f.naming
	if s.Label != nil {
		f.naming = s.Label.Name
	}
	c := f.settle(f.expr(s.Cond, types.Elem{}))
	f.naming = outer
	if !f.isCondition(s.Cond, c) {
		return
	}
	switch {
	case s.Label != nil && f.pc.local != nil:
		f.errorf("E405", s.Label, "a labelled assert cannot stand in `local %s`", f.pc.local.Name).Label = "it would disclose the condition"
	case f.pc.local != nil:
		if !c.early {
			f.partial(s, s.Cond, "this assertion may fail", "assert it on values that the player has before it computes with others", c)
		}
	case s.Label != nil:
		f.disclose(s, s.Label, s.Label.Name, types.Scalar(types.Of(types.Bool), types.PublicPlace), types.PublicPlace, disclosure{})
	case !c.Place.Public:
		f.secretAssert(s, c)
	}
}

// secretAssert reports E405.
func (f *frame) secretAssert(s *ast.Assert, c value) {
	d := f.errorf("E405", s.Cond, "an assertion on a shared value would disclose whether it holds")
	if !c.Place.IsShared() {
		d.Message = fmt.Sprintf("an assertion on a value of %s would disclose whether it holds", f.c.holders(c.Place))
	}
	d.Label = f.c.full(c.Type)
	label := "holds"
	if b, ok := s.Cond.(*ast.Binary); ok && b.Op == ">" && strings.Trim(f.text(b.Y), "0.") == "" {
		label = "positive"
	}
	d.Hint = fmt.Sprintf("say so: `assert reveal(%s) to public as %s` with `discloses %s: bool @ public`", f.text(s.Cond), label, label)
	if len(c.deps) > 0 && c.deps[0].Kind == InputVar {
		in := c.deps[0]
		low, high := "0.01", "1000.0"
		if in.Type.Elem.IsInt() {
			low, high = "1", "1000"
		}
		d.Hint += fmt.Sprintf("; or bound the inputs: `%s: %s in %s..%s`", in.Name, f.c.full(in.Type), low, high)
	}
}
