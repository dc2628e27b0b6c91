package conformance

// What a role sees. Its view of an operation is the lowest byte of each ring
// element that it holds of the operands and draws as a mask, and every bit of
// every message. For fixed secrets and fresh keys, each bit of a message, and
// each bit of it together with each other bit of the view, must be uniform,
// whatever the secrets are. Where a protocol has a simulator, messages are compared with
// what that draws, instead.
//
// Each of T tests counts ones in R = 512 runs, and fails if the count is off R / 2
// by more than d; by Hoeffding's bound, a sound protocol fails one with a
// probability of at most 2 exp(-2 d² / R). Here d is 106: a test fails with a
// probability of at most 10^-19, and all together, of which there are 2 to 3 10^9 for a
// protocol and never more than 10^10 (which is counted), of at most 10^-9. The counts for two secrets may
// differ by 150, with the same significance. What is found is a bit that is 1 with a
// probability below 0.2 or above 0.8, nearly always; a fixed one always. Keys come from
// a fixed seed, so that a test that has passed passes again.

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

const (
	runs         = 512
	significance = 1e-9
	// testsInAll bounds the tests of the whole suite: bits of messages times
	// bits of views, over all operations, roles, secrets and rings.
	testsInAll = 1e10
)

// limit is how far a count may be off, for one bit or for the difference of two,
// of which each has so many runs.
func limit(squares float64) int {
	return int(math.Sqrt(squares * math.Log(2*testsInAll/significance)))
}

// An exposure is an operation whose messages are looked at, on eight elements,
// so that messages of bits have whole bytes.
type exposure struct {
	name    string
	secrets [2][]clear.Tensor
	op      func(q *Player, x []mpc.Share)
	// truncates: truncations that round down always send something else.
	truncates bool
	// call is that of an operation that compares, or does where truncations round down.
	call capability.Call
}

func exposures() []exposure {
	eight := func(t clear.Type, v ...int64) clear.Tensor {
		x := clear.Zero(t, 8)
		for i := range x.Data {
			x.Data[i] = uint64(v[i%len(v)])
		}
		return x
	}
	numbers := [2][]clear.Tensor{
		{eight(clear.Int64, 0), eight(clear.Int64, 0), eight(clear.Bool, 0), eight(clear.Bool, 0)},
		{eight(clear.Int64, -1, 1<<30-1, -1<<30, 12345), eight(clear.Int64, -1, 1<<30, 1, -77), eight(clear.Bool, 1, 1, 0), eight(clear.Bool, 1)},
	}
	// once leaves out the second pass of the loop: an opening of the same value
	// need not be masked anew.
	once := func(q *Player, f func()) {
		if q.occurrence == 0 {
			f()
		}
	}
	return []exposure{
		{name: "open to the roles", secrets: numbers, op: func(q *Player, x []mpc.Share) {
			once(q, func() { q.Kernel.Open(q, x[1], q.roles) })
		}},
		{name: "open a narrow type to the roles", secrets: numbers, op: func(q *Player, x []mpc.Share) {
			once(q, func() { q.Kernel.Open(q, q.Engine.Convert(q, x[1], clear.Int32), q.roles) })
		}},
		{name: "refresh", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Refresh(q, x[0]) }},
		{name: "product", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Mul(q, x[0], x[1], 0) }},
		{name: "product truncated", truncates: true, call: capability.Call{Action: capability.Product, Param: 16}, secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Mul(q, x[0], x[1], 16) }},
		{name: "matrix product", secrets: numbers, op: func(q *Player, x []mpc.Share) {
			q.Kernel.Bilinear(q, x[0], x[1], mpc.Matrices(q.Kernel.Modulus(), 1, 2, 4, 2), 0)
		}},
		{name: "truncate", truncates: true, call: capability.Call{Action: capability.Truncate, Param: 16}, secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Truncate(q, x[0], 16) }},
		{name: "divide", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.DivPublic(q, x[0], []uint64{1000}) }},
		{name: "negative", call: capability.Call{Action: capability.Negative, Param: 12}, secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Negative(q, x[0], 12) }},
		{name: "is zero", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.IsZero(q, x[0], 11) }},
		{name: "bits", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.Bits(q, x[0], 10) }},
		{name: "and", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.And(q, x[2], x[3]) }},
		{name: "bits to ring", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.BitsToRing(q, x[2], clear.Int64) }},
		{name: "tables", secrets: numbers, op: func(q *Player, x []mpc.Share) {
			four := mpc.Share{Elem: clear.Bool, Shape: []int{2, 4}, Comp: x[2].Comp}
			q.Kernel.Tables(q, clear.Int64, mpc.Table{Bits: four, Functions: [][]uint64{{1, 2, 3, 4}, {5, 0, 0, 1}}},
				mpc.Table{Bits: four, Functions: [][]uint64{{0, 1, 1, 0}}, Sign: q.Engine.Index(q, x[3], clear.Range(0, 4))})
		}},
		{name: "inner product", truncates: true, call: capability.Call{Action: capability.Product, Param: 16}, secrets: numbers, op: func(q *Player, x []mpc.Share) {
			q.Kernel.Inner(q, q.Engine.Stack(q, x[0], x[1]), q.Engine.Stack(q, x[1], x[0]), mpc.Share{}, 16)
		}},
		{name: "shuffle", secrets: numbers, op: func(q *Player, x []mpc.Share) {
			q.Kernel.Shuffle(q, 2, 4, []mpc.Share{x[0], x[2]})
		}},
		{name: "select by bits", secrets: numbers, op: func(q *Player, x []mpc.Share) { q.Kernel.SelectBits(q, x[2], x[0]) }},
	}
}

