package codegen

// Operands: values where they are used. Sizes, loop variables and literals stand
// there themselves; every other value is a variable.

import (
	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// isInline reports whether an instruction defines what is written where it is
// used: a size, or a literal that is neither fixed nor float.
func (b *body) isInline(in *ir.Instr) bool {
	info := b.proj.Values[in.Dst]
	inline := in.Op == ir.OpSizeOf ||
		in.Op == ir.OpConst && len(info.Shape) == 0 && !info.Var && info.Elem.Kind != types.Fixed && info.Elem.Kind != types.Float
	if inline {
		b.inline[in.Dst] = in
	}
	return inline
}

func (b *body) isConst(v ir.Value) bool {
	in, ok := b.inline[v]
	return ok && in.Op == ir.OpConst
}

// id is the variable of a value, which an earlier statement has defined.
func (b *body) id(v ir.Value) *jen.Statement {
	if !b.declared[v] {
		b.fault("%s uses %s, which it does not hold", b.players[b.proj.Player], b.proj.Values[v].Name)
	}
	return jen.Id(b.ids[v])
}

// operand is a value as an operand: a share or a tensor.
func (b *body) operand(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	switch {
	case !ok:
		return b.id(v)
	case in.Op == ir.OpConst:
		return b.constant(in)
	}
	return b.from("clear", "Int").Call(b.elem(b.proj.Values[v].Elem), b.index(v))
}

// index is a scalar int64 value as a Go integer; a literal stays untyped.
func (b *body) index(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	switch {
	case !ok:
		return b.id(v).Dot("Int").Call()
	case in.Op == ir.OpConst:
		return representation(in.Const[0])
	case in.Op == ir.OpSizeOf:
		return b.sizeOf(in.Size)
	}
	return jen.Id(b.ids[v])
}

// int64 is a scalar int64 value as a Go int64.
func (b *body) int64(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	if ok && (in.Op == ir.OpConst || in.Op == ir.OpSizeOf && len(in.Size.Vars()) == 0) {
		return jen.Int64().Call(b.index(v))
	}
	return b.index(v)
}

// sizeOf is a size as a Go integer; a constant stays untyped.
func (b *body) sizeOf(s types.Size) *jen.Statement {
	out := jen.Null()
	terms := s.Terms()
	if len(terms) == 0 {
		return jen.Lit(0)
	}
	for i, t := range terms {
		coef := t.Coef
		switch {
		case i > 0 && coef < 0:
			out.Op("-")
			coef = -coef
		case i > 0:
			out.Op("+")
		}
		out.Add(b.term(coef, t.Vars))
	}
	return out
}

func (b *body) term(coef int64, vars []string) *jen.Statement {
	var factors []jen.Code
	if coef != 1 || len(vars) == 0 {
		factors = append(factors, number(coef))
	}
	for _, v := range vars {
		b.used[v] = true
		factors = append(factors, jen.Id(b.sizes[v]))
	}
	return jen.Custom(jen.Options{Separator: "*"}, factors...)
}

// dims are dimensions as Go ints.
func (b *body) dims(s types.Shape) []jen.Code {
	var out []jen.Code
	for _, d := range s {
		if k, ok := d.Const(); ok {
			out = append(out, number(k))
		} else {
			out = append(out, jen.Int().Call(b.sizeOf(d)))
		}
	}
	return out
}

// shape is that of an instruction's result, whose operands have the lengths that
// data decides.
func (b *body) shape(in *ir.Instr) []jen.Code {
	made, s := in.Lengths(), b.proj.Values[in.Dst].Shape
	var out []jen.Code
	for k, d := range s {
		if len(ir.OfData(types.Shape{d})) > 0 {
			out, made = append(out, jen.Int().Call(b.int64(made[0]))), made[1:]
		} else {
			out = append(out, b.dims(s[k:k+1])...)
		}
	}
	return out
}

// constant is a literal as a tensor.
func (b *body) constant(in *ir.Instr) *jen.Statement {
	info := b.proj.Values[in.Dst]
	if len(info.Shape) == 0 && info.Elem.Kind != types.Bool && info.Elem.Kind != types.String {
		return b.from("clear", "Int").Call(b.elem(info.Elem), representation(in.Const[0]))
	}
	shape := jen.Nil()
	if len(info.Shape) > 0 {
		shape = jen.Index().Int().Values(b.dims(info.Shape)...)
	}
	if info.Elem.Kind == types.Bool {
		args := []jen.Code{shape}
		for _, c := range in.Const {
			args = append(args, jen.Lit(c.Sign() != 0))
		}
		return b.from("clear", "Bools").Call(args...)
	}
	if info.Elem.Kind == types.String {
		args := []jen.Code{shape}
		for _, c := range in.Const {
			args = append(args, jen.Lit(ir.WordText(c)))
		}
		return b.from("clear", "FromStrings").Call(args...)
	}
	args := []jen.Code{b.elem(info.Elem), shape}
	for _, c := range in.Const {
		args = append(args, representation(c))
	}
	return b.from("clear", "FromInts").Call(args...)
}

// sliced are the positions of an index.
func (b *body) sliced(slices []ir.Slice) []jen.Code {
	var out []jen.Code
	for _, s := range slices {
		out = append(out, b.slice(s))
	}
	return out
}

func (b *body) slice(s ir.Slice) *jen.Statement {
	switch {
	case !s.Range:
		return b.from("clear", "At").Call(b.index(s.From))
	case s.From == 0 && s.To == 0:
		return b.from("clear", "All").Call()
	}
	from, to := jen.Lit(0), jen.Lit(-1) // -1: the end of the dimension
	if s.From != 0 {
		from = b.index(s.From)
	}
	if s.To != 0 {
		to = b.index(s.To)
	}
	return b.from("clear", "Range").Call(from, to)
}
