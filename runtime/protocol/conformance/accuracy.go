package conformance

// The functions of fixed against their costs, and against float64, which has more bits than any fixed
// here; and quotients: their maximal error over dense grids, at the ends of the domain and at
// random arguments of every length, in several precisions.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// precisions that the functions are tested in.
var precisions = []clear.Type{
	clear.Fixed(24, 16), clear.Fixed(20, 18), clear.Fixed(35, 12), clear.Fixed(31, 8),
	clear.Fixed(10, 10), clear.Fixed(4, 28), clear.Fixed(16, 20), clear.Fixed(43, 5),
}

// A function is one of the functions of fixed, with the error that its doc
// comment states: units in the last place, plus absolute and relative to the
// result.
type function struct {
	name               string
	op                 func(e *mpc.Engine, net mpc.Net, x mpc.Operand) mpc.Share
	want               func(x float64) float64
	low                float64 // of the domain
	units              float64
	absolute, relative float64
	least              int // see mpc.Engine.Rsqrt
}

func functions(elem clear.Type) []function {
	logistic := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	return []function{
		{"sqrt", (*mpc.Engine).Sqrt, math.Sqrt, 0, 2, 0, 0x1p-27, 0},
		rsqrt(elem, capability.LeastRoot(elem.Bits, elem.F)),
		{"log", (*mpc.Engine).Log, math.Log, math.SmallestNonzeroFloat64, 2, 0x1p-27, 0, 0},
		{"exp", (*mpc.Engine).Exp, math.Exp, math.Inf(-1), 2, 0, 0x1p-26, 0},
		{"sigmoid", (*mpc.Engine).Sigmoid, logistic, math.Inf(-1), 2, 0x1p-28, 0, 0},
		{"tanh", (*mpc.Engine).Tanh, math.Tanh, math.Inf(-1), 2, 0x1p-27, 0, 0},
	}
}

// rsqrt is that of what is at least 2^least units: any argument.
func rsqrt(elem clear.Type, least int) function {
	op := func(e *mpc.Engine, net mpc.Net, x mpc.Operand) mpc.Share { return e.Rsqrt(net, x, least) }
	floor := math.Ldexp(1, least-elem.F)
	want := func(x float64) float64 { return 1 / math.Sqrt(math.Max(x, floor)) }
	return function{"rsqrt", op, want, math.Inf(-1), 2, 0, 0x1p-27, least}
}

func accuracy(t *testing.T, p Protocol) {
	for _, elem := range precisions {
		for _, f := range functions(elem) {
			t.Run(fmt.Sprintf("%s of %v", f.name, elem), func(t *testing.T) { f.check(t, p, elem) })
		}
		for _, least := range roots(elem) {
			t.Run(fmt.Sprintf("rsqrt of %v from 2^%d on", elem, least), func(t *testing.T) { rsqrt(elem, least).check(t, p, elem) })
		}
		t.Run(fmt.Sprintf("quotients of %v", elem), func(t *testing.T) { quotients(t, p, elem) })
	}
}

// roots are what bounds the arguments of reciprocal roots, for each degree of their
// polynomial but that of unbounded ones; and the highest bit.
func roots(elem clear.Type) (all []int) {
	least := capability.LeastRoot(elem.Bits, elem.F)
	for degree := capability.RootPlan(elem.Bits, elem.F, least).Degree; least < elem.Bits-2; least++ {
		if d := capability.RootPlan(elem.Bits, elem.F, least).Degree; d != degree {
			all, degree = append(all, least), d
		}
	}
	return append(all, least)
}

func (f function) check(t *testing.T, p Protocol, elem clear.Type) {
	x := f.arguments(elem)
	var got clear.Tensor
	for _, n := range lengths(len(x.Data)) {
		var players []*Player
		got, players = p.compute(t, run{seed: 5}, prefix([]clear.Tensor{x}, n), func(q *Player, s []mpc.Share) mpc.Share {
			return f.op(q.Engine, q, s[0])
		})
		o := p.operation(f.name, elem, elem)
		o.Least = f.least
		p.checkCost(t, players, n, o.Calls())
	}
	f.errors(t, elem, x, got).log(t)
}

// errors compares results with float64.
func (f function) errors(t testing.TB, elem clear.Type, x, got clear.Tensor) (worst Accuracy) {
	unit := math.Ldexp(1, -elem.F)
	worst = Accuracy{Function: f.name, Elem: elem}
	for i, v := range got.Data {
		a := float64(int64(x.Data[i])) * unit
		want := f.want(a)
		limit := f.units*unit + f.absolute + f.relative*math.Abs(want)
		off := math.Abs(float64(int64(v))*unit - want)
		if worst.take(off/unit, limit/unit); off > limit {
			t.Errorf("of %g: got %g, want %g: %.3g units off, limit %.3g", a, float64(int64(v))*unit, want, off/unit, limit/unit)
		}
	}
	return worst
}

