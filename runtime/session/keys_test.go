package session

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca")
	require.NoError(t, InitCA(ca))
	require.Error(t, InitCA(ca), "an authority is never overwritten")

	csr, err := Request(dir, "server-0", RolePlayer)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "server-0", "server-0.csr"), csr)
	_, err = LoadIdentity(filepath.Join(dir, "server-0"))
	require.ErrorContains(t, err, "holds no certificate, NAME.crt, which `tfec keys sign` makes")

	// The request goes to the authority's machine, the certificate comes back.
	away := filepath.Join(t.TempDir(), "server-0.csr")
	require.NoError(t, os.Rename(csr, away))
	crt, until, err := Sign(ca, away)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(certificateLife), until, time.Minute)
	require.NoError(t, os.Rename(crt, filepath.Join(dir, "server-0", "server-0.crt")))

	id, err := LoadIdentity(filepath.Join(dir, "server-0"))
	require.NoError(t, err)
	require.Equal(t, "server-0", id.Name)
	require.Equal(t, RolePlayer, id.Role)
	require.False(t, id.Insecure())
	require.Empty(t, id.Notice(time.Now()))
	require.Contains(t, id.Notice(id.cert.Leaf.NotAfter.Add(-time.Hour)), "the certificate of server-0 expires on "+day(id.cert.Leaf.NotAfter)+": renew it with `tfec keys renew "+filepath.Join(dir, "server-0")+"` and `tfec keys sign server-0.csr`")

	for _, secret := range []string{"ca/ca.key", "server-0/server-0.key"} {
		info, err := os.Stat(filepath.Join(dir, secret))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

// A renewal keeps name and role, of a certificate that has expired as well, and
// the key, or takes a new one.
func TestRenew(t *testing.T) {
	a, err := newAuthority(time.Hour)
	require.NoError(t, err)
	dir := t.TempDir()
	ca, old := filepath.Join(dir, "ca"), filepath.Join(dir, "laptop")
	require.NoError(t, a.save(ca))
	_, err = Request(dir, "laptop", RoleClient)
	require.NoError(t, err)
	key, err := ownKey(filepath.Join(old, "laptop.key"))
	require.NoError(t, err)
	expired, err := a.sign("laptop", RoleClient, key.Public(), -time.Minute)
	require.NoError(t, err)
	current := append(block("CERTIFICATE", expired), block("CERTIFICATE", a.cert.Raw)...)
	require.NoError(t, os.WriteFile(filepath.Join(old, "laptop.crt"), current, 0o644))
	_, err = LoadIdentity(old)
	require.ErrorContains(t, err, "expired on "+day(time.Now().Add(-time.Minute))+": renew it with `tfec keys renew "+old+"`")

	for _, newKey := range []bool{false, true} {
		csr, err := Renew(old, newKey)
		require.NoError(t, err)
		_, until, err := Sign(ca, csr)
		require.NoError(t, err)
		require.Equal(t, a.cert.NotAfter, until, "no longer than the authority")
		id, err := LoadIdentity(old)
		require.NoError(t, err)
		require.Equal(t, Peer{Name: "laptop", Role: RoleClient}, Peer{Name: id.Name, Role: id.Role})
		if !newKey {
			require.Equal(t, filepath.Join(old, "laptop.csr"), csr)
			require.Equal(t, key.Public(), id.cert.Leaf.PublicKey)
			require.NoError(t, os.WriteFile(filepath.Join(old, "laptop.crt"), current, 0o644))
			continue
		}
		require.Equal(t, filepath.Join(old, "laptop-"+day(time.Now())+".csr"), csr)
		require.NotEqual(t, key.Public(), id.cert.Leaf.PublicKey, "of two certificates the one that expires last")
	}
	_, err = Renew(dir, false)
	require.ErrorContains(t, err, "holds no certificate")
}

func TestDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	h := &Hostmap{File: "config.json", Entries: []Entry{{"s0", "10.0.0.1:1"}, {"alice", "10.0.0.2:1"}}}
	require.NoError(t, Demo(h, dir))
	for name, role := range map[string]string{"s0": RolePlayer, "alice": RolePlayer, "client": RoleClient} {
		id, err := Credentials(h, name, filepath.Join(dir, name), false)
		require.NoError(t, err)
		require.Equal(t, role, id.Role)
		require.Equal(t, name, id.Name)
	}
	// A player may be called client; then the client is called otherwise.
	taken, out := &Hostmap{File: "config.json", Entries: []Entry{{"client", "10.0.0.1:1"}}}, t.TempDir()
	require.NoError(t, Demo(taken, out))
	for name, role := range map[string]string{"client": RolePlayer, "run_client": RoleClient} {
		id, err := Credentials(taken, name, filepath.Join(out, name), false)
		require.NoError(t, err)
		require.Equal(t, role, id.Role)
	}
}

