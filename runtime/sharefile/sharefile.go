// Package sharefile keeps a player's shares of a `@ shared` output between two
// runs (running.md, section 6).
//
// A file is the line "tfec shares 3", a nonce of 12 bytes, and header and
// shares sealed by AES-256-GCM under a key of the player, which is a file of its
// own. What is read was written by that player, whole; it is compared with what
// the program expects all the same, since a player has several.
package sharefile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/durable"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Header says what shares are of. All but Player is the same at every player
// that keeps shares of one output.
type Header struct {
	Source      string // digest of the source
	Computation string
	Output      string
	Run         string // of which they are
	Protocol    string // with its roles and options
	Ring        int    // bits of a ring element
	Columns     []Column
	Player      string
}

// A Column is what one sharing is of: a whole output or, of a record, a field.
type Column struct {
	Name  string // "model", "sale.amount"
	Type  string // as a program names it: that of dates and enums is not Elem's
	Elem  clear.Type
	Shape []int
}

const (
	magic   = "tfec shares 3\n"
	keySize = 32
	keyName = "share.key"
	// maxComponents and maxDims bound what a file may claim.
	maxComponents = 8
	maxDims       = 4
)

// Path is the file of an output in a folder.
func Path(dir, output string) string { return filepath.Join(dir, output+".share") }

// Write creates the file of an output, whose columns are xs; one that is there
// stays as it is, and is an error. The key is in the folder keys, and made if
// there is none.
func Write(dir, keys string, h Header, xs []mpc.Share) error {
	aead, err := cipherOf(keys, true)
	if err != nil {
		return err
	}
	plain, err := encode(h, xs)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails
	data := append([]byte(magic), nonce...)
	return create(Path(dir, h.Output), aead.Seal(data, nonce, plain, []byte(magic)))
}

// create writes a file whole or not at all, and over none.
func create(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".share.*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}

// Check finds out, before a run, whether the file of an output can be created.
// The key is made now, if there is none: where it could not be, the shares of a
// run would be lost.
func Check(dir, keys, output string) error {
	if _, err := os.Lstat(Path(dir, output)); err == nil {
		return fmt.Errorf("cannot keep output %s: %s is there already, and is never overwritten", output, Path(dir, output))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot keep output %s: %w", output, err)
	}
	if err := EnsureKey(keys); err != nil {
		return fmt.Errorf("cannot keep output %s: %w", output, err)
	}
	return nil
}

// EnsureKey makes the key of share files in a folder, if there is none.
func EnsureKey(keys string) error {
	_, err := cipherOf(keys, true)
	return err
}

// Read returns the shares of an output that are kept in a folder, in the order
// of the header's columns.
func Read(dir, keys, output string) (Header, []mpc.Share, error) {
	path := Path(dir, output)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Header{}, nil, fmt.Errorf("input %s: there is no share file %s", output, path)
	}
	if err != nil {
		return Header{}, nil, err
	}
	aead, err := cipherOf(keys, false)
	if err != nil {
		return Header{}, nil, err
	}
	sealed, ok := strings.CutPrefix(string(data), magic)
	if !ok || len(sealed) < aead.NonceSize() {
		return Header{}, nil, fmt.Errorf("%s is no share file of this version", path)
	}
	plain, err := aead.Open(nil, []byte(sealed[:aead.NonceSize()]), []byte(sealed[aead.NonceSize():]), []byte(magic))
	if err != nil {
		return Header{}, nil, fmt.Errorf("%s was changed, or is under another key than %s", path, filepath.Join(keys, keyName))
	}
	h, xs, err := decode(plain)
	if err != nil {
		return h, nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, xs, nil
}

// cipherOf reads the key of a folder, or makes one.
func cipherOf(keys string, create bool) (cipher.AEAD, error) {
	path := filepath.Join(keys, keyName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		text, err = makeKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot have the key of share files: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("%s is no key of share files: want %d bytes in hexadecimal", path, keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	text := []byte(hex.EncodeToString(key) + "\n")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	return text, errors.Join(err, f.Sync(), f.Close(), durable.SyncFolder(filepath.Dir(path)))
}

// encode is the length of the header, the header as JSON, and of each column the
// number of its components, and these.
func encode(h Header, xs []mpc.Share) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	out = append(out, text...)
	for _, x := range xs {
		out = append(out, byte(len(x.Comp)))
		for _, c := range x.Comp {
			out = append(out, ring.Bytes(c)...)
		}
	}
	return out, nil
}

var errForm = errors.New("is damaged")

// decode is the inverse of encode, of bytes that may be anything.
func decode(b []byte) (Header, []mpc.Share, error) {
	var h Header
	if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
		return h, nil, errForm
	}
	n := int(binary.BigEndian.Uint32(b))
	if err := json.Unmarshal(b[4:4+n], &h); err != nil {
		return h, nil, errForm
	}
	if r := ring.Modulus(h.Ring); r != ring.Z64 && r != ring.Z128 {
		return h, nil, errForm
	}
	rest := b[4+n:]
	var xs []mpc.Share
	for _, c := range h.Columns {
		x, more, ok := decodeColumn(c, ring.Modulus(h.Ring), rest)
		if !ok {
			return h, nil, errForm
		}
		xs, rest = append(xs, x), more
	}
	if len(rest) > 0 {
		return h, nil, errForm
	}
	return h, xs, nil
}

// decodeColumn takes a column from the front of b.
func decodeColumn(c Column, r ring.Modulus, b []byte) (x mpc.Share, rest []byte, ok bool) {
	if len(b) == 0 || b[0] > maxComponents {
		return x, nil, false
	}
	components, b := int(b[0]), b[1:]
	words, ok := wordsOf(c, r, len(b))
	if !ok || 8*words*components > len(b) {
		return x, nil, false
	}
	x = mpc.Share{Elem: c.Elem, Shape: c.Shape}
	for range components {
		x.Comp = append(x.Comp, ring.FromBytes(b[:8*words]))
		b = b[8*words:]
	}
	return x, b, true
}

// wordsOf is the length of a component; one that most bytes cannot hold is
// refused before it is computed.
func wordsOf(c Column, r ring.Modulus, most int) (int, bool) {
	if len(c.Shape) > maxDims {
		return 0, false
	}
	count := 1
	for _, d := range c.Shape {
		if d < 0 || d > 0 && count > 8*most/d {
			return 0, false
		}
		count *= d
	}
	if c.Elem == clear.Bool {
		return ring.Words(count), true
	}
	return r.Planes() * count, true
}
