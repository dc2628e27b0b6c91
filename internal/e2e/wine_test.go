package e2e

// The joint average of two real columns: simulated, and as six processes over
// TLS whose servers record everything they receive and dump their heap. No
// three consecutive values of a column may be found there, in any encoding of
// eight bytes.

import (
	"context"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/session"
)

const wineAverage = 10.4918

func TestWine(t *testing.T) {
	program, err := filepath.Abs("../../corpus/programs/average.tfe")
	require.NoError(t, err)
	red, white := column(t, "testdata/wine-red.csv", 1599), column(t, "testdata/wine-white.csv", 4898)
	s := newStage(t, "s0", "s1", "s2", "alice", "bob", "carol")
	a, b := "a=csv:"+abs(t, "testdata/wine-red.csv")+"#alcohol", "b=csv:"+abs(t, "testdata/wine-white.csv")+"#alcohol"

	out := s.succeed(s.tfec, "run", program, "--in", a, "--in", b)
	require.InDelta(t, wineAverage, average(t, out), 0.001)

	self, err := os.Executable()
	require.NoError(t, err)
	var servers []*process
	for _, name := range []string{"s0", "s1", "s2"} {
		servers = append(servers, s.startEnv([]string{recordEnv + "=" + name, recordProgramEnv + "=" + program}, self))
	}
	alice := s.start(s.tfec, "player", "alice", program, "--once", "--in", a)
	bob := s.start(s.tfec, "player", "bob", program, "--once", "--in", b)
	carol := s.start(s.tfec, "player", "carol", program, "--once")
	for _, p := range append(servers, alice, bob, carol) {
		require.Zero(t, p.wait(), "%s: %s", p.name, &p.stderr)
	}
	require.InDelta(t, wineAverage, average(t, carol.stdout.String()), 0.001)

	needles := newNeedles(red, white)
	for _, name := range []string{"s0", "s1", "s2"} {
		for _, what := range []string{".received", ".heap"} {
			data, err := os.ReadFile(s.path(name + what))
			require.NoError(t, err)
			require.NotEmpty(t, data)
			require.Empty(t, needles.find(data), "%s%s", name, what)
		}
	}
}

// The search itself finds a run of three in each encoding, wherever it lies.
func TestNeedlesAreFound(t *testing.T) {
	values := []float64{9.4, 9.8, 9.8, 10.5}
	needles := newNeedles(values)
	for name, encode := range encodings {
		hay := make([]byte, 1003, 2000)
		for _, v := range values[1:] {
			hay = encode(hay, v)
		}
		require.NotEmpty(t, needles.find(append(hay, 1, 2, 3)), name)
		require.Empty(t, needles.find(hay[:len(hay)-8]), name)
	}
}

func average(t testing.TB, out string) float64 {
	t.Helper()
	m := regexp.MustCompile(`avg = (\S+)`).FindStringSubmatch(out)
	require.NotNil(t, m, out)
	v, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)
	return v
}

func abs(t testing.TB, path string) string {
	t.Helper()
	p, err := filepath.Abs(path)
	require.NoError(t, err)
	return p
}

func column(t *testing.T, path string, rows int) []float64 {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	cells, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, cells, rows+1)
	var out []float64
	for _, c := range cells[1:] {
		v, err := strconv.ParseFloat(c[0], 64)
		require.NoError(t, err)
		out = append(out, v)
	}
	return out
}

// fractionalBits is the precision of the program: fixed(35, 12).
const fractionalBits = 12

// encodings are the ways in which eight bytes may hold a value.
var encodings = map[string]func([]byte, float64) []byte{
	"float64, little endian": func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) },
	"float64, big endian":    func(b []byte, v float64) []byte { return binary.BigEndian.AppendUint64(b, math.Float64bits(v)) },
	"fixed, little endian":   func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint64(b, scaled(v)) },
	"fixed, big endian":      func(b []byte, v float64) []byte { return binary.BigEndian.AppendUint64(b, scaled(v)) },
}

