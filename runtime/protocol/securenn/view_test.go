package securenn

// What server 2 sees together with a receiver of an opening.

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// outside is the player that receives.
const outside = 3

// The steps after the first.
const (
	comparisonStep = 2 + iota
	openingStep
)

// bare sabotages an opening: the servers send their parts without a sharing of zero.
func bare(k *Kernel, net mpc.Net, x mpc.Share) {
	net.Stage()
	if k.Computes() {
		net.Send(outside, ring.Bytes(k.Part(x)))
	}
}

// Server 2 knows the masks of what a comparison gives, and a receiver the servers' messages
// and the bits: even so, each message alone is uniform, since the servers add a sharing of
// zero that neither of the two knows. Without it, nothing is left of them. Of 128 bits in 512
// runs, that one is off 256 by more than 90 has a probability of at most 128 * 4e-14.
func TestServerTwoAndReceiver(t *testing.T) {
	const runs, limit, n, width = 512, 90, 64, 4
	x, want := clear.Zero(clear.Int64, n), uint64(0)
	for i := range x.Data {
		x.Data[i] = uint64(i%16 - 8)
		want |= x.Data[i] >> 63 << i
	}
	for name, c := range map[string]struct {
		open  func(k *Kernel, net mpc.Net, x mpc.Share)
		found bool
	}{
		"as it is":                  {func(k *Kernel, net mpc.Net, x mpc.Share) { k.Open(net, x, []int{outside}) }, false},
		"without a sharing of zero": {bare, true},
	} {
		t.Run(name, func(t *testing.T) {
			var ones [2][n]int
			for seed := range uint64(runs) {
				var masks mpc.Share
				var opened clear.Tensor
				all := among(t, seed, []string{"s0", "s1", "s2", "outside"}, func(k *Kernel, net *recorder) {
					if k.Role < 0 {
						net.At(openingStep, 0)
						opened = k.Opened(net, clear.Bool, x.Shape)
						return
					}
					negative := k.Negative(net, dealt(k, net, x), width)
					if k.Role == helper {
						masks = negative
					}
					net.At(openingStep, 0)
					c.open(k, net, negative)
				})
				require.Equal(t, []uint64{want}, ring.Bits(opened.Data))
				// What server 2 takes away: of server 0's D + a0, given the bits, their sum
				// with a1; of server 1's a1 all.
				known := [2]uint64{want ^ masks.Comp[1][0], masks.Comp[1][0]}
				for server, messages := range all[outside].received {
					require.Len(t, messages, 1)
					left := binary.LittleEndian.Uint64(messages[0]) ^ known[server]
					for bit := range n {
						ones[server][bit] += int(left >> bit & 1)
					}
				}
			}
			most := 0
			for server := range ones {
				for _, count := range ones[server] {
					if c.found {
						require.Zero(t, count, "what is left is constant")
					}
					most = max(most, count-runs/2, runs/2-count)
				}
			}
			require.Equal(t, c.found, most > limit, "a bit is off by %d", most)
		})
	}
}

// What masks the result of a comparison is the last of its streams: of all else that is in
// the bit that it opens, a server knows its part. So what a server has, less its own mask, is
// the result under the other's mask, 0 and 1 alike in 512 runs, but for 106 with a probability of
// 10^-19; and constant where the lowest bits of that stream are 0.
func TestMasksOfResult(t *testing.T) {
	const runs, limit, step = 512, 106, 1
	even := func(key func(prg.Set) prg.Key) func(prg.Set) prg.Key {
		return func(set prg.Set) prg.Key {
			for k := key(set); ; k[0]++ {
				stream, err := prg.New(prg.Keys{set: k}).Stream(set, step, 0, comparedOdd)
				require.NoError(t, err)
				if stream.Words(1)[0]&1 == 0 {
					return k
				}
			}
		}
	}
	for name, c := range map[string]struct {
		sabotage func(func(prg.Set) prg.Key) func(prg.Set) prg.Key
		found    bool
	}{
		"as it is":        {func(key func(prg.Set) prg.Key) func(prg.Set) prg.Key { return key }, false},
		"with even masks": {even, true},
	} {
		t.Run(name, func(t *testing.T) {
			for x := range uint64(2) {
				var ones [2]int
				for seed := range uint64(runs) {
					var got [3]mpc.Share
					keyed(t, c.sabotage(seeded(seed)), []string{"s0", "s1", "s2"}, func(k *Kernel, net *recorder) {
						value := numbersOf(clear.Int64, 1)
						if k.Role != helper {
							value.Comp[0][0] = -x
						}
						got[k.Role] = k.Negative(net, value, 4)
					})
					for server := range ones {
						ones[server] += int(got[server].Comp[0][0] ^ got[server].Comp[1][0])
					}
				}
				for server, count := range ones {
					require.Equal(t, c.found, max(count-runs/2, runs/2-count) > limit, "server %d: %d of %d", server, count, runs)
				}
			}
		})
	}
}

// dealt is server 0's x in masked form; the next step is the comparison.
func dealt(k *Kernel, net *recorder, x clear.Tensor) mpc.Share {
	defer net.At(comparisonStep, 0)
	if k.Role == 0 {
		return k.Deal(net, x)
	}
	return k.Dealt(net, 0, x.Elem, x.Shape)
}
