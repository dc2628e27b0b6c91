// Identities: who a process is, and who it believes the other end to be.

package session

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The roles that a certificate gives.
const (
	RolePlayer      = "player"      // takes part in runs
	RoleClient      = "client"      // may start runs, and never sees a share
	RoleCoordinator = "coordinator" // at the hostmap's first entry, no player of any program
)

var roles = []string{RolePlayer, RoleClient, RoleCoordinator}

// An Identity is a name, a role, a certificate and the authority that signed
// it; or, insecure, a name and a role that are only claimed.
type Identity struct {
	Name, Role string

	cert *tls.Certificate  // nil: insecure
	ca   *x509.Certificate // whose certificates are believed
	dir  string            // where they were loaded from; "": nowhere
}

// Insecure reports whether the identity proves nothing.
func (id *Identity) Insecure() bool { return id.cert == nil }

// Fingerprint is the SHA-256 of the certificate in hex, or "insecure".
func (id *Identity) Fingerprint() string {
	if id.Insecure() {
		return insecureFingerprint
	}
	return fingerprint(id.cert.Leaf)
}

// Expires is when the certificate ends; insecure, zero.
func (id *Identity) Expires() time.Time {
	if id.Insecure() {
		return time.Time{}
	}
	return id.cert.Leaf.NotAfter
}

const insecureFingerprint = "insecure"

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// expiryNotice is how early an expiry is announced.
const expiryNotice = 30 * 24 * time.Hour

// Notice warns of what the user should know about an identity: that it is
// insecure, or that its certificate ends soon. It is empty if all is well.
func (id *Identity) Notice(now time.Time) string {
	switch {
	case id.Insecure():
		return "runs with --insecure: anyone on the wire can compute every input; for tests on one machine only"
	case now.After(id.cert.Leaf.NotAfter.Add(-expiryNotice)):
		return fmt.Sprintf("the certificate of %s expires on %s: %s", id.Name, day(id.cert.Leaf.NotAfter), renewal(id.Name, id.dir))
	}
	return ""
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// renewal is what to type for a new certificate. Of another machine's keys dir
// is unknown, "": it is where `tfec keys request` writes them, then.
func renewal(name, dir string) string {
	return fmt.Sprintf("renew it with `tfec keys renew %s` and `tfec keys sign %s.csr`", cmp.Or(dir, filepath.Join("keys", name)), name)
}

// LoadIdentity reads the folder that `tfec keys request` and `tfec keys sign`
// have filled: NAME.key, and NAME.crt with the certificate and its authority's.
// Of several, as after a renewal with a new key, it takes the certificate that
// expires last.
func LoadIdentity(dir string) (*Identity, error) {
	base, _, err := newest(dir)
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(base+".crt", base+".key")
	if err != nil {
		return nil, fmt.Errorf("cannot load the keys in %s: %w", dir, err)
	}
	id, err := newIdentity(pair, dir)
	if err != nil {
		return nil, fmt.Errorf("%s.crt: %w", base, err)
	}
	return id, nil
}

// newest is, of the certificates in a folder, the one that expires last, and the
// path of it and of the key beside it, without their endings.
func newest(dir string) (base string, cert *x509.Certificate, err error) {
	if _, err := os.Stat(dir); err != nil {
		return "", nil, fmt.Errorf("cannot load the keys: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.crt"))
	if err != nil {
		return "", nil, fmt.Errorf("cannot load the keys in %s: %w", dir, err)
	}
	for _, file := range files {
		c, err := loadCertificate(file)
		if err != nil {
			return "", nil, fmt.Errorf("cannot load the keys: %w", err)
		}
		if cert == nil || c.NotAfter.After(cert.NotAfter) {
			base, cert = strings.TrimSuffix(file, ".crt"), c
		}
	}
	if cert == nil {
		return "", nil, fmt.Errorf("cannot load the keys: %s holds no certificate, NAME.crt, which `tfec keys sign` makes", dir)
	}
	return base, cert, nil
}

func loadCertificate(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(data)
	if b == nil || b.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("%s is no certificate", path)
	}
	return x509.ParseCertificate(b.Bytes)
}

