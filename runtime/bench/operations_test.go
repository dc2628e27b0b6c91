package bench

// The operations that are measured, and their inputs.

import (
	"fmt"
	"math/rand/v2"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// An operation is what a server does on its shares of some inputs.
type operation struct {
	name   string
	inputs []input
	run    func(s *server, x []mpc.Share)
}

// An input is a tensor of numbers from low to high, in units of its last place.
type input struct {
	elem      clear.Type
	low, high int64
	shape     []int
}

const million = 1_000_000

var fixed = clear.Fixed(30, 16)

func whole(shape ...int) input    { return input{clear.Int64, -1 << 61, 1 << 61, shape} }
func short(shape ...int) input    { return input{clear.Int32, -1 << 31, 1<<31 - 1, shape} }
func number(shape ...int) input   { return input{fixed, -100 << 16, 100 << 16, shape} }
func positive(shape ...int) input { return input{fixed, 1, 100 << 16, shape} }
func small(shape ...int) input    { return input{fixed, -1 << 12, 1 << 12, shape} }
func index(n, rows int) input     { return input{clear.Int32, 0, int64(rows) - 1, []int{n}} }
func flag(shape ...int) input     { return input{clear.Bool, 0, 1, shape} }

// one and two are operations of an engine on one and on two operands.
func one(name string, x input, f func(*mpc.Engine, mpc.Net, mpc.Operand) mpc.Share) operation {
	return operation{name, []input{x}, func(s *server, x []mpc.Share) { f(s.engine, s.next(), x[0]) }}
}

func two(name string, x, y input, f func(*mpc.Engine, mpc.Net, mpc.Operand, mpc.Operand) mpc.Share) operation {
	return operation{name, []input{x, y}, func(s *server, x []mpc.Share) { f(s.engine, s.next(), x[0], x[1]) }}
}

// along is one with a last argument: an axis, a number of rows, a type.
func along[A any](name string, x input, a A, f func(*mpc.Engine, mpc.Net, mpc.Operand, A) mpc.Share) operation {
	return operation{name, []input{x}, func(s *server, x []mpc.Share) { f(s.engine, s.next(), x[0], a) }}
}

var operations = []operation{
	two("products", whole(million), whole(million), (*mpc.Engine).Mul),
	two("fixed-products", number(million), number(million), (*mpc.Engine).Mul),
	along("truncations", input{clear.Fixed(20, 32), -1 << 50, 1 << 50, []int{million}}, clear.Fixed(20, 16), (*mpc.Engine).Convert),
	comparisons(million),
	two("comparisons-32", short(million), short(million), (*mpc.Engine).Lt),
	two("equalities", whole(million), whole(million), (*mpc.Engine).Eq),
	{"select", []input{flag(million), whole(million), whole(million)}, func(s *server, x []mpc.Share) { s.engine.Select(s.next(), x[0], x[1], x[2]) }},
	two("pairwise-max", short(million), short(million), (*mpc.Engine).Max2),
	along("min", short(million), -1, (*mpc.Engine).Min),
	along("max", short(million), -1, (*mpc.Engine).Max),
	along("argmax", short(million), -1, (*mpc.Engine).ArgMax),
	two("matmul-512", number(512, 512), number(512, 512), (*mpc.Engine).Dot),
	{"conv-3x3", []input{number(16, 8, 32, 32), number(72, 16)}, convolution},
	one("shuffle", whole(million), (*mpc.Engine).Shuffle),
	sorting(1 << 16),
	{"rank-65536", []input{short(1 << 16)}, func(s *server, x []mpc.Share) { s.engine.Rank(s.next(), x[0]) }},
	along("top-10-of-65536", short(1<<16), 10, (*mpc.Engine).TopK),
	two("lookup-100-of-1000", whole(1000), index(100, 1000), (*mpc.Engine).Lookup),
	{"store-1-of-100000", []input{whole(100_000), index(1, 100_000), whole(1)}, store},
	two("divisions", number(100_000), positive(100_000), (*mpc.Engine).Div),
	two("int-divisions", short(10_000), input{clear.Int32, 1, 1000, []int{10_000}}, (*mpc.Engine).Div),
	one("square-roots", positive(100_000), (*mpc.Engine).Sqrt),
	along("reciprocal-roots", positive(100_000), 0, (*mpc.Engine).Rsqrt),
	one("exponentials", small(100_000), (*mpc.Engine).Exp),
	one("logarithms", positive(100_000), (*mpc.Engine).Log),
	one("sigmoids", number(100_000), (*mpc.Engine).Sigmoid),
	one("tanhs", number(100_000), (*mpc.Engine).Tanh),
	{"softmax-1000x10", []input{number(1000, 10)}, softmax},
	{"sgd-784-128-128-10", []input{number(128, 784), number(128, 10), small(784, 128), small(128, 128), small(128, 10)}, step},
}

// comparisons are of numbers of 63 bits, whose difference has 64; the result is
// a number.
func comparisons(n int) operation {
	return operation{"comparisons", []input{whole(n), whole(n)}, func(s *server, x []mpc.Share) {
		less := s.engine.Within(64).Lt(s.next(), x[0], x[1])
		s.engine.Convert(s.next(), less, clear.Int64)
	}}
}

func sorting(n int) operation {
	return one(fmt.Sprintf("sort-%d", n), short(n), (*mpc.Engine).Sort)
}

// recorded is the size up to which growing operations are recorded, too.
const recorded = 1 << 20

// growing are operations at sizes that grow, for the plots.
var growing = func() (all []operation) {
	for _, kind := range []struct {
		name string
		of   func(n int) operation
	}{
		{"products", func(n int) operation { return two("", whole(n), whole(n), (*mpc.Engine).Mul) }},
		{"comparisons", comparisons},
		{"sort", sorting},
	} {
		for _, n := range []int{1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, recorded, 1 << 22, 10_000_000} {
			op := kind.of(n)
			op.name = fmt.Sprintf("%s/n=%d", kind.name, n)
			all = append(all, op)
		}
	}
	return all
}()

// unused is the Net of calls that send nothing.
var unused mpc.Net

// convolution is one of 16 images of 8 channels with 16 filters of 3 × 3.
func convolution(s *server, x []mpc.Share) {
	windows := s.engine.Windows(unused, x[0], 3, 3, 1, 1)
	rows := s.engine.Reshape(unused, windows, 16*32*32, 72)
	s.engine.Dot(s.next(), rows, x[1])
}

func store(s *server, x []mpc.Share) {
	s.engine.Store(s.next(), x[0], s.engine.Reshape(unused, x[1]), s.engine.Reshape(unused, x[2]))
}

// softmax is exp(x - max x) times the reciprocal of its sum, along rows of ten, as that of
// programs is: the sum has a short type.
func softmax(s *server, x []mpc.Share) {
	e := s.engine
	rows := x[0].Shape[0]
	most := e.Reshape(unused, e.Max(s.next(), x[0], 1), rows, 1)
	powers := e.Exp(s.next(), e.Sub(unused, x[0], most))
	sum := e.Reshape(unused, e.Sum(unused, powers, 1), rows, 1)
	short := clear.Fixed(5, fixed.F)
	r := e.Div(s.next(), clear.FromInts(short, nil, 1<<fixed.F), e.Convert(unused, sum, short))
	e.Mul(s.next(), powers, e.Convert(unused, r, fixed))
}

// step is one step of gradient descent of a network with two hidden layers of
// ReLU and squared error, on a batch x with labels y.
func step(s *server, in []mpc.Share) {
	e := s.engine
	x, y, w := in[0], in[1], in[2:]
	zero := clear.Zero(fixed)
	layers, active := []mpc.Share{x}, []mpc.Share{}
	for _, weights := range w[:2] {
		z := e.Dot(s.next(), layers[len(layers)-1], weights)
		positive := e.Ge(s.next(), z, zero)
		active = append(active, positive)
		layers = append(layers, e.Select(s.next(), positive, z, zero))
	}
	rate := clear.FromInts(fixed, nil, 1<<6) // of a thousandth
	z := e.Dot(s.next(), layers[2], w[2])
	down := e.Mul(s.next(), e.Sub(unused, z, y), rate)
	for i := 2; i >= 0; i-- {
		gradient := e.Dot(s.next(), e.Transpose(unused, layers[i]), down)
		if i > 0 {
			back := e.Dot(s.next(), down, e.Transpose(unused, w[i]))
			down = e.Select(s.next(), active[i-1], back, zero)
		}
		e.Sub(unused, w[i], gradient)
	}
}

// tensor draws the numbers of an input.
func (in input) tensor(r *rand.Rand) clear.Tensor {
	x := clear.Zero(in.elem, in.shape...)
	for i := range x.Data {
		x.Data[i] = uint64(in.low + r.Int64N(in.high-in.low+1))
	}
	return x
}
