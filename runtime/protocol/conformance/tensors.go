package conformance

// Operations on whole tensors: products of matrices, reductions, moves; and
// sharing and opening.

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// randomTensor draws values of a domain.
func randomTensor(d domain, seed uint64, shape ...int) clear.Tensor {
	r := rand.New(rand.NewPCG(seed, 3))
	x := clear.Zero(d.elem, shape...)
	for i := range x.Data {
		x.Data[i] = uint64(d.random(r))
	}
	return x
}

// matrices checks products of vectors and matrices, of both kinds of number,
// shared and with a public operand; an element costs what a product does.
func matrices(t *testing.T, p Protocol) {
	small := domain{clear.Fixed(24, 16), -1 << 24, 1 << 24}
	for i, c := range []struct{ x, y []int }{
		{[]int{1}, []int{1}}, {[]int{9}, []int{9}}, {[]int{3, 4}, []int{4}}, {[]int{4}, []int{4, 3}},
		{[]int{3, 5}, []int{5, 7}}, {[]int{65, 2}, []int{2, 66}}, {[]int{3, 2, 4}, []int{3, 4, 5}},
	} {
		for _, d := range []domain{int64s, small} {
			x, y := randomTensor(d, uint64(i), c.x...), randomTensor(d, uint64(i)+100, c.y...)
			want, n := bigDot(x, y)
			shift := d.elem.F
			var truncation []capability.Part
			if shift > 0 {
				truncation = []capability.Part{call(capability.Truncate, shift, 1)}
			}
			for _, form := range []struct {
				name  string
				op    func(q *Player, s []mpc.Share) mpc.Share
				calls []capability.Part
			}{
				{"shared", func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Dot(q, s[0], s[1]) }, []capability.Part{call(capability.Product, shift, 1)}},
				{"public left", func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Dot(q, x, s[1]) }, truncation},
				{"public right", func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Dot(q, s[0], y) }, truncation},
			} {
				t.Run(fmt.Sprintf("%v/%v·%v/%s", d.elem, c.x, c.y, form.name), func(t *testing.T) {
					got, players := p.compute(t, run{seed: uint64(i)}, []clear.Tensor{x, y}, form.op)
					for k, w := range want {
						low, high := floorCeil(w, pow2(shift))
						if p.Exact {
							high = low
						}
						if v := value(got.Elem, got.Data[k]); !between(got.Elem, v, low, high) {
							t.Errorf("element %d: got %v, want %v to %v", k, v, low, high)
						}
					}
					if len(got.Data) != n || len(got.Shape) != len(c.x)-1+min(1, len(c.y)-1) {
						t.Errorf("got shape %v", got.Shape)
					}
					p.checkCost(t, players, n, form.calls)
				})
			}
		}
	}
}

// bigDot returns the exact sums of a product, row by row.
func bigDot(x, y clear.Tensor) (sums []*big.Int, n int) {
	k, matrices := x.Shape[len(x.Shape)-1], 1
	if len(y.Shape) > 2 {
		matrices = y.Shape[0]
	}
	rows, columns := len(x.Data)/k, len(y.Data)/k/matrices
	for i := range rows {
		y := clear.Tensor{Elem: y.Elem, Data: y.Data[i*matrices/rows*k*columns:]}
		for j := range columns {
			sum := new(big.Int)
			for l := range k {
				sum.Add(sum, mul(value(x.Elem, x.Data[i*k+l]), value(y.Elem, y.Data[l*columns+j])))
			}
			sums = append(sums, sum)
		}
	}
	return sums, rows * columns
}

// structure checks operations against the same in clear.
func structure(t *testing.T, p Protocol) {
	for _, d := range []domain{int32s, fixeds, bools} {
		x, y, row := randomTensor(d, 1, 5, 7), randomTensor(d, 2, 5, 7), randomTensor(d, 3, 7)
		one, cube := randomTensor(d, 4), randomTensor(d, 5, 2, 3, 5)
		in := []clear.Tensor{x, y, row, one, cube}
		for _, c := range append(moves(d), reductions(d)...) {
			t.Run(fmt.Sprintf("%v/%s", d.elem, c.name), func(t *testing.T) {
				want := c.clear(in)
				got, players := p.compute(t, run{seed: 5}, in, func(q *Player, s []mpc.Share) mpc.Share {
					o := make([]mpc.Operand, len(s))
					for i := range s {
						o[i] = s[i]
					}
					return c.op(q.Engine, q, o, in)
				})
				if fmt.Sprint(got.Shape) != fmt.Sprint(want.Shape) || !reflect.DeepEqual(got.Data, want.Data) || got.Elem != want.Elem {
					t.Errorf("got %v, want %v", got, want)
				}
				p.checkCost(t, players, 1, c.calls)
			})
		}
	}
}

