package clear

// Every operation against exact arithmetic on math/big, on random tensors of
// random types and on the ends of the types.

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var numbers = []Type{Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64,
	Fixed(24, 16), Fixed(35, 12), Fixed(1, 62), Fixed(60, 3), Fixed(10, 0), Fixed(31, 32)}

// value draws a representation of t, often at the ends.
func value(t Type) *rapid.Generator[uint64] {
	low, high := t.Bounds()
	return rapid.Custom(func(r *rapid.T) uint64 {
		edges := []uint64{low, low + 1, high, high - 1, 0, 1, ^uint64(0), 1 << t.F, ^uint64(0) << t.F, 3}
		v := rapid.OneOf(rapid.SampledFrom(edges), rapid.Uint64()).Draw(r, "v")
		return t.wrap(v >> rapid.IntRange(0, 63).Draw(r, "size"))
	})
}

func draw(r *rapid.T, t Type, name string, shape ...int) Tensor {
	x := Zero(t, shape...)
	g := value(t)
	for i := range x.Data {
		x.Data[i] = g.Draw(r, name)
	}
	return x
}

// integer is a representation as the integer that it stands for.
func (t Type) integer(v uint64) *big.Int {
	if t.signed() {
		return big.NewInt(int64(v))
	}
	return new(big.Int).SetUint64(v)
}

// represent wraps an integer to t, by division only.
func represent(t Type, v *big.Int) uint64 {
	m := new(big.Int).Mod(v, new(big.Int).Lsh(big.NewInt(1), uint(t.Bits)))
	if t.signed() && m.Bit(t.Bits-1) == 1 {
		m.Sub(m, new(big.Int).Lsh(big.NewInt(1), uint(t.Bits)))
		return uint64(m.Int64())
	}
	return m.Uint64()
}

// floor is a / b toward minus infinity, trunc toward zero; 0 where b is 0.
func floor(a, b *big.Int) *big.Int {
	if b.Sign() == 0 {
		return new(big.Int)
	}
	q, m := new(big.Int).DivMod(a, b, new(big.Int))
	if b.Sign() < 0 && m.Sign() != 0 {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

func trunc(a, b *big.Int) *big.Int {
	if b.Sign() == 0 {
		return new(big.Int)
	}
	return new(big.Int).Quo(a, b)
}

func shifted(a *big.Int, n int) *big.Int {
	if n < 0 {
		return floor(a, new(big.Int).Lsh(big.NewInt(1), uint(-n)))
	}
	return new(big.Int).Lsh(a, uint(n))
}

func truth(b bool) *big.Int { return new(big.Int).SetUint64(bit(b)) }

func TestElementwise(t *testing.T) {
	type op struct {
		name string
		f    func(x, y Tensor) Tensor
		want func(t Type, a, b *big.Int) *big.Int
		bool bool
	}
	ops := []op{
		{"add", Add, func(_ Type, a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }, false},
		{"sub", Sub, func(_ Type, a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }, false},
		{"mul", Mul, func(t Type, a, b *big.Int) *big.Int { return shifted(new(big.Int).Mul(a, b), -t.F) }, false},
		{"div", Div, func(t Type, a, b *big.Int) *big.Int {
			if t.Kind == FixedKind {
				return floor(shifted(a, t.F), b)
			}
			return trunc(a, b)
		}, false},
		{"mod", Mod, func(_ Type, a, b *big.Int) *big.Int {
			if b.Sign() == 0 {
				return new(big.Int)
			}
			return new(big.Int).Rem(a, b)
		}, false},
		{"eq", Eq, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) == 0) }, true},
		{"ne", Ne, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) != 0) }, true},
		{"lt", Lt, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) < 0) }, true},
		{"le", Le, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) <= 0) }, true},
		{"gt", Gt, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) > 0) }, true},
		{"ge", Ge, func(_ Type, a, b *big.Int) *big.Int { return truth(a.Cmp(b) >= 0) }, true},
		{"min", Min2, func(_ Type, a, b *big.Int) *big.Int { return slices.MinFunc([]*big.Int{a, b}, (*big.Int).Cmp) }, false},
		{"max", Max2, func(_ Type, a, b *big.Int) *big.Int { return slices.MaxFunc([]*big.Int{a, b}, (*big.Int).Cmp) }, false},
		{"select", func(x, y Tensor) Tensor { return Select(Lt(x, y), x, y) },
			func(_ Type, a, b *big.Int) *big.Int { return slices.MinFunc([]*big.Int{a, b}, (*big.Int).Cmp) }, false},
	}
	for _, op := range ops {
		t.Run(op.name, rapid.MakeCheck(func(r *rapid.T) {
			e := rapid.SampledFrom(numbers).Draw(r, "type")
			n := rapid.IntRange(0, 4).Draw(r, "n")
			x, y := draw(r, e, "x", n, 3), draw(r, e, "y", n, 3)
			if rapid.Bool().Draw(r, "broadcast") {
				y = draw(r, e, "y", []int{3}[:rapid.IntRange(0, 1).Draw(r, "dims")]...)
			}
			if rapid.Bool().Draw(r, "exchanged") {
				x, y = y, x
			}
			got := op.f(x, y)
			elem := e
			if op.bool {
				elem = Bool
			}
			require.Equal(r, elem, got.Elem)
			xd, yd := x.repeat(got.Shape), y.repeat(got.Shape)
			require.Len(r, got.Data, count(got.Shape))
			for i, v := range got.Data {
				want := represent(elem, op.want(e, e.integer(xd[i]), e.integer(yd[i])))
				require.Equal(r, want, v, "%s of %s and %s", op.name, e.Text(xd[i]), e.Text(yd[i]))
			}
		}))
	}
}

