//go:build !purego && (amd64 || arm64 || riscv64 || loong64 || ppc64le)

package ring

// Vectors as little-endian bytes, without copies: the machine's own order.

import "unsafe"

// Bytes returns the little-endian bytes of x; they may share its memory.
func Bytes(x []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 8*len(x))
}

// FromBytes reads len(b) / 8 little-endian words; they may share b's memory.
func FromBytes(b []byte) []uint64 {
	p := unsafe.Pointer(unsafe.SliceData(b))
	if uintptr(p)%8 == 0 {
		return unsafe.Slice((*uint64)(p), len(b)/8)
	}
	x := make([]uint64, len(b)/8)
	copy(Bytes(x), b)
	return x
}

// FillBytes has fill write the bytes of x.
func FillBytes(x []uint64, fill func([]byte)) { fill(Bytes(x)) }
