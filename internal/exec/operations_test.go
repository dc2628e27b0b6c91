package exec_test

// Every operation on every element that it takes, against the interpreter, on
// the ends of the types and on random values. In clear results are equal to
// the last bit, whatever overflows. On shares they are too, except that a fixed
// product, quotient or loss of precision is off by the engine's rounding, and
// that its exact result must fit.

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

var integers = []types.Elem{
	types.Of(types.Int8), types.Of(types.Int16), types.Of(types.Int32), types.Of(types.Int64),
	types.Of(types.Uint8), types.Of(types.Uint16), types.Of(types.Uint32), types.Of(types.Uint64),
}

var fixeds = []types.Elem{types.FixedOf(5, 2), types.FixedOf(24, 16), types.FixedOf(0, 30), types.FixedOf(40, 0), types.FixedOf(31, 15)}

// An operationCase is one operation with the types of its operands and result.
type operationCase struct {
	op     string // with what stands after the operands
	result string
	args   []string
}

// operationCases lists every operation on every element.
func operationCases() []operationCase {
	var out []operationCase
	add := func(op, result string, args ...string) { out = append(out, operationCase{op, result, args}) }
	for _, e := range append(append([]types.Elem{boolean}, integers...), fixeds...) {
		v := e.String() + "[6, 5]"
		for _, op := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
			add(op, "bool[6, 5]", v, v)
		}
		add("select", v, "bool[5]", v, e.String())
		for _, to := range append(append([]types.Elem{boolean}, integers...), fixeds...) {
			add("convert", to.String()+"[6, 5]", v)
		}
		for _, op := range []string{"min", "max"} {
			add(op, v, v, v)
			add(op, e.String(), v)
			add(op+" axis 0", e.String()+"[5]", v)
			add(op+" axis 1", e.String()+"[6]", v)
		}
		add("transpose", e.String()+"[5, 6]", v)
		add("stack", e.String()+"[2, 6, 5]", v, v)
		add("concat axis 1", e.String()+"[6, 10]", v, v)
		add("fill", v, e.String())
		add("reshape", e.String()+"[2, 5, 3]", v)
		add("reverse", v, v)
		add("transpose", e.String()+"[2, 4, 3]", e.String()+"[2, 3, 4]")
		images := e.String() + "[2, 3, 5, 4]"
		add("windows window [2, 3, 1, 0]", e.String()+"[2, 8, 3, 6]", images)
		add("windows window [3, 3, 2, 1]", e.String()+"[2, 6, 3, 9]", images)
		add("sort", v, v)
		add("rank", "int32[6, 5]", v)
		add("rank", "int32[6, 5]", "bool[6, 5]", v)
		add("top_k", e.String()+"[3]", e.String()+"[6]")
		add("carry", v, v, "bool[6]")
		add("merge", e.String()+"[11]", e.String()+"[6]", e.String()+"[5]")
		for _, op := range []string{"argmin", "argmax"} {
			add(op, "int32", v)
			add(op+" axis 0", "int32[5]", v)
			add(op+" axis 1", "int32[6]", v)
		}
		for _, index := range []string{"int32", "int64[4]", "int8[2, 2]"} {
			shape := strings.TrimLeft(index, "int0123456789")
			rows := "[5]"
			if shape != "" {
				rows = shape[:len(shape)-1] + ", 5]"
			}
			add("lookup", e.String()+rows, v, index)
		}
		add("store", v, v, "int32", e.String()+"[5]")
	}
	for _, e := range integers {
		add("onehot", "bool[6, 9]", e.String()+"[6]")
	}
	for _, e := range append(integers, fixeds...) {
		v := e.String() + "[6, 5]"
		add("neg", v, v)
		add("abs", v, v)
		for _, op := range []string{"add", "sub", "mod"} {
			add(op, v, v, v)
			add(op, v, v, e.String()+"[5]")
		}
		total := e.String()
		switch {
		case e.Unsigned():
			total = "uint64"
		case e.IsInt():
			total = "int64"
		}
		add("sum", total, v)
		add("sum axis 0", total+"[5]", v)
		add("sum axis 1", total+"[6]", v)
		add("cumsum", v, v)
		shift := ""
		if e.F > 0 {
			shift = fmt.Sprintf(" shift %d", e.F)
		}
		add("mul"+shift, v, v, v)
		add("div", v, v, v)
		add("dot"+shift, e.String()+"[6, 6]", v, e.String()+"[5, 6]")
		add("dot"+shift, e.String(), e.String()+"[5]", e.String()+"[5]")
		add("dot"+shift, e.String()+"[3, 2, 4]", e.String()+"[3, 2, 5]", e.String()+"[3, 5, 4]")
		images, kernels, results := e.String()+"[2, 3, 5, 4]", e.String()+"[2, 3, 2, 3]", e.String()+"[2, 2, 3, 2]"
		add("convolve"+shift+" window [2, 3, 2, 1]", results, images, kernels)
		add("convolve_to_kernels"+shift+" window [2, 3, 2, 1]", kernels, images, results)
		add("convolve_to_images"+shift+" window [2, 3, 2, 1]", images, results, kernels)
	}
	for _, e := range fixeds {
		for _, k := range []string{"int64", "int8", "uint64"} {
			v := e.String() + "[6, 5]"
			add("mul", v, v, k+"[5]")
			add("mul", v, k+"[6, 5]", e.String())
			add("div", v, v, k+"[6, 5]")
		}
	}
	for _, op := range []string{"and", "or"} {
		add(op, "bool[6, 5]", "bool[6, 5]", "bool[5]")
	}
	add("not", "bool[6, 5]", "bool[6, 5]")
	return out
}

