//go:build purego || !(amd64 || arm64 || riscv64 || loong64 || ppc64le)

package ring

// Vectors as little-endian bytes, by copying: for every machine.

import "encoding/binary"

// Bytes returns the little-endian bytes of x; they may share its memory.
func Bytes(x []uint64) []byte {
	b := make([]byte, 8*len(x))
	for i, v := range x {
		binary.LittleEndian.PutUint64(b[8*i:], v)
	}
	return b
}

// FromBytes reads len(b) / 8 little-endian words; they may share b's memory.
func FromBytes(b []byte) []uint64 {
	x := make([]uint64, len(b)/8)
	for i := range x {
		x[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return x
}

// FillBytes has fill write the bytes of x.
func FillBytes(x []uint64, fill func([]byte)) {
	b := make([]byte, 8*len(x))
	fill(b)
	copy(x, FromBytes(b))
}