func scaled(v float64) uint64 { return uint64(math.RoundToEven(v * (1 << fractionalBits))) }

// needles are the runs of three consecutive values, not all equal, by their
// first eight bytes.
type needles map[uint64][]string

func newNeedles(columns ...[]float64) needles {
	n := make(needles)
	seen := make(map[string]bool)
	for _, c := range columns {
		for i := range c[:len(c)-2] {
			if c[i] == c[i+1] && c[i] == c[i+2] {
				continue
			}
			for _, encode := range encodings {
				run := encode(encode(encode(nil, c[i]), c[i+1]), c[i+2])
				if first := binary.NativeEndian.Uint64(run); !seen[string(run)] {
					seen[string(run)] = true
					n[first] = append(n[first], string(run))
				}
			}
		}
	}
	return n
}

// find returns where a run stands in data, or nothing.
func (n needles) find(data []byte) string {
	for i := 0; i+24 <= len(data); i++ {
		for _, run := range n[binary.NativeEndian.Uint64(data[i:])] {
			if string(data[i:i+24]) == run {
				return fmt.Sprintf("%x at byte %d", run, i)
			}
		}
	}
	return ""
}

// The recording server: what `tfec player` is, over links that keep a copy of
// all they receive.

const (
	recordEnv        = "TFEC_E2E_RECORD"
	recordProgramEnv = "TFEC_E2E_PROGRAM"
)

func recordingServer() int {
	if err := record(os.Getenv(recordEnv), os.Getenv(recordProgramEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func record(player, path string) error {
	unit, _, err := compiler.Load(path, compiler.Options{})
	if err != nil {
		return err
	}
	p := unit.Programs[0]
	var prog *runtime.Program
	for i, q := range p.Players {
		if q.Name == player {
			prog = exec.Program(project.Project(p, i))
		}
	}
	hostmap, err := session.LoadHostmap("config.json")
	if err != nil {
		return err
	}
	identity, err := session.Credentials(hostmap, player, "", false)
	if err != nil {
		return err
	}
	received, err := os.Create(player + ".received")
	if err != nil {
		return err
	}
	defer received.Close()
	var party *runtime.Party // kept, so that the heap still holds the run
	server := session.Server{Player: player, Hostmap: hostmap, Identity: identity, Once: true,
		Programs: []session.Program{{
			File: prog.File, Computation: prog.Computation, Digest: prog.Digest, Player: player, Players: prog.Players,
			Run: func(ctx context.Context, l link.Link, r session.Run) (err error) {
				party, err = runtime.NewParty(prog, runtime.Session{
					Link:         recorder{l, received},
					Load:         func(*runtime.Program) (runtime.Values, error) { return nil, nil },
					Fingerprints: r.Fingerprints, Progress: r.Progress,
				})
				if err != nil {
					return err
				}
				return party.Run(ctx, prog.Run)
			},
		}}}
	if err := server.Serve(context.Background()); err != nil {
		return err
	}
	heap, err := os.Create(player + ".heap")
	if err != nil {
		return err
	}
	debug.WriteHeapDump(heap.Fd())
	if party.Stats().Rounds == 0 {
		return fmt.Errorf("%s took part in no round", player)
	}
	return heap.Close()
}

// A recorder is a link that copies what it receives.
type recorder struct {
	link.Link
	to *os.File
}

func (r recorder) Recv(ctx context.Context, from, size int) (link.Header, []byte, error) {
	h, payload, err := r.Link.Recv(ctx, from, size)
	r.to.Write(payload)
	return h, payload, err
}

func (r recorder) RecvAny(ctx context.Context, from, limit int) (link.Header, []byte, error) {
	h, payload, err := r.Link.RecvAny(ctx, from, limit)
	r.to.Write(payload)
	return h, payload, err
}
