package check

// Enums and dates: what is ordered and is no number.

import (
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/date"
)

// enumDecls enters the declared enums of a file.
func (c *checker) enumDecls() {
	for _, d := range c.file.Decls {
		d, ok := d.(*ast.Enum)
		if !ok {
			continue
		}
		e := &Enum{Decl: d, Name: c.unique(d.Name.Name)}
		seen := make(map[string]bool)
		for _, v := range d.Values {
			if seen[v.Name] {
				c.errorf("E102", v, "`%s` stands twice in `%s`", v.Name, e.Name).Label = "second time"
				continue
			}
			seen[v.Name] = true
			e.Values = append(e.Values, v.Name)
		}
		c.enums[d] = e
		c.prog.Enums = append(c.prog.Enums, e)
	}
}

// unique is the name of an enum or record in the whole program: that of a
// module stands behind the module's, and its number where two are alike.
func (c *checker) unique(name string) string {
	if c == c.files[0] {
		return name
	}
	module := strings.TrimSuffix(path.Base(c.file.Name), ".tfe")
	free := module + "." + name
	for k := 2; c.prog.Enum(free) != nil || c.prog.Record(free) != nil; k++ {
		free = fmt.Sprintf("%s_%d.%s", module, k, name)
	}
	return free
}

func enumElem(e *Enum) types.Elem {
	return types.Elem{Kind: types.Enum, Name: e.Name, I: len(e.Values)}
}

// enumOf is the enum that a name of the top level stands for.
func (f *frame) enumOf(e ast.Expr) *Enum {
	s, ok := f.top(e)
	if !ok {
		return nil
	}
	d, ok := s.decl.(*ast.Enum)
	if !ok {
		return nil
	}
	return f.c.enums[d]
}

// columns is the enum whose values the last dimension of a type counts, written
// `size(Region)`, or nil.
func (f *frame) columns(t *ast.Type) *Enum {
	if len(t.Shape) == 0 {
		return nil
	}
	call, ok := t.Shape[len(t.Shape)-1].Size.(*ast.Call)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	if name, ok := call.Fn.(*ast.Ident); !ok || name.Name != "size" {
		return nil
	}
	return f.enumOf(call.Args[0].Value)
}

// enumValue is `Region.north`.
func (f *frame) enumValue(e *ast.Field, enum *Enum) value {
	k := slices.Index(enum.Values, e.Name.Name)
	if k < 0 {
		d := f.errorf("E101", e.Name, "`%s` is no value of %s", e.Name.Name, enum.Name)
		d.Label = "values: " + strings.Join(enum.Values, ", ")
		if near := nearest(e.Name.Name, slices.Clone(enum.Values)); near != "" {
			d.Label = "did you mean `" + near + "`?"
		}
		return poison(e)
	}
	code := new(big.Rat).SetInt64(int64(k))
	v := public(enumElem(enum), &Const{Num: code})
	v.bounds = exactly(code)
	return v
}

// dateArithmetic checks date - date, in days, and date plus or minus days.
func (f *frame) dateArithmetic(at ast.Node, op string, x, y value) value {
	days := types.Of(types.Int32)
	e := x.Elem
	switch {
	case op == "-" && x.Elem.Kind == types.Date && y.Elem.Kind == types.Date:
		e = days
	case x.Elem.Kind == types.Date && (op == "+" || op == "-"):
		var ok bool
		if y, ok = f.adapt(y, days); !ok && !y.bad() {
			return f.wrongDays(at, op, x, y)
		}
		if y.bad() {
			return poison(nil)
		}
	default:
		return f.wrongDays(at, op, x, y)
	}
	return f.elementwise(at, op, e, x, y)
}

func (f *frame) wrongDays(at ast.Node, op string, x, y value) value {
	d := f.errorf("E204", at, "`%s` cannot combine these types", op)
	d.Label = f.operands("`"+op+"`", []value{x, y})
	d.Hint = "date - date gives int32 days, date + int32 and date - int32 a date"
	return poison(nil)
}

// dateLiteral is date("2024-02-29"): a constant.
func (f *frame) dateLiteral(e *ast.Call, text *ast.Text) value {
	days, ok := date.Parse(strings.Trim(text.Raw, `"`))
	if !ok {
		return f.fail(text, "E204", "year-month-day, 0001-01-01 to 9999-12-31", "%s is no date", text.Raw)
	}
	return f.dateConstant(text, new(big.Rat).SetInt64(days))
}

// dateConstant is the date so many days after 1970-01-01.
func (f *frame) dateConstant(at ast.Node, days *big.Rat) value {
	if !exactly(days).within(calendar()) {
		return f.fail(at, "E204", "0001-01-01 to 9999-12-31", "%s days after 1970-01-01 is no date", days.Num())
	}
	v := public(types.Of(types.Date), &Const{Num: days})
	v.bounds = exactly(days)
	return v
}

// calendar is what a date that was read may be.
func calendar() bounds {
	return bounds{big.NewRat(date.First, 1), big.NewRat(date.Last, 1), true}
}

// onehot checks onehot(e) of an enum and onehot(i, k) of an index.
func (f *frame) onehot(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "onehot", []string{"x", "k"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	if x.bad() {
		return poison(e)
	}
	k, ok := f.hot(e, args, x)
	if !ok {
		return poison(e)
	}
	if len(x.Shape) == 4 {
		return f.fail(e, "E204", f.c.plain(x.Type), "an array has at most 4 dimensions")
	}
	place, met, ok := f.join(e, "onehot", x)
	if !ok {
		return poison(e)
	}
	return f.result(types.Of(types.Bool), append(x.Shape[:len(x.Shape):len(x.Shape)], k), place, met, x)
}

// hot is how many places a one-hot value has.
func (f *frame) hot(e *ast.Call, args []*ast.Arg, x value) (types.Size, bool) {
	switch {
	case x.Elem.Kind == types.Enum && args[1] != nil:
		f.errorf("E208", args[1], "`onehot` of an enum has one place a value").Label = "leave it out"
	case x.Elem.Kind == types.Enum:
		return types.Int(int64(x.Elem.I)), true
	case !x.Elem.IsInt():
		f.errorf("E204", args[0].Value, "`onehot` takes an enum, or an integer and how many there are").Label = f.c.plain(x.Type)
	case args[1] == nil:
		f.errorf("E208", e, "`onehot` of an integer needs `k`").Label = "how many places? `onehot(i, k)`"
	default:
		k, ok := f.dimensionOf(args[1])
		return k, ok && f.knownLength(args[1], k, "how many places there are")
	}
	return types.Size{}, false
}
