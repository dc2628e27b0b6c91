package conformance

// What a corrupt role and a receiver find together of what is opened.

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// drawn are the streams of one step.
type drawn map[named]bool

type named struct {
	set     prg.Set
	purpose prg.Purpose
}

func (x named) compare(y named) int {
	return cmp.Or(cmp.Compare(x.set, y.set), cmp.Compare(x.purpose, y.purpose))
}

// known are the streams that any player drew and of which one of corrupt has the
// key, so that it can draw them too.
func known(players []*Player, corrupt []int) map[named]*prg.Stream {
	out := make(map[named]*prg.Stream)
	for _, q := range players {
		for name := range q.drawn {
			if slices.ContainsFunc(name.set.Players(), func(p int) bool { return slices.Contains(corrupt, p) }) {
				out[name] = q.copyOfStream(name.set, name.purpose)
			}
		}
	}
	return out
}

// opening has one role and a receiver put together what they have of an opening: of
// a value that is wider than its type, the role still lacks a random multiple of
// 2^Bits. Whichever of those that it can draw it takes away, what remains is uniform
// above the type, and the value in it. Two roles, of whom that is not promised, find
// the whole element: so the test finds what it looks for. For at most 20 * 56 bits
// that one of a sound protocol is found has a probability as in uniform.
func opening(t *testing.T, p Protocol) {
	x := clear.FromInts(clear.Int64, []int{1}, 0x0123456789abcd)
	for _, narrow := range []clear.Type{clear.Uint8, clear.Fixed(24, 16)} {
		t.Run(narrow.String(), func(t *testing.T) {
			left := p.leftOver(t, x, narrow)
			for i, corrupt := range p.coalitions() {
				found := ""
				for k := range left[i] {
					if finding := p.finding(&left[i][k], nil); found == "" {
						found = finding
					}
				}
				if (found != "") != (len(corrupt) > 1) {
					t.Errorf("roles %v: %q", corrupt, found)
				}
			}
		})
	}
}

// coalitions are each role alone, and each two.
func (p Protocol) coalitions() (all [][]int) {
	for i, role := range p.roles() {
		all = append(all, []int{role})
		for _, other := range p.roles()[:i] {
			all = append(all, []int{other, role})
		}
	}
	return all
}

// leftOver opens x as a narrower type, again and again: the bits above the type that
// are left to each coalition of what is opened, for each set of its streams.
func (p Protocol) leftOver(t *testing.T, x clear.Tensor, narrow clear.Type) [][]columns {
	left := make([][]columns, len(p.coalitions()))
	for seed := range runs {
		players, err := p.play(run{seed: uint64(seed), watch: true}, func(q *Player) {
			q.Begin()
			defer q.End()
			switch q.Self() {
			case owner:
				q.Engine.Share(q.At(1, 0), x)
			case p.receiver():
				q.Engine.Opened(q.At(2, 0), narrow, 1)
			default:
				s := q.Engine.Shared(q.At(1, 0), owner, x.Elem, 1)
				s.Elem = narrow
				q.Engine.Open(q.At(2, 0), s, p.receiver())
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		opened := binary.LittleEndian.Uint64(sum(players[p.receiver()].inbox))
		if (opened-x.Data[0])<<(64-narrow.Bits) != 0 {
			t.Fatalf("opened %x", opened)
		}
		for i, corrupt := range p.coalitions() {
			for k, rest := range without(opened, narrow.Bits, known(players, corrupt)) {
				if k == len(left[i]) {
					left[i] = append(left[i], columns{received: make([][runs / 64]uint64, 64-narrow.Bits)})
				}
				set(left[i][k].received, binary.LittleEndian.AppendUint64(nil, rest>>narrow.Bits), seed)
			}
		}
	}
	return left
}

// without returns what is left of what was opened without the multiples of 2^bits
// that were drawn from some of the streams, for each set of them.
func without(opened uint64, bits int, streams map[named]*prg.Stream) []uint64 {
	left := []uint64{opened}
	for _, name := range slices.SortedFunc(maps.Keys(streams), named.compare) {
		multiple := streams[name].Words(1)[0] << bits
		for _, x := range left {
			left = append(left, x+multiple)
		}
	}
	return left
}
