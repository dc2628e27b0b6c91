package aby3_test

// What a corrupt role sees together with a receiver, and that memory which
// the links or the peers still refer to stays as it was.

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The players: the three roles and one without.
var (
	roles   = []int{0, 1, 2}
	outside = 3
)

// A viewer is a player's Net that keeps what it must not change, and what it
// gets to know.
type viewer struct {
	*conformance.Net
	*mpc.Engine
	frozen []frozen
	inbox  [][]byte
	opened [][]byte             // what openings brought into the clear
	masks  map[prg.Set][]uint64 // the first word of each stream that was drawn
	keys   prg.Keys
	at     uint32
}

// frozen is memory, and what it held.
type frozen struct {
	what string
	now  func() [sha256.Size]byte
	then [sha256.Size]byte
}

func (v *viewer) freeze(what string, now func() [sha256.Size]byte) {
	v.frozen = append(v.frozen, frozen{what, now, now()})
}

func (v *viewer) freezeShare(what string, x mpc.Share) {
	v.freeze(what, func() [sha256.Size]byte { return sha256.Sum256(fmt.Append(nil, x)) })
}

func (v *viewer) step() *viewer {
	v.at++
	v.At(v.at, 0)
	return v
}

func (v *viewer) Send(to int, parts ...[]byte) {
	v.freeze("a message that was sent", func() [sha256.Size]byte { return sha256.Sum256(slices.Concat(parts...)) })
	v.Net.Send(to, parts...)
}

func (v *viewer) Recv(from, size int) []byte {
	b := v.Net.Recv(from, size)
	v.inbox = append(v.inbox, slices.Clone(b))
	return b
}

func (v *viewer) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	again := *v.Net
	again.Source = prg.New(prg.Keys{set: v.keys[set]})
	v.masks[set] = again.Stream(set, purpose).Words(1)
	return v.Net.Stream(set, purpose)
}

func (v *viewer) see(_ mpc.Net, o mpc.Opening) {
	for _, x := range o.Value.Data {
		v.opened = append(v.opened, binary.LittleEndian.AppendUint64(nil, x))
	}
}

// play has all four carry out body, with keys that depend on the seed.
func play(t *testing.T, seed uint64, body func(v *viewer)) []*viewer {
	t.Helper()
	return playOn(t, func(k mpc.Kernel) mpc.Kernel { return k }, seed, body)
}

// playOn is play over what kernel makes of each player's.
func playOn(t *testing.T, kernel func(mpc.Kernel) mpc.Kernel, seed uint64, body func(v *viewer)) []*viewer {
	t.Helper()
	all, errs := make([]*viewer, 4), make([]error, 4)
	var wg sync.WaitGroup
	for i, l := range local.Connect([]string{"s0", "s1", "s2", "outside"}) {
		keys := prg.Keys{}
		for _, set := range aby3.KeySets(roles, []int{0, 1, 2, outside}) {
			if slices.Contains(set.Players(), i) {
				keys[set] = sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(set+"/"), seed))
			}
		}
		v := &viewer{Net: conformance.NewNet(l, prg.New(keys)), masks: map[prg.Set][]uint64{}, keys: keys}
		v.Engine = mpc.New(mpc.Watch(kernel(aby3.New(ring.Z64, i, roles)), v.see))
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

// deal shares x from outside; it returns nothing there.
func (v *viewer) deal(x clear.Tensor) mpc.Share {
	if v.Self() == outside {
		return v.Share(v.step(), x)
	}
	return v.Shared(v.step(), outside, x.Elem, x.Shape...)
}