// An Accuracy is how far the results of an operation on a type were off at most: in
// units in the last place, and as a part of what the operation states.
type Accuracy struct {
	Function    string
	Elem        clear.Type
	Units, Part float64
}

func (a *Accuracy) take(units, limit float64) {
	a.Units, a.Part = max(a.Units, units), max(a.Part, units/limit)
}

func (a Accuracy) log(t testing.TB) { t.Logf("at most %.3f of the limit", a.Part) }

// Accuracies are those of the functions of fixed, and of quotients, of one type on a
// ring of 64 bits: over the arguments that the suite tests.
func Accuracies(t testing.TB, p Protocol, elem clear.Type) (all []Accuracy) {
	p.ring, p.hung = ring.Z64, new(atomic.Bool)
	for _, f := range functions(elem) {
		x := f.arguments(elem)
		got, _ := p.compute(t, run{seed: 5}, []clear.Tensor{x}, func(q *Player, s []mpc.Share) mpc.Share { return f.op(q.Engine, q, s[0]) })
		all = append(all, f.errors(t, elem, x, got))
	}
	return append(all, quotientErrors(t, p, elem, math.MaxInt))
}

// quotients are by divisors on dense grids, of 1, of the greatest number that
// they leave in the type, and of random ones, of either sign.
func quotients(t *testing.T, p Protocol, elem clear.Type) {
	n := lengths(math.MaxInt)
	quotientErrors(t, p, elem, n[len(n)-1]).log(t)
}

// quotientErrors are those of so many quotients, or of all.
func quotientErrors(t testing.TB, p Protocol, elem clear.Type, most int) Accuracy {
	r := rand.New(rand.NewPCG(uint64(elem.Bits), uint64(elem.F)))
	end := float64(int64(1)<<(elem.Bits-1) - 1)
	x, y := clear.Zero(elem, 0), clear.Zero(elem, 0)
	add := func(dividend float64, divisor uint64) {
		if math.Abs(dividend) <= end*(1-0x1p-16) {
			x.Data, y.Data = append(x.Data, uint64(int64(dividend))), append(y.Data, divisor)
		}
	}
	for _, v := range (function{want: func(x float64) float64 { return x }, low: math.Inf(-1)}).arguments(elem).Data {
		most := math.Min(end, math.Ldexp(math.Abs(float64(int64(v)))*end, -elem.F)) * (1 - 0x1p-16)
		add(math.Min(most, math.Ldexp(1, elem.F)), v)
		add(most, v)
		add(-most, v)
		add(most*(2*r.Float64()-1), v)
	}
	got, _ := p.compute(t, run{seed: 5}, prefix([]clear.Tensor{x, y}, min(most, len(x.Data))), func(q *Player, s []mpc.Share) mpc.Share {
		return q.Engine.Div(q, s[0], s[1])
	})
	worst := Accuracy{Function: "x / y", Elem: elem}
	for i, v := range got.Data {
		want := math.Ldexp(float64(int64(x.Data[i])), elem.F) / float64(int64(y.Data[i]))
		if y.Data[i] == 0 {
			want = 0
		}
		limit := 2 + 0x1p-28*math.Abs(want)
		off := math.Abs(float64(int64(v)) - want)
		if worst.take(off, limit); off > limit {
			t.Errorf("%d / %d: got %d, want %g", int64(x.Data[i]), int64(y.Data[i]), int64(v), want)
		}
	}
	return worst
}

// arguments are those of the domain whose result the type holds.
func (f function) arguments(elem clear.Type) clear.Tensor {
	r := rand.New(rand.NewPCG(uint64(elem.Bits), uint64(elem.F)))
	end := int64(1)<<(elem.Bits-1) - 1
	var all []int64
	for i := range int64(2000) { // a grid around 0, and one over the whole type
		all = append(all, (i-1000)<<elem.F/50, end/1000*(i-1000))
	}
	last := int64(math.Log(float64(end)/math.Ldexp(1, elem.F)) * math.Ldexp(1, elem.F)) // the end of exp
	for i := range int64(64) {
		all = append(all, i, -i, end-i, i-end, 1<<elem.F+i-32, last-i)
	}
	for range 2000 {
		v := int64(r.Uint64()) >> r.IntN(64)
		all = append(all, v%(end+1))
	}
	x := clear.Zero(elem, 0)
	unit := math.Ldexp(1, -elem.F)
	greatest := float64(end) * unit * (1 - 0x1p-16)
	for _, v := range all {
		a := float64(v) * unit
		if v <= end && v >= ^end && a >= f.low && math.Abs(f.want(a)) < greatest {
			x.Data = append(x.Data, uint64(v))
		}
	}
	x.Shape[0] = len(x.Data)
	return x
}
