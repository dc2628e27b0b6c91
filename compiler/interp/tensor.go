package interp

// Tensors of exact integers.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/lang/types"
)

// A Tensor is a value: its elements row by row, each as its integer
// representation (bool: 0 and 1; fixed: scaled by 2^F). Nothing in this package
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
