package explain

// Definitions: what the value of a variable is made from.

import (
	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
)

// A definition is all that decides a variable's value: the expressions of its
// `let`, or of its `var` and every assignment, with the conditions around
// those.
type definition struct {
	text  string // of the `let` or `var`
	parts []ast.Node
	lines []ast.Span
}

// definitions finds those of a program, by the name that is defined.
func definitions(p *check.Program) map[*ast.Ident]*definition {
	d := make(map[*ast.Ident]*definition)
	for _, f := range p.Files() {
		for _, decl := range f.Decls {
			vars := make(map[string]*definition)
			collect(d, vars, decl, nil)
		}
	}
	return d
}

// collect adds what stands below n. vars are the variables of a declaration by
// name: nothing is shadowed, but blocks beside one another may use a name
// twice. around are the conditions that n stands under.
func collect(d map[*ast.Ident]*definition, vars map[string]*definition, n ast.Node, around []ast.Node) {
	switch n := n.(type) {
	case *ast.Let:
		for _, name := range n.Names {
			d[name] = &definition{format.Expr(n.Value), []ast.Node{n.Value}, []ast.Span{n.Span}}
		}
	case *ast.Var:
		vars[n.Name.Name] = &definition{format.Expr(n.Value), []ast.Node{n.Value}, []ast.Span{n.Span}}
		d[n.Name] = vars[n.Name.Name]
	case *ast.Assign:
		if v := vars[target(n.Target)]; v != nil {
			v.parts = append(append(v.parts, n.Target, n.Value), around...)
			v.lines = append(v.lines, n.Span)
			for _, c := range around { // its comparison, and the select
				v.lines = append(v.lines, c.Extent())
			}
		}
	case *ast.If:
		around = append(around[:len(around):len(around)], n.Cond)
	}
	for _, child := range ast.Children(n) {
		collect(d, vars, child, around)
	}
}

// target is the name of the variable that an assignment changes.
func target(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.Index:
		return target(x.X)
	case *ast.Field:
		return target(x.X)
	}
	return ""
}
