package check

// Walking over the tree: calls and assignments anywhere in a body.

import "github.com/tfec-lang/tfec/lang/ast"

// walk visits n and all expressions and statements inside, in order.
func walk(n ast.Node, visit func(ast.Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, child := range children(n) {
		walk(child, visit)
	}
}

// children lists what stands inside a node; nil expressions are left out.
func children(n ast.Node) []ast.Node {
	var out []ast.Node
	exprs := func(list ...ast.Expr) {
		for _, e := range list {
			if e != nil {
				out = append(out, e)
			}
		}
	}
	block := func(b *ast.Block) {
		if b != nil {
			for _, s := range b.Stmts {
				out = append(out, s)
			}
		}
	}
	switch n := n.(type) {
	case *ast.Let:
		exprs(n.Value)
	case *ast.Var:
		exprs(n.Value)
	case *ast.For:
		exprs(n.From, n.To, n.Step)
		block(n.Body)
	case *ast.While:
		exprs(n.Cond, n.Limit)
		block(n.Body)
	case *ast.If:
		exprs(n.Cond)
		block(n.Then)
		if n.Else != nil {
			out = append(out, n.Else)
		}
	case *ast.BlockStmt:
		block(n.Body)
	case *ast.Assert:
		exprs(n.Cond)
	case *ast.Local:
		block(n.Body)
	case *ast.Assign:
		exprs(n.Target, n.Value)
	case *ast.ExprStmt:
		exprs(n.Call)
	case *ast.Return:
		exprs(n.Values...)
	case *ast.Yield:
		exprs(n.Values...)
	default:
		exprChildren(n, exprs, block)
	}
	return out
}

func exprChildren(n ast.Node, exprs func(...ast.Expr), block func(*ast.Block)) {
	switch n := n.(type) {
	case *ast.Unary:
		exprs(n.X)
	case *ast.Binary:
		exprs(n.X, n.Y)
	case *ast.Cond:
		exprs(n.If, n.Then, n.Else)
	case *ast.Each:
		exprs(n.Body)
	case *ast.Call:
		exprs(n.Fn)
		for _, a := range n.Args {
			exprs(a.Value)
		}
	case *ast.Index:
		exprs(n.X)
		for _, s := range n.Slices {
			exprs(s.From, s.To)
		}
	case *ast.Field:
		exprs(n.X)
	case *ast.Reveal:
		exprs(n.X)
	case *ast.LocalExpr:
		block(n.Body)
	case *ast.Paren:
		exprs(n.Elems...)
	case *ast.Array:
		exprs(n.Elems...)
	}
}

func walkBlock(b *ast.Block, visit func(ast.Node)) {
	for _, s := range b.Stmts {
		walk(s, visit)
	}
}

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
