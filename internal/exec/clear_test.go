package exec_test

// Operations in clear against the interpreter, to the last bit and with no
// regard for overflow: every operation on every element it takes, on the ends
// of the types and on random values.

import (
	"fmt"
	"math/big"
	"math/rand/v2"
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

var fixeds = []types.Elem{types.FixedOf(5, 2), types.FixedOf(24, 16), types.FixedOf(0, 31), types.FixedOf(40, 0), types.FixedOf(31, 30)}

// A clearCase is one operation with the types of its operands and result.
type clearCase struct {
	op     string // with what stands after the operands
	result string
	args   []string
}

// clearCases lists every operation on every element.
func clearCases() []clearCase {
	var out []clearCase
	add := func(op, result string, args ...string) { out = append(out, clearCase{op, result, args}) }
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
		shift := ""
		if e.F > 0 {
			shift = fmt.Sprintf(" shift %d", e.F)
		}
		add("mul"+shift, v, v, v)
		add("div", v, v, v)
		add("dot"+shift, e.String()+"[6, 6]", v, e.String()+"[5, 6]")
		add("dot"+shift, e.String(), e.String()+"[5]", e.String()+"[5]")
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

func TestClearOperationsEqualTheInterpreter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range clearCases() {
		p := c.program(t)
		for range 3 {
			in := make(map[string]interp.Tensor)
			for _, x := range p.Inputs {
				in[x.Name] = edges(r, x)
			}
			want, err := interp.Run(p, in)
			require.NoError(t, err)
			got, err := exec.Run(p, in)
			require.NoError(t, err)
			require.True(t, want["r"].Equal(got["r"]), "%s of %v to %s: got %s, want %s, in %v", c.op, c.args, c.result, got["r"], want["r"], in)
		}
	}
}

func (c clearCase) program(t *testing.T) *ir.Program {
	op, attribute, _ := strings.Cut(c.op, " ")
	header := "computation f of \"f.tfe\"\nplayers p\nprotocol plain(p) ring 64\n"
	var body, operands string
	for k, typ := range c.args {
		header += fmt.Sprintf("input x%d: %s @ p\n", k, typ)
		body += fmt.Sprintf("%d x%d: %s @ p = input as x%d by p line 1\n", k+1, k, typ, k)
		operands += fmt.Sprintf(", x%d", k)
	}
	header += fmt.Sprintf("output r: %s @ p\n", c.result)
	body += fmt.Sprintf("7 start by p line 1\n8 r: %s @ p = %s %s %s by p line 1\n9 output r as r by p line 1\n",
		c.result, op, operands[2:], attribute)
	return parse(t, header+body)
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
