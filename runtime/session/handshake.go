// The handshake of every connection: TLS 1.3 with certificates on both sides,
// then a greeting in which each side says whether it accepts the other, so
// that a refusal reads the same at both ends. Under --insecure there is the
// greeting alone, and the names in it are believed.

package session

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/tfec-lang/tfec/runtime/link/stream"
)

// A Peer is who is at the other end of a connection, as its certificate
// proves; insecure, as it claims.
type Peer struct {
	credentials.CommonAuthInfo `json:"-"`

	Name        string
	Role        string
	Fingerprint string `json:"-"`
}

// AuthType implements credentials.AuthInfo.
func (Peer) AuthType() string { return "tfec" }

// peerOf is who is at the other end of a stream.
func peerOf(ctx context.Context) (Peer, error) {
	if p, ok := peer.FromContext(ctx); ok {
		if who, ok := p.AuthInfo.(Peer); ok {
			return who, nil
		}
	}
	return Peer{}, errors.New("the connection has no identity")
}

// A greeting is what each side says after the handshake of TLS.
type greeting struct {
	Name, Role string
	Run        string `json:",omitempty"` // of the shares that the connection is for; "": it is for gRPC
	Refused    string `json:",omitempty"` // why the connection must not go on
}

const (
	greetingMagic = "tfec1"
	maxGreeting   = 2 << 10
	// handshakeTime bounds a handshake.
	handshakeTime = 10 * time.Second
	// tlsRecord is the first byte of a TLS connection; that of a greeting differs.
	tlsRecord = 0x16
)

// insecureAlert is the answer to TLS under --insecure: a fatal TLS alert,
// insufficient security, which nothing else here sends.
var insecureAlert = []byte{0x15, 3, 3, 0, 2, 2, 71}

// A refusal is a connection that will not do better on another attempt.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// isRefusal reports whether a reason is known, so that waiting is in vain.
func isRefusal(err error) bool {
	var final *refusal
	return errors.As(err, &final)
}

func refuse(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// A transport is the credentials of one side, for gRPC.
type transport struct {
	id *Identity

	// want is who must be at the other end, run what the connection is for:
	// the client's side.
	want, run string
	// admit is asked for a connection with shares: the server's side.
	admit func(who Peer, run string) (take func(stream.Conn), err error)
	// failed is told why a handshake failed, since gRPC keeps the text alone.
	failed func(from net.Addr, err error)
}

func (t *transport) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tfec"}
}
func (t *transport) Clone() credentials.TransportCredentials { return t }
func (t *transport) OverrideServerName(string) error         { return nil }

// ClientHandshake implements credentials.TransportCredentials.
func (t *transport) ClientHandshake(ctx context.Context, _ string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return authenticated(t.shake(ctx, raw, t.client))
}

// ServerHandshake implements credentials.TransportCredentials. A connection
// that is for shares is none of gRPC's.
func (t *transport) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return authenticated(t.shake(context.Background(), raw, t.server))
}

func authenticated(conn stream.Conn, who Peer, err error) (net.Conn, credentials.AuthInfo, error) {
	if err != nil {
		return nil, nil, err
	}
	return conn, who, nil
}

func (t *transport) shake(ctx context.Context, raw net.Conn, side func(context.Context, *channel) (Peer, error)) (stream.Conn, Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Now()) })
	c := newChannel(raw)
	who, err := side(ctx, c)
	inTime := stop()
	switch {
	case err == credentials.ErrConnDispatched:
		return nil, Peer{}, err
	case err == nil && !inTime:
		err = ctx.Err()
	}
	if err != nil {
		t.failed(raw.RemoteAddr(), err)
		raw.Close()
		return nil, Peer{}, err
	}
	return c, who, nil
}

// A channel is a connection in the making: the socket, and TLS over it once
// there is some.
type channel struct {
	net.Conn // the socket, or TLS over it
	socket   *stream.Batch
}

func newChannel(raw net.Conn) *channel {
	socket := &stream.Batch{Conn: raw}
	return &channel{socket, socket}
}

// Flush implements stream.Conn.
func (c *channel) Flush() error { return c.socket.Flush() }

// CloseWrite implements stream.Conn. That nothing was cut off is shown by the
// farewell of the players; TLS need not say it again.
func (c *channel) CloseWrite() error { return c.socket.CloseWrite() }

