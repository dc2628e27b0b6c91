// Cutting messages into frames, and putting them together again under the
// checks that hold a hostile peer.

package rpc

import (
	"errors"
	"fmt"

	"github.com/tfec-lang/tfec/runtime/link"
)

// frames calls send with each frame of a message.
func frames(kind uint32, h link.Header, parts [][]byte, send func(*outFrame) error) error {
	p := prefix{kind: kind, header: h}
	for _, part := range parts {
		p.length += uint64(len(part))
	}
	for {
		size := min(FrameSize, p.length-p.offset)
		f := &outFrame{prefix: p}
		f.payload, parts = cut(parts, int(size))
		if err := send(f); err != nil {
			return err
		}
		if p.offset += size; p.offset == p.length {
			return nil
		}
	}
}

// cut takes size bytes from the front of parts.
func cut(parts [][]byte, size int) (front, rest [][]byte) {
	for size > 0 {
		n := min(size, len(parts[0]))
		if n > 0 {
			front = append(front, parts[0][:n:n])
		}
		size -= n
		if n == len(parts[0]) {
			parts = parts[1:]
			continue
		}
		parts = append([][]byte{parts[0][n:]}, parts[1:]...)
	}
	return front, parts
}

// errBye is the end of a peer that left as agreed.
var errBye = errors.New("has ended the run")

// An assembly is a message on its way in.
type assembly struct {
	limit int  // payload bytes, at most
	exact bool // and at least

	begun   bool
	header  link.Header
	payload []byte
	got     int

	bye    bool
	reason []byte
}

// complete says that the message is there, whole.
func (a *assembly) complete() bool { return a.bye || a.begun && a.got == len(a.payload) }

// place checks a frame against what must come next and says where its payload
// belongs. Memory is allocated for what the receiver expects, never for what
// a peer announces.
func (a *assembly) place(p prefix, size int) ([]byte, error) {
	if p.kind == kindBye {
		return a.leave(size)
	}
	if p.kind != kindData {
		return nil, fmt.Errorf("sent a frame of unknown kind %d", p.kind)
	}
	if !a.begun {
		if err := a.begin(p); err != nil {
			return nil, err
		}
	}
	if p.header != a.header || p.length != uint64(len(a.payload)) || p.offset != uint64(a.got) {
		return nil, fmt.Errorf("sent byte %d of a message of %d bytes (%v), expected byte %d of %d (%v)",
			p.offset, p.length, p.header, a.got, len(a.payload), a.header)
	}
	if want := min(FrameSize, len(a.payload)-a.got); size != want {
		return nil, fmt.Errorf("sent a frame of %d bytes, expected %d", size, want)
	}
	a.got += size
	return a.payload[a.got-size : a.got], nil
}

func (a *assembly) begin(p prefix) error {
	a.header = p.header
	if p.length > uint64(a.limit) || a.exact && p.length != uint64(a.limit) {
		return &sizeError{p.header, p.length, a.limit, a.exact}
	}
	a.begun, a.payload = true, make([]byte, p.length)
	return nil
}

func (a *assembly) leave(size int) ([]byte, error) {
	if size > maxReason {
		return nil, fmt.Errorf("sent a reason of %d bytes", size)
	}
	a.bye, a.reason = true, make([]byte, size)
	return a.reason, nil
}

// A sizeError is a message of another length than the receiver expects.
type sizeError struct {
	header link.Header
	length uint64
	limit  int
	exact  bool
}

func (e *sizeError) Error() string {
	most := ""
	if !e.exact {
		most = "at most "
	}
	return fmt.Sprintf("sent %d bytes (%v), expected %s%d", e.length, e.header, most, e.limit)
}