// A tensorCase is an operation on the tensors of structure: x and y (5 × 7),
// a row (7), one (a scalar) and a cube (2 × 3 × 5).
type tensorCase struct {
	name  string
	op    func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share
	clear func(v []clear.Tensor) clear.Tensor
	calls []capability.Part
}

func moves(d domain) []tensorCase {
	slices := []clear.Slice{clear.Range(1, 4), clear.At(2)}
	return []tensorCase{
		{"index", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Index(net, s[0], slices...)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Index(v[0], slices...) }, nil},
		{"index of a cube", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Index(net, s[4], clear.All(), clear.At(1), clear.Range(2, 2))
		}, func(v []clear.Tensor) clear.Tensor {
			return clear.Index(v[4], clear.All(), clear.At(1), clear.Range(2, 2))
		}, nil},
		{"update", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Update(net, s[0], s[2], clear.At(3))
		}, func(v []clear.Tensor) clear.Tensor { return clear.Update(v[0], v[2], clear.At(3)) }, nil},
		{"update of a public tensor", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Update(net, v[0], s[3], clear.At(3), clear.Range(1, 3))
		}, func(v []clear.Tensor) clear.Tensor { return clear.Update(v[0], v[3], clear.At(3), clear.Range(1, 3)) }, nil},
		{"stack", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Stack(net, s[0], v[1], s[0])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Stack(v[0], v[1], v[0]) }, nil},
		{"concat", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Concat(net, 1, s[0], v[1], s[1])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Concat(1, v[0], v[1], v[1]) }, nil},
		{"fill", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Fill(net, s[3], 13, 6)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Fill(v[3], 13, 6) }, nil},
		{"fill with a public scalar", func(e *mpc.Engine, net mpc.Net, _ []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Fill(net, v[3], 3)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Fill(v[3], 3) }, nil},
		{"transpose", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Transpose(net, s[0])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Transpose(v[0]) }, nil},
		{"transpose of a cube", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Transpose(net, s[4])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Transpose(v[4]) }, nil},
		{"reshape", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Reshape(net, s[4], 5, 6)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Reshape(v[4], 5, 6) }, nil},
		{"reverse", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Reverse(net, s[4])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Reverse(v[4]) }, nil},
		{"windows", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Windows(net, e.Reshape(net, s[4], 1, 2, 3, 5), 2, 3, 2, 1)
		}, func(v []clear.Tensor) clear.Tensor {
			return clear.Windows(clear.Reshape(v[4], 1, 2, 3, 5), 2, 3, 2, 1)
		}, nil},
	}
}

