// The hostmap: config.json, who listens where.

package session

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Entry is one line of a hostmap.
type Entry struct {
	Name string
	Addr string // host:port
}

// A Hostmap says where each player listens: one flat JSON object, name to
// host:port. Its order counts: the first entry is the coordinator.
type Hostmap struct {
	File    string // for messages; may be empty
	Entries []Entry
}

// maxHostmap bounds the size of a hostmap in bytes.
const maxHostmap = 1 << 20

// LoadHostmap reads a hostmap from a file.
func LoadHostmap(path string) (*Hostmap, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot read the hostmap %s: there is no such file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the hostmap: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxHostmap+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the hostmap: %w", err)
	}
	return ParseHostmap(path, data)
}

// ParseHostmap reads a hostmap from data; name is for messages. The error
// joins all that is wrong with its entries.
func ParseHostmap(name string, data []byte) (*Hostmap, error) {
	if len(data) > maxHostmap {
		return nil, fmt.Errorf("%s: is longer than %d bytes", name, maxHostmap)
	}
	p := &hostmapParser{name: name, data: data, json: json.NewDecoder(bytes.NewReader(data)), lines: map[string]int{}, taken: map[string]string{}}
	if err := p.object(); err != nil {
		return nil, err
	}
	if err := errors.Join(p.errs...); err != nil {
		return nil, err
	}
	if len(p.entries) == 0 {
		return nil, fmt.Errorf("%s:1: names no player: want an object such as {\"server0\": \"10.0.0.10:4440\"}", name)
	}
	return &Hostmap{File: name, Entries: p.entries}, nil
}

type hostmapParser struct {
	name    string
	data    []byte
	json    *json.Decoder
	entries []Entry
	lines   map[string]int    // of each name, by its canonical form
	taken   map[string]string // of each address, whose it is
	errs    []error
}

func (p *hostmapParser) object() error {
	t, err := p.json.Token()
	if err != nil {
		return p.syntax(err)
	}
	if t != json.Delim('{') {
		return p.at("want one JSON object, player to \"host:port\"")
	}
	for p.json.More() {
		if err := p.entry(); err != nil {
			return err
		}
	}
	if _, err := p.json.Token(); err != nil {
		return p.syntax(err)
	}
	if _, err := p.json.Token(); err != io.EOF {
		return p.at("want nothing after the object")
	}
	return nil
}

// entry reads one member; only a fault of the JSON itself ends the reading.
func (p *hostmapParser) entry() error {
	key, err := p.json.Token()
	if err != nil {
		return p.syntax(err)
	}
	name := key.(string) // the decoder allows nothing else here
	line := p.line()
	value, err := p.json.Token()
	if err != nil {
		return p.syntax(err)
	}
	addr, ok := value.(string)
	if !ok {
		return p.at("%s: want its address as a text, \"host:port\"", printable(name))
	}
	p.add(line, name, addr)
	return nil
}

func (p *hostmapParser) add(line int, name, addr string) {
	if err := checkName(name); err != nil {
		p.errs = append(p.errs, fmt.Errorf("%s:%d: %w", p.name, line, err))
		return
	}
	if first, twice := p.lines[canonical(name)]; twice {
		p.errs = append(p.errs, fmt.Errorf("%s:%d: %s: is on line %d already (`_` and `-` are the same in names)", p.name, line, name, first))
		return
	}
	p.lines[canonical(name)] = line
	if err := checkAddress(addr); err != nil {
		p.errs = append(p.errs, fmt.Errorf("%s:%d: %s: %w", p.name, line, name, err))
		return
	}
	if other, twice := p.taken[addr]; twice {
		p.errs = append(p.errs, fmt.Errorf("%s:%d: %s: address %s is that of %s, on line %d: each player listens on its own", p.name, line, name, addr, other, p.lines[canonical(other)]))
		return
	}
	p.taken[addr] = name
	p.entries = append(p.entries, Entry{name, addr})
}

// line is where the decoder stands.
func (p *hostmapParser) line() int {
	return 1 + bytes.Count(p.data[:min(int(p.json.InputOffset()), len(p.data))], []byte("\n"))
}

func (p *hostmapParser) at(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, p.line(), fmt.Sprintf(format, args...))
}

func (p *hostmapParser) syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return p.at("is no JSON: %v", err)
}

var namePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,62}$`)

// checkName holds the names of players, clients and coordinators.
func checkName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%q is no name: want a letter, then letters, digits, `_` and `-`, at most 63", name)
	}
	return nil
}

func checkAddress(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host == "" || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("address %q: want host:port, such as 10.0.0.10:4440", addr)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("address %q: want a port from 1 to 65535", addr)
	}
	return nil
}

// canonical is the form in which names are compared.
func canonical(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Same reports whether two names are the same player's.
func Same(a, b string) bool { return canonical(a) == canonical(b) }

func (h *Hostmap) name() string { return cmp.Or(h.File, "the hostmap") }

// Address returns where a player listens.
func (h *Hostmap) Address(player string) (string, bool) {
	i := slices.IndexFunc(h.Entries, func(e Entry) bool { return Same(e.Name, player) })
	if i < 0 {
		return "", false
	}
	return h.Entries[i].Addr, true
}

// Client is the name of a client that was given none: client, unless a player
// is called so.
func (h *Hostmap) Client() string {
	if _, taken := h.Address(RoleClient); taken {
		return "run_" + RoleClient
	}
	return RoleClient
}

// Coordinator is the first entry.
func (h *Hostmap) Coordinator() Entry { return h.Entries[0] }

// Check is an error that names all of players that have no entry.
func (h *Hostmap) Check(players []string) error {
	var missing []string
	for _, p := range players {
		if _, ok := h.Address(p); !ok {
			missing = append(missing, p)
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("%s: has no entry for %s: every player of the program needs one", h.name(), strings.Join(missing, ", "))
}

// Save writes the hostmap to a file.
func (h *Hostmap) Save(path string) error {
	text := h.String()
	if _, err := ParseHostmap(path, []byte(text)); err != nil {
		return fmt.Errorf("cannot save the hostmap: %w", err)
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// String is the hostmap as a file.
func (h *Hostmap) String() string {
	var b strings.Builder
	b.WriteString("{")
	for i, e := range h.Entries {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n    %s: %s", quoted(e.Name), quoted(e.Addr))
	}
	b.WriteString("\n}\n")
	return b.String()
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // a string always has a JSON form
	return string(b)
}

// loopback reports whether nothing in the hostmap leaves this machine.
func (h *Hostmap) loopback() bool {
	return !slices.ContainsFunc(h.Entries, func(e Entry) bool { return !loopback(e.Addr) })
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// sharing are the other entries that have a player's address.
func (h *Hostmap) sharing(player, addr string) []string {
	var names []string
	for _, e := range h.Entries {
		if e.Addr == addr && !Same(e.Name, player) {
			names = append(names, e.Name)
		}
	}
	return names
}
