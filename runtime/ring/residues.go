package ring

// Residues modulo a prime p < 2^8: bytes, in rows of 64. An operation is on 64 lanes at a
// time, each with a row for each of its elements, so that a lane's elements are summed up
// row by row. On the wire a row is planes: of each bit of an element, a word of 64.

import "encoding/binary"

// Lanes is the number of elements in a row.
const Lanes = 64

// A Field is Z_p, in rows.
type Field struct {
	Prime, Bits int // Bits of an element in planes
	constants   *constants
}

// NewField returns Z_p, p < 2^8, whose elements have so many bits in planes.
func NewField(p, bits int) Field { return Field{p, bits, newConstants(p)} }

// Planes sets dst, Bits words a row, to the rows of x.
func (f Field) Planes(dst []uint64, x []byte) {
	if len(x) > 0 {
		active.rowsToPlanes(dst[:len(x)/Lanes*f.Bits], x, f.Bits)
	}
}

// Rows sets dst to the rows of planes. An element of p or more loses p: it is one of Z_p if
// Bits are as few as p has.
func (f Field) Rows(dst []byte, planes []uint64) {
	if len(dst) > 0 {
		active.planesToRows(dst, planes[:len(dst)/Lanes*f.Bits], f)
	}
}

// BitsLess sets each row of dst to bits, a word of 64, less dst.
func (f Field) BitsLess(dst []byte, bits []uint64) {
	if len(dst) > 0 {
		active.bitsLess(dst, bits[:len(dst)/Lanes], f)
	}
}

// Zeros returns the lanes in which x + y is zero in any row.
func (f Field) Zeros(x, y []byte) uint64 {
	if len(x) == 0 {
		return 0
	}
	return active.zeros(x, y[:len(x)], f)
}

// Turn sets each lane of dst to that of x moved up by so many rows as its byte of by says,
// fewer than there are; the highest come in below. x is used up.
func Turn(dst, x, by []byte) {
	var bits [8]uint64
	active.rowsToPlanes(bits[:], by[:Lanes], 8)
	from, to := x, dst
	for i, mask := range bits {
		shift := Lanes << i
		if shift >= len(x) {
			break
		}
		active.chooseRows(to[:shift], from[:shift], from[len(x)-shift:], mask)
		active.chooseRows(to[shift:], from[shift:], from[:len(x)-shift], mask)
		from, to = to, from
	}
	if &from[0] != &dst[0] {
		copy(dst, from)
	}
}

// A Blinding is what a server makes of its parts of the bits of 64 numbers x, which it
// compares with bounds that both servers know: rows that sum up to random elements, with a
// zero among them, with that of the other server, if x > bound; or, for below, x < bound.
type Blinding struct {
	// Rows, the lowest bit first: parts of the bits of x; what a sum is multiplied by,
	// less 1; parts of nothing, which server 1 subtracts.
	X, Factor, Zero []byte
	Bound           []uint64 // a word of 64 bits for each row
	// Masks of lanes: all for server 1; below; where there is a bound, and elsewhere
	// there is a zero, in the lowest row.
	One, Below, Exists uint64
}

// Blind sets dst to the rows.
func (f Field) Blind(dst []byte, b *Blinding) {
	if len(dst) > 0 {
		n := len(dst)
		_, _, _, _ = b.X[n-1], b.Factor[n-1], b.Zero[n-1], b.Bound[n/Lanes-1]
		active.blind(dst, b, f)
	}
}

// Below picks from random bytes, whole rows, and sets dst to numbers below a bound, all
// alike: a byte that would favour some is left out, and the others taken modulo the bound.
// It may set more of dst than it returns, and stops where less than two rows are free.
func (b Bound) Below(dst, random []byte) int {
	room := len(dst) - 2*Lanes
	if room <= 0 || len(random) == 0 {
		return 0
	}
	return active.below(dst, random, room, b)
}

// A Bound is a number to draw below.
type Bound struct {
	Bound     int
	constants *constants
}

// NewBound returns a bound of at most 2^8.
func NewBound(bound int) Bound { return Bound{bound, newConstants(bound)} }

// Fits is how many of 256 bytes are not left out.
func (b Bound) Fits() int { return 256 - 256%b.Bound }

// constants are those of the assembly, in rows: p, 1, and in words of 16 bits p and
// 2^16 / p; the greatest byte that fits, and the multiples of the bound by powers of two
// that are below 2^8, the greatest first, and 0 in place of others.
type constants [13][Lanes]byte

