// Conn: a connection whose small writes wait for each other.

package stream

import (
	"bufio"
	"net"
	"sync"
)

// batchSize is how much is written to a socket at a time, so that the kernel
// is not called for each record of TLS. A batch is larger than a record by
// what is worth a call, and still in the cache.
const batchSize = 128 << 10

// A Conn is a connection to a peer that has proved its name.
type Conn interface {
	net.Conn
	// Flush writes what a Write has held back; CloseWrite does so and tells
	// the peer that nothing more comes.
	Flush() error
	CloseWrite() error
}

// A Batch is a socket that, once Hold has been called, keeps what is written
// until Flush or until it has batchSize bytes. TLS lies over it.
type Batch struct {
	net.Conn

	mu   sync.Mutex
	held *bufio.Writer // nil before Hold
}

// Hold begins to keep what is written.
func (b *Batch) Hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = bufio.NewWriterSize(b.Conn, batchSize)
}

func (b *Batch) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held == nil {
		return b.Conn.Write(data)
	}
	return b.held.Write(data)
}

// Flush implements Conn.
func (b *Batch) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held == nil {
		return nil
	}
	return b.held.Flush()
}

// CloseWrite implements Conn.
func (b *Batch) CloseWrite() error {
	if err := b.Flush(); err != nil {
		return err
	}
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
