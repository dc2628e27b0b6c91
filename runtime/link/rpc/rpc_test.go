package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/linktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// claim is a handshake in which each side says its name and is believed.
type claim string

func (c claim) AuthType() string                                                   { return "claim" }
func (c claim) Info() credentials.ProtocolInfo                                     { return credentials.ProtocolInfo{} }
func (c claim) Clone() credentials.TransportCredentials                            { return c }
func (c claim) OverrideServerName(string) error                                    { return nil }
func (c claim) ServerHandshake(n net.Conn) (net.Conn, credentials.AuthInfo, error) { return c.swap(n) }
func (c claim) ClientHandshake(_ context.Context, _ string, n net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return c.swap(n)
}

func (c claim) swap(n net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, err := n.Write(append([]byte{byte(len(c))}, c...)); err != nil {
		return nil, nil, err
	}
	b := make([]byte, 256)
	if _, err := io.ReadFull(n, b[:1]); err != nil {
		return nil, nil, err
	}
	_, err := io.ReadFull(n, b[1:1+b[0]])
	return n, claim(b[1 : 1+b[0]]), err
}

func identify(ctx context.Context) (Peer, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return Peer{}, errors.New("no peer")
	}
	name := string(p.AuthInfo.(claim))
	return Peer{Name: name, Fingerprint: "print of " + name}, nil
}

// A node is one player's server.
type node struct {
	name string
	hub  *Hub
	addr string
	wire *wire
}

func listen(t testing.TB, name string) *node {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &node{name: name, hub: NewHub(identify), addr: l.Addr().String(), wire: &wire{}}
	s := grpc.NewServer(append(ServerOptions(), grpc.Creds(claim(name)))...)
	n.hub.Register(s)
	var wg sync.WaitGroup
	wg.Go(func() { s.Serve(n.wire.listener(l)) })
	t.Cleanup(func() {
		n.hub.Stop()
		s.Stop()
		wg.Wait()
	})
	return n
}

func (n *node) dial(nodes []*node) func(context.Context, string) (*grpc.ClientConn, error) {
	return func(_ context.Context, player string) (*grpc.ClientConn, error) {
		for _, far := range nodes {
			if far.name == player {
				return grpc.NewClient("passthrough:///"+far.addr, append(DialOptions(), grpc.WithTransportCredentials(claim(n.name)))...)
			}
		}
		return nil, errors.New("no such player")
	}
}

func connect(t testing.TB, players []string) ([]*node, []*Link) {
	nodes, links := make([]*node, len(players)), make([]*Link, len(players))
	for i, p := range players {
		nodes[i] = listen(t, p)
		var err error
		links[i], err = nodes[i].hub.Open(ID{1}, i, players)
		require.NoError(t, err)
	}
	errs := make([]error, len(players))
	var wg sync.WaitGroup
	for i := range players {
		wg.Go(func() { errs[i] = links[i].Connect(t.Context(), nodes[i].dial(nodes)) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	t.Cleanup(func() {
		for _, l := range links {
			l.Close(nil)
		}
		for _, l := range links {
			<-l.Done()
		}
	})
	return nodes, links
}

func TestConformance(t *testing.T) {
	linktest.Run(t, func(t *testing.T, players []string) []link.Link {
		_, links := connect(t, players)
		all := make([]link.Link, len(links))
		for i, l := range links {
			all[i] = l
		}
		return all
	})
}

// wire counts what crosses the sockets that a server accepted.
type wire struct {
	mu      sync.Mutex
	in, out int
	conns   []net.Conn
}

// cut closes the connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.Close()
	}
}

func (w *wire) listener(l net.Listener) net.Listener { return &counted{l, w} }

func (w *wire) total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in + w.out
}

type counted struct {
	net.Listener
	wire *wire
}

func (c *counted) Accept() (net.Conn, error) {
	n, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	c.wire.conns = append(c.wire.conns, n)
	return &countedConn{n, c.wire}, nil
}

type countedConn struct {
	net.Conn
	wire *wire
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	c.wire.in += n
	return n, err
}

// Write counts first, so that what has arrived elsewhere has been counted.
func (c *countedConn) Write(b []byte) (int, error) {
	c.wire.mu.Lock()
	c.wire.out += len(b)
	c.wire.mu.Unlock()
	return c.Conn.Write(b)
}