func reductions(d domain) []tensorCase {
	width := d.elem.Bits + 1
	choice := func(n int) capability.Part {
		if d.elem == clear.Bool {
			return call(capability.And, 0, n)
		}
		return call(capability.SelectBits, 0, n)
	}
	// level is what a tree does to join n pairs.
	level := func(n int) []capability.Part {
		if d.elem == clear.Bool {
			return []capability.Part{choice(n)}
		}
		return []capability.Part{call(capability.Negative, width, n), choice(n)}
	}
	pick := func(v []clear.Tensor) clear.Tensor { return clear.Lt(v[2], v[3]) }
	levels := func(pairs ...int) (all []capability.Part) {
		for _, n := range pairs {
			all = append(all, level(n)...)
		}
		return all
	}
	all := []tensorCase{
		{"min of a row", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Min(net, s[2], 0)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Min(v[2], 0) }, levels(3, 2, 1)},
		{"max of all", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Max(net, s[4], -1)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Max(v[4], -1) }, levels(15, 7, 4, 2, 1)},
		{"max along the middle", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Max(net, s[4], 1)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Max(v[4], 1) }, levels(10, 10)},
		{"min of nothing", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Min(net, e.Index(net, s[0], clear.Range(2, 2)), 0)
		}, func(v []clear.Tensor) clear.Tensor { return clear.Min(clear.Index(v[0], clear.Range(2, 2)), 0) }, nil},
		{"select that broadcasts", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Select(net, e.Index(net, pick(v), clear.All()), s[3], s[0])
		}, func(v []clear.Tensor) clear.Tensor { return clear.Select(pick(v), v[3], v[0]) }, []capability.Part{choice(35)}},
		{"select of a row by public bits", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Select(net, pick(v), s[2], s[3])
		}, func(v []clear.Tensor) clear.Tensor { return clear.Select(pick(v), v[2], v[3]) }, nil},
	}
	if d.elem == clear.Bool {
		return all
	}
	return append(all,
		tensorCase{"sum of all", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Sum(net, s[4], -1)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Sum(v[4], -1) }, nil},
		tensorCase{"sum along the middle", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Sum(net, s[4], 1)
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Sum(v[4], 1) }, nil},
		tensorCase{"running sums", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.CumSum(net, s[4])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.CumSum(v[4]) }, nil},
		tensorCase{"row + matrix", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, _ []clear.Tensor) mpc.Share {
			return e.Add(net, s[2], s[0])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Add(v[2], v[0]) }, nil},
		tensorCase{"scalar - public matrix", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Sub(net, s[3], v[0])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Sub(v[3], v[0]) }, nil},
		tensorCase{"matrix < public row", func(e *mpc.Engine, net mpc.Net, s []mpc.Operand, v []clear.Tensor) mpc.Share {
			return e.Lt(net, s[0], v[2])
		},
			func(v []clear.Tensor) clear.Tensor { return clear.Lt(v[0], v[2]) }, []capability.Part{call(capability.Negative, width, 35)}},
	)
}

// sharing checks who may deal and who may receive, and what that costs.
func sharing(t *testing.T, p Protocol) {
	roles := p.roles()
	for _, d := range []domain{int32s, uint8s, int64s, bools} {
		for _, n := range []int{0, 1, 9, 64} {
			x := randomTensor(d, 7, n)
			for _, c := range []struct {
				name   string
				dealer int
				to     []int
			}{
				{"outside to outside", owner, []int{p.receiver()}},
				{"outside to a role", owner, roles[:1]},
				{"first role to everybody", roles[0], append([]int{p.receiver()}, roles...)},
				{"last role to outside", roles[p.Roles-1], []int{p.receiver()}},
				{"outside to the last role", owner, roles[p.Roles-1:]},
			} {
				t.Run(fmt.Sprintf("%v/%d/%s", d.elem, n, c.name), func(t *testing.T) { p.passOn(t, x, c.dealer, c.to) })
			}
		}
	}
}

// passOn deals x and opens it again.
func (p Protocol) passOn(t *testing.T, x clear.Tensor, dealer int, to []int) {
	got := make([]clear.Tensor, p.Roles+2)
	in := func(players []int, q *Player) bool {
		for _, i := range players {
			if i == q.Self() {
				return true
			}
		}
		return false
	}
	dealt := func(q *Player) mpc.Share {
		if q.Self() == dealer {
			return q.Engine.Share(q.At(1, 0), x)
		}
		if in(p.roles(), q) {
			return q.Engine.Shared(q.At(1, 0), dealer, x.Elem, x.Shape...)
		}
		return mpc.Share{}
	}
	players, err := p.play(run{seed: 1}, func(q *Player) {
		q.Begin()
		dealt(q)
		q.End()
	})
	if err != nil {
		t.Fatal(err)
	}
	bits := 64
	if x.Elem == clear.Bool {
		bits = 1
	}
	deal := capability.Call{Action: capability.Deal, Param: bits, Dealer: p.number(dealer)}
	p.checkCost(t, players, len(x.Data), []capability.Part{{Call: deal, Times: 1}})
	players, err = p.play(run{seed: 2}, func(q *Player) {
		s := dealt(q)
		q.Begin()
		switch {
		case in(p.roles(), q):
			got[q.Self()] = q.Engine.Open(q.At(2, 0), s, to...)
		case in(to, q):
			got[q.Self()] = q.Engine.Opened(q.At(2, 0), x.Elem, x.Shape...)
		}
		q.End()
	})
	if err != nil {
		t.Fatal(err)
	}
	open := capability.Call{Action: capability.Open, Param: bits}
	for _, player := range to {
		open.To = append(open.To, p.number(player))
	}
	p.checkCost(t, players, len(x.Data), []capability.Part{{Call: open, Times: 1}})
	for i := range got {
		switch {
		case !in(to, players[i]) && got[i].Data != nil:
			t.Errorf("player %d got a value that was not for it", i)
		case in(to, players[i]) && (fmt.Sprint(got[i].Data) != fmt.Sprint(x.Data) || got[i].Elem != x.Elem):
			t.Errorf("player %d got %v, want %v", i, got[i], x)
		}
	}
}

