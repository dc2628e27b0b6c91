package stream

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
)

// wired is what a message looks like on a stream.
func wired(t testing.TB, kind uint32, h link.Header, parts ...[]byte) []byte {
	var b bytes.Buffer
	require.NoError(t, message{kind, h, parts}.write(&b))
	return b.Bytes()
}

func TestMessages(t *testing.T) {
	h := link.Header{Step: 1, Occurrence: 2, Seq: 3, Clock: 4}
	for _, size := range []int{0, 1, pieceSize, pieceSize + 1, 3 * pieceSize} {
		payload := bytes.Repeat([]byte("0123456"), size/7+1)[:size]
		cut := size / 3
		sent := wired(t, kindData, h, payload[:cut], nil, payload[cut:])
		require.Len(t, sent, PrefixSize+size+SumSize)
		for _, want := range []request{{size, true}, {size, false}, {size + 5, false}} {
			got, b, err := want.read(iotest.HalfReader(bytes.NewReader(sent)))
			require.NoError(t, err)
			require.Equal(t, h, got)
			require.True(t, bytes.Equal(payload, b))
		}
	}
}

// Each bit of a message is covered by a checksum.
func TestFlippedBit(t *testing.T) {
	sent := wired(t, kindData, link.Header{Step: 1}, []byte("share"))
	for bit := range 8 * len(sent) {
		flipped := slices.Clone(sent)
		flipped[bit/8] ^= 1 << (bit % 8)
		_, _, err := request{5, true}.read(bytes.NewReader(flipped))
		require.EqualError(t, err, "sent a message with a wrong checksum: a memory or network fault on the way")
	}
}

// reseal gives a changed prefix its checksum: a hostile peer knows how.
func reseal(sent []byte) []byte {
	le.PutUint32(sent, crc32.Checksum(sent[4:PrefixSize], castagnoli))
	return sent
}

func TestHostileMessages(t *testing.T) {
	whole := func() []byte { return wired(t, kindData, link.Header{Step: 7}, make([]byte, 1000)) }
	announced := func(length uint64) []byte {
		sent := whole()
		le.PutUint64(sent[24:], length)
		return reseal(sent)
	}
	for _, test := range []struct {
		name string
		sent []byte
		want string
	}{
		{"nothing", nil, "the connection was lost"},
		{"a short prefix", whole()[:PrefixSize-1], "the connection was lost"},
		{"a short payload", whole()[:PrefixSize+999], "the connection was lost"},
		{"no checksum", whole()[:PrefixSize+1000], "the connection was lost"},
		{"begins in the middle", whole()[8:], "sent a message with a wrong checksum: a memory or network fault on the way"},
		{"too short", announced(999), "sent 999 bytes (step 7, occurrence 0, message 0), expected 1000"},
		{"too long", announced(1001), "sent 1001 bytes (step 7, occurrence 0, message 0), expected 1000"},
		{"beyond memory", announced(1<<63 + 5), "sent 9223372036854775813 bytes (step 7, occurrence 0, message 0), expected 1000"},
		{"unknown kind", func() []byte {
			sent := whole()
			le.PutUint32(sent[4:], 3)
			return reseal(sent)
		}(), "sent a message of unknown kind 3"},
		{"a long farewell", wired(t, kindBye, link.Header{}, make([]byte, maxReason+1)), "sent a reason of 1025 bytes"},
		{"a farewell", wired(t, kindBye, link.Header{}), "has ended the run"},
		{"a farewell to a terminal", wired(t, kindBye, link.Header{}, []byte("red \x1b[31m")), "red  [31m"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, payload, err := request{1000, true}.read(bytes.NewReader(test.sent))
			require.EqualError(t, err, test.want)
			require.Nil(t, payload)
		})
	}
}

// Nothing is allocated for a message that is longer than expected, whatever
// length it claims.
func TestNoMemoryForTooMuch(t *testing.T) {
	for _, length := range []uint64{1001, 1 << 30, 1 << 40, 1 << 63} {
		sent := wired(t, kindData, link.Header{}, make([]byte, 100))
		le.PutUint64(sent[24:], length)
		in := bytes.NewReader(reseal(sent))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := request{limit: 1000}.read(in)
		runtime.ReadMemStats(&after)
		require.EqualError(t, err, fmt.Sprintf("sent %d bytes (step 0, occurrence 0, message 0), expected at most 1000", length))
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
	}
}

// Sending copies no payload, and receiving allocates nothing but it.
func TestNoCopies(t *testing.T) {
	payload := make([]byte, 4<<20)
	sent := wired(t, kindData, link.Header{}, payload)
	for name, f := range map[string]func() error{
		"write": func() error { return message{kind: kindData, parts: [][]byte{payload}}.write(io.Discard) },
		"read": func() error {
			_, _, err := request{len(payload), true}.read(bytes.NewReader(sent))
			return err
		},
	} {
		var before, after runtime.MemStats
		require.NoError(t, f())
		runtime.ReadMemStats(&before)
		require.NoError(t, f())
		runtime.ReadMemStats(&after)
		most := map[string]uint64{"write": 0, "read": uint64(len(payload))}[name]
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, most+100000, name)
	}
}

// Whatever is sent, what is received is no longer than expected.
func FuzzMessage(f *testing.F) {
	f.Add(wired(f, kindData, link.Header{Step: 3}, []byte("some shares")), 11, true)
	f.Add(wired(f, kindBye, link.Header{}, []byte("a reason")), 0, false)
	f.Add(make([]byte, PrefixSize), 0, true)
	f.Fuzz(func(t *testing.T, data []byte, limit int, exact bool) {
		limit = max(0, min(limit, 1<<16))
		if len(data) >= PrefixSize {
			data = reseal(slices.Clone(data))
		}
		_, payload, err := request{limit, exact}.read(bytes.NewReader(data))
		require.LessOrEqual(t, len(payload), limit)
		if err == nil {
			require.Equal(t, data[PrefixSize:PrefixSize+len(payload)], payload)
			require.True(t, !exact || len(payload) == limit)
		}
	})
}
