// Package stream is link.Link between processes: one connection for each pair
// of players and run, made and authenticated by whoever opens the link.
//
// A Hub is the part of a player's server that admits connections. Hub.Open
// announces a run to it, Link.Connect then joins all players of the run: of
// each pair the one with the lower index dials. Who is at the other end is
// what the connection proved, and a connection is only admitted to an
// announced run in which that player takes part, once.
//
// A peer may be hostile: it is given the memory of the sockets and of the
// messages that the receiver waits for, and each message carries checksums.
// Sending only queues references, which are dropped once they are written; a
// payload is enciphered from the sender's memory and deciphered to the
// receiver's.
package stream

import (
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
)

// An ID names a run.
type ID [16]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads what String writes.
func ParseID(text string) (id ID, err error) {
	n, err := hex.Decode(id[:], []byte(text[:min(len(text), 2*len(id))]))
	if err != nil || n != len(id) || len(text) != 2*len(id) {
		return ID{}, fmt.Errorf("%q is no run id", text[:min(len(text), 40)])
	}
	return id, nil
}

// A Peer is the player at the other end of a connection, as it proved.
type Peer struct {
	Name        string
	Fingerprint string
}

// A Hub admits the connections of one player, for all its runs.
type Hub struct {
	mu      sync.Mutex
	links   map[ID]*Link
	used    map[ID]bool
	stopped chan struct{}
}

// NewHub returns a Hub without runs.
func NewHub() *Hub {
	return &Hub{links: map[ID]*Link{}, used: map[ID]bool{}, stopped: make(chan struct{})}
}

// Open announces a run among players, this one at index self: from now on the
// others' connections are admitted. An id that was used before is refused.
func (h *Hub) Open(id ID, self int, players []string) (*Link, error) {
	if self < 0 || self >= len(players) {
		return nil, fmt.Errorf("player %d is none of %d players", self, len(players))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.used[id] {
		return nil, fmt.Errorf("the run id %v was used before", id)
	}
	h.used[id] = true
	l := newLink(h, id, self, slices.Clone(players))
	h.links[id] = l
	return l, nil
}

// Admit is asked for a connection on which who has proved its name and named a
// run. What it returns must be called with the connection, and takes it over.
func (h *Hub) Admit(who Peer, run string) (take func(Conn), err error) {
	id, err := ParseID(run)
	if err != nil {
		return nil, err
	}
	l := h.link(id)
	if l == nil {
		return nil, fmt.Errorf("no run %v is in hand", id)
	}
	p, err := l.admit(who)
	if err != nil {
		return nil, err
	}
	return func(c Conn) { go p.serve(c) }, nil
}

// Stop ends all connections of closed links now, once. Links still open are
// closed by whoever opened them.
func (h *Hub) Stop() { close(h.stopped) }

func (h *Hub) link(id ID) *Link {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.links[id]
}

func (h *Hub) forget(id ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.links, id)
}
