package e2e

// Connections to a server by whoever has no business there, written down to
// the bytes: what a test says here is not what the project's own code would.

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/wire"
)

// reach connects to a server, by no route.
func (r *rig) reach(server string) net.Conn {
	r.t.Helper()
	conn, err := net.DialTimeout("tcp", r.address[server], connectTimeout)
	require.NoError(r.t, err)
	require.NoError(r.t, conn.SetDeadline(time.Now().Add(connectTimeout)))
	return conn
}

// greet connects to a server with the certificate of key in a folder, or none,
// says to be name with shares for a run, and returns what is heard.
func (r *rig) greet(server, folder, key, name, run string) string {
	r.t.Helper()
	config := &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}
	if folder != "" {
		cert, err := r.certificate(folder, key)
		require.NoError(r.t, err)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	conn := tls.Client(r.reach(server), config)
	defer conn.Close()
	role := "player"
	if name == "client" {
		role = name
	}
	body, err := json.Marshal(map[string]string{"Name": name, "Role": role, "Run": run})
	require.NoError(r.t, err)
	head := binary.BigEndian.AppendUint16([]byte("tfec1"), uint16(len(body)))
	if _, err := conn.Write(append(head, body...)); err != nil {
		return err.Error()
	}
	return hear(conn)
}

// speak sends bytes to a server and returns what is heard.
func (r *rig) speak(server string, data []byte) string {
	r.t.Helper()
	conn := r.reach(server)
	defer conn.Close()
	conn.Write(data)
	return hear(conn)
}

// replay sends a server what it got on the last connection of a line that has
// ended, byte for byte.
func (r *rig) replay(server string, line wire.Pair) string {
	r.t.Helper()
	copies := r.network.Copies(line)
	require.NotEmpty(r.t, copies)
	return r.speak(server, copies[0])
}

func hear(conn net.Conn) string {
	conn.(interface{ CloseWrite() error }).CloseWrite()
	answer, err := io.ReadAll(io.LimitReader(conn, 1<<16))
	if err != nil && !errors.Is(err, syscall.ECONNRESET) && len(answer) == 0 {
		return err.Error()
	}
	return string(answer)
}

// certify gives the key of keys/NAME another certificate, in folder/NAME.
func (s *stage) certify(folder, name string, from, until time.Time) {
	s.t.Helper()
	ca, err := tls.LoadX509KeyPair(s.path("keys/ca/ca.crt"), s.path("keys/ca/ca.key"))
	require.NoError(s.t, err)
	key := s.path(filepath.Join("keys", name, name))
	own, err := tls.LoadX509KeyPair(key+".crt", key+".key")
	require.NoError(s.t, err)
	template := *own.Leaf
	template.NotBefore, template.NotAfter = from, until
	der, err := x509.CreateCertificate(rand.Reader, &template, ca.Leaf, own.Leaf.PublicKey, ca.PrivateKey)
	require.NoError(s.t, err)
	var text strings.Builder
	for _, cert := range [][]byte{der, ca.Leaf.Raw} {
		require.NoError(s.t, pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	}
	base := filepath.Join(folder, name, name)
	s.write(base+".crt", text.String())
	secret, err := os.ReadFile(key + ".key")
	require.NoError(s.t, err)
	s.write(base+".key", string(secret))
}
