package securenn

// Z_p: elements for each bit of numbers, by tiles of 64 numbers, in which a row has the
// elements of one bit. Tiles are worked on one by one, from the streams to the message, so
// that all that is between stays in the cache.

import (
	"math"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// fieldOf is the field of private compares of numbers of some bits.
func fieldOf(width int) ring.Field { return ring.NewField(capability.PrivateField(width)) }

// tiles is the number of tiles of numbers.
func (v numbers) tiles() int { return ring.Words(v.count) }

// lanes is the number of numbers in a tile: fewer in the last.
func (v numbers) lanes(tile int) int { return min(ring.Lanes, v.count-tile*ring.Lanes) }

// rows is the number of bytes in the rows of a tile.
func (v numbers) rows() int { return v.bits * ring.Lanes }

// inTiles calls part for all tiles, of consecutive ones, on all cores.
func (v numbers) inTiles(part func(first, end int)) {
	size := v.rows()
	// A tile belongs to the part in which it begins.
	ring.Split(v.tiles()*size, func(lo, hi int) { part((lo+size-1)/size, (hi+size-1)/size) })
}

// An elements is what travels: of each tile and row, a word of 64 bits for each bit of an
// element; of the last tile, as many bits as it has lanes. So there are no gaps.
type elements struct {
	numbers     numbers
	field       ring.Field
	whole, last []uint64 // of all tiles but one that has fewer lanes, and of that
}

// elements makes those of a message to write.
func (v numbers) elements() elements {
	e := elements{numbers: v, field: fieldOf(v.bits)}
	all := make([]uint64, v.tiles()*e.words()) // with room for the message
	whole := v.count / ring.Lanes * e.words()
	e.whole, e.last = all[:whole], make([]uint64, len(all)-whole)
	return e
}

// receive are those of a message.
func (v numbers) receive(recv func(from, size int) []byte, from int) elements {
	e := elements{numbers: v, field: fieldOf(v.bits)}
	whole := 8 * (v.count / ring.Lanes * e.words())
	b := recv(from, whole+e.tail().Size())
	e.whole, e.last = ring.FromBytes(b[:whole]), e.tail().Decode(b[whole:])
	return e
}

// words is the number of words of a tile.
func (e elements) words() int { return e.numbers.bits * e.field.Bits }

// tail is the group of the last tile, if that has fewer lanes.
func (e elements) tail() vector.Group {
	lanes := e.numbers.count % ring.Lanes
	return vector.Bits(min(lanes, 1)*e.words(), lanes)
}

// message is how they travel.
func (e elements) message() []byte {
	e.tail().ClearTails(e.last)
	whole := ring.Bytes(e.whole[:cap(e.whole)])[:8*len(e.whole)]
	return append(whole, e.tail().Encode(e.last)...)
}

func (e elements) planes(tile int) []uint64 {
	if at := tile * e.words(); at < len(e.whole) {
		return e.whole[at : at+e.words()]
	}
	return e.last
}

// set makes rows the elements of a tile.
func (e elements) set(tile int, rows []byte) { e.field.Planes(e.planes(tile), rows) }

// read sets rows to the elements of a tile; what is no element is taken modulo p.
func (e elements) read(w *work, rows []byte, tile int) { e.field.Rows(rows, e.planes(tile)) }

// A work is what a core needs for the rows of a tile.
type work struct {
	x, y, factor, zero, turn []byte // rows, and room to draw them
	random                   []uint64
	words                    [3][ring.Lanes]uint64 // numbers, by planes
	turned                   [64]uint64            // bits of one plane
	bits                     []uint64              // a word for each bit
}

func (v numbers) work() *work {
	n := v.rows() + spare
	return &work{x: make([]byte, n), y: make([]byte, n), factor: make([]byte, n), zero: make([]byte, n),
		turn: make([]byte, ring.Lanes+spare), random: make([]uint64, drawnWords(n, 2)), bits: make([]uint64, v.bits)}
}

// spare is what is drawn beyond rows.
const spare = 2 * ring.Lanes

// A source sets rows to elements of a tile.
type source func(w *work, rows []byte, tile int)

// A drawing is uniform numbers below a bound, rows of each tile. Bytes that would favour
// some are left out: how many, the stream alone says. Each tile has a part of the stream of
// its own, so that all can be drawn at once.
type drawing struct {
	bound ring.Bound
	taken prg.Taken
	words int // of the stream, for a tile
}

// draw sets a drawing of n numbers a tile aside.
func (v numbers) draw(s *prg.Stream, n, bound int) drawing {
	d := drawing{bound: ring.NewBound(bound)}
	d.words = drawnWords(n, 256/float64(d.bound.Fits()))
	d.taken = s.Take(v.tiles() * d.words)
	return d
}

// drawnWords is how many words a tile of n >= 64 numbers takes, of each of which so many
// bytes are drawn on average, at most two. That they are not enough has a probability
// below 2^-100 (Hoeffding 1963): then a tile goes on in the part of the next.
func drawnWords(n int, each float64) int {
	bytes := float64(n)*each + 12*math.Sqrt(float64(n)) + 200
	return (int(bytes) + batch - 1) / batch * (batch / 8)
}

// batch is the number of bytes that a stream draws best.
const batch = 256

// rows draws those of a tile.
func (d drawing) rows(w *work, rows []byte, tile int) {
	need := len(rows)
	rows = rows[:need+spare]
	cursor := d.taken.From(tile * d.words)
	for got := 0; got < need; {
		bytes := (need - got) * 256 / d.bound.Fits() * 17 / 16
		random := w.random[:(bytes+batch)/batch*(batch/8)]
		cursor.Fill(random)
		got += d.bound.Below(rows[got:], ring.Bytes(random))
	}
}
