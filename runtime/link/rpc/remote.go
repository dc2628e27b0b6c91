// remote: one peer of a link, with a goroutine that writes what is queued and
// one that reads what is asked for.

package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link"
)

// errLost is a stream that ended without a farewell.
var errLost = errors.New("the connection was lost")

// A message is queued to be sent.
type message struct {
	kind   uint32
	header link.Header
	parts  [][]byte
}

// A request is a call of Recv; the reader answers it once.
type request struct {
	limit int
	exact bool
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
	who      *Peer     // once its stream is there
	queue    []message // to be written
	lost     error     // why nothing can be written any more
	attached chan struct{}
	queued   chan struct{} // wakes the writer
	requests chan request

	gaveUp error // the receiver's: a wait was abandoned, the next message is not known to be the next
}

func newRemote(l *Link, index int) *remote {
	return &remote{link: l, name: l.players[index],
		attached: make(chan struct{}), queued: make(chan struct{}, 1), requests: make(chan request, 1)}
}

// error names the peer, once.
func (p *remote) error(err error) error {
	var named *link.PeerError
	if errors.As(err, &named) {
		return err
	}
	return &link.PeerError{Player: p.name, Err: err}
}

// claim makes a stream this peer's, if it is the peer's and the first one,
// and the link is still open.
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
		return fmt.Errorf("%s has a stream in this run already", who.Name)
	}
	p.who = &who
	p.link.streams.Add(1)
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

// await waits for the peer's stream.
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

// A stream is what both ends of a gRPC stream have.
type stream interface {
	Context() context.Context
	SendMsg(any) error
	RecvMsg(any) error
}

// serve carries the stream of a claimed peer until both sides have closed, the
// connection is lost, or the link is cut.
func (p *remote) serve(s stream) error {
	defer p.link.streams.Done()
	if server, ok := s.(grpc.ServerStream); ok {
		// Shows the dialing side that the stream is accepted.
		if err := server.SendHeader(nil); err != nil {
			p.lose()
		}
	}
	done := make(chan struct{})
	go func() {
		var both sync.WaitGroup
		both.Go(func() { p.write(s) })
		both.Go(func() { p.read(s) })
		both.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-p.link.cut:
	}
	return nil
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
	n := 0
	for _, part := range m.parts {
		n += len(part)
	}
	if err := p.put(m); err != nil {
		return p.error(err)
	}
	p.counter.sent(n)
	return nil
}

func (p *remote) put(m message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil {
		return p.lost
	}
	p.queue = append(p.queue, m)
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

// lose ends all writing.
func (p *remote) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost, p.queue = errLost, nil
}

// write sends what is queued, up to the farewell.
func (p *remote) write(s stream) {
	for {
		select {
		case <-p.queued:
		case <-p.link.cut:
			return
		case <-s.Context().Done():
			p.lose()
			return
		}
		for _, m := range p.take() {
			err := frames(m.kind, m.header, m.parts, func(f *outFrame) error { return s.SendMsg(f) })
			if err != nil {
				p.lose()
				return
			}
			if m.kind == kindBye {
				if c, ok := s.(grpc.ClientStream); ok {
					c.CloseSend()
				}
				return
			}
		}
	}
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
	r := request{limit, exact, make(chan reply, 1)}
	p.requests <- r // has room: the request before has been answered
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

// read answers requests until the link is closed, then lets the peer finish.
// The first failure is the answer to every later request.
func (p *remote) read(s stream) {
	var failed error
	for {
		select {
		case r := <-p.requests:
			a := reply{err: failed}
			if failed == nil {
				a = receive(s, r)
				failed = a.err
			}
			r.reply <- a
		case <-p.link.closed:
			drain(s)
			return
		}
	}
}

// receive puts one message together.
func receive(s stream, r request) reply {
	a := &assembly{limit: r.limit, exact: r.exact}
	for !a.complete() {
		f := &inFrame{place: a.place}
		if err := s.RecvMsg(f); err != nil {
			return reply{err: lostBy(err)}
		}
		if f.err != nil {
			return reply{header: a.header, err: f.err}
		}
	}
	if a.bye {
		return reply{err: farewell(a.reason)}
	}
	return reply{header: a.header, payload: a.payload}
}

// drain discards what still comes, so that the peer can finish sending.
func drain(s stream) {
	f := &inFrame{place: func(_ prefix, size int) ([]byte, error) { return nil, errClosed }}
	for s.RecvMsg(f) == nil {
		continue
	}
}

// farewell is the error that a peer's reason becomes.
func farewell(reason []byte) error {
	if len(reason) == 0 {
		return errBye
	}
	return errors.New(printable(string(reason)))
}

// lostBy is the error of a stream that broke.
func lostBy(err error) error {
	if err == io.EOF || status.Code(err) == codes.Canceled || status.Code(err) == codes.Unavailable {
		return errLost
	}
	return plain(err)
}

// plain is an error of gRPC without its wrapping, safe to print.
func plain(err error) error {
	if s, ok := status.FromError(err); ok {
		return errors.New(printable(s.Message()))
	}
	return err
}

// printable replaces what a peer must not do to a terminal or a log.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
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
