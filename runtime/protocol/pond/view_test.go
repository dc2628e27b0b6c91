package pond_test

// What a corrupt role sees together with a receiver of an opening, and what the
// dealer receives at all.

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/protocol/pond"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The players: two servers, the dealer, and one who owns and receives.
var roles = []int{0, 1, 2}

const (
	dealer  = 2
	outside = 3
)

// A viewer is a player's Net that keeps what it gets to know.
type viewer struct {
	*conformance.Net
	*mpc.Engine
	inbox [][]byte
	drawn drawn
	keys  prg.Keys
	at    uint32
}

// drawn are the streams of one step, each as whoever has its key can make it.
type drawn map[named]prg.Stream

type named struct {
	set     prg.Set
	purpose prg.Purpose
}

// step begins a step, of which nothing is drawn.
func (v *viewer) step() *viewer {
	v.at++
	v.At(v.at, 0)
	v.drawn = drawn{}
	return v
}

func (v *viewer) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	again := *v.Net
	again.Source = prg.New(prg.Keys{set: v.keys[set]})
	v.drawn[named{set, purpose}] = *again.Stream(set, purpose)
	return v.Net.Stream(set, purpose)
}

// known are the streams that the players of all drew and of which one of corrupt
// has the key.
func known(all []*viewer, corrupt []int) drawn {
	out := drawn{}
	for _, v := range all {
		for name, s := range v.drawn {
			if slices.ContainsFunc(name.set.Players(), func(p int) bool { return slices.Contains(corrupt, p) }) {
				out[name] = s
			}
		}
	}
	return out
}

func (v *viewer) Recv(from, size int) []byte {
	b := v.Net.Recv(from, size)
	v.inbox = append(v.inbox, slices.Clone(b))
	return b
}

// play has all four carry out body, with keys that depend on the seed, over what
// kernel makes of each player's.
func play(t *testing.T, seed uint64, kernel func(mpc.Kernel) mpc.Kernel, body func(v *viewer)) []*viewer {
	t.Helper()
	all, errs := make([]*viewer, 4), make([]error, 4)
	var wg sync.WaitGroup
	for i, l := range local.Connect([]string{"s0", "s1", "dealer", "outside"}) {
		keys := prg.Keys{}
		for _, set := range pond.KeySets(roles, []int{0, 1, dealer, outside}) {
			if slices.Contains(set.Players(), i) {
				keys[set] = sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(set+"/"), seed))
			}
		}
		v := &viewer{Net: conformance.NewNet(l, prg.New(keys)), keys: keys, Engine: mpc.New(kernel(pond.New(ring.Z64, i, roles)))}
		all[i] = v
		wg.Go(func() {
			defer func() { l.Close(errs[i]) }()
			defer abort.Catch(&errs[i])
			body(v)
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return all
}

// unmasked sabotages a kernel: servers open to others without a sharing of zero.
type unmasked struct{ mpc.Kernel }

func (k unmasked) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	net.Stage()
	if self := net.Self(); self < dealer {
		part := slices.Clone(x.Comp[1])
		if self == 0 {
			ring.Add(part, part, x.Comp[0])
		}
		net.Send(outside, ring.Bytes(part))
	}
	return clear.Tensor{}
}

