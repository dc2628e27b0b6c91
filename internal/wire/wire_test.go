package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var there, back = Pair{"a", "b"}, Pair{"b", "a"}

// join connects two ends over a network.
func join(t *testing.T) (n *Network, a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n = New()
	addr, err := n.Route("a", "b", l.Addr().String())
	require.NoError(t, err)
	a, err = net.Dial("tcp", addr)
	require.NoError(t, err)
	b, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() {
		n.Close()
		a.Close()
		b.Close()
		l.Close()
	})
	for _, conn := range []net.Conn{a, b} {
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	}
	return n, a, b
}

func write(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	_, err := conn.Write([]byte(text))
	require.NoError(t, err)
}

func read(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	_, err := io.ReadFull(conn, got)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

// What is sent arrives, to the end of each direction, and a copy is kept.
func TestRoute(t *testing.T) {
	n, a, b := join(t)
	write(t, a, "question")
	read(t, b, "question")
	require.NoError(t, a.(*net.TCPConn).CloseWrite())
	_, err := b.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	write(t, b, "answer")
	read(t, a, "answer")
	require.Equal(t, [][]byte{[]byte("question")}, n.Copies(there))
	require.Equal(t, [][]byte{[]byte("answer")}, n.Copies(back))
}

func TestConditions(t *testing.T) {
	n, a, b := join(t)
	began := time.Now()
	n.Set(there, Condition{Delay: 100 * time.Millisecond})
	write(t, a, "late")
	read(t, b, "late")
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)

	began = time.Now()
	n.Set(there, Condition{Rate: 10_000})
	write(t, a, string(make([]byte, 1000)))
	read(t, b, string(make([]byte, 1000)))
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)

	n.Set(there, Condition{Mangle: func(b []byte) [][]byte { return [][]byte{b, bytes.ToUpper(b)} }})
	write(t, a, "twice")
	read(t, b, "twiceTWICE")

	n.Set(there, Condition{Lost: true})
	n.Set(back, Condition{})
	write(t, a, "lost")
	write(t, b, "not lost")
	read(t, a, "not lost")
	require.NoError(t, b.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, err := b.Read(make([]byte, 1))
	var timeout net.Error
	require.True(t, errors.As(err, &timeout) && timeout.Timeout(), "%v", err)
}

// A cut resets what is there and what comes, until it is mended.
func TestCut(t *testing.T) {
	n, a, b := join(t)
	write(t, a, "x")
	read(t, b, "x")
	n.Cut("b", "a")
	for _, conn := range []net.Conn{a, b} {
		_, err := conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
	again, err := net.Dial("tcp", a.RemoteAddr().String())
	if err == nil { // the reset may also reach the dial itself
		defer again.Close()
		_, err = again.Read(make([]byte, 1))
	}
	require.ErrorIs(t, err, syscall.ECONNRESET)
	n.Mend()
	mended, err := net.Dial("tcp", a.RemoteAddr().String())
	require.NoError(t, err)
	defer mended.Close()
	write(t, mended, "y")
	require.Eventually(t, func() bool {
		copies := n.Copies(there)
		return string(copies[len(copies)-1]) == "y"
	}, 10*time.Second, time.Millisecond)
}
