// Package clear computes on values that a player holds in clear: whole
// tensors, integer arithmetic only, so that copies at several holders agree on
// every CPU. It is tested against the reference interpreter.
package clear

import "fmt"

// A Kind is the class of an element type.
type Kind uint8

const (
	BoolKind Kind = iota + 1
	SignedKind
	UnsignedKind
	FixedKind
	FloatKind
	StringKind
)

// A Type is an element type as the runtime sees it. It is comparable.
type Type struct {
	Kind Kind
	Bits int // width: 1 for bool, 8 to 64 for integers, 1 + I + F for fixed, 64 for float and string
	F    int // fractional bits of a fixed
}

// The element types of the language.
var (
	Bool   = Type{BoolKind, 1, 0}
	Int8   = Type{SignedKind, 8, 0}
	Int16  = Type{SignedKind, 16, 0}
	Int32  = Type{SignedKind, 32, 0}
	Int64  = Type{SignedKind, 64, 0}
	Uint8  = Type{UnsignedKind, 8, 0}
	Uint16 = Type{UnsignedKind, 16, 0}
	Uint32 = Type{UnsignedKind, 32, 0}
	Uint64 = Type{UnsignedKind, 64, 0}
	Float  = Type{FloatKind, 64, 0}
	String = Type{StringKind, 64, 0}
)

// Fixed returns the type fixed(i, f): a sign, i integer and f fractional bits.
func Fixed(i, f int) Type { return Type{FixedKind, 1 + i + f, f} }

func (t Type) String() string {
	switch t.Kind {
	case BoolKind:
		return "bool"
	case SignedKind:
		return fmt.Sprintf("int%d", t.Bits)
	case UnsignedKind:
		return fmt.Sprintf("uint%d", t.Bits)
	case FixedKind:
		return fmt.Sprintf("fixed(%d, %d)", t.Bits-1-t.F, t.F)
	case FloatKind:
		return "float"
	case StringKind:
		return "string"
	}
	return "invalid"
}

// A Tensor is a value in clear, row by row. Data holds each element as its
// integer representation modulo 2^64: bool as 0 or 1, unsigned zero-extended,
// signed and fixed sign-extended, fixed scaled by 2^F, float by its IEEE 754
// bits, string by its number in this process (see strings.go). Tensors are
// immutable: every operation returns a new one, though it may share memory with its
// operands.
type Tensor struct {
	Elem  Type
	Shape []int // empty for a scalar
	Data  []uint64
}

// Type returns the element type, Dims the shape: a Tensor is an operand.
func (x Tensor) Type() Type  { return x.Elem }
func (x Tensor) Dims() []int { return x.Shape }

// Len is the number of elements.
func (x Tensor) Len() int { return len(x.Data) }
