// Package ladder holds what the generated packages of folder golden compute
// to what the reference interpreter computes.
package ladder

import (
	"context"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/golden/auction/want/auction"
	"github.com/tfec-lang/tfec/golden/auction/want/auction/p_b0"
	"github.com/tfec-lang/tfec/golden/auction/want/auction/p_b1"
	"github.com/tfec-lang/tfec/golden/auction/want/auction/p_b2"
	"github.com/tfec-lang/tfec/golden/auction/want/auction/p_b3"
	auction_s0 "github.com/tfec-lang/tfec/golden/auction/want/auction/p_s0"
	auction_s1 "github.com/tfec-lang/tfec/golden/auction/want/auction/p_s1"
	auction_s2 "github.com/tfec-lang/tfec/golden/auction/want/auction/p_s2"
	"github.com/tfec-lang/tfec/golden/auction/want/auction/p_seller"
	"github.com/tfec-lang/tfec/golden/average/want/average"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_alice"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_bob"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_carol"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_s0"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_s1"
	"github.com/tfec-lang/tfec/golden/average/want/average/p_s2"
	"github.com/tfec-lang/tfec/golden/control/want/control"
	control_alice "github.com/tfec-lang/tfec/golden/control/want/control/p_alice"
	control_bob "github.com/tfec-lang/tfec/golden/control/want/control/p_bob"
	control_carol "github.com/tfec-lang/tfec/golden/control/want/control/p_carol"
	control_s0 "github.com/tfec-lang/tfec/golden/control/want/control/p_s0"
	control_s1 "github.com/tfec-lang/tfec/golden/control/want/control/p_s1"
	control_s2 "github.com/tfec-lang/tfec/golden/control/want/control/p_s2"
	"github.com/tfec-lang/tfec/golden/millionaires/want/millionaires"
	"github.com/tfec-lang/tfec/golden/names/want/names"
	"github.com/tfec-lang/tfec/golden/staff_average/want/staff_average"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
)

// numbers is a value of the program: its elements row by row, bools as 0 and
// 1, and its shape, which is empty for a scalar.
type numbers struct {
	data  []float64
	shape []int64
}

func scalar(x float64) numbers    { return numbers{data: []float64{x}} }
func vector(x ...float64) numbers { return numbers{x, []int64{int64(len(x))}} }

func matrix(x [][]float64) numbers {
	return numbers{slices.Concat(x...), []int64{int64(len(x)), int64(len(x[0]))}}
}

func truth(b bool) numbers {
	if b {
		return scalar(1)
	}
	return scalar(0)
}

func truths(list []bool) numbers {
	v := vector()
	for _, b := range list {
		v.data = append(v.data, truth(b).data...)
	}
	v.shape = []int64{int64(len(list))}
	return v
}

func ints[T int32 | int64](x []T) []float64 {
	var out []float64
	for _, v := range x {
		out = append(out, float64(v))
	}
	return out
}

type values map[string]numbers

// A rung is a computation with inputs for the interpreter, and its generated
// function, applied to the same ones.
type rung struct {
	name, computation string
	in                values
	generated         func(context.Context) (values, error)
	units             float64 // that a secure result may differ, in the last place
}

var (
	a, b   = []float64{1000, 3000.25}, []float64{2000, 2000, 7000}
	points = [][]float64{{1, 0}, {0.5, -1}, {-2, 3.5}, {0, 1}, {1.5, 1.5}}
	at     = []float64{1, -2, 0.5, 3, 2.25}
	left   = []int32{1, 950, 3, 999, 5}
	right  = []int32{1, 2, 990, 4, 6}
	counts = []int64{7, 300, 2, 90, 5}
	ranged = []float64{1.5, 2, 3, 4, 5}
	lens   = []float64{1, 1.25, 1, 1, 1}
	table  = [][]float64{{1, -2, 3.5}, {0.25, 7, -8}, {2, 2, 2}, {-1, 0, 1}, {5.5, -3, 0.125}, {4, 4, -4}}
	row    = []float64{0.5, -1.5, 2}
	flags  = []bool{false, true, false, false, true, false}
)

