package exec

// Whole computations in this process: interp.Run with the runtime beneath.

import (
	"context"
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	protocols "github.com/tfec-lang/tfec/runtime/protocol"
)

// Run runs all players of a whole computation over links in memory, on the
// protocol that the program names. It takes and returns what interp.Run does;
// fixed results differ by the engine's rounding. An output with several
// receivers must reach all of them alike.
func Run(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
	return RunOn(runtime.Simulate, p, in)
}

// A Backend runs the programs of all players, as runtime.Simulate does.
type Backend func(context.Context, []*runtime.Program, runtime.Loader) (*runtime.Result, error)

// RunOn is Run on another backend.
func RunOn(backend Backend, p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
	return runPrograms(backend, p, Programs(p), in)
}

// runPrograms runs the programs of p's players.
func runPrograms(backend Backend, p *ir.Program, programs []*runtime.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
	load := func(_ string, x runtime.Input) (clear.Tensor, error) {
		v, ok := in[x.Name]
		if !ok {
			return clear.Tensor{}, fmt.Errorf("input %s is missing", x.Name)
		}
		return toRuntime(v), nil
	}
	result, err := backend(context.Background(), programs, load)
	if err != nil {
		return nil, err
	}
	out := make(map[string]interp.Tensor)
	for _, x := range p.Outputs {
		key := ir.Key(x.Name, x.Member)
		if x.To.IsShared() {
			v, err := reconstruct(p, result, key)
			if err != nil {
				return nil, err
			}
			out[key] = fromRuntime(x.Elem, v)
			continue
		}
		for _, player := range players(p, x.To.Set(p.Everybody()).Members()) {
			v := fromRuntime(x.Elem, result.Outputs[player][key])
			if first, ok := out[key]; ok && !first.Equal(v) {
				return nil, fmt.Errorf("output %s differs between its receivers", key)
			}
			out[key] = v
		}
	}
	return out, nil
}

// reconstruct joins the computing players' shares of an output.
func reconstruct(p *ir.Program, result *runtime.Result, key string) (clear.Tensor, error) {
	var shares []mpc.Share
	for _, player := range players(p, p.Protocol.Roles) {
		shares = append(shares, result.Shares[player][key])
	}
	return protocols.Reconstruct(p.Protocol.Name, shares)
}

func toRuntime(x interp.Tensor) clear.Tensor {
	out := clear.Tensor{Elem: elem(x.Elem), Shape: make([]int, len(x.Shape)), Data: make([]uint64, len(x.Data))}
	for k, d := range x.Shape {
		out.Shape[k] = int(d)
	}
	for k, v := range x.Data {
		out.Data[k] = word(x.Elem, v)
	}
	return out
}

func fromRuntime(e types.Elem, x clear.Tensor) interp.Tensor {
	out := interp.Tensor{Elem: e, Data: make([]*big.Int, len(x.Data))}
	for _, d := range x.Shape {
		out.Shape = append(out.Shape, int64(d))
	}
	if e.Kind == types.String {
		for k, text := range x.Strings() {
			out.Data[k] = ir.Word(text)
		}
		return out
	}
	for k, v := range x.Data {
		out.Data[k] = big.NewInt(int64(v))
		if e.Unsigned() || e.Kind == types.Float {
			out.Data[k] = new(big.Int).SetUint64(v)
		}
	}
	return out
}

// RunTest runs a test block with its computation on the runtime.
func RunTest(t *ir.Test) interp.TestResult { return interp.RunTestOn(t, Run) }