// The links refer to messages until the run ends, and one component may be in
// several shares: no operation changes what it was given, sent or returned.
func TestNothingChangesAfterwards(t *testing.T) {
	for _, n := range []int{1, 64, 65, 128} { // packed bits travel without a copy at multiples of 64
		x, y, b := clear.Zero(clear.Fixed(24, 16), n), clear.Zero(clear.Uint64, n), clear.Zero(clear.Bool, n)
		for i := range n {
			x.Data[i], y.Data[i], b.Data[i] = uint64(i-7)<<16, uint64(i)<<57, uint64(i)&1
		}
		all := play(t, uint64(n), func(v *viewer) {
			s := []mpc.Share{v.deal(x), v.deal(y), v.deal(b)}
			if v.Self() == outside {
				return
			}
			for i, x := range s {
				v.freezeShare(fmt.Sprintf("operand %d", i), x)
			}
			tiny := v.Convert(v.step(), s[2], clear.Uint8)
			operations := []func(net mpc.Net) mpc.Share{
				func(net mpc.Net) mpc.Share { return v.Mul(net, s[0], s[0]) },
				func(net mpc.Net) mpc.Share { return v.Mul(net, s[1], s[1]) },
				func(net mpc.Net) mpc.Share { return v.Dot(net, s[0], s[0]) },
				func(net mpc.Net) mpc.Share { return v.Div(net, s[0], clear.Int(clear.Int64, 3)) },
				func(net mpc.Net) mpc.Share { return v.Div(net, tiny, clear.Int(clear.Uint8, 3)) },
				func(net mpc.Net) mpc.Share { return v.Div(net, s[0], tiny) },
				func(net mpc.Net) mpc.Share { return v.Mod(net, tiny, tiny) },
				func(net mpc.Net) mpc.Share { return v.Sqrt(net, s[0]) },
				func(net mpc.Net) mpc.Share { return v.Exp(net, s[0]) },
				func(net mpc.Net) mpc.Share { return v.Lt(net, s[0], s[0]) },
				func(net mpc.Net) mpc.Share { return v.Lt(net, s[1], s[1]) },
				func(net mpc.Net) mpc.Share { return v.Eq(net, s[0], s[0]) },
				func(net mpc.Net) mpc.Share { return v.Eq(net, tiny, tiny) },
				func(net mpc.Net) mpc.Share { return v.Max(net, s[0], 0) },
				func(net mpc.Net) mpc.Share { return v.Select(net, s[2], s[0], s[0]) },
				func(net mpc.Net) mpc.Share { return v.Or(net, s[2], s[2]) },
				func(net mpc.Net) mpc.Share { return v.Convert(net, s[0], clear.Int32) },
				func(net mpc.Net) mpc.Share { return v.Add(net, s[0], clear.Int(clear.Fixed(24, 16), 5)) },
			}
			for i, operation := range operations {
				z := operation(v.step())
				v.freezeShare(fmt.Sprintf("result %d", i), z)
				v.Open(v.step(), z, roles...)
			}
		})
		for _, v := range all {
			for _, f := range v.frozen {
				require.Equal(t, f.then, f.now(), "player %d, %d elements: %s has changed", v.Self(), n, f.what)
			}
		}
	}
}

// A role and a receiver put together what they have of an opening: of a value
// that is wider than its type, they still lack the mask of the component that
// the role does not hold (R5). What remains is uniform above the type, and the
// value in it.
func TestOpeningToAReceiverAndARole(t *testing.T) {
	const runs, limit = 512, 90 // 2 exp(-2 90² / 512) is 4e-14 for each of 168 counts
	x := clear.FromInts(clear.Int64, []int{1}, 0x0123456789abcd)
	ones := make([][64]int, len(roles))
	for seed := range uint64(runs) {
		all := play(t, seed, func(v *viewer) {
			s := v.deal(x)
			v.inbox = nil
			if v.Self() == outside {
				v.Opened(v.step(), clear.Uint8, 1)
				return
			}
			narrow := v.Convert(v, s, clear.Uint8)
			v.masks = map[prg.Set][]uint64{}
			v.Open(v.step(), narrow, outside)
		})
		var opened uint64
		for _, b := range all[outside].inbox {
			opened += binary.LittleEndian.Uint64(b)
		}
		for i, r := range roles {
			known := opened
			for _, m := range all[r].masks {
				known += m[0] << 8
			}
			require.Len(t, all[r].masks, 2)
			require.Equal(t, uint64(0xcd), known&0xff)
			for bit := range 64 {
				ones[i][bit] += int(known >> bit & 1)
			}
		}
	}
	for i := range ones {
		for bit := 8; bit < 64; bit++ {
			require.InDelta(t, runs/2, ones[i][bit], limit, "role %d, bit %d", i, bit)
		}
	}
}

