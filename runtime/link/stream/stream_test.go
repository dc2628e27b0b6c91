package stream

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/linktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shake is a handshake in which the dialing side says its name and its run and
// is believed; the other side answers with nothing, or why it refuses.
func (n *node) shake(c net.Conn, run string) error {
	if err := errors.Join(say(c, n.name), say(c, run)); err != nil {
		return err
	}
	refused, err := hear(c)
	if err == nil && refused != "" {
		err = errors.New(refused)
	}
	return err
}

func say(c net.Conn, text string) error {
	_, err := c.Write(append([]byte{byte(len(text))}, text...))
	return err
}

func hear(c net.Conn) (string, error) {
	b := make([]byte, 256)
	if _, err := io.ReadFull(c, b[:1]); err != nil {
		return "", err
	}
	_, err := io.ReadFull(c, b[1:1+b[0]])
	return string(b[1 : 1+b[0]]), err
}

func peerOf(name string) Peer { return Peer{Name: name, Fingerprint: "print of " + name} }

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
	n := &node{name: name, hub: NewHub(), addr: l.Addr().String(), wire: &wire{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { n.accept(n.wire.count(c)) })
		}
	})
	t.Cleanup(func() {
		n.hub.Stop()
		l.Close()
		n.wire.cut()
		wg.Wait()
	})
	return n
}

func (n *node) accept(c net.Conn) {
	who, err := hear(c)
	run, err2 := hear(c)
	if errors.Join(err, err2) != nil {
		c.Close()
		return
	}
	take, err := n.hub.Admit(peerOf(who), run)
	if err != nil {
		say(c, err.Error())
		c.Close()
		return
	}
	say(c, "")
	take(held(c))
}

func held(c net.Conn) Conn {
	b := &Batch{Conn: c}
	b.Hold()
	return b
}

// reach is a connection to a node, by hand.
func (n *node) reach(t testing.TB, to *node, run string) (net.Conn, error) {
	c, err := net.Dial("tcp", to.addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c, n.shake(c, run)
}

func (n *node) dial(nodes []*node) Dial {
	return func(_ context.Context, player string) (Conn, Peer, error) {
		for _, far := range nodes {
			if far.name == player {
				c, err := net.Dial("tcp", far.addr)
				if err != nil {
					return nil, Peer{}, err
				}
				return held(c), peerOf(far.name), n.shake(c, ID{1}.String())
			}
		}
		return nil, Peer{}, errors.New("no such player")
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

func (w *wire) count(c net.Conn) net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, c)
	return &countedConn{c.(*net.TCPConn), w}
}

func (w *wire) total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in + w.out
}

type countedConn struct {
	*net.TCPConn
	wire *wire
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
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
	return c.TCPConn.Write(b)
}
