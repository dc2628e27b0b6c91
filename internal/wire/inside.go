// What passes inside TLS: greetings, messages of shares, and whatever else as
// it comes.

package wire

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"net"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/link/stream"
)

// A Tap sees a message on its way. What it forwards goes on instead; messages
// of one direction of a connection come one after the other, all others at once.
type Tap func(m Message, forward func([]byte))

// The kinds of Message.
const (
	Control  = iota // bytes as they come, of a connection without shares
	Greeting        // what each side says first
	Data            // a message of shares
	Bye             // the last message
)

// A Message is what a side sends at a time, inside TLS.
type Message struct {
	Pair
	Kind                  int
	Run                   string // of shares
	Step, Occurrence, Seq uint32 // of Data
	Bytes                 []byte // all of it, as sent
}

// Reseal makes the checksum of a message's prefix right.
func Reseal(message []byte) {
	sum := crc32.Checksum(message[4:stream.PrefixSize], crc32.MakeTable(crc32.Castagnoli))
	binary.LittleEndian.PutUint32(message, sum)
}

// An inside is a connection that is open: TLS ends and begins again here.
type inside struct {
	*connection
	network  *Network
	from, to *side
	run      string
	known    chan struct{} // closed when run is, or never will be
	knowing  sync.Once
}

// A side is TLS with one end, of which it is the other.
type side struct {
	tls *tls.Conn
	in  *bufio.Reader
}

// opened shakes hands with both ends, or returns nil where no keys are.
func (n *Network) opened(c *connection) *inside {
	n.mu.Lock()
	closed := n.Keys == nil || n.opaque[c.dialed.From] || n.opaque[c.dialed.To]
	n.mu.Unlock()
	if closed {
		return nil
	}
	config := func(end string) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert, InsecureSkipVerify: true,
			SessionTicketsDisabled: true, DynamicRecordSizingDisabled: true,
			GetCertificate:       func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return n.Keys(end) },
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return n.Keys(end) }}
	}
	from := tls.Server(socket{c.from, c.toFrom}, config(c.dialed.To))
	to := tls.Client(socket{c.to, c.toTo}, config(c.dialed.From))
	return &inside{connection: c, network: n, known: make(chan struct{}),
		from: &side{from, bufio.NewReader(from)}, to: &side{to, bufio.NewReader(to)}}
}

// A socket reads from one and writes to a line.
type socket struct {
	net.Conn
	line *line
}

func (s socket) Write(data []byte) (int, error) { return s.line.Write(data) }

func (c *inside) pump(pumps *sync.WaitGroup) {
	timer := time.AfterFunc(20*time.Second, c.reset)
	for _, side := range []*side{c.from, c.to} {
		if err := side.tls.Handshake(); err != nil {
			c.end(nil, c.toFrom)
			c.end(nil, c.toTo)
			return
		}
	}
	timer.Stop()
	back := Pair{c.dialed.To, c.dialed.From}
	pumps.Go(func() { c.end(c.pass(c.dialed, c.from, c.to), c.toTo) })
	pumps.Go(func() { c.end(c.pass(back, c.to, c.from), c.toFrom) })
}

// pass passes messages on, until the end of one direction.
func (c *inside) pass(pair Pair, from, to *side) error {
	if pair == c.dialed {
		defer c.knowing.Do(func() { close(c.known) })
	}
	m, err := c.greeting(pair, from.in)
	for err == nil {
		if err = c.forward(m, to); err == nil {
			m, err = c.next(pair, from.in)
		}
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

func (c *inside) forward(m Message, to *side) error {
	c.network.mu.Lock()
	tap := c.network.tap
	c.network.mu.Unlock()
	var failed error
	forward := func(data []byte) {
		if _, err := to.tls.Write(data); err != nil {
			failed = err
		}
	}
	if tap == nil {
		forward(m.Bytes)
	} else {
		tap(m, forward)
	}
	return failed
}

// greeting is the first message of a side; the dialing one's names the run.
func (c *inside) greeting(pair Pair, in *bufio.Reader) (Message, error) {
	head := make([]byte, 7)
	if _, err := io.ReadFull(in, head); err != nil {
		return Message{}, err
	}
	body := make([]byte, binary.BigEndian.Uint16(head[5:]))
	if _, err := io.ReadFull(in, body); err != nil {
		return Message{}, err
	}
	if pair == c.dialed {
		var said struct{ Run string }
		json.Unmarshal(body, &said)
		c.run = said.Run
		c.knowing.Do(func() { close(c.known) })
	}
	select {
	case <-c.known:
	case <-c.gone:
		return Message{}, net.ErrClosed
	}
	return Message{Pair: pair, Kind: Greeting, Run: c.run, Bytes: append(head, body...)}, nil
}

// next is a message after the greeting.
func (c *inside) next(pair Pair, in *bufio.Reader) (Message, error) {
	if c.run == "" {
		chunk := make([]byte, 32<<10)
		k, err := in.Read(chunk)
		return Message{Pair: pair, Kind: Control, Bytes: chunk[:k]}, err
	}
	prefix := make([]byte, stream.PrefixSize)
	if _, err := io.ReadFull(in, prefix); err != nil {
		return Message{}, err
	}
	le := binary.LittleEndian
	m := Message{Pair: pair, Kind: Data, Run: c.run, Step: le.Uint32(prefix[8:]), Occurrence: le.Uint32(prefix[12:]), Seq: le.Uint32(prefix[16:])}
	if le.Uint32(prefix[4:]) != 1 {
		m.Kind = Bye
	}
	m.Bytes = make([]byte, stream.PrefixSize+int(le.Uint64(prefix[24:]))+stream.SumSize)
	copy(m.Bytes, prefix)
	_, err := io.ReadFull(in, m.Bytes[stream.PrefixSize:])
	return m, err
}
