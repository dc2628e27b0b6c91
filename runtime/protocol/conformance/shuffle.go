package conformance

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// shuffle checks that rows stay together, in their block and in all tensors,
// that none is lost, that blocks differ and runs do, and what it costs.
func shuffle(t *testing.T, p Protocol) {
	const blocks, n = 3, 40
	x, y := clear.Zero(clear.Int64, blocks, n, 2), clear.Zero(clear.Bool, blocks, n, 5)
	for i := range blocks * n {
		x.Data[2*i], x.Data[2*i+1] = uint64(i), uint64(1000+i)
		for bit := range 5 {
			y.Data[5*i+bit] = uint64(i) >> bit & 1
		}
	}
	var orders []string
	for seed := range uint64(2) {
		first, players := p.compute(t, run{seed: seed}, []clear.Tensor{x, y}, func(q *Player, s []mpc.Share) mpc.Share {
			return q.Kernel.Shuffle(q, blocks, n, s)[0]
		})
		p.checkCost(t, players, blocks*n*(2*int(p.ring)+5), []capability.Part{call(capability.Shuffle, 1, 1)})
		second, _ := p.compute(t, run{seed: seed}, []clear.Tensor{x, y}, func(q *Player, s []mpc.Share) mpc.Share {
			return q.Kernel.Shuffle(q, blocks, n, s)[1]
		})
		for b := range blocks {
			var order []int
			for i := b * n; i < (b+1)*n; i++ {
				row := int(first.Data[2*i])
				order = append(order, row-b*n)
				if first.Data[2*i+1] != uint64(1000+row) {
					t.Fatalf("row %d has lost its second element: %v", row, first.Data[2*i:2*i+2])
				}
				for bit := range 5 {
					if !p.Insecure && second.Data[5*i+bit] != uint64(row)>>bit&1 {
						t.Fatalf("row %d has other bits in the second tensor", row)
					}
				}
			}
			orders = append(orders, fmt.Sprint(order))
			slices.Sort(order)
			for i, row := range order {
				if i != row {
					t.Fatalf("block %d has rows %v", b, order)
				}
			}
		}
	}
	slices.Sort(orders)
	if len(slices.Compact(orders)) != 2*blocks {
		t.Error("two blocks or two runs have the same order")
	}
}
