// Link: one player's connections to the others, for one run.

package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// linger is how long a closed link waits for its peers to close theirs, so
// that the last messages arrive; of a run that has failed, the reason alone.
const (
	linger       = 10 * time.Second
	lingerFailed = 2 * time.Second
)

// errClosed is what a player's own calls return after Close.
var errClosed = errors.New("the link is closed")

// A Link implements link.Link. It is connected once Connect has returned.
type Link struct {
	hub     *Hub
	id      ID
	self    int
	players []string
	peers   []*remote // by index; nil at self

	close  sync.Once
	closed chan struct{} // this player calls no more
	cut    chan struct{} // connections end now
	done   chan struct{} // nothing of the link is left
	served sync.WaitGroup
}

var _ link.Link = (*Link)(nil)

func newLink(h *Hub, id ID, self int, players []string) *Link {
	l := &Link{hub: h, id: id, self: self, players: players, peers: make([]*remote, len(players)),
		closed: make(chan struct{}), cut: make(chan struct{}), done: make(chan struct{})}
	for i := range players {
		if i != self {
			l.peers[i] = newRemote(l, i)
		}
	}
	return l
}

// admit is the peer whose connection this may be: of each pair the lower index
// dials, once.
func (l *Link) admit(who Peer) (*remote, error) {
	i := slices.Index(l.players, who.Name)
	if i < 0 || i >= l.self {
		return nil, fmt.Errorf("%s opens no connection to %s in this run", who.Name, l.players[l.self])
	}
	return l.peers[i], l.peers[i].claim(who)
}

// A Dial connects to a player and proves who is at both ends.
type Dial func(ctx context.Context, player string) (Conn, Peer, error)

// Connect opens the connections to all players of the run and returns when
// every one has its own.
func (l *Link) Connect(ctx context.Context, dial Dial) error {
	errs := make([]error, len(l.peers))
	var wg sync.WaitGroup
	for i, p := range l.peers {
		switch {
		case i < l.self:
			wg.Go(func() { errs[i] = p.await(ctx) })
		case i > l.self:
			wg.Go(func() { errs[i] = p.dial(ctx, dial) })
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Fingerprints are the certificates' at the other ends, by player; this
// player's own is left empty.
func (l *Link) Fingerprints() []string {
	f := make([]string, len(l.peers))
	for i, p := range l.peers {
		if p != nil {
			f[i] = p.fingerprint()
		}
	}
	return f
}

// ID is the run's.
func (l *Link) ID() ID { return l.id }

// Self implements link.Link.
func (l *Link) Self() int { return l.self }

// Players implements link.Link.
func (l *Link) Players() []string { return slices.Clone(l.players) }

// Send implements link.Link. It never waits.
func (l *Link) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	p, err := l.peer(to)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return p.error(context.Cause(ctx))
	}
	return p.send(message{kindData, h, parts})
}

// Pace implements link.Link.
func (l *Link) Pace(ctx context.Context, to int, most int) error {
	p, err := l.peer(to)
	if err != nil {
		return err
	}
	return p.pace(ctx, most)
}

// Recv implements link.Link.
func (l *Link) Recv(ctx context.Context, from int, size int) (link.Header, []byte, error) {
	return l.recv(ctx, from, size, true)
}

// RecvAny implements link.Link.
func (l *Link) RecvAny(ctx context.Context, from int, limit int) (link.Header, []byte, error) {
	return l.recv(ctx, from, limit, false)
}

// recv also returns the header of a message that has the wrong length: it may
// show that the peer is at another step.
func (l *Link) recv(ctx context.Context, from, limit int, exact bool) (link.Header, []byte, error) {
	p, err := l.peer(from)
	if err != nil {
		return link.Header{}, nil, err
	}
	return p.recv(ctx, limit, exact)
}

// peer is the player at index i, while the link is open.
func (l *Link) peer(i int) (*remote, error) {
	if i < 0 || i >= len(l.peers) || i == l.self {
		return nil, fmt.Errorf("player %d is no peer of player %d", i, l.self)
	}
	select {
	case <-l.closed:
		return nil, errClosed
	default:
		return l.peers[i], nil
	}
}

// Counters implements link.Link.
func (l *Link) Counters() []link.Counter {
	c := make([]link.Counter, len(l.peers))
	for i, p := range l.peers {
		if p != nil {
			c[i] = p.counter.load()
		}
	}
	return c
}

// Close implements link.Link. What was sent still goes out, in the background,
// for as long as linger at most; Done tells when nothing is left.
func (l *Link) Close(err error) error {
	l.close.Do(func() {
		close(l.closed)
		for _, p := range l.peers {
			if p != nil {
				p.leave(err)
			}
		}
		wait := linger
		if err != nil {
			wait = lingerFailed
		}
		go l.end(wait)
	})
	return nil
}

// Done is closed when the connections of a closed link have ended.
func (l *Link) Done() <-chan struct{} { return l.done }

// end waits for the connections to end, or ends them.
func (l *Link) end(wait time.Duration) {
	ended := make(chan struct{})
	go func() {
		l.served.Wait()
		close(ended)
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-l.hub.stopped:
	}
	close(l.cut)
	<-ended
	l.hub.forget(l.id)
	close(l.done)
}

// dial opens this player's connection to a peer of higher index.
func (p *remote) dial(ctx context.Context, dial Dial) error {
	c, who, err := dial(ctx, p.name)
	if err == nil {
		if err = p.claim(who); err == nil {
			go p.serve(c)
			return nil
		}
		c.Close()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return p.error(err)
}