var rungs = []rung{
	{"average", "average", values{"a": vector(a...), "b": vector(b...)}, func(ctx context.Context) (values, error) {
		out, err := average.Local(ctx, average.Inputs{A: a, B: b})
		return values{"avg": scalar(out.Avg)}, err
	}, 2},
	{"staff_average", "staff_average",
		values{"pay[e0]": scalar(100), "pay[e1]": scalar(200), "pay[e2]": scalar(300), "pay[e3]": scalar(400.5), "pay[e4]": scalar(500)},
		func(ctx context.Context) (values, error) {
			out, err := staff_average.Local(ctx, staff_average.Inputs{
				Pay: map[string]float64{"e0": 100, "e1": 200, "e2": 300, "e3": 400.5, "e4": 500},
			})
			return values{"avg": scalar(out.Avg)}, err
		}, 2},
	{"millionaires", "richer", values{"a": scalar(4_000_000_001), "b": scalar(4_000_000_000)}, func(ctx context.Context) (values, error) {
		out, err := millionaires.Local(ctx, millionaires.Inputs{A: 4_000_000_001, B: 4_000_000_000})
		return values{"alice_richer": truth(out.AliceRicher)}, err
	}, 0},
	{"auction", "vickrey",
		values{"bid[b0]": scalar(40), "bid[b1]": scalar(90), "bid[b2]": scalar(70), "bid[b3]": scalar(10), "reserve": scalar(50)},
		func(ctx context.Context) (values, error) {
			out, err := auction.Local(ctx, auction.Inputs{Bid: map[string]int32{"b0": 40, "b1": 90, "b2": 70, "b3": 10}, Reserve: 50})
			return values{
				"price":   scalar(float64(out.Price)),
				"won[b0]": truth(out.Won["b0"]), "won[b1]": truth(out.Won["b1"]),
				"won[b2]": truth(out.Won["b2"]), "won[b3]": truth(out.Won["b3"]),
			}, err
		}, 0},
	{"control", "fit", values{"x": matrix(points), "y": vector(at...)}, func(ctx context.Context) (values, error) {
		out, err := control.Fit(ctx, control.FitInputs{X: points, Y: at})
		return values{"w": vector(out.W...)}, err
	}, 40},
	{"control", "compare", values{"a": vector(ints(left)...), "b": vector(ints(right)...), "thirds": truth(true)}, compare(true), 1},
	{"control", "compare", values{"a": vector(ints(left)...), "b": vector(ints(right)...), "thirds": truth(false)}, compare(false), 0},
	{"control", "own", values{"x": vector(ints(counts)...)}, func(ctx context.Context) (values, error) {
		out, err := control.Own(ctx, control.OwnInputs{X: counts})
		return values{"share": vector(out.Share...), "rest": scalar(float64(out.Rest))}, err
	}, 0},
	{"control", "shapes",
		values{"m": matrix(table), "v": vector(row...), "flags": truths(flags), "turns": scalar(5)},
		func(ctx context.Context) (values, error) {
			out, err := control.Shapes(ctx, control.ShapesInputs{M: table, V: row, Flags: flags, Turns: 5})
			if err != nil {
				return nil, err
			}
			return values{
				"rows": vector(out.Rows...), "table": matrix(out.Table), "picked": vector(out.Picked...),
				"hits": scalar(float64(out.Hits)), "sums": vector(out.Sums...),
			}, nil
		}, 2},
	{"names", "remote", values{"func": vector(ranged...), "p": vector(lens...), "clear": vector(ranged...)},
		func(ctx context.Context) (values, error) {
			out, err := names.Remote_(ctx, names.Remote_Inputs{Func: ranged, P: lens, Clear: ranged})
			return values{"inputs": scalar(out.Inputs)}, err
		}, 0},
	{"names", "inputs", values{"len": scalar(1), "a_b": scalar(2), "aB": scalar(3)}, func(ctx context.Context) (values, error) {
		out, err := names.Inputs_(ctx, names.Inputs_Inputs{Len: 1, AB: 2, AB_: 3})
		return values{"outputs": scalar(float64(out.Outputs))}, err
	}, 0},
}

func compare(thirds bool) func(context.Context) (values, error) {
	return func(ctx context.Context) (values, error) {
		out, err := control.Compare(ctx, control.CompareInputs{A: left, B: right, Thirds: thirds})
		return values{
			"larger": vector(ints(out.Larger)...),
			"often":  scalar(float64(out.Often)),
			"spread": scalar(out.Spread),
		}, err
	}
}

