// Keys: an authority, requests, certificates.

package session

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The lives of certificates: long, since a lapsed one stops every player.
const (
	authorityLife   = 20 * 365 * 24 * time.Hour
	certificateLife = 5 * 365 * 24 * time.Hour
	// clockSkew is how far behind another machine's clock may be.
	clockSkew = time.Hour
)

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// The files of an authority's folder.
const (
	authorityCert = "ca.crt"
	authorityKey  = "ca.key"
)

// InitCA makes an authority in dir: ca.key, to be kept secret, and ca.crt.
// It overwrites nothing.
func InitCA(dir string) error {
	a, err := newAuthority(authorityLife)
	if err != nil {
		return fmt.Errorf("cannot make an authority: %w", err)
	}
	return a.save(dir)
}

func newAuthority(life time.Duration) (*authority, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "tfec authority"},
		NotBefore: now.Add(-clockSkew), NotAfter: now.Add(life),
		KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

func (a *authority) save(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := saveKey(filepath.Join(dir, authorityKey), a.key); err != nil {
		return err
	}
	return saveNew(filepath.Join(dir, authorityCert), 0o644, block("CERTIFICATE", a.cert.Raw))
}

func loadAuthority(dir string) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, authorityCert), filepath.Join(dir, authorityKey))
	if err != nil {
		return nil, fmt.Errorf("cannot load the authority in %s, which `tfec keys init` makes: %w", dir, err)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s holds no authority", dir)
	}
	return &authority{pair.Leaf, key}, nil
}

// Request makes the key of name in the folder dir/name, where it stays, and
// returns the path of the request, to be sent to whoever signs. A key that is
// there already is used again, so that a certificate can be renewed.
func Request(dir, name, role string) (string, error) {
	if err := (Peer{Name: name, Role: role}).check(); err != nil {
		return "", fmt.Errorf("cannot make a request: %w", err)
	}
	return request(filepath.Join(dir, name, name), Peer{Name: name, Role: role})
}

// request writes base.csr for the key base.key, which is made if there is none.
func request(base string, who Peer) (string, error) {
	key, err := ownKey(base + ".key")
	if err != nil {
		return "", fmt.Errorf("cannot make a request: %w", err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject(who.Name, who.Role)}, key)
	if err != nil {
		return "", fmt.Errorf("cannot make a request: %w", err)
	}
	return base + ".csr", os.WriteFile(base+".csr", block("CERTIFICATE REQUEST", der), 0o644)
}

// Renew makes the request for another certificate of the name and role of the
// one in dir, which may have expired, and returns its path. With newKey it is for
// a new key, in files of their own: the old ones serve until the certificate is
// there.
func Renew(dir string, newKey bool) (string, error) {
	base, cert, err := newest(dir)
	if err != nil {
		return "", err
	}
	who := Peer{Name: cert.Subject.CommonName, Role: role(cert)}
	if err := who.check(); err != nil {
		return "", fmt.Errorf("cannot renew %s.crt: %w", base, err)
	}
	if newKey {
		base = filepath.Join(dir, who.Name+"-"+day(time.Now()))
	}
	return request(base, who)
}

func subject(name, role string) pkix.Name {
	return pkix.Name{CommonName: name, OrganizationalUnit: []string{role}}
}

// ownKey loads the key at path, or makes it.
func ownKey(path string) (crypto.Signer, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newKey(path)
	}
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(data)
	if b == nil {
		return nil, fmt.Errorf("%s is no key", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(b.Bytes)
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is no key", path)
	}
	return signer, nil
}

func newKey(path string) (crypto.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return key, saveKey(path, key)
}

func saveKey(path string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return saveNew(path, 0o600, block("PRIVATE KEY", der))
}

// saveNew writes a file that must not be there yet.
func saveNew(path string, mode fs.FileMode, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// Sign signs a request with the authority in caDir and returns the path of the
// certificate, NAME.crt beside the request, and when it expires. It goes back to
// the folder of the key. Whoever signs decides that the name and role of the
// request are due.
func Sign(caDir, csrPath string) (string, time.Time, error) {
	a, err := loadAuthority(caDir)
	if err != nil {
		return "", time.Time{}, err
	}
	if time.Now().After(a.cert.NotAfter) {
		return "", time.Time{}, fmt.Errorf("the authority in %s expired on %s: make another with `tfec keys init`, and sign everybody's requests with it", caDir, day(a.cert.NotAfter))
	}
	data, err := os.ReadFile(csrPath)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("cannot sign: %w", err)
	}
	der, err := a.signRequest(data)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("cannot sign %s: %w", csrPath, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("cannot sign %s: %w", csrPath, err)
	}
	path := strings.TrimSuffix(csrPath, ".csr") + ".crt"
	return path, cert.NotAfter, os.WriteFile(path, append(block("CERTIFICATE", der), block("CERTIFICATE", a.cert.Raw)...), 0o644)
}

// signRequest checks all that a request holds; nothing else of it gets into
// the certificate.
func (a *authority) signRequest(data []byte) ([]byte, error) {
	b, _ := pem.Decode(data)
	if b == nil || b.Type != "CERTIFICATE REQUEST" {
		return nil, errors.New("it is no request of `tfec keys request`")
	}
	csr, err := x509.ParseCertificateRequest(b.Bytes)
	if err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, err
	}
	if !goodKey(csr.PublicKey) {
		return nil, errors.New("its key is neither ed25519 nor P-256")
	}
	who := Peer{Name: csr.Subject.CommonName, Role: strings.Join(csr.Subject.OrganizationalUnit, "+")}
	if err := who.check(); err != nil {
		return nil, err
	}
	return a.sign(who.Name, who.Role, csr.PublicKey, certificateLife)
}

func goodKey(public crypto.PublicKey) bool {
	switch key := public.(type) {
	case ed25519.PublicKey:
		return true
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256()
	}
	return false
}

func (a *authority) sign(name, role string, public crypto.PublicKey, life time.Duration) ([]byte, error) {
	now := time.Now()
	end := now.Add(life)
	if end.After(a.cert.NotAfter) {
		end = a.cert.NotAfter
	}
	return x509.CreateCertificate(rand.Reader, &x509.Certificate{
		Subject:   subject(name, role),
		NotBefore: now.Add(-clockSkew), NotAfter: end,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, public, a.key)
}

// issue makes a key and a certificate in memory.
func (a *authority) issue(name, role string, life time.Duration) (*Identity, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := a.sign(name, role, public, life)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Identity{Name: name, Role: role, ca: a.cert,
		cert: &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}, nil
}

// Demo makes an authority and the keys of everybody in the hostmap and of a
// client, all in one place: for tests only.
func Demo(h *Hostmap, out string) error {
	everybody := []Peer{{Name: h.Client(), Role: RoleClient}}
	for _, e := range h.Entries {
		everybody = append(everybody, Peer{Name: e.Name, Role: RolePlayer})
	}
	ca := filepath.Join(out, "ca")
	if err := InitCA(ca); err != nil {
		return err
	}
	for _, who := range everybody {
		csr, err := Request(out, who.Name, who.Role)
		if err != nil {
			return err
		}
		if _, _, err := Sign(ca, csr); err != nil {
			return err
		}
	}
	return nil
}