// The dealer knows the masks of what is opened, and a receiver the servers' messages:
// even so, each message alone is uniform, since the servers add a sharing of zero that
// neither of the two knows. Without it, it is found. Of 64 bits in 512 runs, that
// one is off 256 by more than 90 has a probability of at most 64 * 4e-14.
func TestDealerAndReceiver(t *testing.T) {
	const runs, limit = 512, 90
	x := clear.FromInts(clear.Int64, []int{1}, 0x0123456789abcd)
	for name, c := range map[string]struct {
		kernel func(mpc.Kernel) mpc.Kernel
		found  bool
	}{
		"as it is":                  {func(k mpc.Kernel) mpc.Kernel { return k }, false},
		"without a sharing of zero": {func(k mpc.Kernel) mpc.Kernel { return unmasked{k} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			var ones [2][64]int
			for seed := range uint64(runs) {
				var masks mpc.Share
				all := play(t, seed, c.kernel, func(v *viewer) {
					if v.Self() == outside {
						v.Share(v.step(), x)
						v.step() // the product
						v.Opened(v.step(), clear.Int64, 1)
						return
					}
					s := v.Shared(v.step(), outside, x.Elem, 1)
					s = v.Mul(v.step(), s, s)
					if v.Self() == dealer {
						masks = s
					}
					v.Open(v.step(), s, outside)
				})
				require.Empty(t, all[dealer].inbox, "the dealer receives nothing")
				require.Len(t, all[outside].inbox, 2)
				// What the dealer takes away: of server 0's D + a0 its a0 and, given the
				// product, D itself; of server 1's a1 all.
				product := x.Data[0] * x.Data[0]
				known := [2]uint64{product - masks.Comp[1][0], masks.Comp[1][0]}
				for server := range ones {
					left := binary.LittleEndian.Uint64(all[outside].inbox[server]) - known[server]
					for bit := range 64 {
						ones[server][bit] += int(left >> bit & 1)
					}
				}
			}
			most := 0
			for server := range ones {
				for _, n := range ones[server] {
					most = max(most, n-runs/2, runs/2-n)
				}
			}
			require.Equal(t, c.found, most > limit, "a bit is off by %d", most)
		})
	}
}

// coalitions are roles that put together what they have, and whether that is more
// than one, of whom nothing is promised: they show that what a test looks for is found.
var coalitions = []struct {
	roles []int
	found bool
}{
	{[]int{0}, false}, {[]int{1}, false}, {[]int{dealer}, false},
	{[]int{0, 1}, true}, {[]int{0, dealer}, true}, {[]int{1, dealer}, true},
}

// What is opened of shuffled rows tells no role their order before. It carries out those
// of the permutations that it can draw: relative to that, the rows are in each of the
// 6 orders of three, since it lacks one permutation; two roles lack none, and find
// always the same. That one of 6 is not among 100 has a probability of 7e-8.
func TestShuffleThatNoRoleKnows(t *testing.T) {
	const runs, rows, all = 100, 3, 6
	x := clear.FromInts(clear.Int64, []int{rows}, 0, 1, 2)
	orders := make([]map[prg.Purpose]map[[rows]uint64]bool, len(coalitions))
	for seed := range uint64(runs) {
		var opened []uint64
		players := play(t, seed, func(k mpc.Kernel) mpc.Kernel { return k }, func(v *viewer) {
			if v.Self() == outside {
				v.Share(v.step(), x)
				opened = v.Opened(v.step(), x.Elem, rows).Data
				return
			}
			s := v.Shared(v.step(), outside, x.Elem, rows)
			v.Open(v, v.Shuffle(v.step(), s), outside)
		})
		for i, c := range coalitions {
			if orders[i] == nil {
				orders[i] = map[prg.Purpose]map[[rows]uint64]bool{}
			}
			for purpose, order := range permuted(rows, known(players, c.roles)) {
				if orders[i][purpose] == nil {
					orders[i][purpose] = map[[rows]uint64]bool{}
				}
				var relative [rows]uint64
				for place, row := range order {
					relative[place] = uint64(slices.Index(opened, row))
				}
				orders[i][purpose][relative] = true
			}
		}
	}
	for i, c := range coalitions {
		want, least := all, all
		if c.found {
			want = 1
		}
		for _, relative := range orders[i] {
			least = min(least, len(relative))
		}
		require.Equal(t, want, least, "roles %v", c.roles)
	}
}

// permuted is the order of n rows after the permutations that are drawn for each
// purpose: of server 0 with the dealer, of server 1, and of the servers.
func permuted(n int, streams drawn) map[prg.Purpose][]uint64 {
	out := map[prg.Purpose][]uint64{}
	for name := range streams {
		rows := make([]uint64, n)
		for i := range rows {
			rows[i] = uint64(i)
		}
		for _, set := range []prg.Set{prg.Of(0, dealer), prg.Of(1, dealer), prg.Of(0, 1)} {
			if s, ok := streams[named{set, name.purpose}]; ok {
				rows = ring.Z64.Rows(rows, s.Permutations(1, n), 1)
			}
		}
		out[name.purpose] = rows
	}
	return out
}
