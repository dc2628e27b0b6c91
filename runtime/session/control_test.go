package session

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link/stream"
)

// framed is a message of this JSON.
func framed(text string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
}

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		data []byte
		want string
	}{
		{framed(`{"Kind":"alive","Step":3}`), ""},
		{framed(`{"Kind":"alive","Stop":3}`), `cannot read the message: json: unknown field "Stop"`},
		{framed(`{"Kind":"alive"} {}`), "cannot read the message: more follows it"},
		{framed(`{"Kind":1}`), "cannot read the message: json: cannot unmarshal number into Go struct field report.Kind of type string"},
		{framed(`{"Step":1e99}`), "cannot read the message: json: cannot unmarshal number 1e99 into Go struct field report.Step of type int"},
		{framed(``), "cannot read the message: EOF"},
		{nil, "cannot read the message: it ends too early"},
		{framed(`{}`)[:5], "cannot read the message: it ends too early"},
		{[]byte{255, 255, 255, 255, '{', '}'}, "cannot read the message: it ends too early"},
		{framed(`{"Kind":"` + strings.Repeat("x", maxControl) + `"}`), "the message has 65551 bytes, more than 65536"},
	} {
		var r report
		err := controlCodec{}.Unmarshal(mem.BufferSlice{mem.SliceBuffer(test.data)}, &r)
		if test.want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, test.want)
		}
	}
}

// A part of a record stands as it is behind a message that may carry one, and
// behind no other.
func TestCarriers(t *testing.T) {
	data := append(framed(`{"Kind":"record"}`), 0, 255, '{')
	for _, v := range []carrier{new(report), new(Event)} {
		require.NoError(t, decode(data, v))
		require.Equal(t, []byte{0, 255, '{'}, *v.part())
	}
	require.EqualError(t, decode(data, new(order)), "cannot read the message: more follows it")
	full, err := encode(&Event{Kind: EventRecord, Player: strings.Repeat("p", 1000), Record: make([]byte, recordPart)})
	require.NoError(t, err)
	require.Less(t, len(full), maxControl)
}

// What is read once is written and read again the same, and no message
// survives with more in it than its type has.
func FuzzControl(f *testing.F) {
	f.Add(framed(`{"Kind":"prepare","Request":{"File":"a.tfe","Computation":"a","Digest":"d","Tag":""},"Run":"00","Players":["a"]}`))
	f.Add(framed(`{"Kind":"alive","Step":-1,"Where":"\u001b[2J","Count":18446744073709551615}`))
	f.Add(append(framed(`{"Kind":"record","Player":"s0"}`), 1, 2, 3))
	f.Add(append(framed(`{"Kind":"done"}`), 1, 2, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		roundTrip[order](t, data)
		roundTrip[report](t, data)
		roundTrip[StartRequest](t, data)
		roundTrip[Event](t, data)
	})
}

func roundTrip[T any](t *testing.T, data []byte) {
	var first, second T
	if decode(data, &first) != nil {
		return
	}
	out, err := encode(&first)
	require.NoError(t, err)
	if len(out) > maxControl {
		return
	}
	require.NoError(t, decode(out, &second))
	again, err := encode(&second)
	require.NoError(t, err)
	require.Equal(t, string(out), string(again))
}

// A server's handshake survives whatever is sent to it, and ends in time.
func FuzzHandshake(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), true)
	f.Add([]byte("tfec1\x00\x20{\"Name\":\"a\",\"Role\":\"player\"}    "), true)
	f.Add([]byte("tfec1\x00\x27{\"Name\":\"a\",\"Role\":\"player\",\"Run\":\"01\"}"), true)
	f.Add([]byte("tfec1\xff\xff"), true)
	f.Add([]byte("\x16\x03\x01\x00\x05hello"), false)
	a, err := newAuthority(time.Hour)
	require.NoError(f, err)
	proved, err := a.issue("s0", RolePlayer, time.Hour)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte, insecure bool) {
		id := proved
		if insecure {
			id = &Identity{Name: "s0", Role: RolePlayer}
		}
		conn := &script{in: bytes.NewReader(data)}
		s := &transport{id: id, failed: func(net.Addr, error) {}, admit: (&serving{hub: stream.NewHub()}).admit}
		_, who, err := s.ServerHandshake(conn)
		if err == nil {
			require.True(t, insecure)
			require.NoError(t, who.(Peer).check())
		}
	})
}

// script is a connection that says what it is told to and ends.
type script struct {
	net.Conn
	in *bytes.Reader
}

func (s *script) Read(b []byte) (int, error)       { return s.in.Read(b) }
func (s *script) Write(b []byte) (int, error)      { return len(b), nil }
func (s *script) Close() error                     { return nil }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// Reasons come from elsewhere: none, several, and what a terminal must not get.
func TestReasons(t *testing.T) {
	for text, want := range map[string]string{
		"":                "no reason was given",
		"one":             "one",
		"one\n two\x1b[m": "one\ntwo [m",
	} {
		require.EqualError(t, newStopped(text), want)
		require.Len(t, newStopped(text).Unwrap(), 1+strings.Count(want, "\n"))
		require.EqualError(t, plain(status.Error(codes.Aborted, text)), want)
	}
}