// A fixed and an integer: no rounding of a product, floor of a quotient.
func TestFixedByInteger(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom([]Type{Fixed(24, 16), Fixed(1, 62), Fixed(60, 3)}).Draw(r, "fixed")
		n := rapid.SampledFrom([]Type{Int8, Int64, Uint64, Bool}).Draw(r, "integer")
		x, y := draw(r, f, "x"), draw(r, n, "y")
		a, b := f.integer(x.Data[0]), n.integer(y.Data[0])
		product := Tensor{f, nil, []uint64{represent(f, new(big.Int).Mul(a, b))}}
		require.Equal(r, product, Mul(x, y))
		require.Equal(r, product, Mul(y, x))
		require.Equal(r, Tensor{f, nil, []uint64{represent(f, floor(a, b))}}, Div(x, y))
	})
}

// Comparisons are of values, whatever the widths and signs.
func TestCompareMixed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		types := []Type{Int8, Int32, Int64, Uint8, Uint32, Uint64}
		e, u := rapid.SampledFrom(types).Draw(r, "e"), rapid.SampledFrom(types).Draw(r, "u")
		x, y := draw(r, e, "x"), draw(r, u, "y")
		c := e.integer(x.Data[0]).Cmp(u.integer(y.Data[0]))
		require.Equal(r, c < 0, Lt(x, y).Bool())
		require.Equal(r, c == 0, Eq(x, y).Bool())
		require.Equal(r, c >= 0, Ge(x, y).Bool())
	})
}

func TestUnary(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(numbers).Draw(r, "type")
		x := draw(r, e, "x", 5)
		neg, abs := Neg(x), Abs(x)
		for i, v := range x.Data {
			require.Equal(r, represent(e, new(big.Int).Neg(e.integer(v))), neg.Data[i])
			require.Equal(r, represent(e, new(big.Int).Abs(e.integer(v))), abs.Data[i])
		}
	})
}

func TestLogic(t *testing.T) {
	x := Bools([]int{4}, false, false, true, true)
	y := Bools([]int{4}, false, true, false, true)
	require.Equal(t, []bool{false, false, false, true}, And(x, y).Bools())
	require.Equal(t, []bool{false, true, true, true}, Or(x, y).Bools())
	require.Equal(t, []bool{true, true, false, false}, Not(x).Bools())
	require.Equal(t, []bool{false, true, false, false}, Lt(x, y).Bools())
}

func TestConvert(t *testing.T) {
	all := append(slices.Clone(numbers), Bool)
	rapid.Check(t, func(r *rapid.T) {
		from, to := rapid.SampledFrom(all).Draw(r, "from"), rapid.SampledFrom(all).Draw(r, "to")
		x := draw(r, from, "x", 3)
		got := Convert(x, to)
		for i, v := range x.Data {
			a := from.integer(v)
			want := shifted(a, to.F-from.F)
			switch {
			case to.Kind == BoolKind:
				want = truth(a.Sign() != 0)
			case from.Kind == FixedKind && to.Kind != FixedKind:
				want = trunc(a, shifted(big.NewInt(1), from.F))
			}
			require.Equal(r, represent(to, want), got.Data[i], "%s of %s to %s", from.Text(v), from, to)
		}
	})
}