// someCases are all cases; in short tests, one of ten that follow each other.
func someCases() (out []operationCase) {
	all := operationCases()
	for k := range some(uint64(len(all))) {
		out = append(out, all[k*uint64(len(all))/some(uint64(len(all)))])
	}
	return out
}

func TestOperationsEqualTheInterpreter(t *testing.T) {
	const inClear = "in clear"
	for _, protocol := range []string{inClear, "plain(s0)", "aby3(s0, s1, s2)", "pond(s0, s1; s2)", "securenn(s1, s0, s2)"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for _, c := range someCases() {
				if protocol == inClear {
					c.compare(t, r, c.inClear(t), 0)
					continue
				}
				if c.name() == "mod" {
					continue // in clear only
				}
				for public := -1; public < len(c.args); public++ {
					c.compare(t, r, c.onShares(t, protocol, public), c.units())
				}
			}
		})
	}
}

func (c operationCase) name() string {
	name, _, _ := strings.Cut(c.op, " ")
	return name
}

// units is how far the engine may be off.
func (c operationCase) units() float64 {
	switch isFixed := strings.HasPrefix(c.args[0], "fixed") && strings.HasPrefix(c.result, "fixed"); {
	case !isFixed:
		return 0
	case c.name() == "div":
		return 2
	case c.name() == "convert", strings.Contains(c.op, "shift"):
		return 1
	}
	return 0
}

// fits bounds an operand so that the engine's preconditions hold: a fixed
// product must fit its type, an integer dividend 62 bits.
func (c operationCase) fits(e types.Elem, v *big.Int) *big.Int {
	bits := e.Bits()
	switch {
	case strings.Contains(c.op, "shift"):
		bits = max(e.I/2+e.F-2, 1)
	case c.name() == "div":
		bits = 61
	}
	return new(big.Int).Rem(v, new(big.Int).Lsh(big.NewInt(1), uint(bits)))
}

func (c operationCase) compare(t *testing.T, r *rand.Rand, p *ir.Program, units float64) {
	t.Helper()
	for range 2 {
		in := make(map[string]interp.Tensor)
		for _, x := range p.Inputs {
			in[x.Name] = edges(r, x)
			for k, v := range in[x.Name].Data {
				if p.Servers().Len() < len(p.Players) { // on shares
					in[x.Name].Data[k] = c.fits(x.Elem, v)
				}
			}
			if c.name() == "merge" {
				slices.SortFunc(in[x.Name].Data, (*big.Int).Cmp)
			}
		}
		want, err := interp.Run(p, in)
		require.NoError(t, err)
		got, err := exec.Run(p, in)
		require.NoError(t, err)
		near(t, want["r"], got["r"], units, "r")
		if t.Failed() {
			t.Fatalf("%s of %v to %s, in %v", c.op, c.args, c.result, in)
		}
	}
}

