package advise

// Loops as operations on vectors. Only forms are taken whose passes cannot
// depend on each other: elements `x[i]` go into sums, counts, extremes, or to
// places `r[i]`, and nothing that the loop assigns is read in it.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// elementwise are the functions of the prelude that take vectors as they take
// numbers, with so many operands.
var elementwise = map[string]int{
	"abs": 1, "sqrt": 1, "rsqrt": 1, "exp": 1, "log": 1, "sigmoid": 1, "tanh": 1, "relu": 1, "min": 2, "max": 2, "clamp": 3,
	"fixed": 1, "int8": 1, "int16": 1, "int32": 1, "int64": 1, "uint8": 1, "uint16": 1, "uint32": 1, "uint64": 1,
}

// A lifter writes a loop's statements over all passes at once. ok is false from
// the first thing on that has no such form.
type lifter struct {
	body     *check.Body
	source   string
	loop     *ast.For
	lifted   map[*check.Variable]bool // lets of the loop: now vectors
	assigned map[*check.Variable]bool
	ok       bool
}

func vectorized(b *check.Body, block *ast.Block, loop *ast.For, source string) ([]string, bool) {
	if loop.To == nil || loop.Step != nil || b.Vars[loop.Name] == nil {
		return nil, false
	}
	l := &lifter{b, source, loop, make(map[*check.Variable]bool), make(map[*check.Variable]bool), true}
	ast.Walk(loop.Body, func(n ast.Node) bool {
		if s, ok := n.(*ast.Assign); ok {
			l.assign(s)
		}
		return true
	})
	var out []string
	for _, s := range loop.Body.Stmts {
		out = append(out, l.stmt(s, block)...)
	}
	return out, l.ok && len(l.assigned) > 0
}

// assign notes a target: each is assigned once.
func (l *lifter) assign(s *ast.Assign) {
	e := s.Target
	if x, ok := e.(*ast.Index); ok {
		e = x.X
	}
	name, ok := e.(*ast.Ident)
	if !ok || l.assigned[l.body.Vars[name]] {
		l.ok = false
		return
	}
	l.assigned[l.body.Vars[name]] = true
}

func (l *lifter) stmt(s ast.Stmt, block *ast.Block) []string {
	switch s := s.(type) {
	case *ast.Let:
		return l.let(s, block)
	case *ast.Assign:
		return []string{l.assignment(s, "")}
	case *ast.If:
		return l.guarded(s)
	}
	l.ok = false
	return nil
}

// let is one of a vector; its name must mean nothing else after the loop.
func (l *lifter) let(s *ast.Let, block *ast.Block) []string {
	value, vector := l.expr(s.Value)
	if s.Tuple || s.Type != nil || !vector || l.elsewhere(s.Names[0].Name, block) {
		l.ok = false
		return nil
	}
	l.lifted[l.body.Vars[s.Names[0]]] = true
	return []string{fmt.Sprintf("let %s = %s", s.Names[0].Name, value)}
}

func (l *lifter) elsewhere(name string, block *ast.Block) (found bool) {
	ast.Walk(block, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return n != ast.Node(l.loop)
	})
	return found
}

// guarded are assignments under a condition of each pass.
func (l *lifter) guarded(s *ast.If) (out []string) {
	if s.Else != nil {
		l.ok = false
		return nil
	}
	if extreme, ok := l.extreme(s); ok {
		return []string{extreme}
	}
	cond, vector := l.expr(s.Cond)
	l.ok = l.ok && vector
	for _, inner := range s.Then.Stmts {
		if a, ok := inner.(*ast.Assign); ok {
			out = append(out, l.assignment(a, cond))
		} else {
			l.ok = false
		}
	}
	return out
}

