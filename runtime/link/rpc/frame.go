// Frames: the binary form of a message on a stream, and its codec.

package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"

	"github.com/tfec-lang/tfec/runtime/link"
)

const (
	// FrameSize is the most payload bytes in a frame. A longer message is
	// several frames in a row, and still one message and one round.
	FrameSize = 1 << 20
	// PrefixSize is what a frame adds to its payload. Around it gRPC adds 5
	// bytes a frame, HTTP/2 and TLS 9 and 22 for each 16 KiB begun.
	PrefixSize = 40

	// maxReason bounds the text with which a player leaves.
	maxReason = 1 << 10
)

// The kinds of frame.
const (
	kindData = 1 // a part of a message
	kindBye  = 2 // the sender sends nothing more; the payload is the reason, empty if all is well
)

// A prefix stands before the payload of each frame:
//
//	0  CRC-32C of the rest of the prefix and the payload
//	4  kind
//	8  step, occurrence, seq, clock
//	24 length of the whole message
//	32 offset of this frame's payload in it
//
// all little-endian. The run and the players belong to the stream.
type prefix struct {
	kind           uint32
	header         link.Header
	length, offset uint64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal returns the prefix in binary with the checksum over it and the payload.
func (p prefix) seal(payload [][]byte) []byte {
	b := make([]byte, PrefixSize)
	le := binary.LittleEndian
	le.PutUint32(b[4:], p.kind)
	le.PutUint32(b[8:], p.header.Step)
	le.PutUint32(b[12:], p.header.Occurrence)
	le.PutUint32(b[16:], p.header.Seq)
	le.PutUint32(b[20:], p.header.Clock)
	le.PutUint64(b[24:], p.length)
	le.PutUint64(b[32:], p.offset)
	sum := crc32.Checksum(b[4:], castagnoli)
	for _, part := range payload {
		sum = crc32.Update(sum, castagnoli, part)
	}
	le.PutUint32(b, sum)
	return b
}

// unseal reads the prefix of a frame and checks the sum over all of it.
func unseal(data mem.BufferSlice) (prefix, error) {
	var b [PrefixSize]byte
	if data.CopyTo(b[:]) < PrefixSize {
		return prefix{}, fmt.Errorf("sent a frame of %d bytes, shorter than its prefix", data.Len())
	}
	sum := crc32.Checksum(b[4:], castagnoli)
	eachPayload(data, func(part []byte) { sum = crc32.Update(sum, castagnoli, part) })
	le := binary.LittleEndian
	if le.Uint32(b[:]) != sum {
		return prefix{}, errors.New("sent a frame with a wrong checksum: a memory or network fault on the way")
	}
	return prefix{
		kind:   le.Uint32(b[4:]),
		header: link.Header{Step: le.Uint32(b[8:]), Occurrence: le.Uint32(b[12:]), Seq: le.Uint32(b[16:]), Clock: le.Uint32(b[20:])},
		length: le.Uint64(b[24:]),
		offset: le.Uint64(b[32:]),
	}, nil
}

// eachPayload calls f with the pieces of a frame behind its prefix.
func eachPayload(data mem.BufferSlice, f func([]byte)) {
	skip := PrefixSize
	for _, buffer := range data {
		piece := buffer.ReadOnlyData()
		n := min(skip, len(piece))
		skip -= n
		if n < len(piece) {
			f(piece[n:])
		}
	}
}

// An outFrame is a frame to be sent; payload is referred to, not copied.
type outFrame struct {
	prefix  prefix
	payload [][]byte
}

// An inFrame receives one frame. place says where its payload goes, once the
// checksum has shown that the prefix is what the peer sent.
type inFrame struct {
	place func(p prefix, size int) ([]byte, error)
	err   error
}

func (f *inFrame) read(data mem.BufferSlice) error {
	p, err := unseal(data)
	if err != nil {
		return err
	}
	dst, err := f.place(p, data.Len()-PrefixSize)
	if err != nil {
		return err
	}
	eachPayload(data, func(part []byte) { dst = dst[copy(dst, part):] })
	return nil
}

// codecName is the content subtype of share streams.
const codecName = "tfec-frame"

func init() { encoding.RegisterCodecV2(codec{}) }

type codec struct{}

func (codec) Name() string { return codecName }

// Marshal hands gRPC the prefix and references to the payload.
func (codec) Marshal(v any) (mem.BufferSlice, error) {
	f, ok := v.(*outFrame)
	if !ok {
		return nil, fmt.Errorf("cannot send a %T on a share stream", v)
	}
	out := make(mem.BufferSlice, 0, 1+len(f.payload))
	out = append(out, mem.SliceBuffer(f.prefix.seal(f.payload)))
	for _, part := range f.payload {
		out = append(out, mem.SliceBuffer(part))
	}
	return out, nil
}

// Unmarshal copies the payload once, to its place. What is wrong with a frame
// is kept beside it, since gRPC would turn the error into text.
func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	f, ok := v.(*inFrame)
	if !ok {
		return fmt.Errorf("cannot receive a %T on a share stream", v)
	}
	f.err = f.read(data)
	return nil
}
