package e2e

// What a server refuses, and logs; and what somebody on the wire can read.

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/wire"
)

// Connections that do not belong to a run that goes on are refused, each at
// once, and logged.
func TestStrangers(t *testing.T) {
	r := newRig(t)
	before := r.runOfBefore()
	for _, f := range faultsOfStrangers() {
		r.inject(&f, moments[1], before)
	}
}

// A player that allows one run takes no other.
func TestSecondRun(t *testing.T) {
	r := newRig(t)
	r.restart("alice", "--runs", "1")
	r.succeedNext()
	second := r.client()
	require.Equal(t, 1, second.wait())
	const want = `alice has inputs and has taken part in as many runs as its operator allows \(1\)`
	second.matches("tfec: error: alice refuses: " + want)
	r.servers["alice"].matches(`a run did not begin.*client=client.*` + want)
	require.False(t, r.result())
}

// A player that takes itself for the coordinator is refused by all others, and
// so is whoever asks another for a run than the coordinator.
func TestSpeakingForTheCoordinator(t *testing.T) {
	r := newRig(t)
	r.kill("s1")
	r.write("rogue.json", `{"s1": "`+r.address["s1"]+`", "alice": "`+r.address["alice"]+`", "bob": "`+r.address["bob"]+`",
		"carol": "`+r.address["carol"]+`", "s0": "`+r.address["s0"]+`", "s2": "`+r.address["s2"]+`"}`)
	rogue := r.start(r.tfec, "player", "s1", "program.tfe", "--config", "rogue.json", "--tls", "keys/s1", "--once")
	require.Equal(t, 1, rogue.wait())
	for _, name := range []string{"alice", "bob", "carol", "s0", "s2"} {
		want := "s1 is not the coordinator: for " + name + " that is master, the first entry of its hostmap"
		rogue.matches("tfec: error: " + name + " refuses: " + want)
		r.servers[name].matches("refused to join a run.*" + want)
	}

	r.write("astray.json", `{"s0": "`+r.address["s0"]+`", "alice": "`+r.address["alice"]+`", "bob": "`+r.address["bob"]+`",
		"carol": "`+r.address["carol"]+`", "s1": "`+r.address["s1"]+`", "s2": "`+r.address["s2"]+`"}`)
	astray := r.start(r.tfec, "run", "program.tfe", "--config", "astray.json", "--tls", "keys/client")
	require.Equal(t, 1, astray.wait())
	const want = "s0 is not the coordinator: that is master at"
	astray.matches("tfec: error: " + want)
	r.servers["s0"].matches("refused to start a run.*" + want)
	r.revive()
	r.succeedNext()
}

// The operator of a server bounds what others announce, before memory is made
// for it.
func TestMaxSize(t *testing.T) {
	r := newRig(t)
	r.restart("s2", "--max-size", "19999")
	client := r.client()
	require.Equal(t, 1, client.wait())
	const want = `size n is 20000 at alice, and s2 takes part in runs with sizes up to 19999 \(--max-size\)`
	client.matches("tfec: error: s2 reports: " + want)
	r.servers["s2"].matches("the run failed.*" + want)
	require.False(t, r.result())
	r.restart("s2", "--max-size", "20000")
	r.succeedNext()
}

// All that passes between the processes is records of TLS, and none of it can
// be read; without TLS it can, which shows that the search finds it.
func TestCapture(t *testing.T) {
	for _, insecure := range []bool{false, true} {
		r := buildRig(t)
		r.insecure = insecure
		r.serveAll()
		r.succeedNext()
		found, connections := 0, 0
		for _, from := range append([]string{"client"}, ends...) {
			for _, to := range append([]string{"client"}, ends...) {
				for _, sent := range r.network.Copies(wire.Pair{From: from, To: to}) {
					require.NotEmpty(t, sent)
					connections++
					found += len(readable(sent))
					require.Equal(t, !insecure, isTLS(sent), "%s to %s", from, to)
				}
			}
		}
		require.GreaterOrEqual(t, connections, 2*(1+6+15), "a client's, six to players, and one of each two players")
		require.Equal(t, insecure, found > 0)
	}
}

// isTLS reports whether data is records of TLS 1.3 from the first byte to the
// last: handshakes in the clear at the beginning, and then nothing but what is
// enciphered.
func isTLS(data []byte) bool {
	enciphered := false
	for len(data) > 0 {
		const head = 5
		if len(data) < head || data[1] != 3 {
			return false
		}
		kind, size := data[0], int(binary.BigEndian.Uint16(data[3:]))
		known := kind == 23 || !enciphered && (kind == 22 || kind == 20)
		if !known || size > 1<<14+256 || len(data) < head+size {
			return false
		}
		enciphered = enciphered || kind == 23
		data = data[head+size:]
	}
	return enciphered
}

// readable are the words of the project, of the program and of its players
// that stand in data, and a run of alice's inputs.
func readable(data []byte) (found []string) {
	words := []string{"tfec1", "products", "program.tfe", "prepare", "master", "alice", "carol", "client"} // too long to come by chance
	column := make([]byte, 0, 8*4)
	for k := range 4 {
		column = binary.LittleEndian.AppendUint64(column, uint64(500+k))
	}
	for _, word := range append(words, string(column)) {
		if bytes.Contains(data, []byte(word)) {
			found = append(found, word)
		}
	}
	return found
}
