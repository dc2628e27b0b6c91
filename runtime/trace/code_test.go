package trace

// Records from the network: what no player can have noted is refused.

import (
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// record is the bytes of one whose lists are these numbers, the steps first.
func record(numbers ...uint64) []byte {
	head := []uint64{form, 0, 0, 0, 1, 2, 3, 9, 0} // nameless, of 1970, of 9 rounds
	var data []byte
	for _, n := range slices.Concat(head, numbers) {
		data = binary.AppendUvarint(data, n)
	}
	return data
}

func TestDecode(t *testing.T) {
	run := sample(t)
	for _, x := range run.Records {
		back, err := run.Decode(x.Player, x.Encode())
		require.NoError(t, err)
		assert.Equal(t, &x, back)
	}
	for _, test := range []struct {
		data []byte
		want string
	}{
		{nil, "it ends too early"},
		{[]byte(`{"player":"alice"}`), "it is of the form 123"},
		{[]byte{form, 200, 1, 'a'}, "it ends too early"},
		{[]byte{form, 5, 'a'}, "it ends too early"},
		{record(), "it ends too early"},
		{record(0, 0, 0), "it ends too early"},
		{record(0, 0, 0, 0, 0), "more follows it"},
		{[]byte{form, 0, 0, 2}, "2 is neither 0 nor 1"},
		{record(largest + 1), "the number 72057594037927937 is too large"},
		{slices.Repeat([]byte{0xff}, 20), "it ends too early"},
		{record(1, 77, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0), "step 77 after -1"},
		{record(2, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "step 5 after 5"},
		{record(0, 0, 1, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0), "a span of step 77 in lane 0"},
		{record(0, 0, 1, 5, 0, MaxSpans+1, 0, 0, 0, 0, 0, 0, 0), "a span of step 5 in lane 200001"},
		{record(0, 0, 0, 1, 5, 0, 0, 6, 0, 0, 0, 0, 0), "a message of step 5 with player 6"},
		{record(0, 2, 5, 1, 5, 1, 0, 0), "a chain of 1 after 1 messages, at step 5"},
		{record(0, 1, 5, 10, 0, 0), "a chain of 10 after 0 messages, at step 5"},
		{append(record(0, 0, MaxSpans+1), make([]byte, 10*MaxSpans)...), "200001 spans, at most 200000"},
		{append(record(1000), make([]byte, 10_000)...), "1000 steps, at most"},
		{record(0, 0, 3, 5), "3 spans, at most 200000 and in 1 bytes"},
		{make([]byte, MaxRecord+1), "more than"},
	} {
		_, err := run.Decode("alice", test.data)
		require.ErrorContains(t, err, test.want)
		assert.Contains(t, err.Error(), "alice", test.want)
	}
	x, err := run.Decode("bob", (&Record{Player: "alice"}).Encode())
	require.NoError(t, err)
	assert.Equal(t, "bob", x.Player, "a player speaks for itself alone")
}

// What a record claims takes no memory before it is there.
func TestClaimsTakeNoMemory(t *testing.T) {
	run := sample(t)
	claims := append(record(0, 0, MaxSpans), make([]byte, 100)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := run.Decode("alice", claims)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "200000 spans")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100_000))
}

// Large numbers take no memory.
func TestLargeNumbers(t *testing.T) {
	run := sample(t)
	x := Record{Rounds: largest, Chain: []Growth{{5, 1}, {9, largest}}, Spans: []Span{{Step: 5, Lane: 200_000, Duration: 1}}}
	back, err := run.Decode("alice", x.Encode())
	require.NoError(t, err)
	run.Records[0] = *back
	assert.Contains(t, run.Table(), "72057594037927936")
	assert.Less(t, len(chromeOf(t, run)), 1<<20)
}

// Whatever a player sends as its record, what is taken is written again the
// same, and can be shown in every way.
func FuzzRecord(f *testing.F) {
	base := sample(f)
	for _, x := range base.Records {
		f.Add(x.Encode())
	}
	f.Add(record(1, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 2, 5, 1, 9, 7, 1, 5, 0, 0, 1, 2, 3, 4, 5, 6, 1, 5, 0, 0, 3, 1, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := base.Decode("alice", data)
		if err != nil {
			return
		}
		again := x.Encode()
		back, err := base.Decode("alice", again)
		require.NoError(t, err)
		require.Equal(t, again, back.Encode())
		run := *base
		run.Records = append([]Record{*x}, base.Records[1:]...)
		require.NotEmpty(t, run.Table())
		var file strings.Builder
		require.NoError(t, run.Chrome(&file))
		_, err = Parse([]byte(file.String())) // all of it is JSON
		require.NoError(t, err)
	})
}
