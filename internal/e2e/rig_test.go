package e2e

// A rig: the players of a program, a coordinator that is none of them, and
// between all of these a network that can be made to fail.

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/wire"
)

// productsProgram has two rounds whose messages are large, so that there is a
// middle of each.
const productsProgram = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

computation products[n](
  a: int64[n] @ alice in 0..1000,
  b: int64[n] @ bob in 0..1000,
) -> list: int64[n] @ carol
{
  return reveal(a * b * a) to carol
}
`

const (
	rows = 20_000
	// peerTimeout and connectTimeout are those of all processes of a rig.
	peerTimeout    = 3 * time.Second
	connectTimeout = 4 * time.Second
	// bound is within what time of a fault every side must have named it: the
	// timeouts, and time for a machine that is busy.
	bound = peerTimeout + connectTimeout + 8*time.Second
)

// ends are all servers of a rig, the coordinator first.
var ends = append([]string{"master"}, everybody...)

type rig struct {
	*stage
	network *wire.Network
	address map[string]string // where each server listens
	servers map[string]*process
	disk    string // where carol's result goes
	own     bool   // to a file system of its own, which carol alone sees

	insecure bool // no TLS
}

// newRig starts all servers, with a network that opens their connections.
func newRig(t *testing.T) *rig {
	r := buildRig(t)
	r.network.Keys = r.keyOf
	r.serveAll()
	return r
}

// buildRig has all that servers need.
func buildRig(t *testing.T) *rig {
	s := newStage(t, ends...)
	s.patience = time.Hour
	r := &rig{stage: s, network: wire.New(), address: map[string]string{}, servers: map[string]*process{}, disk: s.path("disk")}
	t.Cleanup(r.network.Close)
	for _, name := range ends {
		r.address[name] = quietAddress(t)
	}
	s.write("program.tfe", productsProgram)
	r.writeInputs()
	s.makeKeys()
	s.certify("expired", "s0", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 31, 0, 0, 0, 0, time.UTC))
	for _, from := range append([]string{"client"}, ends...) {
		r.write(configOf(from), r.hostmapOf(from))
	}
	require.NoError(t, os.Mkdir(r.disk, 0o755))
	return r
}

func (r *rig) serveAll() {
	for _, name := range ends {
		r.serve(name)
	}
}

// security is how a process proves its name.
func (r *rig) security(name string) []string {
	if r.insecure {
		return []string{"--insecure"}
	}
	return []string{"--tls", "keys/" + name}
}

// quietAddress is free, and stays so while its server is down: it is below the
// ports that connections leave from.
func quietAddress(t *testing.T) string {
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	require.Fail(t, "no port is free")
	return ""
}

func (r *rig) writeInputs() {
	r.write("a.json", numbers(rows, func(k int) int { return k % 1000 }))
	r.write("b.json", numbers(rows, func(k int) int { return k % 7 }))
}

func numbers(n int, f func(k int) int) string {
	var list []string
	for k := range n {
		list = append(list, strconv.Itoa(f(k)))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// wanted is the right result, as carol's file has it.
var wanted = numbers(rows, func(k int) int { return (k % 1000) * (k % 7) * (k % 1000) }) + "\n"

func configOf(end string) string { return "config-" + end + ".json" }

// hostmapOf is the hostmap as an end has it: its own routes to all others.
func (r *rig) hostmapOf(from string) string {
	var lines []string
	for _, to := range ends {
		addr, err := r.network.Route(from, to, r.address[to])
		require.NoError(r.t, err)
		lines = append(lines, fmt.Sprintf("  %q: %q", to, addr))
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

// keyOf is an end's certificate, alone, as it sends it.
func (r *rig) keyOf(end string) (*tls.Certificate, error) { return r.certificate("keys", end) }

func (r *rig) certificate(folder, end string) (*tls.Certificate, error) {
	base := r.path(filepath.Join(folder, end, end))
	pair, err := tls.LoadX509KeyPair(base+".crt", base+".key")
	if err != nil {
		return nil, err
	}
	pair.Certificate = pair.Certificate[:1]
	return &pair, nil
}

// serve starts a server, with what it has otherwise than usual.
func (r *rig) serve(name string, odd ...string) { r.serveOf("program.tfe", name, odd...) }

func (r *rig) serveOf(program, name string, odd ...string) {
	args := []string{r.tfec, "player", name}
	if name != "master" {
		args = append(args, program)
	}
	args = append(append(args, r.security(name)...), "--config", configOf(name), "--listen", r.address[name],
		"--peer-timeout", peerTimeout.String(), "--connect-timeout", connectTimeout.String(), "--runs", "any")
	switch name {
	case "alice":
		args = append(args, "--in", "a=json:a.json")
	case "bob":
		args = append(args, "--in", "b=json:b.json")
	case "carol":
		args = append(args, "--out", "list=json:"+filepath.Join(r.disk, "list.json"))
		if r.own {
			args = slices.Concat(ownDisk, []string{r.disk}, args)
		}
	}
	args = append(args, odd...)
	p := r.start(args[0], args[1:]...)
	r.servers[name] = p
	p.says("listens")
}

// revive brings back what a fault has ended.
func (r *rig) revive() {
	for name, p := range r.servers {
		if p.ended() {
			r.serve(name)
		}
	}
}

// restart ends a server and starts it with what it has otherwise.
func (r *rig) restart(name string, odd ...string) {
	r.kill(name)
	r.serve(name, odd...)
}

func (r *rig) kill(name string) {
	r.servers[name].cmd.Process.Kill()
	r.servers[name].wait()
}

// ownDisk is a command that gives the command after it, and a folder, a file
// system of 1 MiB there, which nobody else sees and which ends with it.
var ownDisk = []string{"unshare", "--user", "--map-root-user", "--mount",
	"sh", "-c", `mount -t tmpfs -o size=1m tmpfs "$1" && shift && exec "$@"`, "sh"}

// results is the folder of carol's result, as seen from here.
func (r *rig) results() string {
	if r.own {
		return fmt.Sprintf("/proc/%d/root%s", r.servers["carol"].cmd.Process.Pid, r.disk)
	}
	return r.disk
}

func (r *rig) client() *process {
	return r.start(r.tfec, append([]string{"run", "program.tfe", "--config", configOf("client")}, r.security("client")...)...)
}

// result is what carol has: nothing, or all of it. A file by half is a failure.
func (r *rig) result() (right bool) {
	data, err := os.ReadFile(filepath.Join(r.results(), "list.json"))
	if os.IsNotExist(err) {
		return false
	}
	require.NoError(r.t, err)
	require.Equal(r.t, wanted, string(data), "a wrong result")
	return true
}

// forget removes what the last run has written; of a receiver that was killed
// as it wrote, a temporary file may be left.
func (r *rig) forget(killed bool) {
	files, err := os.ReadDir(r.results())
	require.NoError(r.t, err)
	for _, f := range files {
		require.True(r.t, killed || f.Name() == "list.json", "%s is left behind", f.Name())
		require.NoError(r.t, os.Remove(filepath.Join(r.results(), f.Name())))
	}
}

// last is a server's last word of a run in its log, and the reason given.
var last = regexp.MustCompile(`msg="(the run failed|the run failed, for its coordinator|the run is finished, for its coordinator|the run is finished here, but not everywhere|the run is finished|a run did not begin)".*?(?: reason=(.*))?\n`)

// lastWord is what a server has said of its last run, since a place in its log;
// or "".
func (p *process) lastWord(since int) string {
	m := last.FindAllStringSubmatch(p.stderr.String()[since:], -1)
	if m == nil {
		return ""
	}
	word, reason := m[len(m)-1][1], m[len(m)-1][2]
	if plain, err := strconv.Unquote(reason); err == nil {
		reason = plain
	}
	return strings.TrimSuffix(word+": "+reason, ": ")
}

// ended reports whether the process has.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// refusals are the reasons for which a server refused connections.
func (p *process) refusals(since int) []string {
	var all []string
	for _, m := range regexp.MustCompile(`msg="refused a connection".* reason=(.*)\n`).FindAllStringSubmatch(p.stderr.String()[since:], -1) {
		reason, err := strconv.Unquote(m[1])
		if err != nil {
			reason = m[1]
		}
		if !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	return all
}