// fold reduces an axis by hand: the elements along it, for each place beside it.
func fold(x Tensor, axis int, f func(line []*big.Int) *big.Int) []*big.Int {
	_, outer, n, inner := without(x.Shape, axis)
	var out []*big.Int
	for o := range outer {
		for i := range inner {
			var line []*big.Int
			for k := range n {
				line = append(line, x.Elem.integer(x.Data[(o*n+k)*inner+i]))
			}
			out = append(out, f(line))
		}
	}
	return out
}

func TestReduce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(append(slices.Clone(numbers), Bool)).Draw(r, "type")
		shape := []int{rapid.IntRange(0, 3).Draw(r, "n"), 2, 3}
		x := draw(r, e, "x", shape...)
		axis := rapid.IntRange(-1, 2).Draw(r, "axis")
		low, high := e.Bounds()
		sum, least, greatest := Sum(x, axis), Min(x, axis), Max(x, axis)
		wantShape := []int(nil)
		if axis >= 0 {
			wantShape = slices.Delete(slices.Clone(shape), axis, axis+1)
		}
		for _, y := range []Tensor{sum, least, greatest} {
			require.True(r, slices.Equal(wantShape, y.Shape), "%v along %d: %v", shape, axis, y.Shape)
		}
		for i, s := range fold(x, axis, func(line []*big.Int) *big.Int {
			sum := new(big.Int)
			for _, v := range line {
				sum.Add(sum, v)
			}
			return sum
		}) {
			require.Equal(r, represent(sum.Elem, s), sum.Data[i])
		}
		for i, m := range fold(x, axis, func(line []*big.Int) *big.Int {
			return slices.MinFunc(append(line, e.integer(high)), (*big.Int).Cmp)
		}) {
			require.Equal(r, represent(e, m), least.Data[i])
		}
		for i, m := range fold(x, axis, func(line []*big.Int) *big.Int {
			return slices.MaxFunc(append(line, e.integer(low)), (*big.Int).Cmp)
		}) {
			require.Equal(r, represent(e, m), greatest.Data[i])
		}
	})
	require.Equal(t, Int64, Sum(Zero(Int8, 2), -1).Elem)
	require.Equal(t, Uint64, Sum(Zero(Uint8, 2), -1).Elem)
	require.Equal(t, Int64, Sum(Zero(Bool, 2), -1).Elem)
	require.Equal(t, Fixed(3, 4), Sum(Zero(Fixed(3, 4), 2), -1).Elem)
}

func TestDot(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(numbers).Draw(r, "type")
		n, k, m := rapid.IntRange(0, 3).Draw(r, "n"), rapid.IntRange(0, 4).Draw(r, "k"), rapid.IntRange(0, 3).Draw(r, "m")
		left, right := []int{n, k}, []int{k, m}
		if rapid.Bool().Draw(r, "row") {
			left, n = []int{k}, 1
		}
		if rapid.Bool().Draw(r, "column") {
			right, m = []int{k}, 1
		}
		x, y := draw(r, e, "x", left...), draw(r, e, "y", right...)
		got := Dot(x, y)
		require.True(r, slices.Equal(got.Shape, append(left[:len(left)-1:len(left)-1], right[1:]...)))
		for i := range n {
			for j := range m {
				sum := new(big.Int)
				for c := range k {
					sum.Add(sum, new(big.Int).Mul(e.integer(x.Data[i*k+c]), e.integer(y.Data[c*m+j])))
				}
				require.Equal(r, represent(e, shifted(sum, -e.F)), got.Data[i*m+j])
			}
		}
	})
	require.Equal(t, "[3, 3.5]", Dot(
		Bools([]int{2, 2}, true, false, true, true), FromInts(Fixed(10, 1), []int{2}, 6, 1)).String())
}

// Large tensors are computed in parts.
func TestLarge(t *testing.T) {
	const n = 100_003
	x := Zero(Int32, n)
	for i := range x.Data {
		x.Data[i] = Int32.wrap(uint64(i) * 2654435761)
	}
	double := Add(x, x)
	for i, v := range x.Data {
		require.Equal(t, Int32.wrap(v+v), double.Data[i])
	}
	require.Equal(t, Mul(x, Int(Int32, 2)), double)
	require.Equal(t, x, Transpose(Transpose(Tensor{Int32, []int{n, 1}, x.Data})).flat())
}

func (x Tensor) flat() Tensor { return Tensor{x.Elem, []int{len(x.Data)}, x.Data} }

