// line: one direction of a connection, in whatever condition the network is.

package wire

import (
	"net"
	"slices"
	"time"
)

// Of a line the last connections are kept, and the beginning of each.
const (
	keptConnections = 8
	keptBytes       = 4 << 20
)

// A line writes to a socket what it is given, under its condition.
type line struct {
	network *Network
	of      *connection
	pair    Pair
	to      net.Conn
	queue   chan packet
	kept    *[]byte
}

// A packet is what arrives at a time, or the end.
type packet struct {
	data []byte
	due  time.Time
	end  bool
}

func (n *Network) line(of *connection, pair Pair, to net.Conn) *line {
	l := &line{n, of, pair, to, make(chan packet, 4096), new([]byte)}
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := append(n.copies[pair], l.kept)
	n.copies[pair] = kept[max(0, len(kept)-keptConnections):]
	return l
}

// Write implements io.Writer. It waits for room alone.
func (l *line) Write(data []byte) (int, error) {
	c := l.network.condition(l.pair)
	if c.Lost {
		return len(data), nil
	}
	pieces := [][]byte{data}
	if c.Mangle != nil {
		pieces = c.Mangle(slices.Clone(data))
	}
	for _, piece := range pieces {
		if err := l.put(packet{data: slices.Clone(piece), due: time.Now().Add(c.Delay)}); err != nil {
			return 0, err
		}
	}
	return len(data), nil
}

// finish ends the direction, after all that was written.
func (l *line) finish() {
	l.put(packet{end: true, due: time.Now().Add(l.network.condition(l.pair).Delay)})
}

func (l *line) put(p packet) error {
	select {
	case l.queue <- p:
		return nil
	case <-l.of.gone:
		return net.ErrClosed
	}
}

// run writes until the direction ends, or the connection is reset.
func (l *line) run() {
	for {
		select {
		case p := <-l.queue:
			if !l.wait(time.Until(p.due)) || !l.deliver(p) {
				return
			}
		case <-l.of.gone:
			return
		}
	}
}

// deliver writes a packet and reports whether more may follow.
func (l *line) deliver(p packet) bool {
	if p.end {
		l.to.(*net.TCPConn).CloseWrite()
		return false
	}
	if rate := l.network.condition(l.pair).Rate; rate > 0 {
		l.wait(time.Duration(len(p.data)) * time.Second / time.Duration(rate))
	}
	l.keep(p.data)
	if _, err := l.to.Write(p.data); err != nil {
		l.of.reset()
		return false
	}
	return true
}

// wait waits, unless the connection is reset meanwhile.
func (l *line) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.of.gone:
		return false
	}
}

func (l *line) keep(data []byte) {
	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	if len(*l.kept) < keptBytes {
		*l.kept = append(*l.kept, data...)
	}
}