// newIdentity reads name and role from a certificate that is followed by its
// authority's, both from the folder dir.
func newIdentity(pair tls.Certificate, dir string) (*Identity, error) {
	if len(pair.Certificate) != 2 {
		return nil, fmt.Errorf("holds %d certificates, want the player's and the authority's", len(pair.Certificate))
	}
	ca, err := x509.ParseCertificate(pair.Certificate[1])
	if err != nil {
		return nil, fmt.Errorf("cannot read the authority's certificate: %w", err)
	}
	// Only the leaf is sent: the other end knows its authority.
	pair.Certificate = pair.Certificate[:1]
	who, err := verify(pair.Leaf, ca, "the one that follows it", dir, time.Now())
	if err != nil {
		return nil, err
	}
	return &Identity{Name: who.Name, Role: who.Role, cert: &pair, ca: ca, dir: dir}, nil
}

// verify reads who a certificate stands for, if ca signed it and it is valid.
// trusted is what messages call ca, dir where the certificate lies, if that is
// on this machine.
func verify(cert, ca *x509.Certificate, trusted, dir string, now time.Time) (Peer, error) {
	name := printable(cert.Subject.CommonName)
	if err := cert.CheckSignatureFrom(ca); err != nil {
		return Peer{}, fmt.Errorf("the certificate of %s comes from another authority than %s: "+
			"all players need certificates signed with the key of one `tfec keys init`", name, trusted)
	}
	if now.After(cert.NotAfter) {
		return Peer{}, fmt.Errorf("the certificate of %s expired on %s: %s", name, day(cert.NotAfter), renewal(name, dir))
	}
	if now.Before(cert.NotBefore) {
		return Peer{}, fmt.Errorf("the certificate of %s is valid from %s on only: compare the clocks", name, cert.NotBefore.UTC().Format(time.RFC3339))
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	_, err := cert.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return Peer{}, fmt.Errorf("the certificate of %s is not valid: %w", name, err)
	}
	who := Peer{Name: cert.Subject.CommonName, Role: role(cert), Fingerprint: fingerprint(cert)}
	return who, who.check()
}

func role(cert *x509.Certificate) string {
	return printable(strings.Join(cert.Subject.OrganizationalUnit, "+"))
}

// check holds the form of a name and role.
func (p Peer) check() error {
	if err := checkName(p.Name); err != nil {
		return err
	}
	if !slices.Contains(roles, p.Role) {
		return fmt.Errorf("%s has the role %q: want %s", p.Name, p.Role, strings.Join(roles, ", "))
	}
	return nil
}

// Credentials returns the identity of a process called name: loaded from
// tlsDir; or only claimed, if insecure; or, where the hostmap has loopback
// addresses alone, made with the user's own automatic authority.
func Credentials(h *Hostmap, name string, tlsDir string, insecure bool) (*Identity, error) {
	_, listed := h.Address(name)
	role := RoleClient
	if listed {
		role = RolePlayer
	}
	switch {
	case insecure && tlsDir != "":
		return nil, errors.New("cannot use both --tls and --insecure")
	case insecure:
		return &Identity{Name: name, Role: role}, (Peer{Name: name, Role: role}).check()
	case tlsDir != "":
		return load(tlsDir, name, listed)
	case h.loopback():
		return automatic(runtimeFolder(), name, role)
	}
	return nil, fmt.Errorf("%s has addresses outside this machine: give --tls with a folder of keys "+
		"(`tfec keys`), or --insecure for tests without any security", h.name())
}

// load is LoadIdentity for a player of that name, or for any client.
func load(dir, name string, listed bool) (*Identity, error) {
	id, err := LoadIdentity(dir)
	if err != nil {
		return nil, err
	}
	if listed && !Same(id.Name, name) {
		return nil, fmt.Errorf("%s holds the certificate of %s, not of %s", dir, id.Name, name)
	}
	if listed && id.Role == RoleClient || !listed && id.Role != RoleClient {
		return nil, fmt.Errorf("%s holds a certificate with the role %s, which does not fit %s", dir, id.Role, name)
	}
	return id, nil
}