// Close implements stream.Conn. It waits for nothing: the end has been said by
// CloseWrite, or matters no more.
func (c *channel) Close() error { return c.socket.Close() }

// client is the dialing side.
func (t *transport) client(ctx context.Context, c *channel) (Peer, error) {
	who, err := t.clientTLS(ctx, c)
	if err != nil {
		return Peer{}, err
	}
	if err := send(c, t.greeting(nil)); err != nil {
		return Peer{}, err
	}
	g, err := receive(c)
	if err != nil {
		return Peer{}, fmt.Errorf("it does not greet: %w", err)
	}
	if g.Refused != "" {
		return Peer{}, refuse("%s refuses: %s", t.want, printable(g.Refused))
	}
	if t.id.Insecure() {
		who = claimed(g)
	}
	if t.run != "" {
		c.socket.Hold()
	}
	return who, t.expect(who)
}

func (t *transport) clientTLS(ctx context.Context, c *channel) (Peer, error) {
	if t.id.Insecure() {
		return Peer{}, nil
	}
	over := tls.Client(c.socket, t.id.config())
	c.Conn = over
	if err := over.HandshakeContext(ctx); err != nil {
		if isInsecureAlert(err) {
			return Peer{}, refuse("%s was started with --insecure, and %s uses TLS", t.want, t.id.Name)
		}
		return Peer{}, fmt.Errorf("cannot shake hands by TLS: %w", err)
	}
	who, err := t.id.proved(over)
	if err == nil {
		err = t.expect(who)
	}
	if err != nil {
		send(c, t.greeting(err)) // as a courtesy: the other side's operator hears it, too
	}
	return who, err
}

// expect holds that a player's connection reached that player.
func (t *transport) expect(who Peer) error {
	if err := who.check(); err != nil {
		return refuse("%w", err)
	}
	if !Same(who.Name, t.want) {
		return refuse("it is %s, not %s: compare the addresses in the hostmap", who.Name, t.want)
	}
	if who.Role == RoleClient {
		return refuse("%s has a certificate with the role %s there, not %s", who.Name, who.Role, RolePlayer)
	}
	return nil
}

// server is the accepting side.
func (t *transport) server(ctx context.Context, c *channel) (Peer, error) {
	who, g, err := t.identify(ctx, c)
	if err != nil {
		return Peer{}, err
	}
	if g.Run != "" {
		return Peer{}, t.accept(c, who, g.Run)
	}
	return who, send(c, t.greeting(nil))
}

// identify is who is there, and what for. Whoever is refused is told.
func (t *transport) identify(ctx context.Context, c *channel) (Peer, greeting, error) {
	who, unproved, err := t.serverTLS(ctx, c)
	if err != nil {
		return Peer{}, greeting{}, err
	}
	g, err := receive(c)
	if err != nil {
		return Peer{}, g, err
	}
	if g.Refused != "" {
		return Peer{}, g, refuse("%s refuses %s: %s", printable(g.Name), t.id.Name, printable(g.Refused))
	}
	switch {
	case t.id.Insecure():
		who = claimed(g)
		unproved = who.check()
	case unproved == nil && (g.Name != who.Name || g.Role != who.Role):
		unproved = refuse("the %s %s says that it is %s, a %s", who.Role, who.Name, printable(g.Name), printable(g.Role))
	}
	if unproved != nil {
		return Peer{}, g, errors.Join(unproved, send(c, t.greeting(unproved)))
	}
	return who, g, nil
}

// accept hands a connection with shares over to its run.
func (t *transport) accept(c *channel, who Peer, run string) error {
	take, err := t.admit(who, run)
	if err != nil {
		return errors.Join(refuse("%w", err), send(c, t.greeting(err)))
	}
	send(c, t.greeting(nil)) // what goes wrong shows in the run
	c.socket.Hold()
	take(c)
	return credentials.ErrConnDispatched
}

