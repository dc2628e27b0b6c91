// Package rpc is link.Link between processes: one gRPC stream in both
// directions for each pair of players and run, payloads without copies.
//
// A Hub is the part of a player's server that accepts streams. Hub.Open
// announces a run to it, Link.Connect then joins all players of the run: of
// each pair the one with the lower index dials. Who is at the other end is
// what the connection proved, and a stream is only accepted for an announced
// run in which that player takes part, once.
//
// A peer may be hostile: it is given the memory of its flow-control window
// (WindowSize) and of the messages that the receiver waits for, and every
// frame carries a checksum. Sending only queues references; the payloads stay
// the caller's own.
package rpc

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// WindowSize is how many bytes a peer may send on a stream before they are
// received.
const WindowSize = 16 << 20

// runKey is the metadata that says which run a stream belongs to.
const runKey = "tfec-run"

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

// A Hub accepts the share streams of one player, for all its runs.
type Hub struct {
	// identify says who is at the other end; it refuses whoever is no player.
	// The context holds the gRPC peer.
	identify func(context.Context) (Peer, error)

	mu      sync.Mutex
	links   map[ID]*Link
	used    map[ID]bool
	stopped chan struct{}
}

// NewHub returns a Hub that asks identify who is at the other end.
func NewHub(identify func(context.Context) (Peer, error)) *Hub {
	return &Hub{identify: identify, links: map[ID]*Link{}, used: map[ID]bool{}, stopped: make(chan struct{})}
}

// ServerOptions and DialOptions are what share streams ask of gRPC.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(PrefixSize + FrameSize),
		grpc.StaticStreamWindowSize(WindowSize),
		grpc.StaticConnWindowSize(2 * WindowSize),
	}
}

// DialOptions see ServerOptions.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(PrefixSize+FrameSize), grpc.MaxCallSendMsgSize(PrefixSize+FrameSize)),
		grpc.WithStaticStreamWindowSize(WindowSize),
		grpc.WithStaticConnWindowSize(2 * WindowSize),
	}
}

var streamDesc = grpc.StreamDesc{StreamName: "Shares", ServerStreams: true, ClientStreams: true,
	Handler: func(srv any, s grpc.ServerStream) error { return srv.(*Hub).accept(s) }}

// Register adds the service of share streams to a server.
func (h *Hub) Register(r grpc.ServiceRegistrar) {
	r.RegisterService(&grpc.ServiceDesc{ServiceName: "tfec.Link", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{streamDesc}}, h)
}

const streamMethod = "/tfec.Link/Shares"

// Open announces a run among players, this one at index self: from now on the
// others' streams are accepted. An id that was used before is refused.
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

// Stop ends all streams of closed links now, once. Links still open are closed
// by whoever opened them.
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

// accept is a peer's stream, until it ends.
func (h *Hub) accept(s grpc.ServerStream) error {
	who, err := h.identify(s.Context())
	if err != nil {
		return status.Error(codes.PermissionDenied, err.Error())
	}
	l, err := h.find(s.Context())
	if err != nil {
		return status.Error(codes.NotFound, err.Error())
	}
	p, err := l.admit(who)
	if err != nil {
		return status.Error(codes.PermissionDenied, err.Error())
	}
	return p.serve(s)
}

func (h *Hub) find(ctx context.Context) (*Link, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	values := md.Get(runKey)
	if len(values) != 1 {
		return nil, fmt.Errorf("the stream names no run")
	}
	id, err := ParseID(values[0])
	if err != nil {
		return nil, err
	}
	l := h.link(id)
	if l == nil {
		return nil, fmt.Errorf("no run %v is in hand", id)
	}
	return l, nil
}
