package codegen

// Types: what stands in Go for an element, a shape and a size.

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/lang/types"
)

// exactFloat is how many bits a fixed may have, its sign not counted, to be a
// float64 in Go without loss.
const exactFloat = 53

// goType is the Go type of a value: a scalar, nested slices of it, or a
// clear.Tensor where no Go type holds the element.
func (f *file) goType(e types.Elem, s types.Shape) *jen.Statement {
	name := goElem(e)
	if name == "" {
		return f.from("clear", "Tensor")
	}
	return jen.Id(strings.Repeat("[]", len(s)) + name)
}

// goElem is the Go type of an element, "" where there is none. Dates are days
// since 1970-01-01, enums the positions of their values.
func goElem(e types.Elem) string {
	switch e.Kind {
	case types.Enum, types.Date:
		return types.Int32.String()
	case types.Float:
		return "float64"
	case types.Fixed:
	default:
		return e.Kind.String()
	}
	if e.I+e.F <= exactFloat {
		return "float64"
	}
	return ""
}

// elem is the runtime's value for an element type: clear.Fixed(35, 12).
func (f *file) elem(e types.Elem) *jen.Statement {
	if e.Kind == types.Fixed {
		return f.from("clear", "Fixed").Call(jen.Lit(e.I), jen.Lit(e.F))
	}
	if e.Kind == types.Float {
		return f.from("clear", "Float")
	}
	return f.from("clear", exported(goElem(e)))
}

// conversion names the functions of package typed for a value: Vector turns
// a []float64 into a tensor, ToVector[float64] turns it back.
func conversion(e types.Elem, s types.Shape) string {
	if goElem(e) == "" {
		return "Tensor"
	}
	return [...]string{"Scalar", "Vector", "Matrix", "Array3", "Array4"}[len(s)]
}

// size is the runtime's value for a size: runtime.Size{{Coef: 2, Vars: …}}.
func (f *file) size(s types.Size) *jen.Statement {
	return f.from("runtime", "Size").Add(terms(s))
}

func terms(s types.Size) *jen.Statement {
	return jen.ValuesFunc(func(g *jen.Group) {
		for _, t := range s.Terms() {
			term := []jen.Code{field("Coef", number(t.Coef))}
			if len(t.Vars) > 0 {
				term = append(term, field("Vars", stringList(t.Vars)))
			}
			g.Values(term...)
		}
	})
}

// shape is the runtime's value for a shape.
func (f *file) shape(s types.Shape) *jen.Statement {
	return jen.Index().Add(f.from("runtime", "Size")).ValuesFunc(func(g *jen.Group) {
		for _, d := range s {
			g.Add(terms(d))
		}
	})
}

// field is `name: value` in a composite literal.
func field(name string, value jen.Code) *jen.Statement {
	return jen.Id(name).Op(":").Add(value)
}

// lines is a composite literal's body with a field a line.
func lines(fields ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}, fields...)
}

// number is an integer literal, on whatever machine tfec runs.
func number(v int64) *jen.Statement { return jen.Op(strconv.FormatInt(v, 10)) }

func stringList(list []string) *jen.Statement { return jen.Index().String().Add(values(list)) }

func intList(list []int) *jen.Statement { return jen.Index().Int().Add(values(list)) }

func values[T any](list []T) *jen.Statement {
	return jen.ValuesFunc(func(g *jen.Group) {
		for _, x := range list {
			g.Lit(x)
		}
	})
}
