// Package deploy writes what one organisation needs to run its own player: a
// folder with the player's program, the hostmap, a file of bindings, and the
// files of a system that keeps it running. No secret is written: keys are
// named, and stay where they were made.
//
// The files are templates, not marshalled structs: the reasons for each limit
// stand beside it, and tfec stays clear of the libraries of these systems. Tests
// decode what comes out by the systems' own types.
package deploy

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/session"
)

// A Target is a system that keeps a player running.
type Target string

// The targets.
const (
	Systemd    Target = "systemd"    // the player as a service of one machine
	Compose    Target = "compose"    // the player as a container of one machine
	Kubernetes Target = "kubernetes" // one run of the player as a Job of a cluster
)

// Targets are all of them.
var Targets = []Target{Systemd, Compose, Kubernetes}

// A Player is one organisation's part.
type Player struct {
	Name     string
	Programs []*runtime.Program // none: a coordinator that is no player
	Hostmap  *session.Hostmap
}

//go:embed templates
var templates embed.FS

// Write writes the folder of a player, which must not exist yet, for a target.
// program is the path of its static binary.
func Write(dir string, t Target, p Player, program string) error {
	v, err := p.view(t)
	if err != nil {
		return fmt.Errorf("cannot deploy %s: %w", p.Name, err)
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	if err := v.carry(dir, program); err != nil {
		return fmt.Errorf("cannot deploy %s: %w", p.Name, err)
	}
	files, err := v.files()
	if err != nil {
		return fmt.Errorf("cannot deploy %s: %w", p.Name, err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return p.Hostmap.Save(filepath.Join(dir, "config.json"))
}

// makeFolder makes a folder that is not there: files of an earlier time may have
// been edited.
func makeFolder(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return existsError(dir)
	}
	return err
}

type existsError string

func (e existsError) Error() string { return string(e) + " is there already, and is not overwritten" }
func (e existsError) Hint() string  { return "remove it, or choose another folder with -o" }

// The paths and numbers that the files have in common.
const (
	imageProgram = "/player" // in the image
	imageState   = "/state"
	imageUser    = 65532
	metricsPort  = 9464
)

// A view is what the templates see.
type view struct {
	Target   Target
	Name     string // of the player
	Object   string // its name where only lower case, digits and dashes are allowed
	Files    string // of the programs, for comments
	Address  string // its host in the hostmap
	Port     int
	Metrics  int
	Hostmap  string // as config.json
	Peers    []peer
	Names    bool // a peer is addressed by name
	Bindings string
	Inputs   bool // it has inputs of its own
	Reads    bool // it reads files
	Writes   bool
	Image    string
	Program  string
	State    string
	User     int
	Data     string // the folder of its files
}

// A peer is another entry of the hostmap that the player meets.
type peer struct {
	Name, Object string
	Address      netip.Addr // invalid: addressed by name
	Port         int
}

// CIDR is the peer's address as a network of one.
func (p peer) CIDR() string { return netip.PrefixFrom(p.Address, p.Address.BitLen()).String() }

func (p Player) view(t Target) (*view, error) {
	addr, ok := p.Hostmap.Address(p.Name)
	if !ok {
		return nil, p.Hostmap.Check([]string{p.Name})
	}
	host, port, err := split(addr)
	if err != nil {
		return nil, err
	}
	v := &view{Address: host, Target: t, Name: p.Name, Object: object(p.Name), Port: port, Metrics: metricsPort, Hostmap: p.Hostmap.String(),
		Program: imageProgram, State: imageState, User: imageUser, Data: "/data"}
	if t == Systemd {
		v.Data, v.State = "/srv/"+v.Object, "/var/lib/"+v.Object
	}
	if v.Metrics == port {
		v.Metrics++
	}
	v.Files = names(p.Programs)
	for _, q := range p.Programs {
		for _, in := range q.Inputs {
			v.Inputs = v.Inputs || !in.Public
			v.Reads = v.Reads || !in.Shared
		}
		v.Writes = v.Writes || len(q.Outputs) > 0
	}
	v.Bindings = v.bindings(p.Programs)
	v.Peers, err = p.peers(t)
	v.Names = slices.ContainsFunc(v.Peers, func(q peer) bool { return !q.Address.IsValid() })
	return v, err
}

// object is a name as these systems allow it. Players never differ in case, or
// in `_` and `-`, alone.
func object(name string) string {
	return "tfec-" + strings.TrimRight(strings.ToLower(strings.ReplaceAll(name, "_", "-")), "-")
}

func names(programs []*runtime.Program) string {
	var files []string
	for _, q := range programs {
		if !slices.Contains(files, q.File) {
			files = append(files, q.File)
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return '?'
		}
		return r
	}, strings.Join(files, ", "))
}

func split(addr string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(text)
	return host, port, err
}

// peers are the others that the player's programs and coordinator are. A
// coordinator that is no player meets everybody.
func (p Player) peers(t Target) ([]peer, error) {
	var peers []peer
	var errs []error
	for i, e := range p.Hostmap.Entries {
		if session.Same(e.Name, p.Name) || i > 0 && !p.meets(e.Name) {
			continue
		}
		host, port, err := split(e.Addr)
		if err != nil {
			return nil, err
		}
		addr, err := netip.ParseAddr(host)
		if err != nil {
			errs = append(errs, t.admit(e.Name, host))
		}
		peers = append(peers, peer{Name: e.Name, Object: object(e.Name), Address: addr, Port: port})
	}
	return peers, errors.Join(errs...)
}

// admit refuses a peer by a name that what closes the target's network cannot
// admit. With compose that is the firewall of the host.
func (t Target) admit(peer, host string) error {
	switch {
	case t == Systemd:
		return fmt.Errorf("a unit cannot admit %s by the name %s: give its IP address in the hostmap", peer, host)
	case t == Kubernetes && strings.Contains(host, ".") && !strings.Contains(host, ".svc"):
		return fmt.Errorf("a network policy cannot admit %s by the name %s: give its IP address in the hostmap, or, in one cluster, the name of its service", peer, host)
	}
	return nil
}

func (p Player) meets(name string) bool {
	return len(p.Programs) == 0 || slices.ContainsFunc(p.Programs, func(q *runtime.Program) bool {
		return slices.ContainsFunc(q.Players, func(x string) bool { return session.Same(x, name) })
	})
}

// bindings is a toml file with a place for each input and output, to be edited.
func (v *view) bindings(programs []*runtime.Program) string {
	var in, out []string
	seen := make(map[string]bool)
	line := func(list *[]string, kind, name string, doc string, spec string) {
		if root := binding.Root(name); !seen[kind+root] {
			seen[kind+root] = true
			for _, text := range strings.Split(doc, "\n") {
				if text != "" {
					*list = append(*list, "# "+text)
				}
			}
			*list = append(*list, fmt.Sprintf("%s = %s", strconv.Quote(root), strconv.Quote(spec)))
		}
	}
	for _, q := range programs {
		for _, x := range q.Inputs {
			line(&in, "in", x.Name, x.Doc, v.source(x))
		}
		for _, x := range q.Outputs {
			line(&out, "out", x.Name, x.Doc, v.target(x))
		}
	}
	if in == nil && out == nil {
		return ""
	}
	return fmt.Sprintf("# Where the inputs of %s come from and its outputs go.\n\n[in]\n%s\n[out]\n%s", v.Name, text(in), text(out))
}

func text(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.String()
}

// file is a name of a value as a name of a file.
func file(name string) string {
	return strings.NewReplacer("[", "-", "]", "").Replace(binding.Root(name))
}

func (v *view) source(in runtime.Input) string {
	at := path.Join(v.Data, file(in.Name))
	switch {
	case in.Shared:
		return "share:" + v.State
	case binding.Root(in.Name) != in.Name:
		return "csv:" + at + ".csv"
	case len(in.Shape) == 0:
		return "json:" + at + ".json"
	case len(in.Shape) == 1:
		return "csv:" + at + ".csv#" + file(in.Name)
	}
	return "npy:" + at + ".npy"
}

func (v *view) target(out runtime.Output) string {
	at := path.Join(v.State, file(out.Name))
	switch {
	case out.Shared:
		return "share:" + v.State
	case binding.Root(out.Name) != out.Name:
		return "csv:" + at + ".csv"
	}
	return "json:" + at + ".json"
}

// carry puts the program into the folder: as it is, or as an image.
func (v *view) carry(dir, program string) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	if v.Target == Systemd {
		v.Program = "/usr/local/lib/" + v.Object
		return os.WriteFile(filepath.Join(dir, v.Object), data, 0o755)
	}
	v.Image, err = WriteImage(filepath.Join(dir, v.Object+".tar"), v.Object, data)
	return err
}

// files renders the templates of the target.
func (v *view) files() (map[string][]byte, error) {
	set, err := template.New("").Funcs(template.FuncMap{"indent": indent}).ParseFS(templates, "templates/*.tmpl", "templates/"+string(v.Target)+"/*.tmpl")
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, t := range set.Templates() {
		name, ok := strings.CutSuffix(t.Name(), ".tmpl")
		if !ok || strings.HasPrefix(name, "common") {
			continue
		}
		var b bytes.Buffer
		if err := t.Execute(&b, v); err != nil {
			return nil, err
		}
		files[strings.Replace(name, "NAME", v.Object, 1)] = b.Bytes()
	}
	if v.Bindings != "" && v.Target != Kubernetes {
		files["bindings.toml"] = []byte(v.Bindings)
	}
	return files, nil
}

// indent puts so many spaces before each line.
func indent(spaces int, text string) string {
	pad := strings.Repeat(" ", spaces)
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(cmp.Or(strings.TrimRight(pad+line, " "), line))
	}
	return strings.TrimRight(b.String(), "\n")
}