// serverTLS is who the certificate stands for, or why for nobody.
func (t *transport) serverTLS(ctx context.Context, c *channel) (who Peer, unproved, err error) {
	first := make([]byte, 1)
	if _, err := io.ReadFull(c.socket, first); err != nil {
		return Peer{}, nil, err
	}
	c.Conn = &peeked{c.socket, io.MultiReader(bytes.NewReader(first), c.socket)}
	if isTLS := first[0] == tlsRecord; isTLS == t.id.Insecure() {
		return Peer{}, nil, t.mismatch(c, isTLS)
	}
	if t.id.Insecure() {
		return Peer{}, nil, nil
	}
	over := tls.Server(c.Conn, t.id.config())
	c.Conn = over
	if err := over.HandshakeContext(ctx); err != nil {
		return Peer{}, nil, fmt.Errorf("cannot shake hands by TLS: %w", err)
	}
	who, unproved = t.id.proved(over)
	return who, unproved, nil
}

// mismatch tells a side with TLS that this one has none, or the reverse.
func (t *transport) mismatch(conn net.Conn, isTLS bool) error {
	if isTLS {
		conn.Write(insecureAlert)
		discard(conn)
		return refuse("it uses TLS, and %s was started with --insecure", t.id.Name)
	}
	g, err := receive(conn)
	if err != nil {
		return err
	}
	err = refuse("%s was started with --insecure, and %s uses TLS", printable(g.Name), t.id.Name)
	send(conn, t.greeting(err))
	return err
}

// discard reads what the other side still sends, so that closing does not
// take back what was written to it.
func discard(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(time.Second))
	io.CopyN(io.Discard, conn, 1<<16)
}

func (t *transport) greeting(refused error) greeting {
	g := greeting{Name: t.id.Name, Role: t.id.Role, Run: t.run}
	if refused != nil {
		g.Refused = refused.Error()
	}
	return g
}

// config is TLS 1.3 with certificates on both sides. They are verified in
// proved and not by crypto/tls: a name here is a player's and no host's, there
// is one authority and no chain, and the other side shall hear the reason.
// Nothing is sent or believed before that.
func (id *Identity) config() *tls.Config {
	return &tls.Config{
		MinVersion:                  tls.VersionTLS13,
		Certificates:                []tls.Certificate{*id.cert},
		ClientAuth:                  tls.RequireAnyClientCert,
		InsecureSkipVerify:          true,
		SessionTicketsDisabled:      true,
		DynamicRecordSizingDisabled: true, // messages are large
	}
}

// proved is who the other side's certificate stands for.
func (id *Identity) proved(c *tls.Conn) (Peer, error) {
	certs := c.ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return Peer{}, refuse("it shows no certificate")
	}
	who, err := verify(certs[0], id.ca, "that of "+id.Name, "", time.Now())
	if err != nil {
		return Peer{}, &refusal{err}
	}
	who.SecurityLevel = credentials.PrivacyAndIntegrity
	return who, nil
}

// claimed is who the other side says it is.
func claimed(g greeting) Peer {
	return Peer{Name: g.Name, Role: g.Role, Fingerprint: insecureFingerprint,
		CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}}
}

// isInsecureAlert recognises insecureAlert; crypto/tls keeps its type private.
func isInsecureAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error" && op.Err.Error() == tls.AlertError(insecureAlert[6]).Error()
}

// send and receive carry a greeting: a magic, a length, JSON.
func send(conn net.Conn, g greeting) error {
	g.Refused = g.Refused[:min(len(g.Refused), maxGreeting/2)]
	body, err := json.Marshal(g)
	if err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint16([]byte(greetingMagic), uint16(len(body)))
	_, err = conn.Write(slices.Concat(head, body))
	return err
}

func receive(conn net.Conn) (greeting, error) {
	var g greeting
	head := make([]byte, len(greetingMagic)+2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return g, err
	}
	size := binary.BigEndian.Uint16(head[len(greetingMagic):])
	if string(head[:len(greetingMagic)]) != greetingMagic || size > maxGreeting {
		return g, refuse("it is no player of this version of tfec")
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(conn, body); err != nil {
		return g, err
	}
	return g, readJSON(body, &g)
}

// peeked is a connection whose first bytes were read already.
type peeked struct {
	net.Conn
	reader io.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.reader.Read(b) }

// printable replaces what a peer must not do to a terminal or a log.
func printable(text string) string {
	const most = 1000
	text = strings.ToValidUTF8(text[:min(len(text), most)], " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// A lastError keeps why a connection is not there yet.
type lastError struct {
	mu  sync.Mutex
	err error
}

func (l *lastError) set(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *lastError) get() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
