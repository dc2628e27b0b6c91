package rpc

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"

	"github.com/tfec-lang/tfec/runtime/link"
)

// wireFrames is what a message looks like on a stream, a slice a frame.
func wireFrames(t testing.TB, kind uint32, h link.Header, parts ...[]byte) [][]byte {
	var out [][]byte
	require.NoError(t, frames(kind, h, parts, func(f *outFrame) error {
		b, err := codec{}.Marshal(f)
		out = append(out, b.Materialize())
		return err
	}))
	return out
}

// assemble receives frames, each in pieces of so many bytes.
func assemble(a *assembly, frames [][]byte, piece int) error {
	for _, frame := range frames {
		var buffers mem.BufferSlice
		for part := range slices.Chunk(frame, piece) {
			buffers = append(buffers, mem.SliceBuffer(part))
		}
		f := &inFrame{place: a.place}
		if err := (codec{}).Unmarshal(buffers, f); err != nil {
			return err
		}
		if f.err != nil {
			return f.err
		}
	}
	return nil
}

func TestFrames(t *testing.T) {
	h := link.Header{Step: 1, Occurrence: 2, Seq: 3, Clock: 4}
	for _, test := range []struct{ size, frames int }{{0, 1}, {1, 1}, {FrameSize, 1}, {FrameSize + 1, 2}, {3 * FrameSize, 3}} {
		payload := bytes.Repeat([]byte("0123456"), test.size/7+1)[:test.size]
		cut := test.size / 3
		sent := wireFrames(t, kindData, h, payload[:cut], nil, payload[cut:])
		require.Len(t, sent, test.frames)
		total := 0
		for _, f := range sent {
			total += len(f)
		}
		require.Equal(t, test.size+test.frames*PrefixSize, total, "overhead")
		for _, piece := range []int{7, PrefixSize, 16384} {
			a := &assembly{limit: test.size, exact: true}
			require.NoError(t, assemble(a, sent, piece))
			require.True(t, a.complete())
			require.Equal(t, h, a.header)
			require.True(t, bytes.Equal(payload, a.payload))
		}
	}
}

// Each bit of a frame is covered by the checksum.
func TestFlippedBit(t *testing.T) {
	frame := wireFrames(t, kindData, link.Header{Step: 1}, []byte("share"))[0]
	for bit := range 8 * len(frame) {
		flipped := slices.Clone(frame)
		flipped[bit/8] ^= 1 << (bit % 8)
		err := assemble(&assembly{limit: 5, exact: true}, [][]byte{flipped}, 1024)
		require.EqualError(t, err, "sent a frame with a wrong checksum: a memory or network fault on the way")
	}
}

// reseal gives a changed frame its checksum: a hostile peer knows how.
func reseal(frame []byte) []byte {
	binary.LittleEndian.PutUint32(frame, crc32.Checksum(frame[4:], castagnoli))
	return frame
}

func TestHostileFrames(t *testing.T) {
	h := link.Header{Step: 7}
	le := binary.LittleEndian
	whole := func() [][]byte { return wireFrames(t, kindData, h, make([]byte, FrameSize+10)) }
	for _, test := range []struct {
		name   string
		frames func() [][]byte
		want   string
	}{
		{"empty", func() [][]byte { return [][]byte{{}} }, "sent a frame of 0 bytes, shorter than its prefix"},
		{"truncated prefix", func() [][]byte { return [][]byte{whole()[0][:PrefixSize-1]} }, "sent a frame of 39 bytes, shorter than its prefix"},
		{"truncated payload", func() [][]byte { return [][]byte{reseal(whole()[0][:FrameSize])} }, "sent a frame of 1048536 bytes, expected 1048576"},
		{"unknown kind", func() [][]byte {
			f := whole()[0]
			le.PutUint32(f[4:], 3)
			return [][]byte{reseal(f)}
		}, "sent a frame of unknown kind 3"},
		{"length beyond memory", func() [][]byte {
			f := whole()[0]
			le.PutUint64(f[24:], 1<<63+5)
			return [][]byte{reseal(f)}
		}, "sent 9223372036854775813 bytes (step 7, occurrence 0, message 0), expected 1048586"},
		{"begins in the middle", func() [][]byte { return whole()[1:] },
			"sent byte 1048576 of a message of 1048586 bytes (step 7, occurrence 0, message 0), expected byte 0 of 1048586 (step 7, occurrence 0, message 0)"},
		{"a frame twice", func() [][]byte { f := whole(); return [][]byte{f[0], f[0]} },
			"sent byte 0 of a message of 1048586 bytes (step 7, occurrence 0, message 0), expected byte 1048576 of 1048586 (step 7, occurrence 0, message 0)"},
		{"the next message too early", func() [][]byte {
			return [][]byte{whole()[0], wireFrames(t, kindData, link.Header{Step: 8}, make([]byte, FrameSize+10))[1]}
		}, "sent byte 1048576 of a message of 1048586 bytes (step 8, occurrence 0, message 0), expected byte 1048576 of 1048586 (step 7, occurrence 0, message 0)"},
		{"empty frames without end", func() [][]byte {
			f := whole()[0][:PrefixSize]
			return [][]byte{reseal(f)}
		}, "sent a frame of 0 bytes, expected 1048576"},
		{"a long farewell", func() [][]byte { return wireFrames(t, kindBye, link.Header{}, make([]byte, maxReason+1)) }, "sent a reason of 1025 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.EqualError(t, assemble(&assembly{limit: FrameSize + 10, exact: true}, test.frames(), 16384), test.want)
		})
	}
}

// Nothing is allocated for a message that is longer than expected.
func TestNoMemoryForTooMuch(t *testing.T) {
	f := wireFrames(t, kindData, link.Header{}, make([]byte, 100))[0]
	binary.LittleEndian.PutUint64(f[24:], 1<<50)
	a := &assembly{limit: 1000}
	require.EqualError(t, assemble(a, [][]byte{reseal(f)}, 1024), "sent 1125899906842624 bytes (step 0, occurrence 0, message 0), expected at most 1000")
	require.Nil(t, a.payload)
}

// Whatever the frames are, what is received is no longer than expected.
func FuzzFrame(f *testing.F) {
	for _, frame := range wireFrames(f, kindData, link.Header{Step: 3}, []byte("some shares")) {
		f.Add(frame, 11, true)
	}
	f.Add(wireFrames(f, kindBye, link.Header{}, []byte("a reason"))[0], 0, false)
	f.Add(make([]byte, PrefixSize), 0, true)
	f.Fuzz(func(t *testing.T, data []byte, limit int, exact bool) {
		limit = max(0, min(limit, 1<<16))
		if len(data) >= PrefixSize {
			data = reseal(slices.Clone(data))
		}
		a := &assembly{limit: limit, exact: exact}
		err := assemble(a, [][]byte{data}, 13)
		require.LessOrEqual(t, len(a.payload), limit)
		if err == nil && a.complete() && !a.bye {
			require.Equal(t, data[PrefixSize:], a.payload)
			require.True(t, !exact || len(a.payload) == limit)
		}
	})
}
