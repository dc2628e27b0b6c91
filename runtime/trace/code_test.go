package trace

// Records from the network: what no player can have noted is refused.

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecode(t *testing.T) {
	run := sample(t)
	for _, x := range run.Records {
		data, err := x.Encode()
		require.NoError(t, err)
		back, err := run.Decode(x.Player, data)
		require.NoError(t, err)
		assert.Equal(t, &x, back)
	}
	for data, want := range map[string]string{
		`{"spans":[[5,0,200001,0,0,0,0,0,0]]}`: "a span of step 5 in lane 200001",
		``:                                     "EOF",
		`{"player":"alice"} {}`:                "more follows it",
		`{"values":[1]}`:                       `unknown field "values"`,
		`{"set_up":-1}`:                        "the number -1 is out of range",
		`{"rounds":99999999999999999}`:         "out of range",
		`{"steps":[{"step":77}]}`:              "step 77 after -1",
		`{"steps":[{"step":5},{"step":5}]}`:    "step 5 after 5",
		`{"steps":[{"step":5,"SentBytes":18446744073709551615}]}`:                                 "out of range",
		`{"spans":[[77,0,0,0,0,0,0,0,0]]}`:                                                        "a span of step 77",
		`{"spans":[[5,0,0,0,0,0,0,0]]}`:                                                           "8 numbers, want 9",
		`{"spans":[[5,0,0,-1,0,0,0,0,0]]}`:                                                        `"-1" is no number from 0`,
		`{"spans":[[5,0,0,18446744073709551615,0,0,0,0,0]]}`:                                      "too large",
		`{"messages":[[5,0,0,6,0,0,0,0,0]]}`:                                                      "a message of step 5 with player 6",
		`{"messages":[{"Step":5}]}`:                                                               "1 numbers, want 9",
		`{"rounds":2,"chain":[[5,1],[5,1]]}`:                                                      "a chain of 1 after 1 messages, at step 5",
		`{"rounds":2,"chain":[[5,3]]}`:                                                            "a chain of 3 after 0 messages, at step 5",
		`{"spans":[` + strings.Repeat(`[5,0,0,0,0,0,0,0,0],`, MaxSpans) + `[5,0,0,0,0,0,0,0,0]]}`: "200001 spans",
		`"` + strings.Repeat("x", MaxRecord) + `"`:                                                "more than",
	} {
		_, err := run.Decode("alice", []byte(data))
		name := data[:min(len(data), 40)]
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), want, name)
			assert.Contains(t, err.Error(), "alice", name)
		}
	}
	x, err := run.Decode("bob", []byte(`{"player":"alice"}`))
	require.NoError(t, err)
	assert.Equal(t, "bob", x.Player, "a player speaks for itself alone")
}

// Large numbers take no memory.
func TestLargeNumbers(t *testing.T) {
	run := sample(t)
	x, err := run.Decode("alice", []byte(`{"rounds":72057594037927936,"chain":[[5,1],[9,72057594037927936]],"spans":[[5,0,200000,0,1,0,0,0,0]]}`))
	require.NoError(t, err)
	run.Records[0] = *x
	assert.Contains(t, run.Table(), "72057594037927936")
	assert.Less(t, len(chromeOf(t, run)), 1<<20)
}

// What is decoded can be shown in every way.
func FuzzDecode(f *testing.F) {
	run := sample(f)
	for _, x := range run.Records {
		data, err := x.Encode()
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		run := sample(t)
		x, err := run.Decode("alice", data)
		if err != nil {
			return
		}
		run.Records[0] = *x
		assert.NotEmpty(t, run.Table())
		var file map[string]any
		assert.NoError(t, json.Unmarshal(chromeOf(t, run), &file))
		again, err := x.Encode()
		require.NoError(t, err)
		_, err = run.Decode("alice", again)
		assert.NoError(t, err)
	})
}
