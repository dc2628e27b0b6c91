package lower

// Bodies that a `return` or `yield` may leave before their end. What they give
// stands in variables; what would follow is carried out unless the body has
// been left, which every player who takes part knows, since the conditions and
// bounds around a `return` are public.

import (
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A leaving is what a body keeps that may be left before its end.
type leaving struct {
	results []result
	places  []types.Place
	left    ir.Value // a bool variable
}

// body lowers the block of a computation, function or `local` expression whose
// results have the types given.
func (l *lowerer) body(n ast.Node, b *ast.Block, results []types.Type) []result {
	outer := l.frame.leaving
	defer func() { l.frame.leaving = outer }()
	l.frame.leaving = nil
	if !leavesMidway(b) {
		return l.block(b)
	}
	out := &leaving{left: l.newVar("left", l.constants(types.Of(types.Bool), nil, zeroes), l.held(l.local))}
	for _, t := range results {
		r := result{at: n}
		for _, at := range l.placesOf(t) {
			out.places = append(out.places, at)
			r.values = append(r.values, l.made(t, path{}, func(t types.Type, _ path) ir.Value {
				return l.newVar("result", l.flow(n, l.same(0, t), at), at)
			}))
		}
		out.results = append(out.results, r)
	}
	l.frame.leaving = out
	l.block(b)
	return out.results
}

// placesOf are the placements of a result's values: one, or one a member.
func (l *lowerer) placesOf(t types.Type) []types.Place {
	if t.Place.Each == "" {
		return []types.Place{t.Place}
	}
	var out []types.Place
	for _, q := range l.group(t.Place.Each).Members {
		out = append(out, l.held(types.SetOf(l.index[q])))
	}
	return out
}

// leave is a `return` or `yield` of such a body.
func (l *lowerer) leave(s ast.Stmt, values []ast.Expr) {
	to := l.frame.leaving
	places := to.places
	for k, r := range l.resultList(values) {
		for j, x := range r.values {
			at := places[0]
			places = places[1:]
			zip(to.results[k].values[j], x, func(v, x ir.Value) ir.Value {
				l.copy(v, l.flow(s, l.convert(x, l.elem(v)), at))
				return v
			})
		}
	}
	l.copy(to.left, l.constants(types.Of(types.Bool), nil, ones))
}

// midway lowers a statement that may leave the body, and what follows it: into
// the other arm where one always leaves.
func (l *lowerer) midway(s ast.Stmt, rest []ast.Stmt) {
	if s, ok := s.(*ast.If); ok {
		then, otherwise := arms(s)
		switch {
		case ends(then):
			l.either(s, then, followed(otherwise, rest))
			return
		case ends(otherwise):
			l.either(s, followed(then, rest), otherwise)
			return
		}
	}
	l.stmt(s)
	if len(rest) > 0 {
		l.unlessLeft(s, followed(&ast.Block{Span: rest[0].Extent()}, rest))
	}
}

// followed is a block with more statements at its end.
func followed(b *ast.Block, rest []ast.Stmt) *ast.Block {
	if len(rest) == 0 {
		return b
	}
	out := *b
	out.EndPos = rest[len(rest)-1].Extent().EndPos
	out.Stmts = append(b.Stmts[:len(b.Stmts):len(b.Stmts)], rest...)
	return &out
}

// unlessLeft carries out a block if the body has not been left.
func (l *lowerer) unlessLeft(n ast.Node, b *ast.Block) {
	l.ownAll(n, l.assignedIn(b))
	l.staying(func() { l.block(b) })
}

// staying carries out f if the body has not been left.
func (l *lowerer) staying(f func()) {
	i := &ir.Instr{Op: ir.OpIf, Axis: -1, Who: l.local}
	i.Args = []ir.Value{l.op(ir.OpNot, types.Of(types.Bool), nil, l.frame.leaving.left)}
	i.Body = l.within(branch, f).block
	l.emit(i)
}

// pass is one pass of a loop's body.
func (l *lowerer) pass(n ast.Node, b *ast.Block) {
	if l.frame.leaving != nil && leavesBody(b) {
		l.unlessLeft(n, b)
		return
	}
	l.block(b)
}

// leavesBody reports that a `return` or `yield` stands in a block.
func leavesBody(b *ast.Block) bool {
	for _, s := range b.Stmts {
		switch s.(type) {
		case *ast.Return, *ast.Yield:
			return true
		}
	}
	return leavesMidway(b)
}

// leavesMidway reports that one stands in a loop or branch of a block.
func leavesMidway(b *ast.Block) bool {
	for _, s := range b.Stmts {
		if mayLeave(s) {
			return true
		}
	}
	return false
}

// mayLeave reports a loop or branch with a `return` or `yield` inside.
func mayLeave(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.If:
		then, otherwise := arms(s)
		return leavesBody(then) || leavesBody(otherwise)
	case *ast.For:
		return leavesBody(s.Body)
	case *ast.While:
		return leavesBody(s.Body)
	}
	return false
}

// ends reports that no path leads past the end of a block.
func ends(b *ast.Block) bool {
	if len(b.Stmts) == 0 {
		return false
	}
	switch s := b.Stmts[len(b.Stmts)-1].(type) {
	case *ast.Return, *ast.Yield:
		return true
	case *ast.If:
		then, otherwise := arms(s)
		return ends(then) && ends(otherwise)
	}
	return false
}
