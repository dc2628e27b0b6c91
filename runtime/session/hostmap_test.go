package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tenByTen = `{
    "server0": "10.0.0.10:4440",
    "input-provider": "10.0.0.20:4440",
    "alice": "[::1]:4440",
    "bob": "host-b.example:65535"
}
`

func TestHostmap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(path, []byte(tenByTen), 0o600))
	h, err := LoadHostmap(path)
	require.NoError(t, err)
	require.Equal(t, []Entry{{"server0", "10.0.0.10:4440"}, {"input-provider", "10.0.0.20:4440"}, {"alice", "[::1]:4440"}, {"bob", "host-b.example:65535"}}, h.Entries)
	require.Equal(t, Entry{"server0", "10.0.0.10:4440"}, h.Coordinator())
	for _, name := range []string{"input-provider", "input_provider"} {
		addr, ok := h.Address(name)
		require.True(t, ok)
		require.Equal(t, "10.0.0.20:4440", addr)
	}
	_, ok := h.Address("Alice")
	require.False(t, ok)
	require.NoError(t, h.Check([]string{"alice", "input_provider"}))
	require.EqualError(t, h.Check([]string{"alice", "carol", "server1"}), path+": has no entry for carol, server1: every player of the program needs one")

	saved := filepath.Join(t.TempDir(), "saved.json")
	require.NoError(t, h.Save(saved))
	data, err := os.ReadFile(saved)
	require.NoError(t, err)
	require.Equal(t, tenByTen, string(data))
}

func TestHostmapFaults(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{``, "config.json:1: is no JSON: it ends too early"},
		{"server0: 10.0.0.10", "config.json:1: is no JSON: invalid character 's' looking for beginning of value"},
		{`["a"]`, `config.json:1: want one JSON object, player to "host:port"`},
		{`"a"`, `config.json:1: want one JSON object, player to "host:port"`},
		{`{}`, `config.json:1: names no player: want an object such as {"server0": "10.0.0.10:4440"}`},
		{"{\n \"a\": \"h:1\",\n}", "config.json:3: is no JSON: invalid character '}' looking for beginning of object key string"},
		{"{\n \"a\": \"h:1\"\n", "config.json:2: is no JSON: it ends too early"},
		{"{\n \"a\": \"h:1\"\n}\n{}", "config.json:4: want nothing after the object"},
		{"{\n \"a\": 4440\n}", `config.json:2: a: want its address as a text, "host:port"`},
		{"{\n \"a\": {\"b\": \"h:1\"}\n}", `config.json:2: a: want its address as a text, "host:port"`},
		{"{\n \"a\": \"h:1\",\n \"b\": \"h:2\",\n \"a\": \"h:3\"\n}", "config.json:4: a: is on line 2 already (`_` and `-` are the same in names)"},
		{"{\n \"s-0\": \"h:1\",\n \"s_0\": \"h:3\"\n}", "config.json:3: s_0: is on line 2 already (`_` and `-` are the same in names)"},
		{"{\n \"a\": \"h:1\",\n \"b\": \"h:1\"\n}", "config.json:3: b: address h:1 is that of a, on line 2: each player listens on its own"},
		{"{\"0a\": \"h:1\"}", "config.json:1: \"0a\" is no name: want a letter, then letters, digits, `_` and `-`, at most 63"},
		{"{\"a\": \"10.0.0.1\"}", `config.json:1: a: address "10.0.0.1": want host:port, such as 10.0.0.10:4440`},
		{"{\"a\": \":4440\"}", `config.json:1: a: address ":4440": want host:port, such as 10.0.0.10:4440`},
		{"{\"a\": \"a b:4440\"}", `config.json:1: a: address "a b:4440": want host:port, such as 10.0.0.10:4440`},
		{"{\"a\": \"h:0\"}", `config.json:1: a: address "h:0": want a port from 1 to 65535`},
		{"{\"a\": \"h:65536\"}", `config.json:1: a: address "h:65536": want a port from 1 to 65535`},
		{"{\"a\": \"h:http\"}", `config.json:1: a: address "h:http": want a port from 1 to 65535`},
		{"{\n\"a\": \"h\",\n\"b\": \"h:1\",\n\"b\": \"h:0\"}", "config.json:2: a: address \"h\": want host:port, such as 10.0.0.10:4440\n" +
			"config.json:4: b: is on line 3 already (`_` and `-` are the same in names)"},
		{strings.Repeat(" ", maxHostmap+1), "config.json: is longer than 1048576 bytes"},
	} {
		_, err := ParseHostmap("config.json", []byte(test.data))
		require.EqualError(t, err, test.want, test.data[:min(len(test.data), 100)])
	}
	_, err := LoadHostmap("nowhere/config.json")
	require.EqualError(t, err, "cannot read the hostmap nowhere/config.json: there is no such file")
	require.Error(t, (&Hostmap{Entries: []Entry{{"a", "h"}}}).Save(filepath.Join(t.TempDir(), "config.json")))
}

// Whatever is accepted has what the rest relies on, and is saved and read the same.
func FuzzHostmap(f *testing.F) {
	f.Add([]byte(tenByTen))
	f.Add([]byte(`{"a": "h:1", "a-b": "[::]:2"}`))
	f.Add([]byte(`{"a": "h:1", "a": 1e9}`))
	path := filepath.Join(f.TempDir(), "config.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseHostmap("config.json", data)
		if err != nil {
			return
		}
		require.NotEmpty(t, h.Entries)
		seen := map[string]bool{}
		for _, e := range h.Entries {
			require.NoError(t, checkName(e.Name))
			require.NoError(t, checkAddress(e.Addr))
			require.False(t, seen[canonical(e.Name)])
			seen[canonical(e.Name)] = true
		}
		require.NoError(t, h.Save(path))
		again, err := LoadHostmap(path)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(h.Entries), fmt.Sprint(again.Entries))
	})
}