func TestCredentials(t *testing.T) {
	far := &Hostmap{File: "config.json", Entries: []Entry{{"s0", "127.0.0.1:1"}, {"s_1", "10.0.0.2:1"}}}
	keys := t.TempDir()
	require.NoError(t, Demo(far, keys))
	at := func(name string) string { return filepath.Join(keys, name) }

	_, err := Credentials(far, "s0", "", false)
	require.EqualError(t, err, "config.json has addresses outside this machine: give --tls with a folder of keys (`tfec keys`), or --insecure for tests without any security")
	_, err = Credentials(far, "s0", at("s0"), true)
	require.EqualError(t, err, "cannot use both --tls and --insecure")
	_, err = Credentials(far, "s0", at("s_1"), false)
	require.EqualError(t, err, at("s_1")+" holds the certificate of s_1, not of s0")
	_, err = Credentials(far, "client", at("s0"), false)
	require.EqualError(t, err, at("s0")+" holds a certificate with the role player, which does not fit client")
	_, err = Credentials(far, "s0", at("nobody"), false)
	require.ErrorContains(t, err, "cannot load the keys: stat "+at("nobody"))
	_, err = Credentials(far, "s-1", at("s_1"), false)
	require.NoError(t, err)
	id, err := Credentials(far, "s0", "", true)
	require.NoError(t, err)
	require.True(t, id.Insecure())
	require.Equal(t, RolePlayer, id.Role)
	require.Contains(t, id.Notice(time.Now()), "anyone on the wire")
}

// An expiry is reported where the certificate is, before it is used.
func TestExpiredAtHome(t *testing.T) {
	a, err := newAuthority(time.Hour)
	require.NoError(t, err)
	id, err := a.issue("s0", RolePlayer, -time.Minute)
	require.NoError(t, err)
	pair := *id.cert
	pair.Certificate = append(pair.Certificate, a.cert.Raw)
	_, err = newIdentity(pair, "home/s0")
	require.ErrorContains(t, err, "the certificate of s0 expired on "+day(id.cert.Leaf.NotAfter)+": renew it with `tfec keys renew home/s0` and `tfec keys sign s0.csr`")
	_, err = verify(id.cert.Leaf, a.cert, "its own", "", time.Now().Add(-2*time.Hour))
	require.ErrorContains(t, err, "compare the clocks")
}

func TestSignRefuses(t *testing.T) {
	ca := t.TempDir()
	require.NoError(t, InitCA(ca))
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	for _, test := range []struct {
		name, role string
		key        any
		want       string
	}{
		{"s0", RolePlayer, p256, ""},
		{"s0", RolePlayer, edKey, ""},
		{"s0", RolePlayer, p384, "its key is neither ed25519 nor P-256"},
		{"../s0", RolePlayer, edKey, "is no name"},
		{"s0", "root", edKey, `s0 has the role "root": want player, client, coordinator`},
	} {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
			Subject: pkix.Name{CommonName: test.name, OrganizationalUnit: []string{test.role}}}, test.key)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "s0.csr")
		require.NoError(t, os.WriteFile(path, block("CERTIFICATE REQUEST", der), 0o600))
		_, _, err = Sign(ca, path)
		if test.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, test.want)
		}
	}
	for _, data := range [][]byte{nil, []byte("text"), block("CERTIFICATE REQUEST", []byte("text")), block("PRIVATE KEY", nil)} {
		path := filepath.Join(t.TempDir(), "s0.csr")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, _, err := Sign(ca, path)
		require.ErrorContains(t, err, "cannot sign "+path)
	}
	_, err = Request(t.TempDir(), "a/b", RolePlayer)
	require.ErrorContains(t, err, "is no name")
	_, _, err = Sign(t.TempDir(), "s0.csr")
	require.ErrorContains(t, err, "`tfec keys init`")
}

