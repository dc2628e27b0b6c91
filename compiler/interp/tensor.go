package interp

// Tensors of exact integers.

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// A Tensor is a value: its elements row by row, each as its integer
// representation (bool: 0 and 1; fixed: scaled by 2^F; float and string: see
// package ir). Nothing in this package
// changes one after it is made.
type Tensor struct {
	Elem  types.Elem
	Shape []int64 // empty for a scalar
	Data  []*big.Int
}

func scalar(e types.Elem, v int64) Tensor {
	return Tensor{Elem: e, Data: []*big.Int{big.NewInt(v)}}
}

// Equal reports whether type, shape and every element are the same.
func (x Tensor) Equal(y Tensor) bool {
	return x.Elem == y.Elem && slices.Equal(x.Shape, y.Shape) &&
		slices.EqualFunc(x.Data, y.Data, func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
}

// String writes the tensor as the language does: 3000, [1, 2.5].
func (x Tensor) String() string {
	return x.joined(func(v *big.Int) string { return text(x.Elem, v) })
}

// joined writes the tensor with the texts of its elements.
func (x Tensor) joined(text func(*big.Int) string) string {
	if len(x.Shape) == 0 {
		return text(x.Data[0])
	}
	rows := make([]string, x.Shape[0])
	n := count(x.Shape[1:])
	for k := range rows {
		rows[k] = Tensor{x.Elem, x.Shape[1:], x.Data[k*n : (k+1)*n]}.joined(text)
	}
	return "[" + strings.Join(rows, ", ") + "]"
}

// text writes an element; a fixed as the shortest decimal that rounds to it.
func text(e types.Elem, v *big.Int) string {
	switch e.Kind {
	case types.Bool:
		return []string{"false", "true"}[v.Bit(0)]
	case types.String:
		return strconv.Quote(ir.WordText(v))
	case types.Float:
		return floatText(ir.BitsFloat(v))
	}
	unit := new(big.Int).Lsh(big.NewInt(1), uint(e.F))
	exact := new(big.Rat).SetFrac(v, unit)
	half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(unit, 1))
	for digits := 0; ; digits++ {
		s := exact.FloatString(digits)
		near, _ := new(big.Rat).SetString(s)
		if near.Sub(near, exact).Abs(near).Cmp(half) < 0 {
			return s
		}
	}
}

// isTrue and int read a scalar.
func (x Tensor) isTrue() bool { return x.Data[0].Sign() != 0 }
func (x Tensor) int() int64   { return x.Data[0].Int64() }

// at is the element for position k of a result that x broadcasts to: x's
// shape is a suffix, so its elements repeat.
func (x Tensor) at(k int) *big.Int { return x.Data[k%len(x.Data)] }

func count(shape []int64) int {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return int(n)
}

// wrap reduces v modulo 2^width of e, to the value that e holds.
func wrap(v *big.Int, e types.Elem) *big.Int {
	if e.Kind == types.String {
		return v
	}
	lo, hi := e.Bounds()
	if v.Cmp(lo) >= 0 && v.Cmp(hi) <= 0 {
		return v
	}
	width := uint(e.Bits())
	modulus := new(big.Int).Lsh(big.NewInt(1), width)
	r := new(big.Int).Mod(v, modulus)
	if r.Cmp(hi) > 0 {
		r.Sub(r, modulus)
	}
	return r
}