// uniform leaves out exact truncations on the greater ring: they are made of the same
// calls as on the other.
func uniform(t *testing.T, p Protocol) {
	for _, e := range exposures() {
		if p.Exact && (!e.truncates || p.ring == ring.Z128) {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			var views [2][]*columns
			for i, secret := range e.secrets {
				views[i] = p.views(t, e, secret, run{})
				for role, v := range views[i] {
					if finding := p.finding(v, p.simulated(e, role)); finding != "" {
						t.Errorf("role %d: %s", role, finding)
					}
					if role >= p.Roles-p.Helpers && p.Silent && len(v.received) > 0 {
						t.Errorf("role %d receives something", role)
					}
				}
			}
			for role, v := range views[0] {
				if finding := p.differ(v, views[1][role]); finding != "" {
					t.Errorf("role %d: %s", role, finding)
				}
			}
		})
	}
	if p.Exact {
		return
	}
	t.Run("deal", func(t *testing.T) {
		for _, dealer := range []int{owner, p.roles()[0]} {
			for _, secret := range exposures()[2].secrets {
				for role, v := range p.dealViews(t, dealer, secret[0]) {
					if finding := p.finding(v, nil); finding != "" {
						t.Errorf("role %d, dealer %d: %s", role, dealer, finding)
					}
				}
			}
		}
	})
}

// detectsReuse: streams that forget the occurrence, as a loop that does not
// count would have it, must be found.
func detectsReuse(t *testing.T, p Protocol) {
	p.mustFind(t, func(prg.Purpose) run { return run{forgetful: true} })
}

// detectsBias: keys that make the lowest bits of an operation's first masks zero, of all of
// them together, must be found. One alone need not be.
func detectsBias(t *testing.T, p Protocol) {
	p.mustFind(t, func(from prg.Purpose) run {
		return run{key: func(k prg.Key) prg.Key {
			for biased(k, from) {
				if k[0]++; k[0] == 0 {
					k[1]++
				}
			}
			return k
		}}
	})
}

// biased reports that a key has an odd first word in one of the first six streams of the
// operation, from a purpose on: all that there are, but for the last of a comparison of
// securenn. What that masks, a server would find from several bits only, not from two: a
// test of securenn puts these together.
func biased(k prg.Key, from prg.Purpose) bool {
	set := prg.Of(0)
	source := prg.New(prg.Keys{set: k})
	for purpose := from; purpose < from+6; purpose++ {
		stream, err := source.Stream(set, operationStep, 0, purpose)
		if err != nil {
			return true
		}
		word := make([]uint64, 1)
		if stream.Fill(word); word[0]&1 == 1 {
			return true
		}
	}
	return false
}