func TestGeneratedCodeComputesWhatTheInterpreterDoes(t *testing.T) {
	for _, r := range rungs {
		t.Run(r.computation, func(t *testing.T) {
			p := load(t, r.name, r.computation)
			want, err := interp.Run(p, inputs(p, r.in))
			require.NoError(t, err)
			got, err := r.generated(t.Context())
			require.NoError(t, err)
			assert.Len(t, got, len(want))
			for name, w := range want {
				compareValue(t, name, w, got[name], r.units)
			}
		})
	}
}

// load compiles one computation of a golden case.
func load(t *testing.T, name, computation string) *ir.Program {
	t.Helper()
	unit, list, err := compiler.Load("../"+name+"/in.tfe", compiler.Options{})
	require.NoError(t, err)
	require.False(t, list.HasErrors(), list)
	i := slices.IndexFunc(unit.Programs, func(p *ir.Program) bool { return p.Name == computation })
	require.GreaterOrEqual(t, i, 0)
	return unit.Programs[i]
}

// inputs are numbers as the representations that the interpreter takes.
func inputs(p *ir.Program, in values) map[string]interp.Tensor {
	out := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		v := interp.Tensor{Elem: x.Elem, Shape: in[key].shape}
		for _, n := range in[key].data {
			v.Data = append(v.Data, big.NewInt(int64(math.RoundToEven(n*unit(x.Elem)))))
		}
		out[key] = v
	}
	return out
}

// unit is how many representations a number of the type has from 0 to 1.
func unit(e types.Elem) float64 { return math.Ldexp(1, e.F) }

func compareValue(t *testing.T, name string, want interp.Tensor, got numbers, units float64) {
	t.Helper()
	require.Len(t, got.data, len(want.Data), name)
	for i, w := range want.Data {
		exact, _ := new(big.Float).SetInt(w).Float64()
		assert.InDelta(t, exact, got.data[i]*unit(want.Elem), units, "%s, element %d", name, i)
	}
}

func TestWrongInputs(t *testing.T) {
	_, err := average.Local(t.Context(), average.Inputs{A: []float64{1, 200_000}, B: b})
	assert.ErrorContains(t, err, "alice: ")
	assert.ErrorContains(t, err, "200000 is outside 0.0..100_000.0")

	_, err = average.Local(t.Context(), average.Inputs{A: []float64{1}, B: b})
	assert.ErrorContains(t, err, "size n is 1, and must be at least 2")

	_, err = staff_average.Local(t.Context(), staff_average.Inputs{Pay: map[string]float64{"e0": 1, "e1": 2, "e2": 3, "e4": 4, "e9": 5}})
	assert.ErrorContains(t, err, "e3: input pay[e3] is missing")
	assert.ErrorContains(t, err, "no player has an input pay[e9]")

	_, err = control.Fit(t.Context(), control.FitInputs{X: [][]float64{{1, 2}, {3}}, Y: at})
	assert.ErrorContains(t, err, "input x: row 1 has the shape [1], row 0 has [2]")
}

// The descriptors are those that internal/exec makes: a binary and a tfec
// player may take part in one run.
func TestGeneratedProgramsAreThoseOfExec(t *testing.T) {
	for _, test := range []struct {
		name, computation string
		generated         []*runtime.Program
	}{
		{"average", "average", []*runtime.Program{
			p_alice.Program, p_bob.Program, p_carol.Program, p_s0.Program, p_s1.Program, p_s2.Program}},
		{"control", "compare", []*runtime.Program{
			control_alice.CompareProgram, control_bob.CompareProgram, control_carol.CompareProgram,
			control_s0.CompareProgram, control_s1.CompareProgram, control_s2.CompareProgram}},
		{"auction", "vickrey", []*runtime.Program{
			p_b0.Program, p_b1.Program, p_b2.Program, p_b3.Program, p_seller.Program,
			auction_s0.Program, auction_s1.Program, auction_s2.Program}},
	} {
		for i, want := range exec.Programs(load(t, test.name, test.computation)) {
			assert.Equal(t, test.name+".tfe", test.generated[i].File)
			assert.Equal(t, header(want), header(test.generated[i]))
		}
	}
}

// header is a program without its steps, and without the name of the file,
// which every case has for itself.
func header(p *runtime.Program) runtime.Program {
	h := *p
	h.File, h.Run = "", nil
	return h
}
