// Package wire is the network between the processes of a test, and what goes
// wrong with it. Every end reaches every other by a route of its own, so that
// who sends what to whom is known; a route resets connections, loses, delays,
// slows and mangles what passes, and keeps a copy. With the keys of both ends
// it opens TLS, and shows what passes inside before it goes on: a fault there
// is one of the memory behind TLS.
package wire

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// A Pair is a sender and a receiver; of a connection, who dialed whom.
type Pair struct{ From, To string }

// A Condition is how a line is in one direction. The zero value is a good one.
type Condition struct {
	Lost  bool          // nothing arrives
	Delay time.Duration // how much later all arrives
	Rate  int           // bytes a second; 0: any
	// Mangle, if set, is asked what arrives instead of a chunk: under TLS,
	// where connections are opened, a record.
	Mangle func(chunk []byte) [][]byte
}

// A Network has the routes of a test. Its methods may be called at any time.
type Network struct {
	// Keys, if set, are those of an end: connections between ends that have
	// keys are opened.
	Keys func(end string) (*tls.Certificate, error)

	mu         sync.Mutex
	closed     bool
	tap        Tap
	opaque     map[string]bool
	down       map[Pair]bool
	conditions map[Pair]Condition
	listeners  []net.Listener
	open       map[*connection]bool
	copies     map[Pair][]*[]byte
	running    sync.WaitGroup
}

// New returns a network without routes.
func New() *Network {
	return &Network{opaque: map[string]bool{}, down: map[Pair]bool{}, conditions: map[Pair]Condition{},
		open: map[*connection]bool{}, copies: map[Pair][]*[]byte{}}
}

// Route returns the address at which from reaches to, who listens at addr.
func (n *Network) Route(from, to, addr string) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners = append(n.listeners, l)
	n.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			n.running.Go(func() { n.carry(Pair{from, to}, addr, conn) })
		}
	})
	return l.Addr().String(), nil
}

// Close resets all connections and waits until nothing is left.
func (n *Network) Close() {
	n.mu.Lock()
	n.closed = true
	for _, l := range n.listeners {
		l.Close()
	}
	n.mu.Unlock()
	n.reset(func(Pair) bool { return true })
	n.running.Wait()
}

// Tap has f see what passes inside opened connections; nil ends it.
func (n *Network) Tap(f Tap) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tap = f
}

// Opaque leaves the connections of an end closed, from the next one on: they
// show the certificate that it really has.
func (n *Network) Opaque(end string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.opaque[end] = true
}

// Set has a line be in a condition.
func (n *Network) Set(line Pair, c Condition) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conditions[line] = c
}

// Cut resets the connections between two ends, and refuses new ones.
func (n *Network) Cut(one, other string) {
	n.mu.Lock()
	n.down[Pair{one, other}], n.down[Pair{other, one}] = true, true
	n.mu.Unlock()
	n.reset(func(p Pair) bool { return p == Pair{one, other} || p == Pair{other, one} })
}

// Mend ends all cuts and conditions, and the connections that had one.
func (n *Network) Mend() {
	n.mu.Lock()
	bad := n.conditions
	n.conditions, n.down, n.opaque = map[Pair]Condition{}, map[Pair]bool{}, map[string]bool{}
	n.mu.Unlock()
	n.reset(func(p Pair) bool {
		_, there := bad[p]
		_, back := bad[Pair{p.To, p.From}]
		return there || back
	})
}

// Copies are what arrived on a line as it was on the wire, of the last
// connections each.
func (n *Network) Copies(of Pair) [][]byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all [][]byte
	for _, kept := range n.copies[of] {
		all = append(all, slices.Clone(*kept))
	}
	return all
}

func (n *Network) reset(which func(Pair) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.open {
		if which(c.dialed) {
			c.reset()
		}
	}
}

func (n *Network) condition(line Pair) Condition {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.conditions[line]
}

// A connection is two sockets, with a line to each.
type connection struct {
	dialed   Pair
	from, to net.Conn
	toFrom   *line
	toTo     *line
	once     sync.Once
	gone     chan struct{}
}

// reset ends a connection at both sides at once, without a farewell.
func (c *connection) reset() {
	c.once.Do(func() {
		close(c.gone)
		for _, conn := range []net.Conn{c.from, c.to} {
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	})
}

// carry is a connection from its beginning to its end.
func (n *Network) carry(dialed Pair, addr string, from net.Conn) {
	to, err := n.dial(dialed, addr)
	if err != nil {
		from.(*net.TCPConn).SetLinger(0)
		from.Close()
		return
	}
	c := &connection{dialed: dialed, from: from, to: to, gone: make(chan struct{})}
	back := Pair{dialed.To, dialed.From}
	c.toTo, c.toFrom = n.line(c, dialed, to), n.line(c, back, from)
	if !n.enter(c) {
		c.reset()
	}
	var lines, pumps sync.WaitGroup
	lines.Go(c.toTo.run)
	lines.Go(c.toFrom.run)
	if inside := n.opened(c); inside != nil {
		inside.pump(&pumps)
	} else {
		pumps.Go(func() { c.end(copyTo(c.toTo, from), c.toTo) })
		pumps.Go(func() { c.end(copyTo(c.toFrom, to), c.toFrom) })
	}
	pumps.Wait()
	lines.Wait()
	c.reset()
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.open, c)
}

func (n *Network) dial(dialed Pair, addr string) (net.Conn, error) {
	n.mu.Lock()
	down := n.down[dialed]
	n.mu.Unlock()
	if down {
		return nil, errors.New("the line is cut")
	}
	return net.DialTimeout("tcp", addr, 5*time.Second)
}

// enter counts a connection in, unless its line was cut meanwhile.
func (n *Network) enter(c *connection) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open[c] = true
	return !n.closed && !n.down[c.dialed]
}

// end passes the end of one direction on: a half-close as such, else a reset.
func (c *connection) end(err error, to *line) {
	if err != nil {
		c.reset()
		return
	}
	to.finish()
}

func copyTo(to io.Writer, from net.Conn) error {
	_, err := io.Copy(to, struct{ io.Reader }{from})
	return err
}
