package securenn

// The paper's protocols one by one, on all numbers of a few bits.

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
	return keyed(t, seeded(seed), players, body)
}

// seeded are keys that depend on a seed.
func seeded(seed uint64) func(prg.Set) prg.Key {
	return func(set prg.Set) prg.Key {
		return sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(set+"/"), seed))
	}
}

// keyed is among with any keys.
func keyed(t *testing.T, key func(prg.Set) prg.Key, players []string, body func(k *Kernel, net *recorder)) []*recorder {
	t.Helper()
	roles, all, errs := []int{0, 1, 2}, make([]*recorder, len(players)), make([]error, len(players))
	var wg sync.WaitGroup
	for i, l := range local.Connect(players) {
		keys := prg.Keys{}
		for _, set := range KeySets(roles, nil) {
			if slices.Contains(set.Players(), i) {
				keys[set] = key(set)
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

// bit is bit i of packed ones.
func bit(x []uint64, i int) uint64 { return x[i/64] >> (i % 64) & 1 }

// sharesOfBits are shares modulo p of the bits of numbers.
func sharesOfBits(x []uint64, l int, p int) (shares [2]source) {
	var all []uint64
	for _, v := range x {
		for j := range l {
			all = append(all, v>>j&1)
		}
	}
	for server, s := range split(all, uint64(p)) {
		shares[server] = ofNumbers(s, l)
	}
	return shares
}

// ofNumbers are elements, those of a number together.
func ofNumbers(x []uint64, l int) source {
	return func(_ *work, rows []byte, tile int) {
		clear(rows)
		for lane := 0; lane < ring.Lanes && (tile*ring.Lanes+lane+1)*l <= len(x); lane++ {
			for j := range l {
				rows[j*ring.Lanes+lane] = byte(x[(tile*ring.Lanes+lane)*l+j])
			}
		}
	}
}

// received are the elements of a message.
func (v numbers) received(message []byte) elements {
	return v.receive(func(_, size int) []byte { return message[:size] }, 0)
}

// list are elements of a message, those of a number together.
func (v numbers) list(message []byte) (x []int) {
	e := v.received(message)
	rows := make([]byte, e.numbers.rows())
	for tile := range e.numbers.tiles() {
		e.read(nil, rows, tile)
		for lane := range e.numbers.lanes(tile) {
			for j := range e.numbers.bits {
				x = append(x, int(rows[j*ring.Lanes+lane]))
			}
		}
	}
	return x
}

// PrivateCompare tells x >= t for all x and t, whichever side is looked at, and there is one
// zero or none.
func TestPrivateCompare(t *testing.T) {
	for _, l := range []int{1, 2, 3, 5} {
		x, bound := pairs(l)
		shares := sharesOfBits(x, l, fieldOf(l).Prime)
		v := numbers{len(x), l}
		for seed := range uint64(8) {
			strict := seed%2 == 1
			var masks, found []uint64
			received := play(t, seed, func(k *Kernel, net *recorder) {
				switch k.Role {
				case helper:
					found = k.learn(net, v)
				case 0:
					masks = k.compare(net, comparing, v, shares[0], bound, strict)
				default:
					k.compare(net, comparing, v, shares[1], bound, strict)
				}
			})
			masked, beta := ring.Elements(found, len(x)), ring.Elements(masks, len(x))
			d := sums(v, received)
			for i := range x {
				if strict && bound[i] == 1<<l-1 {
					continue
				}
				want := x[i] > bound[i] || x[i] == bound[i] && !strict
				require.Equal(t, want, masked[i]^beta[i] == 1, "%d bits: %d and %d", l, x[i], bound[i])
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
func sums(v numbers, received [2][][]byte) []int {
	d0, d1 := v.list(received[0][0]), v.list(received[1][0])
	out := make([]int, len(d0))
	for i := range out {
		out[i] = (d0[i] + d1[i]) % fieldOf(v.bits).Prime
	}
	return out
}

// What server 2 adds up are elements other than 0, all alike in each place, and at most one
// zero, in each place alike, whatever x and t are; and what it gets of a server alone is
// uniform, together with the shares of the bits, which it has handed out. Of 8192
// comparisons, that a count is off its mean by more than 6 standard deviations has a
// probability of 2e-9, for each of fewer than 3000 counts. Without the sharing of zero, the quotient
// of both messages, which it has then, is that of the two servers' sums: the test looks
// at that, too.
func TestWhatServerTwoSees(t *testing.T) {
	const l, n = 10, 8192
	prime, v := fieldOf(l).Prime, numbers{n, l}
	for _, c := range []struct{ x, t uint64 }{{0, 0}, {1023, 0}, {0, 1023}, {619, 619}, {620, 619}, {3, 30}} {
		// The same shares each time: what the messages say besides must not depend on them.
		var bits [2]source
		for server, s := range split(ring.Elements([]uint64{c.x}, l), uint64(prime)) {
			bits[server] = ofNumbers(slices.Repeat(s, n), l)
		}
		received := play(t, 9, func(k *Kernel, net *recorder) {
			if k.Role == helper {
				k.learn(net, v)
			} else {
				k.compare(net, comparing, v, bits[k.Role], slices.Repeat([]uint64{c.t}, n), false)
			}
		})
		d := sums(v, received)
		first := v.list(received[0][0])
		zeros, values, alone, both := make([]int, l), make([]int, l*prime), make([]int, l*prime), make([]int, prime*prime)
		total := 0
		for i, s := range d {
			place := i % l
			if s == 0 {
				zeros[place]++
				total++
			}
			values[place*prime+s]++
			alone[place*prime+first[i]]++
			both[first[i]*prime+s]++
		}
		p := float64(prime)
		even(t, []int{total, n - total}, n, 0.5)
		even(t, zeros, n, 0.5/l)
		for place := range l {
			even(t, values[place*prime+1:(place+1)*prime], n, (1-0.5/l)/(p-1))
			even(t, alone[place*prime:(place+1)*prime], n, 1/p)
		}
		for first := range prime {
			even(t, both[first*prime+1:(first+1)*prime], n*l, (1-0.5/l)/(p-1)/p)
			even(t, both[first*prime:first*prime+1], n*l, 0.5/l/p)
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

// Elements travel in as many bits as p has, of any count; what is drawn of them is uniform.
func TestElements(t *testing.T) {
	for l := 1; l <= 129; l++ {
		f := fieldOf(l)
		require.Greater(t, f.Prime, l+1)
		require.True(t, f.Prime <= 1<<f.Bits && f.Prime > 1<<(f.Bits-1))
	}
	require.Equal(t, []int{67, 67, 131}, []int{fieldOf(64).Prime, fieldOf(65).Prime, fieldOf(129).Prime})
	s, err := prg.New(prg.Keys{"0": {1}}).Stream("0", 1, 0, 0)
	require.NoError(t, err)
	for _, l := range []int{1, 5, 65, 129} {
		for _, count := range []int{1, 7, 64, 65, 200, 1 << 11} {
			v, prime := numbers{count, l}, fieldOf(l).Prime
			e, drawn := v.elements(), v.draw(s, v.rows(), prime)
			w, counts := v.work(), make([]int, prime)
			for tile := range v.tiles() {
				rows := w.x[:v.rows()]
				drawn.rows(w, rows, tile)
				e.set(tile, rows)
				for _, x := range rows {
					counts[x]++
				}
			}
			even(t, counts, v.tiles()*v.rows(), 1/float64(prime))
			message := e.message()
			require.Len(t, message, (count*l*e.field.Bits+7)/8)
			for tile := range v.tiles() {
				require.Equal(t, e.planes(tile), v.received(message).planes(tile))
			}
		}
	}
	v := numbers{1, 1}
	require.Equal(t, []int{0}, v.list([]byte{3}), "what is no element is one modulo p")
}

// Sums modulo L - 1 and L, of numbers of one to three words, against those of big integers.
func TestNumbers(t *testing.T) {
	for _, l := range []int{2, 3, 63, 64, 65, 127, 128, 129} {
		edge := new(big.Int).Lsh(big.NewInt(1), uint(l))
		odd := new(big.Int).Sub(edge, big.NewInt(1))
		var all []*big.Int
		for _, n := range []int64{0, 1, 2} {
			for _, x := range []*big.Int{big.NewInt(n), new(big.Int).Sub(odd, big.NewInt(n)), new(big.Int).Rsh(odd, uint(n+1))} {
				all = append(all, new(big.Int).Mod(x, edge))
			}
		}
		var pairs [2][]*big.Int
		for _, x := range all {
			for _, y := range all {
				pairs[0], pairs[1] = append(pairs[0], x), append(pairs[1], y)
			}
		}
		v := numbers{len(pairs[0]), l}
		x, y := v.of(pairs[0]), v.of(pairs[1])
		require.Equal(t, x, v.decode(slices.Concat(v.encode(x)...)))
		require.Len(t, slices.Concat(v.encode(x)...), v.size())
		require.Equal(t, (v.count*l+7)/8, v.size())
		small := make([]uint64, v.count)
		for i := range small {
			small[i] = uint64(i) % 3
		}
		got := v.sumOdd([][]uint64{x, y, y, small}, x, y, small, y, small)
		sum, carry := v.all(), slices.Clone(small)
		for i := range carry {
			carry[i] %= 2
		}
		v.add(sum, x, y, carry)
		for i := range pairs[0] {
			want := new(big.Int).Sub(new(big.Int).Mul(odd, big.NewInt(9)), big.NewInt(int64(small[i])))
			require.Equal(t, want.Mod(want, odd).Text(16), v.number(got, i).Text(16), "%d bits", l)
			want.Add(pairs[0][i], pairs[1][i]).Add(want, big.NewInt(int64(small[i]%2)))
			require.Equal(t, carry[i] == 1, want.Cmp(edge) >= 0)
			require.Equal(t, want.Mod(want, edge).Text(16), v.number(sum, i).Text(16), "%d bits", l)
		}
		require.Equal(t, pairs[0][8].Cmp(odd) == 0, slices.Contains(v.ones(x), 8))
	}
}

// of are numbers from big integers, and number is one back.
func (v numbers) of(x []*big.Int) []uint64 {
	out := v.all()
	for i, n := range x {
		for p := range v.planes() {
			word := new(big.Int).Rsh(n, uint(64*p))
			v.plane(out, p)[i] = word.And(word, new(big.Int).SetUint64(^uint64(0))).Uint64()
		}
	}
	return out
}

func (v numbers) number(x []uint64, i int) *big.Int {
	n := new(big.Int)
	for p := v.planes() - 1; p >= 0; p-- {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(v.plane(x, p)[i]))
	}
	return n
}