// seen counts, over runs with fresh keys, how often each bit is set of what each
// role receives in body, and then of what each sees opened; bits that a run does
// not have are not.
func seen(t *testing.T, runs, salt int, x clear.Tensor, kernel func(mpc.Kernel) mpc.Kernel, body func(v *viewer, s mpc.Share)) [][]int {
	ones := make([][]int, 2*len(roles))
	for seed := range runs {
		all := playOn(t, kernel, uint64(2*seed+salt), func(v *viewer) {
			s := v.deal(x)
			v.inbox = nil
			if v.Self() != outside {
				body(v, s)
			}
		})
		for i, r := range roles {
			count(&ones[i], slices.Concat(all[r].inbox...))
			count(&ones[len(roles)+i], slices.Concat(all[r].opened...))
		}
	}
	return ones
}

func count(ones *[]int, view []byte) {
	for len(*ones) < 8*len(view) {
		*ones = append(*ones, 0)
	}
	for k, b := range view {
		for bit := range 8 {
			(*ones)[8*k+bit] += int(b >> bit & 1)
		}
	}
}

// differs is the greatest difference of two counts of one bit.
func differs(x, y [][]int) (most int) {
	at := func(counts []int, k int) int {
		if k < len(counts) {
			return counts[k]
		}
		return 0
	}
	for i := range x {
		for k := range max(len(x[i]), len(y[i])) {
			d := at(x[i], k) - at(y[i], k)
			most = max(most, d, -d)
		}
	}
	return most
}

// unshuffled sabotages a kernel: rows stay where they are.
type unshuffled struct{ mpc.Kernel }

func (unshuffled) Shuffle(_ mpc.Net, _, _ int, x []mpc.Share) []mpc.Share { return x }

// What a role receives and sees opened in an operation that is made of others
// is distributed alike for two secrets: no bit of it tells them apart. That two
// counts of 200 runs differ by more than 100 has a probability of at most
// 2 exp(-2 100² / 400) = 4e-22 for a bit, of which there are less than a million.
// What opens a secret, and a sort that does not shuffle before it opens
// comparisons, are found.
func TestRolesSeeNothingOfSecrets(t *testing.T) {
	const runs, limit = 200, 100
	fixed := clear.Fixed(24, 16)
	secrets := []clear.Tensor{
		clear.FromInts(fixed, []int{5}, 1<<16, 2<<16, 3<<16, 4<<16, 5<<16),
		clear.FromInts(fixed, []int{5}, 99<<16, 7, 640<<16, 5<<10, 3<<16),
	}
	sort := func(v *viewer, s mpc.Share) { v.Sort(v.step(), s) }
	honest := func(k mpc.Kernel) mpc.Kernel { return k }
	for name, c := range map[string]struct {
		kernel func(mpc.Kernel) mpc.Kernel
		body   func(v *viewer, s mpc.Share)
		tells  bool
	}{
		"sort":        {honest, sort, false},
		"divide":      {honest, func(v *viewer, s mpc.Share) { v.Div(v.step(), s, s) }, false},
		"square root": {honest, func(v *viewer, s mpc.Share) { v.Sqrt(v.step(), s) }, false},
		"opened":      {honest, func(v *viewer, s mpc.Share) { v.Open(v.step(), s, roles...) }, true},
		"a comparison opened": {honest, func(v *viewer, s mpc.Share) {
			v.Open(v.step(), v.Lt(v.step(), s, clear.Int(fixed, 2<<16)), roles...)
		}, true},
		"sort without a shuffle": {func(k mpc.Kernel) mpc.Kernel { return unshuffled{k} }, sort, true},
	} {
		t.Run(name, func(t *testing.T) {
			found := differs(seen(t, runs, 0, secrets[0], c.kernel, c.body), seen(t, runs, 1, secrets[1], c.kernel, c.body))
			require.Equal(t, c.tells, found > limit, "the counts of a bit differ by %d", found)
		})
	}
}
