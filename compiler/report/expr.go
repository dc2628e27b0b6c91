package report

// Values and operations as text for people, close to the program's own.

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/date"
)

// names say how values are written.
type names struct {
	p   *ir.Program
	def map[ir.Value]*ir.Instr // of all that are defined once
}

func namesOf(p *ir.Program) names {
	n := names{p, make(map[ir.Value]*ir.Instr)}
	n.block(p.Body)
	return n
}

func (n names) block(b ir.Block) {
	for _, i := range b {
		if i.Dst != 0 && !n.p.Values[i.Dst].Var {
			n.def[i.Dst] = i
		}
		n.block(i.Body)
		n.block(i.Else)
	}
}

// value writes a value where it stands alone: an input as its owner calls it,
// what has a name by its name, and a temporary by what it is: `sum(a)`.
func (n names) value(v ir.Value) string {
	i := n.def[v]
	switch {
	case i != nil && i.Op == ir.OpInput:
		return ir.Key(i.Name, i.Member)
	case i != nil && i.Op == ir.OpValid && n.p.Values[v].Temp:
		return n.operation(i, n.nested)
	case i != nil && n.p.Values[v].Temp && len(i.Args) > 0:
		return n.operation(i, n.nested)
	}
	return n.operand(v)
}

// opened is what an open or reveal is called: its label, the draw that it is a
// part of, or what is opened.
func (n names) opened(i *ir.Instr) string {
	if label := n.p.LabelOf(i); label != "" {
		return label
	}
	if d := n.def[i.Args[0]]; d != nil && d.Op == ir.OpDraw {
		return d.Name + "()"
	}
	return n.value(i.Dst)
}

// nested writes a value inside the expression of another.
func (n names) nested(v ir.Value) string {
	if text := n.value(v); strings.Contains(text, " ") && n.def[v] != nil && infix[n.def[v].Op] != "" {
		return "(" + text + ")"
	}
	return n.value(v)
}

// operand writes a value inside an operation; shared ones in brackets.
func (n names) operand(v ir.Value) string {
	x := n.p.Values[v]
	if i := n.def[v]; i != nil && i.Op == ir.OpConst && len(x.Shape) == 0 {
		return n.literal(x.Elem, i.Const[0])
	} else if i != nil && i.Op == ir.OpSizeOf {
		return sizeText(i.Size)
	}
	if x.Place.IsShared() {
		return "[" + x.Name + "]"
	}
	return x.Name
}

// inlined reports whether a value is written as what it is wherever it is
// used.
func (n names) inlined(i *ir.Instr) bool {
	return i.Op == ir.OpSizeOf || i.Op == ir.OpConst && len(n.p.Values[i.Dst].Shape) == 0
}

func sizeText(s types.Size) string {
	if len(s.Terms()) > 1 {
		return "(" + s.String() + ")"
	}
	return s.String()
}

// literal writes an element from its integer representation.
func (n names) literal(e types.Elem, v *big.Int) string {
	switch e.Kind {
	case types.Enum:
		return e.Name + "." + n.p.Enum(e).Values[v.Int64()]
	case types.Date:
		return fmt.Sprintf("date(%q)", date.Text(v.Int64()))
	case types.String:
		return strconv.Quote(ir.WordText(v))
	case types.Float:
		return strconv.FormatFloat(ir.BitsFloat(v), 'g', -1, 64)
	case types.Bool:
		if v.Sign() != 0 {
			return "true"
		}
		return "false"
	case types.Fixed:
		return shortest(v, e.F)
	}
	return v.String()
}

var infix = map[ir.Op]string{
	ir.OpAdd: "+", ir.OpSub: "-", ir.OpMul: "*", ir.OpDiv: "/", ir.OpMod: "%", ir.OpEq: "==", ir.OpNe: "!=",
	ir.OpLt: "<", ir.OpLe: "<=", ir.OpGt: ">", ir.OpGe: ">=", ir.OpAnd: "and", ir.OpOr: "or",
}

// operation writes what an instruction computes, its operands as arg does.
func (n names) operation(i *ir.Instr, arg func(ir.Value) string) string {
	args := make([]string, len(i.Args))
	for k, v := range i.Args {
		args[k] = arg(v)
	}
	if sign, ok := infix[i.Op]; ok {
		return args[0] + " " + sign + " " + args[1]
	}
	switch i.Op {
	case ir.OpConst:
		return n.constant(i)
	case ir.OpCopy:
		return args[0]
	case ir.OpValid:
		return "valid(" + ir.Key(i.Name, i.Member) + ")"
	case ir.OpSelect:
		return fmt.Sprintf("if %s then %s else %s", args[0], args[1], args[2])
	case ir.OpConvert:
		return fmt.Sprintf("%s(%s)", n.p.Values[i.Dst].Elem, args[0])
	case ir.OpIndex:
		return args[0] + n.slices(i.Slices, arg)
	case ir.OpUpdate:
		return fmt.Sprintf("%s with %s = %s", args[0], n.slices(i.Slices, arg), args[1])
	}
	if len(i.Args) == 1 && i.Axis >= 0 && i.Op != ir.OpConcat {
		args = append(args, fmt.Sprintf("axis: %d", i.Axis))
	}
	return fmt.Sprintf("%s(%s)", i.Op, list(args))
}

// constant writes an array literal.
func (n names) constant(i *ir.Instr) string {
	e := n.p.Values[i.Dst].Elem
	parts := make([]string, len(i.Const))
	for k, v := range i.Const {
		parts[k] = n.literal(e, v)
	}
	return "[" + list(parts) + "]"
}

func (n names) slices(s []ir.Slice, arg func(ir.Value) string) string {
	end := func(v ir.Value) string {
		if v == 0 {
			return ""
		}
		return arg(v)
	}
	parts := make([]string, len(s))
	for k, x := range s {
		parts[k] = end(x.From)
		if x.Range {
			parts[k] = end(x.From) + ".." + end(x.To)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