// Of processes that start at once, all get the same authority.
func TestAutomaticAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tfec")
	ids := make([]*Identity, 8)
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() { ids[i], errs[i] = automatic(dir, "s0", RolePlayer) })
	}
	wg.Wait()
	for i, id := range ids {
		require.NoError(t, errs[i])
		require.Equal(t, ids[0].ca.Raw, id.ca.Raw)
		_, err := verify(id.cert.Leaf, ids[0].ca, "its own", "", time.Now())
		require.NoError(t, err)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	require.NoError(t, err)
	require.Len(t, left, 1, "what lost the race is removed")

	require.NoError(t, os.Chmod(dir, 0o755))
	_, err = automatic(dir, "s0", RolePlayer)
	require.ErrorContains(t, err, "has mode 0755, want 0700")

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	_, err = automatic(link, "s0", RolePlayer)
	require.ErrorContains(t, err, "is no folder")
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chmod(dir, 0o700))
		require.NoError(t, os.Chown(dir, 12345, 12345))
		_, err = automatic(dir, "s0", RolePlayer)
		require.ErrorContains(t, err, "belongs to another user")
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:1": true, "127.1.2.3:1": true, "[::1]:1": true, "localhost:1": true,
		"10.0.0.1:1": false, "0.0.0.0:1": false, "[::]:1": false, "localhost.example:1": false, "loopback:1": false,
	} {
		h := &Hostmap{Entries: []Entry{{"a", "127.0.0.1:1"}, {"b", addr}}}
		require.Equal(t, want, h.loopback(), addr)
	}
}

func TestPrintable(t *testing.T) {
	require.Equal(t, "a b c d", printable("a\nb\x1bc\u202ed"))
	require.Equal(t, 1000, len(printable(strings.Repeat("x", 5000))))
	require.Equal(t, "é ", printable("é\xff"))
}

// What is signed is a request for a name and a role that can be, whatever the
// file holds; what is read as an identity is one that its authority signed.
func FuzzRequest(f *testing.F) {
	dir := f.TempDir()
	a, err := newAuthority(time.Hour)
	require.NoError(f, err)
	path, err := Request(dir, "s0", RolePlayer)
	require.NoError(f, err)
	data, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(data)
	f.Add(block("CERTIFICATE REQUEST", []byte{0x30, 0x80}))
	f.Add([]byte("-----BEGIN CERTIFICATE REQUEST-----\n\n-----END CERTIFICATE REQUEST-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		der, err := a.signRequest(data)
		if err != nil {
			return
		}
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		who, err := verify(cert, a.cert, "the authority", "", time.Now())
		require.NoError(t, err)
		require.NoError(t, who.check())
	})
}

// A certificate from the wire stands for somebody only if the authority signed
// it: nothing that a stranger makes does.
func FuzzCertificate(f *testing.F) {
	a, err := newAuthority(time.Hour)
	require.NoError(f, err)
	other, err := newAuthority(time.Hour)
	require.NoError(f, err)
	known, err := a.issue("s0", RolePlayer, time.Hour)
	require.NoError(f, err)
	foreign, err := other.issue("s1", RoleClient, time.Hour)
	require.NoError(f, err)
	f.Add(known.cert.Certificate[0])
	f.Add(foreign.cert.Certificate[0])
	f.Add([]byte{0x30, 0x82, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		who, err := verify(cert, a.cert, "the authority", "", time.Now())
		if err == nil {
			require.Equal(t, known.cert.Certificate[0], cert.Raw)
			require.Equal(t, "s0", who.Name)
		}
	})
}