func TestMatrixOfShapes(t *testing.T) {
	x := FromInts(Int32, []int{2, 3}, 1, 2, 3, 4, 5, 6)
	tests := []struct {
		got  Tensor
		want string
	}{
		{Index(x, At(1)), "[4, 5, 6]"},
		{Index(x, At(1), At(2)), "6"},
		{Index(x, All(), At(0)), "[1, 4]"},
		{Index(x, All(), Range(1, 3)), "[[2, 3], [5, 6]]"},
		{Index(x, Range(0, 1), Range(1, -1)), "[[2, 3]]"},
		{Index(x, Range(1, 1)), "[]"},
		{Index(x, At(2)), "[0, 0, 0]"},
		{Index(x, At(-1), At(0)), "0"},
		{Index(x, At(0), At(-1)), "0"},
		{Index(x, All(), Range(2, 4)), "[[3, 0], [6, 0]]"},
		{Index(x, Range(3, 1)), "[]"},
		{Update(x, Int(Int32, 9), At(0), At(1)), "[[1, 9, 3], [4, 5, 6]]"},
		{Update(x, FromInts(Int32, []int{3}, 7, 8, 9), At(1)), "[[1, 2, 3], [7, 8, 9]]"},
		{Update(x, FromInts(Int32, []int{2}, 7, 8), All(), At(2)), "[[1, 2, 7], [4, 5, 8]]"},
		{Update(x, Int(Int32, 0)), "[[0, 0, 0], [0, 0, 0]]"},
		{Update(x, Int(Int32, 9), At(2), At(0)), "[[1, 2, 3], [4, 5, 6]]"},
		{Update(x, Int(Int32, 9), At(0), At(3)), "[[1, 2, 3], [4, 5, 6]]"},
		{Stack(Int(Int32, 1), Int(Int32, 2)), "[1, 2]"},
		{Stack(x, x), "[[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]"},
		{Concat(0, x, x), "[[1, 2, 3], [4, 5, 6], [1, 2, 3], [4, 5, 6]]"},
		{Concat(1, x, FromInts(Int32, []int{2, 1}, 7, 8), x), "[[1, 2, 3, 7, 1, 2, 3], [4, 5, 6, 8, 4, 5, 6]]"},
		{Fill(Int(Int32, 5), 2, 2), "[[5, 5], [5, 5]]"},
		{Fill(Int(Int32, 5)), "5"},
		{Transpose(x), "[[1, 4], [2, 5], [3, 6]]"},
		{Zero(Bool, 2), "[false, false]"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, test.got.String())
		require.Len(t, test.got.Data, count(test.got.Shape))
	}
	require.Equal(t, "[[1, 2, 3], [4, 5, 6]]", x.String(), "operands do not change")
}

func TestInside(t *testing.T) {
	x := Zero(Int32, 2, 3)
	for _, test := range []struct {
		s    []Slice
		want bool
	}{
		{[]Slice{At(0)}, true},
		{[]Slice{At(1), At(2)}, true},
		{[]Slice{At(2)}, false},
		{[]Slice{At(-1)}, false},
		{[]Slice{All(), At(3)}, false},
		{[]Slice{Range(0, 2), Range(3, 3)}, true},
		{[]Slice{Range(0, 3)}, false},
		{[]Slice{Range(2, 1)}, false},
		{[]Slice{Range(1, -1)}, true},
		{nil, true},
	} {
		require.Equal(t, test.want, Inside(x, test.s...), fmt.Sprint(test.s))
	}
}

func TestAnyZero(t *testing.T) {
	require.True(t, AnyZero(FromInts(Int8, []int{3}, 1, 256, 2)))
	require.False(t, AnyZero(FromInts(Int8, []int{2}, 1, -1)))
	require.False(t, AnyZero(Zero(Int8, 0)))
}

func TestAnyBelow(t *testing.T) {
	x := FromInts(Fixed(8, 4), []int{3}, 8, 0, 16)
	require.False(t, AnyBelow(x, 0))
	require.True(t, AnyBelow(x, 1))
	require.True(t, AnyBelow(FromInts(Fixed(8, 4), []int{2}, 32, -1), 0))
	require.False(t, AnyBelow(Zero(Fixed(8, 4), 0), 1))
}

func TestMismatch(t *testing.T) {
	require.PanicsWithValue(t, "clear: shapes [3] and [2] do not match", func() { Add(Zero(Int8, 3), Zero(Int8, 2)) })
}