// mustFind wants the tests of uniform to fail for an operation that masks bits with
// numbers, and for one whose messages a simulator draws, under what sabotages their
// streams.
func (p Protocol) mustFind(t *testing.T, sabotage func(from prg.Purpose) run) {
	streams := map[string]prg.Purpose{"bits to ring": 0}
	if p.Simulate != nil {
		streams["negative"] = p.Comparing
	}
	for _, e := range exposures() {
		from, ok := streams[e.name]
		if !ok {
			continue
		}
		found := 0
		for role, v := range p.views(t, e, e.secrets[1], sabotage(from)) {
			if finding := p.finding(v, p.simulated(e, role)); finding != "" {
				t.Log(finding)
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s: not found", e.name)
		}
	}
}

// simulated draws what a role receives of an exposure, as often as it is run; nil where
// all of it is uniform.
func (p Protocol) simulated(e exposure, role int) *columns {
	if p.Simulate == nil || e.call.Action == "" {
		return nil
	}
	var all *columns
	r := rand.New(rand.NewPCG(uint64(role), 7))
	for seed := range runs {
		var inbox []byte
		for range 2 {
			for _, c := range p.within(e.call) {
				inbox = append(inbox, p.inbox(r, c, role)...)
			}
		}
		all = all.add(seed, &Player{inbox: inbox})
	}
	return all
}

// within are the calls that a call consists of.
func (p Protocol) within(c capability.Call) []capability.Call {
	if !p.Exact || c.Action == capability.Negative {
		return []capability.Call{c}
	}
	calls := []capability.Call{{Action: capability.Truncate, Param: c.Param}, {Action: capability.Negative, Param: c.Param + 1}, {Action: capability.BitsToRing}}
	if c.Action == capability.Product {
		calls = append([]capability.Call{{Action: capability.Product}}, calls...)
	}
	return calls
}

// inbox is what a role receives in one call on eight elements.
func (p Protocol) inbox(r *rand.Rand, c capability.Call, role int) []byte {
	const n = 8
	if c.Action == capability.Negative {
		return p.Simulate(r, role, c.Param, n)
	}
	protocol, _ := capability.Lookup(p.Name)
	c.Ring = int(p.ring)
	var out []byte
	for _, s := range protocol.Messages(c) {
		for _, m := range s {
			for range m.Bytes(n) {
				if m.To == role {
					out = append(out, byte(r.Uint32()))
				}
			}
		}
	}
	return out
}

// views runs an operation twice in a loop, again and again, and gathers what
// each role sees.
func (p Protocol) views(t *testing.T, e exposure, secret []clear.Tensor, r run) []*columns {
	all := make([]*columns, p.Roles)
	r.watch = true
	for seed := range runs {
		r.seed = uint64(seed)
		_, players := p.compute(t, r, secret, func(q *Player, x []mpc.Share) mpc.Share {
			e.op(q.At(operationStep, 0), x)
			e.op(q.At(operationStep, 1), x)
			return x[0]
		})
		for i, role := range p.roles() {
			all[i] = all[i].add(seed, players[role])
		}
	}
	return all
}

// dealViews gathers what each role sees of a deal.
func (p Protocol) dealViews(t *testing.T, dealer int, x clear.Tensor) []*columns {
	all := make([]*columns, p.Roles)
	for seed := range runs {
		players, err := p.play(run{seed: uint64(seed), watch: true}, func(q *Player) {
			q.Begin()
			switch {
			case q.Self() == dealer:
				q.Engine.Share(q.At(1, 0), x)
			case q.Self() != owner && q.Self() != p.receiver():
				q.Engine.Shared(q.At(1, 0), dealer, x.Elem, x.Shape...)
			}
			q.End()
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, role := range p.roles() {
			all[i] = all[i].add(seed, players[role])
		}
	}
	return all
}

// columns holds a bit of all runs in runs / 64 words: first the bits that a
// role had, then those that it received.
type columns struct {
	had, received [][runs / 64]uint64
}

func (c *columns) add(seed int, p *Player) *columns {
	if c == nil {
		c = &columns{make([][runs / 64]uint64, 8*len(p.had)), make([][runs / 64]uint64, 8*len(p.inbox))}
	}
	low := make([]byte, len(p.had))
	for i, w := range p.had {
		low[i] = byte(w)
	}
	set(c.had, low, seed)
	set(c.received, p.inbox, seed)
	return c
}

func set(columns [][runs / 64]uint64, b []byte, seed int) {
	for i := range columns {
		columns[i][seed/64] |= uint64(b[i/8]>>(i%8)&1) << (seed % 64)
	}
}

// differing is how many of the runs differ, and off how many more or fewer than half.
func differing(x, y *[runs / 64]uint64) (ones int) {
	for i, v := range x {
		ones += bits.OnesCount64(v ^ y[i])
	}
	return ones
}

func off(x, y *[runs / 64]uint64) int {
	ones := differing(x, y)
	return max(ones-runs/2, runs/2-ones)
}

// differ returns the first bit whose counts for two secrets are too far apart, or
// nothing.
func (p Protocol) differ(c, d *columns) string {
	if len(c.received) != len(d.received) {
		return fmt.Sprintf("received %d bits for one secret, and %d for another", len(c.received), len(d.received))
	}
	p.tests.Add(int64(len(c.received)))
	limit := limit(runs)
	for i := range c.received {
		ones := 0
		for k := range c.received[i] {
			ones += bits.OnesCount64(c.received[i][k]) - bits.OnesCount64(d.received[i][k])
		}
		if max(ones, -ones) > limit {
			return fmt.Sprintf("bit %d received tells two secrets apart: the counts differ by %d, limit %d", i, ones, limit)
		}
	}
	return ""
}

// finding returns what is not uniform or, where that is simulated, not as it is there: the
// first of it, or nothing. Two counts may be as far apart as those for two secrets.
func (p Protocol) finding(c, simulated *columns) string {
	n := len(c.received)
	p.tests.Add(int64(n) * int64(2*len(c.had)+n+1) / 2)
	alone, most := limit(runs/2), limit(runs/2)
	if simulated != nil {
		if len(simulated.received) != n {
			return fmt.Sprintf("%d bits received, and %d simulated", n, len(simulated.received))
		}
		most = limit(runs)
	}
	// apart is how far the count of runs in which two bits differ is from what it should be.
	var zero [runs / 64]uint64
	apart := func(i, k int) int {
		x, y := &c.received[i], &zero
		if k >= 0 {
			y = &c.received[k]
		}
		if simulated == nil {
			return off(x, y)
		}
		u, v := &simulated.received[i], &zero
		if k >= 0 {
			v = &simulated.received[k]
		}
		d := differing(x, y) - differing(u, v)
		return max(d, -d)
	}
	for i := range c.received {
		if d := apart(i, -1); d > most {
			return fmt.Sprintf("bit %d received is biased: %d of %d runs off, limit %d", i, d, runs, most)
		}
		for k := range i {
			if d := apart(i, k); d > most {
				return fmt.Sprintf("bits %d and %d received depend on each other: %d of %d runs off, limit %d", k, i, d, runs, most)
			}
		}
		for k := range c.had {
			if d := off(&c.received[i], &c.had[k]); d > alone && c.had[k] != zero {
				return fmt.Sprintf("bit %d received depends on bit %d that the player had: %d of %d runs off, limit %d", i, k, d, runs, alone)
			}
		}
	}
	return ""
}

// opensTypeOnly opens a value that is wider than its type: what the receiver
// adds up must be uniform above the type's bits (R5).
func opensTypeOnly(t *testing.T, p Protocol) {
	x := clear.Tensor{Elem: clear.Int64, Shape: []int{1}, Data: []uint64{0x0123456789abcd}}
	var above columns
	above.received = make([][runs / 64]uint64, 64-8)
	for seed := range runs {
		players, err := p.play(run{seed: uint64(seed), watch: true}, func(q *Player) {
			q.Begin()
			switch q.Self() {
			case owner:
				q.Engine.Share(q.At(1, 0), x)
			case p.receiver():
				if v := q.Engine.Opened(q.At(2, 0), clear.Uint8, 1); v.Data[0] != 0xcd {
					t.Errorf("got %x, want cd", v.Data[0])
				}
			default:
				s := q.Engine.Convert(q, q.Engine.Shared(q.At(1, 0), owner, x.Elem, 1), clear.Uint8)
				q.Engine.Open(q.At(2, 0), s, p.receiver())
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		set(above.received, sum(players[p.receiver()].inbox)[1:], seed)
	}
	if finding := p.finding(&above, nil); finding != "" {
		t.Error(finding)
	}
}

// sum adds up 64-bit words, little-endian.
func sum(b []byte) []byte {
	var total uint64
	for ; len(b) >= 8; b = b[8:] {
		for i := range 8 {
			total += uint64(b[i]) << (8 * i)
		}
	}
	var out bytes.Buffer
	for i := range 8 {
		out.WriteByte(byte(total >> (8 * i)))
	}
	return out.Bytes()
}
