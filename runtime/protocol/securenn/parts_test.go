package securenn

// The paper's protocols one by one, on all numbers of a few bits.

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// play has all three servers carry out body, with keys that depend on the seed. It
// returns what server 2 receives of each.
func play(t *testing.T, seed uint64, body func(k *Kernel, net *recorder)) [2][][]byte {
	t.Helper()
	return among(t, seed, []string{"s0", "s1", "s2"}, body)[helper].received
}

// among is play of players of whom the servers are the first; it returns what each receives
// of the two servers.
func among(t *testing.T, seed uint64, players []string, body func(k *Kernel, net *recorder)) []*recorder {
	t.Helper()
	roles, all, errs := []int{0, 1, 2}, make([]*recorder, len(players)), make([]error, len(players))
	var wg sync.WaitGroup
	for i, l := range local.Connect(players) {
		keys := prg.Keys{}
		for _, set := range KeySets(roles, nil) {
			if slices.Contains(set.Players(), i) {
				keys[set] = sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(set+"/"), seed))
			}
		}
		net := &recorder{Net: conformance.NewNet(l, prg.New(keys))}
		all[i] = net
		net.At(1, 0)
		wg.Go(func() {
			defer func() { l.Close(errs[i]) }()
			defer abort.Catch(&errs[i])
			body(New(ring.Z64, i, roles), net)
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return all
}

// A recorder keeps what a player receives of the two servers.
type recorder struct {
	*conformance.Net
	received [2][][]byte
}

func (r *recorder) Recv(from, size int) []byte {
	b := r.Net.Recv(from, size)
	if from < 2 {
		r.received[from] = append(r.received[from], slices.Clone(b))
	}
	return b
}

// split are shares of numbers modulo m, for each server.
func split(x []uint64, m uint64) (shares [2][]uint64) {
	for i, v := range x {
		part := (uint64(i)*2654435761 + 12345) % m
		shares[0], shares[1] = append(shares[0], part), append(shares[1], (v+m-part)%m)
	}
	return shares
}

// pairs are all x and t below L.
func pairs(l int) (x, t []uint64) {
	for v := range uint64(1) << l {
		for u := range uint64(1) << l {
			x, t = append(x, v), append(t, u)
		}
	}
	return x, t
}

// sharesOfBits are shares modulo p of the bits of numbers.
func sharesOfBits(x []uint64, l int, p uint64) (shares [2][]byte) {
	var all []uint64
	for _, v := range x {
		for j := range l {
			all = append(all, v>>j&1)
		}
	}
	for server, s := range split(all, p) {
		for _, v := range s {
			shares[server] = append(shares[server], byte(v))
		}
	}
	return shares
}

// PrivateCompare tells x >= t for all x and t, whichever side is looked at, and there is one
// zero or none.
func TestPrivateCompare(t *testing.T) {
	for _, l := range []int{1, 2, 3, 5} {
		x, bound := pairs(l)
		f := fieldOf(l)
		shares := sharesOfBits(x, l, uint64(f.p))
		v := numbers{len(x), l}
		for seed := range uint64(4) {
			var masks, found []uint64
			received := play(t, seed, func(k *Kernel, net *recorder) {
				switch k.Role {
				case helper:
					found = k.learn(net, v)
				case 0:
					masks = k.compare(net, comparing, v, shares[0], bound)
				default:
					k.compare(net, comparing, v, shares[1], bound)
				}
			})
			masked, beta := ring.Elements(found, len(x)), ring.Elements(masks, len(x))
			d := sums(f, received, len(x)*l)
			for i := range x {
				require.Equal(t, x[i] >= bound[i], masked[i]^beta[i] == 1, "%d bits: %d and %d", l, x[i], bound[i])
				zeros := 0
				for _, c := range d[i*l : (i+1)*l] {
					if c == 0 {
						zeros++
					}
				}
				require.Equal(t, int(masked[i]), zeros, "%d bits: %d and %d", l, x[i], bound[i])
			}
		}
	}
}

// sums are what server 2 adds up of the first message of each server.
func sums(f field, received [2][][]byte, n int) []uint32 {
	d0, d1 := f.decode(received[0][0], n), f.decode(received[1][0], n)
	out := make([]uint32, n)
	for i := range out {
		out[i] = (uint32(d0[i]) + uint32(d1[i])) % f.p
	}
	return out
}

// What server 2 adds up are elements other than 0, all alike in each place, and at most one
// zero, in each place alike, whatever x and t are; and what it gets of a server alone is
// uniform, together with the shares of the bits, which it has handed out. Of 8192
// comparisons, that a count is off its mean by more than 6 standard deviations has a
// probability of 2e-9, for each of fewer than 1000 counts. Without the sharing of zero, the quotient
// of both messages, which it has then, is that of the two servers' sums: the test looks
// at that, too.
func TestWhatServerTwoSees(t *testing.T) {
	const l, n = 5, 8192
	f := fieldOf(l)
	v := numbers{n, l}
	for _, c := range []struct{ x, t uint64 }{{0, 0}, {31, 0}, {0, 31}, {19, 19}, {20, 19}, {3, 30}} {
		bits := sharesOfBits(slices.Repeat([]uint64{c.x}, n), l, uint64(f.p))
		// The same shares each time: what the messages say besides must not depend on them.
		for server := range bits {
			bits[server] = slices.Repeat(bits[server][:l], n)
		}
		received := play(t, 9, func(k *Kernel, net *recorder) {
			if k.Role == helper {
				k.learn(net, v)
			} else {
				k.compare(net, comparing, v, bits[k.Role], slices.Repeat([]uint64{c.t}, n))
			}
		})
		d := sums(f, received, n*l)
		first := f.decode(received[0][0], n*l)
		zeros, values, alone, both := make([]int, l), make([]int, l*int(f.p)), make([]int, l*int(f.p)), make([]int, f.p*f.p)
		total := 0
		for i, s := range d {
			place := i % l
			if s == 0 {
				zeros[place]++
				total++
			}
			values[place*int(f.p)+int(s)]++
			alone[place*int(f.p)+int(first[i])]++
			both[uint32(first[i])*f.p+s]++
		}
		p := float64(f.p)
		even(t, []int{total, n - total}, n, 0.5)
		even(t, zeros, n, 0.5/l)
		for place := range l {
			even(t, values[place*int(f.p)+1:(place+1)*int(f.p)], n, (1-0.5/l)/(p-1))
			even(t, alone[place*int(f.p):(place+1)*int(f.p)], n, 1/p)
		}
		for first := range f.p {
			even(t, both[first*f.p+1:(first+1)*f.p], n*l, (1-0.5/l)/(p-1)/p)
			even(t, both[first*f.p:first*f.p+1], n*l, 0.5/l/p)
		}
	}
}

// even wants each count of n near its mean.
func even(t *testing.T, counts []int, n int, probability float64) {
	t.Helper()
	mean := float64(n) * probability
	for _, c := range counts {
		off := float64(c) - mean
		require.Less(t, off*off, 36*mean*(1-probability), "%v, want %.0f each", counts, mean)
	}
}

// ShareConvert and ComputeMSB, on all numbers that they take.
func TestShareConvert(t *testing.T) {
	for _, l := range []int{2, 3, 6} {
		modulus := uint64(1) << l
		var x []uint64
		for v := range modulus - 1 {
			x = append(x, slices.Repeat([]uint64{v}, 16)...)
		}
		v, shares := numbers{len(x), l}, split(x, modulus)
		for seed := range uint64(4) {
			var got [2][]uint64
			play(t, seed, func(k *Kernel, net *recorder) {
				if k.Role == helper {
					k.convert(net, v, nil)
				} else {
					got[k.Role] = k.convert(net, v, shares[k.Role])
				}
			})
			for i := range x {
				require.Equal(t, x[i], (got[0][i]+got[1][i])%(modulus-1), "%d bits, seed %d", l, seed)
			}
		}
	}
}

func TestComputeMSB(t *testing.T) {
	for _, l := range []int{2, 3, 6} {
		odd := uint64(1)<<l - 1
		var y []uint64
		for v := range odd {
			y = append(y, slices.Repeat([]uint64{v}, 16)...)
		}
		v, shares := numbers{len(y), l}, split(y, odd)
		for seed := range uint64(4) {
			var got [3][][]uint64
			play(t, seed, func(k *Kernel, net *recorder) {
				var own []uint64
				if k.Role != helper {
					own = shares[k.Role]
				}
				got[k.Role] = k.highest(net, v, own)
			})
			require.Equal(t, got[0][0], got[1][0], "both see the same")
			require.Equal(t, got[2], [][]uint64{got[0][1], got[1][1]}, "server 2 knows the masks")
			for i := range y {
				b := bit(got[0][0], i) ^ bit(got[0][1], i) ^ bit(got[1][1], i)
				require.Equal(t, y[i]>>(l-1), b, "%d bits: %d", l, y[i])
			}
			// All else of the open bit a server knows: what hides the result from it is
			// the other's mask alone.
			for _, mask := range got[helper] {
				ones := 0
				for i := range y {
					ones += int(bit(mask, i))
				}
				even(t, []int{ones}, len(y), 0.5)
			}
		}
	}
}

// A message of a comparison: from one server to another, its size in the paper, of
// numbers of l bits and with q bits an element of Z_p, and here.
func TestMessagesOfThePaper(t *testing.T) {
	const n, l = 64, 65 // n numbers of 64 bits, doubled
	prime, q := capability.PrivateField(l)
	require.Equal(t, []int{67, 7}, []int{prime, q})
	kinds := []struct {
		kind        string
		from, to    int
		paper, here int // bits a number
	}{
		{"ShareConvert: shifted shares", 0, 2, l, l}, {"ShareConvert: shifted shares", 1, 2, l, l},
		{"ShareConvert: bits of the sum", 2, 0, l * q, 0}, {"ShareConvert: bits of the sum", 2, 1, l * q, l * q},
		{"PrivateCompare", 0, 2, l * q, l * q}, {"PrivateCompare", 1, 2, l * q, l * q},
		{"ShareConvert: wraps of the sum and the shift", 2, 0, 2 * l, 2 * l}, {"ShareConvert: wraps of the sum and the shift", 2, 1, 2 * l, 0},
		{"ComputeMSB: a random number", 2, 0, l, 0}, {"ComputeMSB: a random number", 2, 1, l, 0},
		{"ComputeMSB: its bits", 2, 0, l * q, l * q}, {"ComputeMSB: its bits", 2, 1, l * q, 0},
		{"ComputeMSB: the shifted number", 0, 1, l, l}, {"ComputeMSB: the shifted number", 1, 0, l, l},
		{"PrivateCompare", 0, 2, l * q, l * q}, {"PrivateCompare", 1, 2, l * q, l * q},
		{"ComputeMSB: lowest bit and comparison", 2, 0, 2 * l, 1}, {"ComputeMSB: lowest bit and comparison", 2, 1, 2 * l, 1},
	}
	var links [3][3][]int // sizes, by sender and receiver
	shares := split(make([]uint64, n), 1<<62)
	play(t, 1, func(k *Kernel, net *recorder) {
		v := numbers{n, l}
		own := make([]uint64, 2*n)
		if k.Role != helper {
			copy(own, shares[k.Role])
			own = v.doubled(ring.Z64, own[:n])
		}
		k.highest(&sizes{net.Net, &links[k.Role]}, v, k.convert(&sizes{net.Net, &links[k.Role]}, v, own))
	})
	var want [3][3][]int
	paper, here := 0, 0
	for _, m := range kinds {
		paper, here = paper+m.paper, here+m.here
		if m.here > 0 {
			want[m.from][m.to] = append(want[m.from][m.to], n*m.here/8)
		}
	}
	require.Equal(t, want, links)
	// ShareConvert 4 l q + 6 l, ComputeMSB 4 l q + 8 l, before the product of numbers that
	// ends it: 5 l more.
	require.Equal(t, 8*l*q+14*l, paper)
	require.Equal(t, 6*l*q+6*l+2, here)
}

// sizes notes the size of each message that a player sends.
type sizes struct {
	*conformance.Net
	sent *[3][]int
}

func (s *sizes) Send(to int, parts ...[]byte) {
	s.note(to, parts)
	s.Net.Send(to, parts...)
}

func (s *sizes) SendAhead(to int, parts ...[]byte) {
	s.note(to, parts)
	s.Net.SendAhead(to, parts...)
}

func (s *sizes) note(to int, parts [][]byte) {
	s.sent[to] = append(s.sent[to], len(slices.Concat(parts...)))
}

// Elements are what they are modulo p, in as many bits as p has.
func TestField(t *testing.T) {
	for l := 1; l <= 129; l++ {
		f := fieldOf(l)
		require.Greater(t, int(f.p), l+1)
		for v := range uint32(1 << 16) {
			if f.mod(v) != v%f.p {
				t.Fatalf("%d modulo %d: got %d", v, f.p, f.mod(v))
			}
		}
	}
	require.Equal(t, []field{{67, 7}, {67, 7}, {131, 8}}, []field{fieldOf(64), fieldOf(65), fieldOf(129)})
	s, err := prg.New(prg.Keys{"0": {1}}).Stream("0", 1, 0, 0)
	require.NoError(t, err)
	for _, bound := range []uint32{1, 5, 66, 67, 131, 200} {
		const n = 40_000
		x, counts := uniform(s, n, bound), make([]int, bound)
		for _, v := range x {
			counts[v]++
		}
		if bound > 1 {
			even(t, counts, n, 1/float64(bound))
		}
		if f := (field{bound, 8}); bound > 128 {
			require.Equal(t, x, f.decode(f.encode(x), n))
		}
	}
	x, f := uniform(s, 40_001, 67), fieldOf(64)
	require.Len(t, f.encode(x), (40_001*7+7)/8)
	require.Equal(t, x, f.decode(f.encode(x), len(x)))
	require.Equal(t, []byte{0, 60}, f.decode([]byte{67 | 0x80, 63}, 2), "what is no element is one modulo p")
}