// noWrap truncates and divides a million random products of full width, of
// which none may wrap: an error of one in 2^20 would show.
func noWrap(t *testing.T, p Protocol) {
	const m, d = 20, 1000003
	n := 1 << 20
	if testing.Short() {
		n = 1 << 14
	}
	x, y := clear.Zero(clear.Int64, n), clear.Zero(clear.Int64, n)
	r := rand.New(rand.NewPCG(11, 4))
	for i := range n {
		a := int64(r.Uint64())>>2 | 1
		bits := 62 - new(big.Int).Abs(big.NewInt(a)).BitLen()
		x.Data[i], y.Data[i] = uint64(a), 1
		if bits > 0 {
			s := r.IntN(bits + 1)
			x.Data[i], y.Data[i] = uint64(a>>s), uint64(int64(r.Uint64())>>(63-s))
		}
	}
	for _, c := range []struct {
		name string
		op   func(q *Player, s []mpc.Share) mpc.Share
		err  func(xy, got int64) bool
	}{
		{"product", func(q *Player, s []mpc.Share) mpc.Share { return q.Kernel.Mul(q, s[0], s[1], m) },
			func(xy, got int64) bool { return got != xy>>m && got != -(-xy>>m) }},
		{"truncation", func(q *Player, s []mpc.Share) mpc.Share {
			return q.Kernel.Truncate(q, q.Kernel.Mul(q.At(operationStep, 1), s[0], s[1], 0), m)
		}, func(xy, got int64) bool { return got != xy>>m && got != -(-xy>>m) }},
		{"division", func(q *Player, s []mpc.Share) mpc.Share {
			return q.Kernel.DivPublic(q, q.Kernel.Mul(q.At(operationStep, 1), s[0], s[1], 0), []uint64{d})
		}, func(xy, got int64) bool { e := got*d - xy; return e <= -2*d || e >= 2*d }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := p.compute(t, run{seed: 12}, []clear.Tensor{x, y}, c.op)
			wrong := 0
			for i, v := range got.Data {
				if c.err(int64(x.Data[i]*y.Data[i]), int64(v)) {
					wrong++
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d are wrong", wrong, n)
			}
		})
	}
}

// loop runs every kind of operation several times in one step of several
// occurrences: a mask that were drawn twice, under one name or two, ends the
// run. The same occurrence again must be refused, where masks are used.
func loop(t *testing.T, p Protocol) {
	x, b := randomTensor(fixeds, 1, 3), randomTensor(bools, 2, 3)
	ops := []func(q *Player, s []mpc.Share) mpc.Share{
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Mul(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Min(q, s[0], 0) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Div(q, s[0], clear.Int(clear.Int64, 3)) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Div(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Sigmoid(q, s[0]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Convert(q, s[0], clear.Int32) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Select(q, s[1], s[0], s[0]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.And(q, s[1], s[1]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Eq(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share) mpc.Share { return q.Engine.Rank(q, s[0]) },
	}
	body := func(occurrence func(i int) uint32) error {
		_, err := p.play(run{seed: 3}, func(q *Player) {
			switch q.Self() {
			case owner:
				q.Engine.Share(q.At(1, 0), x)
				q.Engine.Share(q.At(2, 0), b)
			case p.receiver():
			default:
				s := []mpc.Share{q.Engine.Shared(q.At(1, 0), owner, x.Elem, 3), q.Engine.Shared(q.At(2, 0), owner, b.Elem, 3)}
				for i := range 5 {
					for k, op := range ops {
						op(q.At(uint32(10+k), occurrence(i)), s)
						q.Engine.Open(q.At(uint32(30+k), occurrence(i)), s[0], p.roles()...)
					}
				}
			}
		})
		return err
	}
	if err := body(func(i int) uint32 { return uint32(i) }); err != nil {
		t.Error(err)
	}
	if err := body(func(int) uint32 { return 0 }); (err == nil) != p.Insecure {
		t.Errorf("an occurrence that comes twice: got error %v", err)
	}
}
