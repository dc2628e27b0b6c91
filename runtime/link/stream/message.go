// Messages: their form on a stream, and how they are written and read.

package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"slices"
	"strings"
	"unicode"

	"github.com/tfec-lang/tfec/runtime/link"
)

const (
	// PrefixSize and SumSize are what a message adds to its payload. Under it
	// TLS adds 22 bytes for each 16 KiB begun.
	PrefixSize = 32
	SumSize    = 4

	// pieceSize is how much of a payload is summed at a time: little enough to
	// be in the cache still when it is enciphered, or was deciphered.
	pieceSize = 256 << 10
	// maxReason bounds the text with which a player leaves.
	maxReason = 1 << 10
)

// The kinds of message.
const (
	kindData = 1
	kindBye  = 2 // the sender sends nothing more; the payload is the reason, empty if all is well
)

// A message goes out as a prefix, the payload and the CRC-32C of the payload.
// The prefix is
//
//	0  CRC-32C of the rest of the prefix
//	4  kind
//	8  step, occurrence, seq, clock
//	24 length of the payload
//
// all little-endian. The run and the players belong to the stream.
type message struct {
	kind   uint32
	header link.Header
	parts  [][]byte // referred to, not copied
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
)

func (m message) length() (n int) {
	for _, part := range m.parts {
		n += len(part)
	}
	return n
}

func (m message) prefix() []byte {
	b := make([]byte, PrefixSize)
	le.PutUint32(b[4:], m.kind)
	le.PutUint32(b[8:], m.header.Step)
	le.PutUint32(b[12:], m.header.Occurrence)
	le.PutUint32(b[16:], m.header.Seq)
	le.PutUint32(b[20:], m.header.Clock)
	le.PutUint64(b[24:], uint64(m.length()))
	le.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b
}

// write sends a message straight from the memory of its parts.
func (m message) write(w io.Writer) error {
	if _, err := w.Write(m.prefix()); err != nil {
		return err
	}
	var sum uint32
	for _, part := range m.parts {
		for piece := range slices.Chunk(part, pieceSize) {
			sum = crc32.Update(sum, castagnoli, piece)
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
	}
	_, err := w.Write(le.AppendUint32(nil, sum))
	return err
}

// A request is what a receiver waits for.
type request struct {
	limit int  // payload bytes, at most
	exact bool // and at least
}

// errBye is the end of a peer that left as agreed, errLost that of a stream
// without a farewell.
var (
	errBye  = errors.New("has ended the run")
	errLost = errors.New("the connection was lost")
	errSum  = errors.New("sent a message with a wrong checksum: a memory or network fault on the way")
)

// read receives the next message; a farewell is an error. Memory is allocated
// for what the receiver expects, never for what a peer announces, and the
// payload is read to its place.
func (r request) read(from io.Reader) (h link.Header, payload []byte, err error) {
	var b [PrefixSize]byte
	if _, err := io.ReadFull(from, b[:]); err != nil {
		return h, nil, lostBy(err)
	}
	if le.Uint32(b[:]) != crc32.Checksum(b[4:], castagnoli) {
		return h, nil, errSum
	}
	h = link.Header{Step: le.Uint32(b[8:]), Occurrence: le.Uint32(b[12:]), Seq: le.Uint32(b[16:]), Clock: le.Uint32(b[20:])}
	length := le.Uint64(b[24:])
	switch kind := le.Uint32(b[4:]); kind {
	case kindData:
		if length > uint64(r.limit) || r.exact && length != uint64(r.limit) {
			return h, nil, r.mismatch(h, length)
		}
		payload, err = readPayload(from, int(length))
		return h, payload, err
	case kindBye:
		return h, nil, readReason(from, length)
	default:
		return h, nil, fmt.Errorf("sent a message of unknown kind %d", kind)
	}
}

// mismatch is a message of another length than the receiver expects.
func (r request) mismatch(h link.Header, length uint64) error {
	most := "at most "
	if r.exact {
		most = ""
	}
	return fmt.Errorf("sent %d bytes (%v), expected %s%d", length, h, most, r.limit)
}

func readPayload(from io.Reader, size int) ([]byte, error) {
	payload := make([]byte, size)
	var sum uint32
	for piece := range slices.Chunk(payload, pieceSize) {
		if _, err := io.ReadFull(from, piece); err != nil {
			return nil, lostBy(err)
		}
		sum = crc32.Update(sum, castagnoli, piece)
	}
	var b [SumSize]byte
	if _, err := io.ReadFull(from, b[:]); err != nil {
		return nil, lostBy(err)
	}
	if le.Uint32(b[:]) != sum {
		return nil, errSum
	}
	return payload, nil
}

// readReason is the error that a farewell becomes.
func readReason(from io.Reader, length uint64) error {
	if length > maxReason {
		return fmt.Errorf("sent a reason of %d bytes", length)
	}
	reason, err := readPayload(from, int(length))
	switch {
	case err != nil:
		return err
	case len(reason) == 0:
		return errBye
	}
	return errors.New(printable(string(reason)))
}

// lostBy is the error of a stream that broke.
func lostBy(err error) error {
	var op *net.OpError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &op) {
		return errLost
	}
	return errors.New(printable(err.Error()))
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