// inClear computes the case at its one player.
func (c operationCase) inClear(t *testing.T) *ir.Program {
	var w writer
	for k, typ := range c.args {
		w.input(k, typ, "public")
	}
	w.line("start by public")
	w.line("r: %s @ public = %s by public", c.result, c.call("x"))
	return w.program(t, "p", "plain(p)", c.result)
}

// onShares computes it on shares of p's inputs, but for one operand that is
// public (-1: none); a divisor is always.
func (c operationCase) onShares(t *testing.T, protocol string, public int) *ir.Program {
	_, servers, _ := strings.Cut(strings.TrimSuffix(protocol, ")"), "(")
	servers = strings.ReplaceAll(servers, ";", ",")
	isPublic := func(k int) bool { return k == public || k == 1 && c.name() == "div" }
	var w writer
	for k, typ := range c.args {
		if isPublic(k) {
			w.input(k, typ, "public")
		} else {
			w.input(k, typ, "p")
		}
	}
	w.line("start by public")
	for k, typ := range c.args {
		if isPublic(k) {
			w.line("y%d: %s @ public = copy x%d by public", k, typ, k)
		} else {
			w.line("y%d: %s @ shared = share x%d by {p, %s}", k, typ, k, servers)
		}
	}
	w.line("z: %s @ shared = %s by {%s}", c.result, c.call("y"), servers)
	w.line("r: %s @ p = open z to p by {p, %s}", c.result, servers)
	return w.program(t, "p, "+servers, protocol, c.result)
}

// call writes the operation on operands named by a letter.
func (c operationCase) call(letter string) string {
	var names []string
	for k := range c.args {
		names = append(names, fmt.Sprint(letter, k))
	}
	name, attribute, _ := strings.Cut(c.op, " ")
	return name + " " + strings.Join(names, ", ") + " " + attribute
}

// A writer numbers the lines of a program.
type writer struct {
	header, body string
	step         int
}

func (w *writer) line(format string, args ...any) {
	w.step++
	w.body += fmt.Sprintf("%d %s line 1\n", w.step, fmt.Sprintf(format, args...))
}

func (w *writer) input(k int, typ, owner string) {
	w.header += fmt.Sprintf("input x%d: %s @ %s\n", k, typ, owner)
	w.line("x%d: %s @ %s = input as x%d by %s", k, typ, owner, k, owner)
}

func (w *writer) program(t *testing.T, players, protocol, result string) *ir.Program {
	w.line("output r as r by p")
	return parse(t, fmt.Sprintf("computation f of \"f.tfe\"\nplayers %s\nprotocol %s ring 64\n%soutput r: %s @ p\n%s",
		players, protocol, w.header, result, w.body))
}

// edges draws the ends of the type, small numbers and any other.
func edges(r *rand.Rand, x ir.Input) interp.Tensor {
	out := interp.Tensor{Elem: x.Elem, Shape: dims(x.Shape)}
	n, _ := x.Shape.Count().Const()
	lo, hi := x.Elem.Bounds()
	span := new(big.Int).Add(new(big.Int).Sub(hi, lo), big.NewInt(1))
	for range n {
		var v *big.Int
		switch r.IntN(6) {
		case 0:
			v = lo
		case 1:
			v = hi
		case 2:
			v = big.NewInt(r.Int64N(3))
		case 3:
			v = new(big.Int).Rsh(hi, uint(r.IntN(20)))
		default:
			v = new(big.Int).SetUint64(r.Uint64())
			v.Add(v.Mod(v, span), lo)
		}
		if v.Cmp(hi) > 0 {
			v = hi
		}
		out.Data = append(out.Data, v)
	}
	return out
}
