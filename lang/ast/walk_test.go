package ast_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/parse"
)

// fields finds by reflection the nodes that the fields of n hold.
func fields(n ast.Node) map[ast.Node]bool {
	found := map[ast.Node]bool{}
	add := func(v reflect.Value) {
		if node, ok := v.Interface().(ast.Node); ok && !v.IsZero() {
			found[node] = true
		}
	}
	v := reflect.ValueOf(n).Elem()
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch {
		case name == "Span" || name == "Comments":
		case field.Kind() == reflect.Slice:
			for j := range field.Len() {
				add(field.Index(j))
			}
		default:
			add(field)
		}
	}
	return found
}

// Children leaves out no field, and lists the nodes in order of the text.
func TestChildren(t *testing.T) {
	sources := []string{`edition 1
import a "b"
protocol p(a; b) with c = 1
group g = { a }
const c: m.T(1)[upto 2] @ each g = if a then each p in g: -b else reveal((f(x: 1, [2]) as l)[1..2].y) to {p, q} as m
record R { x: (T, U) in 0..1 }
fn f[T: num](x: T) -> T discloses a.b: T {
  var x: T = 1
  for i in a..b step c { }
  while a limit b { }
  if a { } else { }
  assert l: a, "t"
  local p { yield (1, true) }
  let y: T = local p { yield "s" }
}
test "t" of f { given a[b] = 1 expect a within b expect abort "x" }`}
	paths, err := filepath.Glob("../../corpus/programs/*.tfe")
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		sources = append(sources, string(text))
	}
	for _, source := range sources {
		file, errs := parse.File("x.tfe", []byte(source))
		require.Empty(t, errs)
		ast.Walk(file, func(n ast.Node) bool {
			want, last := fields(n), 0
			children := ast.Children(n)
			require.Len(t, children, len(want), "%T", n)
			for _, child := range children {
				require.True(t, want[child], "%T in %T", child, n)
				require.GreaterOrEqual(t, child.Extent().Pos.Offset, last, "%T in %T", child, n)
				last = child.Extent().Pos.Offset
			}
			return true
		})
	}
}

func TestWalkStops(t *testing.T) {
	file, errs := parse.File("x.tfe", []byte("const a = 1 + 2\nconst b = 3"))
	require.Empty(t, errs)
	var seen int
	ast.Walk(file, func(n ast.Node) bool {
		seen++
		_, isConst := n.(*ast.Const)
		return !isConst
	})
	require.Equal(t, 3, seen)
}
