package check

// Walking over the tree: calls and assignments anywhere in a body.

import "github.com/tfec-lang/tfec/lang/ast"

// A walker visits a node and all expressions and statements inside, in order.
type walker func(ast.Node)

func (w walker) node(n ast.Node) {
	w(n)
	switch n := n.(type) {
	case *ast.Let:
		w.exprs(n.Value)
	case *ast.Var:
		w.exprs(n.Value)
	case *ast.For:
		w.exprs(n.From, n.To, n.Step)
		w.block(n.Body)
	case *ast.While:
		w.exprs(n.Cond, n.Limit)
		w.block(n.Body)
	case *ast.If:
		w.exprs(n.Cond)
		w.block(n.Then)
		if n.Else != nil {
			w.node(n.Else)
		}
	case *ast.BlockStmt:
		w.block(n.Body)
	case *ast.Assert:
		w.exprs(n.Cond)
	case *ast.Local:
		w.block(n.Body)
	case *ast.Assign:
		w.exprs(n.Target, n.Value)
	case *ast.ExprStmt:
		w.exprs(n.Call)
	case *ast.Return:
		w.exprs(n.Values...)
	case *ast.Yield:
		w.exprs(n.Values...)
	case ast.Expr:
		w.inside(n)
	}
}

// inside visits what stands inside an expression.
func (w walker) inside(e ast.Expr) {
	switch n := e.(type) {
	case *ast.Unary:
		w.exprs(n.X)
	case *ast.Binary:
		w.exprs(n.X, n.Y)
	case *ast.Cond:
		w.exprs(n.If, n.Then, n.Else)
	case *ast.Each:
		w.exprs(n.Body)
	case *ast.Call:
		w.exprs(n.Fn)
		for _, a := range n.Args {
			w.exprs(a.Value)
		}
	case *ast.Index:
		w.exprs(n.X)
		for _, s := range n.Slices {
			w.exprs(s.From, s.To)
		}
	case *ast.Field:
		w.exprs(n.X)
	case *ast.Reveal:
		w.exprs(n.X)
	case *ast.LocalExpr:
		w.block(n.Body)
	case *ast.Paren:
		w.exprs(n.Elems...)
	case *ast.Array:
		w.exprs(n.Elems...)
	}
}

// exprs visits expressions; nil ones are left out.
func (w walker) exprs(list ...ast.Expr) {
	for _, e := range list {
		if e != nil {
			w.node(e)
		}
	}
}

func (w walker) block(b *ast.Block) {
	if b != nil {
		for _, s := range b.Stmts {
			w.node(s)
		}
	}
}

func walkBlock(b *ast.Block, visit func(ast.Node)) { walker(visit).block(b) }

// callsIn lists the calls in a body.
func callsIn(b *ast.Block) []*ast.Call {
	var out []*ast.Call
	walkBlock(b, func(n ast.Node) {
		if c, ok := n.(*ast.Call); ok {
			out = append(out, c)
		}
	})
	return out
}

// TargetName is the variable that an assignment changes.
func TargetName(e ast.Expr) *ast.Ident {
	for {
		switch t := e.(type) {
		case *ast.Ident:
			return t
		case *ast.Index:
			e = t.X
		case *ast.Field:
			e = t.X
		default:
			return nil
		}
	}
}
