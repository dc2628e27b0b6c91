package format

import "github.com/tfec-lang/tfec/lang/ast"

func Expr(e ast.Expr) string { return "" }