// extreme is `if x[i] > m { m = x[i] }`.
func (l *lifter) extreme(s *ast.If) (string, bool) {
	c, ok := s.Cond.(*ast.Binary)
	if !ok || len(s.Then.Stmts) != 1 {
		return "", false
	}
	a, ok := s.Then.Stmts[0].(*ast.Assign)
	if !ok || a.Op != "=" {
		return "", false
	}
	fn := map[string]string{">": "max", ">=": "max", "<": "min", "<=": "min"}[c.Op]
	x, m := c.X, c.Y
	if l.text(x) == l.text(a.Target) {
		x, m, fn = m, x, map[string]string{"max": "min", "min": "max"}[fn]
	}
	if fn == "" || l.text(m) != l.text(a.Target) || l.text(x) != l.text(a.Value) {
		return "", false
	}
	return l.reduced(a.Target, fn, a.Value), true
}

// reduced is a variable with the extreme of it and of a vector.
func (l *lifter) reduced(target ast.Expr, fn string, e ast.Expr) string {
	name := l.accumulator(target)
	value, vector := l.expr(e)
	l.ok = l.ok && vector
	return fmt.Sprintf("%s = %s(%s, %s(%s))", name, fn, name, fn, value)
}

// accumulator is a variable that all passes change, a number or a bool.
func (l *lifter) accumulator(target ast.Expr) string {
	name, ok := target.(*ast.Ident)
	if !ok || len(l.body.Type(target).Shape) > 0 {
		l.ok = false
		return ""
	}
	return name.Name
}

// assignment is a statement of the loop, carried out in the passes in which
// cond holds; "": in all.
func (l *lifter) assignment(s *ast.Assign, cond string) string {
	switch {
	case s.Op == "+=" || s.Op == "-=":
		return fmt.Sprintf("%s %s %s", l.accumulator(s.Target), s.Op, l.sum(s.Value, cond))
	case s.Op != "=" || cond != "":
		l.ok = false
		return ""
	}
	if x, ok := s.Target.(*ast.Index); ok {
		return l.places(x, s.Value)
	}
	switch e := s.Value.(type) {
	case *ast.Call:
		fn, ok := e.Fn.(*ast.Ident)
		if ok && (fn.Name == "max" || fn.Name == "min") && l.body.Calls[e] == nil && len(e.Args) == 2 {
			return l.reduced(s.Target, fn.Name, l.besides(s.Target, e.Args[0].Value, e.Args[1].Value))
		}
	case *ast.Binary:
		name := l.accumulator(s.Target)
		other := l.besides(s.Target, e.X, e.Y)
		if e.Op == "+" {
			return fmt.Sprintf("%s = %s + %s", name, name, l.sum(other, ""))
		}
		if fn := map[string]string{"or": "any", "and": "all"}[e.Op]; fn != "" {
			value, vector := l.expr(other)
			l.ok = l.ok && vector
			return fmt.Sprintf("%s = %s %s %s(%s)", name, name, e.Op, fn, value)
		}
	}
	l.ok = false
	return ""
}

// besides is that of two operands which is not the target.
func (l *lifter) besides(target, x, y ast.Expr) ast.Expr {
	switch l.text(target) {
	case l.text(x):
		return y
	case l.text(y):
		return x
	}
	l.ok = false
	return x
}

// sum is the sum of a value over the passes in which cond holds.
func (l *lifter) sum(e ast.Expr, cond string) string {
	value, vector := l.expr(e)
	switch {
	case cond != "" && value == "1":
		return "count(" + cond + ")"
	case cond != "" && l.body.Type(e).Elem.Kind == types.Fixed:
		return fmt.Sprintf("sum(if %s then %s else 0.0)", cond, value)
	case cond != "":
		return fmt.Sprintf("sum(if %s then %s else 0)", cond, value)
	}
	l.ok = l.ok && vector
	return "sum(" + value + ")"
}

// places is `r[i] = e`.
func (l *lifter) places(x *ast.Index, e ast.Expr) string {
	name, ok := x.X.(*ast.Ident)
	value, vector := l.expr(e)
	if l.ok = l.ok && ok && vector && len(x.Slices) == 1 && l.isElement(x); !l.ok {
		return ""
	}
	return fmt.Sprintf("%s = %s", l.rows(name, x), value)
}

