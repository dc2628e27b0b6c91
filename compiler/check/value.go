package check

// What is known of a value while its body is checked: more than the tables
// keep.

import (
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A value is the result of an expression.
type value struct {
	types.Type
	expr ast.Expr
	// untyped marks number literals, constants without a type and operators
	// over them: they take the type of their context. flexible marks typed
	// constants, sizes and loop variables: they take another integer type if
	// they provably fit.
	untyped, flexible bool
	konst             *Const
	lin               *types.Size // as a polynomial over sizes and loop variables
	quotients         *types.Size // likewise, over quotients of sizes too: for proofs only
	bounds            bounds
	total             *total      // of how many values it is the sum
	drift             *drift      // from what a variable held when a loop's pass began
	early             bool        // R14
	deps              []*Variable // the inputs it depends on, in order of the header
	gaps              []string    // the bounds that it lacks, see overflow.go
	met               *meeting    // where it became shared
	affine            *affine
	parts             []value // of a tuple; of a bundle, by member
	fields            []value // of a record that was just made
	counted           bool    // of an argument: it has at most maxCount elements
}

// A meeting is where values of several players became one shared value.
type meeting struct {
	players types.Set
	expr    ast.Expr
}

var invalid = types.Type{Elem: types.Of(types.Invalid)}

// poison is the value of an expression in error; it causes no other error.
func poison(e ast.Expr) value {
	return value{Type: invalid, expr: e, early: true}
}

// polynomial is what proofs know of a value, nil for nothing.
func (v value) polynomial() *types.Size {
	if v.lin != nil {
		return v.lin
	}
	return v.quotients
}

func (v value) bad() bool { return v.Tuple == nil && v.Elem.Kind == types.Invalid }

func bad(vs ...value) bool { return slices.ContainsFunc(vs, value.bad) }

// joinDeps merges the inputs that values depend on. A pass that is repeated
// defines them anew, so they are told apart by their definition.
func joinDeps(vs ...value) []*Variable {
	var out []*Variable
	for _, v := range vs {
		if out == nil {
			out = slices.Clip(v.deps) // of which most values are, alone
			continue
		}
		for _, d := range v.deps {
			if !slices.ContainsFunc(out, func(o *Variable) bool { return o.Decl == d.Decl }) {
				out = append(out, d)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Variable) int { return a.Decl.Pos.Offset - b.Decl.Pos.Offset })
	return out
}

func allEarly(vs ...value) bool {
	return !slices.ContainsFunc(vs, func(v value) bool { return !v.early })
}