func newConstants(p int) *constants {
	c := new(constants)
	row := func(i, value int) {
		for k := range c[i] {
			c[i][k] = byte(value >> (8 * (k % 2)))
		}
	}
	bytes := func(i, value int) { row(i, value|value<<8) }
	bytes(0, p&0xff)
	bytes(1, 1)
	row(2, p)
	row(3, 1<<16/p)
	bytes(4, 255-256%p)
	for i := range 8 {
		if m := p << (7 - i); m < 1<<8 {
			bytes(5+i, m)
		}
	}
	return c
}

// add is x + y modulo p.
func (f Field) add(x, y byte) byte { return byte((int(x) + int(y)) % f.Prime) }

// minus is -x modulo p.
func (f Field) minus(x byte) byte { return byte((f.Prime - int(x)) % f.Prime) }

// blindPlain goes down the rows. Of a bit x and that of the bound t, a server adds up its
// parts of 1 + (t - x) + the sum of the differences x ^ t of all higher bits: zero where x is
// greater, and there only. With x - t it is zero where x is less.
func (f Field) blindPlain(dst []byte, b *Blinding) {
	for lane := range Lanes {
		one := byte(b.One >> lane & 1)
		sum := one
		for at := len(dst) - Lanes + lane; at >= 0; at -= Lanes {
			x, t := b.X[at], b.Bound[at/Lanes]>>lane&1 == 1
			minus := f.minus(x)
			difference, differs := minus, x
			if t {
				difference = f.add(minus, one)
				differs = difference
			}
			if b.Below>>lane&1 == 1 {
				difference = f.minus(difference)
			}
			c := f.add(difference, sum)
			sum = f.add(sum, differs)
			if b.Exists>>lane&1 == 0 {
				c = one
				if at < Lanes {
					c = 0
				}
			}
			c = byte(int(c) * (int(b.Factor[at]) + 1) % f.Prime)
			zero := b.Zero[at]
			if one == 1 {
				zero = f.minus(zero)
			}
			dst[at] = f.add(c, zero)
		}
	}
}

// planesPlain gathers a bit of eight bytes by a product, and rowsPlain spreads it.
func planesPlain(dst []uint64, x []byte, bits int) {
	clear(dst[:len(x)/Lanes*bits])
	for at := 0; at < len(x); at += 8 {
		eight := binary.LittleEndian.Uint64(x[at:])
		for k := range bits {
			dst[at/Lanes*bits+k] |= (eight >> k & lowBits) * 0x0102040810204080 >> 56 << (at % Lanes)
		}
	}
}

func rowsPlain(dst []byte, planes []uint64, f Field) {
	for at := 0; at < len(dst); at += 8 {
		var eight uint64
		for k, word := range planes[at/Lanes*f.Bits:][:f.Bits] {
			bits := word >> (at % Lanes) & 0xff * lowBits & 0x8040201008040201
			eight |= (bits + 127*lowBits) >> 7 & lowBits << k
		}
		for i := range 8 {
			v := int(eight >> (8 * i) & 0xff)
			dst[at+i] = byte(v - f.Prime*int(uint64(f.Prime-1-v)>>63))
		}
	}
}

// lowBits are the lowest bits of eight bytes.
const lowBits = 0x0101010101010101

func bitsLessPlain(dst []byte, bits []uint64, f Field) {
	for at, v := range dst {
		dst[at] = f.add(f.minus(v), byte(bits[at/Lanes]>>(at%Lanes)&1))
	}
}

func zerosPlain(x, y []byte, f Field) (found uint64) {
	for at, v := range x {
		sum := uint64(f.add(v, y[at]))
		found |= (sum - 1) >> 63 << (at % Lanes)
	}
	return found
}

func chooseRowsPlain(dst, x, y []byte, mask uint64) {
	for at := range dst {
		keep := byte(mask>>(at%Lanes)&1) - 1
		dst[at] = x[at]&keep | y[at]&^keep
	}
}

func belowPlain(dst, random []byte, room int, b Bound) (count int) {
	var value, fits [256]byte
	for i := range b.Fits() {
		value[i], fits[i] = byte(i%b.Bound), 1
	}
	for row := 0; row < len(random) && count < room; row += Lanes {
		for _, v := range random[row : row+Lanes] {
			dst[count] = value[v]
			count += int(fits[v])
		}
	}
	return count
}
