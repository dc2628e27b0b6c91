//go:build !purego

package aby3_test

// Memory that operations take. The portable build copies messages, besides.

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A mute is the Net of one role alone: messages go nowhere, and the one that
// comes is always the same memory.
type mute struct {
	mpc.Net // helpers there are none
	self    int
	source  *prg.Source
	call    uint32
	message []byte
}

func (m *mute) Self() int               { return m.self }
func (m *mute) Stage()                  {}
func (m *mute) Send(int, ...[]byte)     {}
func (m *mute) Recv(_, size int) []byte { return m.message[:size] }

func (m *mute) Stream(set prg.Set, p prg.Purpose) *prg.Stream {
	stream, err := m.source.Stream(set, 1, m.call, p)
	if err != nil {
		panic(err)
	}
	return stream
}

// Beyond its results and messages, an operation takes memory that does not
// grow with the number of elements: intermediates are in the cores' scratch.
func TestAllocations(t *testing.T) {
	const n = 1 << 19
	all := prg.Keys{}
	for _, set := range aby3.KeySets(roles, nil) {
		all[set] = prg.Key{1}
	}
	x := mpc.Share{Elem: clear.Int64, Shape: []int{n}, Comp: [][]uint64{make([]uint64, n), make([]uint64, n)}}
	for _, op := range []struct {
		name string
		run  func(k *aby3.Kernel, net mpc.Net)
		// what is made at each role, in bytes an element: components, which no
		// message brought, and what is sent and is none of them.
		bytes [3]float64
	}{
		{"Mul", func(k *aby3.Kernel, net mpc.Net) { k.Mul(net, x, x, 0) }, [3]float64{8, 8, 8}},
		{"Mul and truncate", func(k *aby3.Kernel, net mpc.Net) { k.Mul(net, x, x, 16) }, [3]float64{8 + 16 + 10, 8 + 8 + 2, 8 + 16 + 2}},
		{"Truncate", func(k *aby3.Kernel, net mpc.Net) { k.Truncate(net, x, 16) }, [3]float64{8 + 8 + 2, 8 + 16 + 10, 8 + 2}},
	} {
		for role := range roles {
			k, net := aby3.New(ring.Z64, role, roles), &mute{self: role, source: prg.New(all), message: make([]byte, 16*n)}
			t.Run(fmt.Sprint(op.name, role), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				var before, after runtime.MemStats
				run := func() {
					net.call++
					op.run(k, net)
				}
				run() // makes the scratch
				least := math.Inf(1)
				for range 3 { // a collection has pools forget, and the race detector, too
					runtime.ReadMemStats(&before)
					run()
					runtime.ReadMemStats(&after)
					least = min(least, float64(after.TotalAlloc-before.TotalAlloc))
				}
				const rest = 256 << 10
				require.InDelta(t, op.bytes[role]*n, least, rest)
			})
		}
	}
}