// expr is an expression over all passes, and whether it is a vector: one that
// is the same in each pass is not.
func (l *lifter) expr(e ast.Expr) (string, bool) {
	if l.invariant(e) {
		l.ok = l.ok && len(l.body.Type(e).Shape) == 0
		return l.text(e), false
	}
	switch e := e.(type) {
	case *ast.Ident:
		l.ok = l.ok && l.lifted[l.body.Vars[e]]
		return e.Name, true
	case *ast.Index:
		if l.isElement(e) && l.invariant(e.X) {
			return l.rows(e.X, e), true
		}
	case *ast.Field:
		x, vector := l.expr(e.X)
		return x + "." + e.Name.Name, vector
	case *ast.Unary, *ast.Binary, *ast.Cond:
		return l.spliced(e, ast.Children(e))
	case *ast.Paren:
		if len(e.Elems) == 1 {
			return l.spliced(e, ast.Children(e))
		}
	case *ast.Call:
		if fn, ok := e.Fn.(*ast.Ident); ok && l.body.Calls[e] == nil && elementwise[fn.Name] == len(e.Args) {
			var args []ast.Node
			for _, a := range e.Args {
				args = append(args, a.Value)
			}
			return l.spliced(e, args)
		}
	}
	l.ok = false
	return "", false
}

// spliced is the text of an expression with its operands lifted.
func (l *lifter) spliced(e ast.Node, operands []ast.Node) (string, bool) {
	var out strings.Builder
	at := e.Extent().Pos.Offset
	for _, x := range operands {
		text, _ := l.expr(x.(ast.Expr))
		out.WriteString(l.source[at:x.Extent().Pos.Offset] + text)
		at = x.Extent().EndPos.Offset
	}
	return out.String() + l.source[at:e.Extent().EndPos.Offset], true
}

// invariant reports that an expression is the same in each pass: of constants
// and of names that the loop does not define or assign.
func (l *lifter) invariant(e ast.Expr) bool {
	same := true
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			v := l.body.Vars[n]
			same = same && v != l.body.Vars[l.loop.Name] && !l.lifted[v] && !l.assigned[v]
		case *ast.Number, *ast.Bool, *ast.Unary, *ast.Binary, *ast.Paren, *ast.Cond, *ast.Index, *ast.Slice, *ast.Field:
		default:
			same = false
		}
		return same
	})
	return same
}

// isElement reports `x[i]` or `x[i, k]`, one number, with the loop's i first.
func (l *lifter) isElement(x *ast.Index) bool {
	first, ok := x.Slices[0].From.(*ast.Ident)
	return ok && !x.Slices[0].Range && l.body.Vars[first] == l.body.Vars[l.loop.Name] && len(l.body.Type(x).Shape) == 0 &&
		!slices.ContainsFunc(x.Slices[1:], func(s *ast.Slice) bool { return s.Range || !l.invariant(s.From) })
}

// rows is `x[i]` for all i of the loop: x itself where that is all of it.
func (l *lifter) rows(of ast.Expr, x *ast.Index) string {
	all := ":"
	if !l.whole(of) {
		all = l.text(l.loop.From) + ".." + l.text(l.loop.To)
		if l.loop.Inclusive {
			all += " + 1"
		}
	}
	for _, s := range x.Slices[1:] {
		all += ", " + l.text(s.From)
	}
	if all == ":" {
		return l.text(of)
	}
	return fmt.Sprintf("%s[%s]", l.text(of), all)
}

// whole reports that the loop goes from the first to the last row of a value.
func (l *lifter) whole(of ast.Expr) bool {
	from, _ := l.body.Size(l.loop.From)
	to, known := l.body.Size(l.loop.To)
	shape := l.body.Type(of).Shape
	return !l.loop.Inclusive && known && from.Equal(types.Int(0)) && len(shape) > 0 && shape[0].Equal(to)
}

func (l *lifter) text(e ast.Expr) string {
	at := e.Extent()
	return l.source[at.Pos.Offset:at.EndPos.Offset]
}
