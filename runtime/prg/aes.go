package prg

// The cipher of the streams: AES-256 on consecutive counters, by crypto/aes, or
// where the processor has AES on vectors, sixteen blocks at a time. Both make the
// same streams, in time that does not depend on the key.

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// A blockCipher is a key made ready.
type blockCipher struct {
	cipher.Block
	schedule *[15 * aes.BlockSize]byte // for encryptCounters; nil without it
}

func newBlockCipher(key Key, vectors bool) blockCipher {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // a Key has a length of AES
	}
	c := blockCipher{Block: block}
	if vectors {
		c.schedule = new([15 * aes.BlockSize]byte)
		expandKey(&c.schedule[0], &key[0])
	}
	return c
}

// batchSize is what encryptCounters makes at a time.
const batchSize = 16 * aes.BlockSize

// batches sets dst, of whole batches, to the stream from the counter iv on. Only
// the last eight bytes of a counter count.
func (c blockCipher) batches(dst []byte, iv *[aes.BlockSize]byte) {
	if len(dst) == 0 {
		return
	}
	fixed, first := binary.LittleEndian.Uint64(iv[:8]), binary.BigEndian.Uint64(iv[8:])
	var f [24]uint64
	for i := range uint64(4) {
		f[2*i], f[2*i+1] = fixed, first+i
		f[8+2*i+1] = 4
		// The counting half of a block is big-endian.
		f[16+2*i], f[16+2*i+1] = 0x0706050403020100, 0x08090a0b0c0d0e0f
	}
	encryptCounters(&dst[0], len(dst)/batchSize, &c.schedule[0], &f)
}
