// remote: one peer of a link, with a goroutine that writes what is queued and
// one that reads what is asked for.

package stream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/tfec-lang/tfec/runtime/link"
)

// recordSize is the most that TLS enciphers at once. What is shorter, such as
// a prefix, waits for more.
const recordSize = 16 << 10

// A call is one of Recv; the reader answers it once.
type call struct {
	request
	reply chan reply
}

type reply struct {
	header  link.Header
	payload []byte
	err     error
}

type remote struct {
	link    *Link
	name    string
	counter counter

	mu       sync.Mutex
	who      *Peer         // once its connection is there
	queue    []message     // to be written
	unsent   int           // bytes of what is queued, or being written
	written  chan struct{} // wakes a sender that paces
	lost     error         // why nothing can be written any more
	attached chan struct{}
	queued   chan struct{} // wakes the writer
	calls    chan call

	gaveUp error // the receiver's: a wait was abandoned, the next message is not known to be the next
}

func newRemote(l *Link, index int) *remote {
	return &remote{link: l, name: l.players[index],
		attached: make(chan struct{}), queued: make(chan struct{}, 1), written: make(chan struct{}, 1), calls: make(chan call, 1)}
}

// error names the peer, once.
func (p *remote) error(err error) error {
	var named *link.PeerError
	if errors.As(err, &named) {
		return err
	}
	return &link.PeerError{Player: p.name, Err: err}
}

// claim makes a connection this peer's, if it is the peer's and the first one,
// and the link is still open. Whoever claims calls serve.
func (p *remote) claim(who Peer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.link.closed:
		return errClosed
	default:
	}
	if who.Name != p.name {
		return fmt.Errorf("the connection is to %s", who.Name)
	}
	if p.who != nil {
		return fmt.Errorf("%s has a connection in this run already", who.Name)
	}
	p.who = &who
	p.link.served.Add(1)
	close(p.attached)
	return nil
}

func (p *remote) fingerprint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.who == nil {
		return ""
	}
	return p.who.Fingerprint
}

// await waits for the peer's connection.
func (p *remote) await(ctx context.Context) error {
	select {
	case <-p.attached:
		return nil
	case <-p.link.closed:
		return errClosed
	case <-ctx.Done():
		return p.error(fmt.Errorf("has not connected: %w", context.Cause(ctx)))
	}
}

// serve carries the connection of a claimed peer until both sides have closed,
// it is lost, or the link is cut.
func (p *remote) serve(c Conn) {
	defer p.link.served.Done()
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
		case <-p.link.cut:
		}
		c.Close()
	}()
	var both sync.WaitGroup
	both.Go(func() { p.write(c) })
	both.Go(func() { p.read(c) })
	both.Wait()
	close(done)
}

// leave queues the farewell.
func (p *remote) leave(reason error) {
	m := message{kind: kindBye}
	if reason != nil {
		text := reason.Error()
		m.parts = [][]byte{[]byte(text[:min(len(text), maxReason)])}
	}
	p.put(m)
}

func (p *remote) send(m message) error {
	if err := p.put(m); err != nil {
		return p.error(err)
	}
	p.counter.sent(m.length())
	return nil
}

func (p *remote) put(m message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil {
		return p.lost
	}
	p.queue = append(p.queue, m)
	p.unsent += m.length()
	select {
	case p.queued <- struct{}{}:
	default:
	}
	return nil
}

func (p *remote) take() []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.queue
	p.queue = nil
	return q
}

// wrote notes that a message has left this player's memory.
func (p *remote) wrote(m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unsent -= m.length()
	p.wake()
}

func (p *remote) wake() {
	select {
	case p.written <- struct{}{}:
	default:
	}
}

// pace waits until at most so many bytes are unsent.
func (p *remote) pace(ctx context.Context, most int) error {
	for {
		unsent, lost := p.left()
		switch {
		case lost != nil:
			return p.error(lost)
		case unsent <= most:
			return nil
		}
		select {
		case <-p.written:
		case <-p.link.closed:
			return errClosed
		case <-ctx.Done():
			return p.error(context.Cause(ctx))
		}
	}
}

func (p *remote) left() (unsent int, lost error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unsent, p.lost
}

// lose ends all writing.
func (p *remote) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost, p.queue = errLost, nil
	p.wake()
}

// write sends what is queued, up to the farewell.
func (p *remote) write(c Conn) {
	out := bufio.NewWriterSize(c, recordSize)
	for {
		select {
		case <-p.queued:
		case <-p.link.cut:
			return
		}
		last, err := p.writeAll(out, p.take())
		if err == nil {
			err = errors.Join(out.Flush(), c.Flush())
		}
		if err != nil {
			p.lose()
			return
		}
		if last {
			c.CloseWrite()
			return
		}
	}
}

// writeAll writes messages and drops them, and says whether the last one is
// the farewell.
func (p *remote) writeAll(out io.Writer, messages []message) (last bool, err error) {
	for i, m := range messages {
		if err := m.write(out); err != nil {
			return false, err
		}
		p.wrote(m)
		messages[i] = message{}
		last = m.kind == kindBye
	}
	return last, nil
}

// recv asks the reader for the next message. A context that ends during the
// wait ends receiving from this peer.
func (p *remote) recv(ctx context.Context, limit int, exact bool) (link.Header, []byte, error) {
	if p.gaveUp == nil && ctx.Err() != nil {
		p.gaveUp = context.Cause(ctx)
	}
	if p.gaveUp != nil {
		return link.Header{}, nil, p.error(p.gaveUp)
	}
	r := call{request{limit, exact}, make(chan reply, 1)}
	p.calls <- r // has room: the call before has been answered
	select {
	case a := <-r.reply:
		return p.received(a)
	case <-p.link.closed:
		return link.Header{}, nil, errClosed
	case <-ctx.Done():
		p.gaveUp = context.Cause(ctx)
		return link.Header{}, nil, p.error(p.gaveUp)
	}
}

func (p *remote) received(a reply) (link.Header, []byte, error) {
	if a.err != nil {
		return a.header, nil, p.error(a.err)
	}
	p.counter.received(len(a.payload))
	return a.header, a.payload, nil
}

// read answers calls until the link is closed, then lets the peer finish. The
// first failure is the answer to every later call.
func (p *remote) read(c Conn) {
	in := bufio.NewReader(c)
	var failed error
	for {
		select {
		case r := <-p.calls:
			a := reply{err: failed}
			if failed == nil {
				a.header, a.payload, a.err = r.read(in)
				failed = a.err
			}
			r.reply <- a
		case <-p.link.closed:
			io.Copy(io.Discard, c)
			return
		}
	}
}

// A counter is link.Counter under concurrent use.
type counter struct{ sentBytes, sentMessages, receivedBytes, receivedMessages atomic.Uint64 }

func (c *counter) sent(n int) {
	c.sentBytes.Add(uint64(n))
	c.sentMessages.Add(1)
}

func (c *counter) received(n int) {
	c.receivedBytes.Add(uint64(n))
	c.receivedMessages.Add(1)
}

func (c *counter) load() link.Counter {
	return link.Counter{SentBytes: c.sentBytes.Load(), SentMessages: c.sentMessages.Load(),
		ReceivedBytes: c.receivedBytes.Load(), ReceivedMessages: c.receivedMessages.Load()}
}
