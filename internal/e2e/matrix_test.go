package e2e

// The matrix of faults: each at each moment of a run, on processes. Whatever
// happens, every side names the fault in time or the result is right; none is
// wrong, and the next run succeeds.

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/wire"
)

var (
	wholeMatrix = flag.Bool("matrix", false, "inject every fault at every moment, and write docs/faults.md")
	matrixOnly  = flag.String("fault", "", "with -matrix: the faults whose name matches this alone, and write nothing")
	matrixSeed  = flag.Uint64("seed", 0, "of the sample of the matrix; 0: any")
)

// A moment of a run is at a message that the victim of a fault sends.
type moment struct {
	name string
	is   func(m wire.Message) bool
	// first and rest are what goes on before the fault, and after it.
	first func(m []byte) int
}

func none([]byte) int   { return 0 }
func half(b []byte) int { return len(b) / 2 }
func all(b []byte) int  { return len(b) }

// large is a message of a round of the body.
func large(m wire.Message) bool { return m.Kind == wire.Data && m.Step > 0 }

var moments = []moment{
	{"before the hello", func(m wire.Message) bool { return m.Kind == wire.Data && m.Step == 0 && m.Occurrence == 0 }, none},
	{"in the middle of a round", large, half},
	{"between rounds", large, all},
	{"while outputs are written", func(m wire.Message) bool { return m.Kind == wire.Bye }, none},
}

// beforehand is the moment of what is wrong before a run is asked for.
var beforehand = moment{name: "before the run"}

// A wrong is a fault: a row of the matrix.
type wrong struct {
	name   string
	victim string // whose messages make the moments; "": s1

	// One of these: do is the fault, alter is what goes on instead of the
	// message at the moment, or of the next one between rounds; before makes a
	// server have something wrong before the run.
	do     func(c *cell)
	alter  func(c *cell, m wire.Message, forward func([]byte))
	before func(c *cell)

	ready func(c *cell) // what else is as it need not be
	undo  func(c *cell) // before the next run, where mending the network is not enough
	want  string        // a pattern of what somebody must have said, if anything
	late  bool          // the client hears of it later, by the keepalive of its connection
	hurt  bool          // the receiver may leave a temporary file
	good  bool          // the run must succeed
}

func faultsOfProcesses() (all []wrong) {
	for _, who := range []string{"s1", "carol", "master"} {
		watched := who
		if who == "master" {
			watched = "s1"
		}
		all = append(all,
			wrong{name: who + " is killed", victim: watched, do: func(c *cell) {
				c.writing(who)
				c.kill(who)
			}, hurt: who == "carol"},
			wrong{name: who + " is stopped (SIGSTOP)", victim: watched, do: func(c *cell) {
				c.writing(who)
				c.signal(who, syscall.SIGSTOP)
			}, late: who == "master"})
	}
	return all
}

func faultsOfLines() []wrong {
	fromS1 := func(set func(*wire.Network, string)) func(*cell) {
		return func(c *cell) {
			for _, other := range append([]string{"client"}, ends...) {
				if other != "s1" {
					set(c.network, other)
				}
			}
		}
	}
	both := func(cond wire.Condition) func(*cell) {
		return fromS1(func(n *wire.Network, other string) {
			n.Set(wire.Pair{From: "s1", To: other}, cond)
			n.Set(wire.Pair{From: other, To: "s1"}, cond)
		})
	}
	return []wrong{
		{name: "the connections of s1 are cut", do: fromS1(func(n *wire.Network, other string) { n.Cut("s1", other) })},
		{name: "the connections between s0 and s1 are cut", do: func(c *cell) { c.network.Cut("s0", "s1") }},
		{name: "the connection between master and s1 is cut", do: func(c *cell) { c.network.Cut("master", "s1") }},
		{name: "all that s1 sends is lost", do: fromS1(func(n *wire.Network, other string) {
			n.Set(wire.Pair{From: "s1", To: other}, wire.Condition{Lost: true})
		})},
		{name: "what s1 sends to s0 and s2 is lost", do: func(c *cell) {
			c.network.Set(wire.Pair{From: "s1", To: "s0"}, wire.Condition{Lost: true})
			c.network.Set(wire.Pair{From: "s1", To: "s2"}, wire.Condition{Lost: true})
		}},
		{name: "s1 is 2 s away from everybody", do: both(wire.Condition{Delay: 2 * time.Second})},
		{name: "s1 has 1 Mbit/s", do: both(wire.Condition{Rate: 1_000_000 / 8})},
	}
}

// faultsUnderTLS change one record that s1 sends to each other server.
func faultsUnderTLS() (all []wrong) {
	for _, change := range []struct {
		name string
		make func() func(record []byte) [][]byte
	}{
		{"a byte is flipped", once(func(b []byte) [][]byte { b[len(b)/2] ^= 0x10; return [][]byte{b} })},
		{"a record is truncated", once(func(b []byte) [][]byte { return [][]byte{b[:len(b)/2]} })},
		{"a record is repeated", once(func(b []byte) [][]byte { return [][]byte{b, b} })},
		{"two records change places", swap},
		{"a record claims 64 KiB", once(func(b []byte) [][]byte { b[3], b[4] = 0xff, 0xff; return [][]byte{b} })},
	} {
		all = append(all, wrong{name: "under TLS " + change.name, do: func(c *cell) {
			for _, other := range []string{"s0", "s2", "carol"} {
				c.network.Set(wire.Pair{From: "s1", To: other}, wire.Condition{Mangle: change.make()})
			}
		}})
	}
	return all
}

// once changes the first record alone.
func once(f func([]byte) [][]byte) func() func([]byte) [][]byte {
	return func() func([]byte) [][]byte {
		var mu sync.Mutex
		done := false
		return func(b []byte) [][]byte {
			mu.Lock()
			defer mu.Unlock()
			if done {
				return [][]byte{b}
			}
			done = true
			return f(b)
		}
	}
}

// swap holds the first record back until the second has gone.
func swap() func([]byte) [][]byte {
	var mu sync.Mutex
	var held []byte
	count := 0
	return func(b []byte) [][]byte {
		mu.Lock()
		defer mu.Unlock()
		count++
		switch count {
		case 1:
			held = b
			return nil
		case 2:
			return [][]byte{b, held}
		}
		return [][]byte{b}
	}
}

// faultsInsideTLS change a message of s1, as a fault of its memory would: the
// checksum of the payload was there before.
func faultsInsideTLS() []wrong {
	return []wrong{
		{name: "inside TLS a byte is flipped", alter: func(_ *cell, m wire.Message, forward func([]byte)) {
			m.Bytes[len(m.Bytes)-5] ^= 0x10 // the last one before the checksum
			forward(m.Bytes)
		}},
		{name: "inside TLS a message is truncated", alter: func(_ *cell, m wire.Message, forward func([]byte)) {
			forward(m.Bytes[:len(m.Bytes)/2])
		}},
		{name: "inside TLS a message is repeated", alter: func(_ *cell, m wire.Message, forward func([]byte)) {
			forward(m.Bytes)
			forward(m.Bytes)
		}},
		{name: "inside TLS two messages change places", alter: func(c *cell, m wire.Message, forward func([]byte)) {
			c.held = m.Bytes
		}},
		{name: "inside TLS a message claims 2^40 bytes", alter: func(_ *cell, m wire.Message, forward func([]byte)) {
			binary.LittleEndian.PutUint64(m.Bytes[24:], 1<<40)
			wire.Reseal(m.Bytes)
			forward(m.Bytes)
		}},
	}
}

// faultsOfStrangers are connections that do not belong to the run; it goes on.
func faultsOfStrangers() []wrong {
	as := func(folder, key, name string) func(*cell) {
		return func(c *cell) { c.answer = c.greet("s1", folder, key, name, c.run) }
	}
	return []wrong{
		{name: "a recorded session is replayed to s1", good: true, want: `refused a connection.*cannot shake hands by TLS`,
			do: func(c *cell) { c.answer = c.replay("s1", wire.Pair{From: "s0", To: "s1"}) }},
		{name: "a client's recorded session is replayed to master", good: true, want: `refused a connection.*cannot shake hands by TLS`,
			do: func(c *cell) { c.answer = c.replay("master", wire.Pair{From: "client", To: "master"}) }},
		{name: "s0 connects to s1 for a run of before", good: true, want: `refused a connection.*no run \w+ is in hand`,
			do: func(c *cell) { c.answer = c.greet("s1", "keys", "s0", "s0", c.before) }},
		{name: "s0 connects to s1 a second time", good: true, want: `refused a connection.*(s0 has a connection in this run already|the link is closed|no run \w+ is in hand)`,
			do: as("keys", "s0", "s0")},
		{name: "a stranger connects to s1 with a certificate of another authority", good: true, want: `refused a connection.*the certificate of s0 comes from another authority`,
			do: as("other", "s0", "s0")},
		{name: "s0 connects to s1 with a certificate that has expired", good: true, want: `refused a connection.*the certificate of s0 expired on 2020-01-31`,
			do: as("expired", "s0", "s0")},
		{name: "bob connects to s1 as s0", good: true, want: `refused a connection.*the player bob says that it is s0`,
			do: as("keys", "bob", "s0")},
		{name: "a client connects to s1 for shares", good: true, want: `refused a connection.*client has the role client, which exchanges no shares`,
			do: as("keys", "client", "client")},
		{name: "somebody without a certificate connects to s1", good: true, want: `refused a connection.*client didn't provide a certificate`,
			do: as("", "", "s0")},
		{name: "somebody asks s1 for a web page", good: true, want: `refused a connection.*it is no player of this version of tfec`,
			do: func(c *cell) { c.answer = c.speak("s1", []byte("GET / HTTP/1.1\r\nHost: s1\r\n\r\n")) }},
	}
}

// faultsBeforehand are servers that have something wrong when a run is asked for.
func faultsBeforehand() []wrong {
	with := func(args ...string) func(*cell) {
		return func(c *cell) {
			c.network.Opaque("s1")
			c.restart("s1", args...)
		}
	}
	usual := func(c *cell) { c.restart("s1") }
	return []wrong{
		{name: "master names a run id that was used before", want: `the run id \w+ was used before`, before: func(c *cell) {
			c.rewrite = func(m wire.Message) []byte {
				return regexp.MustCompile(`"Run":"[0-9a-f]{32}"`).ReplaceAll(m.Bytes, []byte(`"Run":"`+c.before+`"`))
			}
		}},
		{name: "s1 has a certificate of another authority", before: with("--tls", "other/s1"), undo: usual, want: "the certificate of s1 comes from another authority"},
		{name: "s1 has a certificate that expires before the run", undo: usual, want: `the certificate of s1 expired on`, before: func(c *cell) {
			until := time.Now().Add(3 * time.Second).Truncate(time.Second)
			c.certify("short", "s1", until.Add(-time.Hour), until)
			with("--tls", "short/s1")(c)
			<-time.After(time.Until(until)) // nothing else makes it expire
		}},
		{name: "s1 has another program", undo: usual, want: `s1 do not have the same program: the source of program\.tfe differs`, before: func(c *cell) {
			c.network.Opaque("s1")
			c.write("other/program.tfe", strings.Replace(productsProgram, "a * b * a", "a * b * b", 1))
			c.kill("s1")
			c.serveOf("other/program.tfe", "s1")
		}},
		{name: "bob has another size", undo: func(c *cell) { c.writeInputs() }, want: `size n differs: 20000 at alice, 3 at bob`, before: func(c *cell) {
			c.write("b.json", "[1, 2, 3]")
		}},
	}
}

func faultsOfDisks() []wrong {
	ballast := func(c *cell) string { return filepath.Join(c.results(), "ballast") }
	return []wrong{{name: "the disk of carol is full", victim: "carol", want: "cannot write output list to .*: no space left on device",
		ready: func(c *cell) {
			c.own = true
			c.restart("carol")
		},
		do: func(c *cell) {
			err := os.WriteFile(ballast(c), make([]byte, 2<<20), 0o644)
			require.ErrorIs(c.t, err, syscall.ENOSPC)
		},
		undo: func(c *cell) {
			require.NoError(c.t, os.Remove(ballast(c)))
			c.forget(false)
			c.own = false
			c.restart("carol")
		},
	}}
}

// A chapter is faults of one kind.
type chapter struct {
	title  string
	faults []wrong
}

// matrix is all faults that this system lets a test make.
func matrix(t *testing.T) []chapter {
	all := []chapter{
		{"Processes", faultsOfProcesses()},
		{"Lines", faultsOfLines()},
		{"Bytes under TLS", faultsUnderTLS()},
		{"Messages inside TLS", faultsInsideTLS()},
		{"Strangers, while the run goes on", faultsOfStrangers()},
		{"Servers that are not what they should be", faultsBeforehand()},
	}
	probe := exec.Command(ownDisk[0], append(ownDisk[1:len(ownDisk):len(ownDisk)], t.TempDir(), "true")...)
	if out, err := probe.CombinedOutput(); err != nil {
		t.Logf("no disk is filled, since a process gets none of its own: %s", out)
		return all
	}
	return append(all, chapter{"Disks", faultsOfDisks()})
}

func (f *wrong) moments() []moment {
	if f.before != nil {
		return []moment{beforehand}
	}
	return moments
}

// A cell is a fault at a moment.
type cell struct {
	*rig
	fault  *wrong
	moment moment

	mu      sync.Mutex
	hit     bool
	armed   bool // the next message is to be altered
	held    []byte
	pair    wire.Pair // of the message at the moment
	at      time.Time
	run     string // the id of this run
	before  string // and of one before
	answer  string // what a stranger heard
	rewrite func(wire.Message) []byte
	marks   map[string]int
}

// An outcome is what was seen of a cell.
type outcome struct {
	ok   bool              // the client was told of success
	says map[string]string // by side
	took time.Duration     // from the fault to the last word
}

// inject runs a cell, and the next run.
func (r *rig) inject(f *wrong, m moment, before string) outcome {
	c := &cell{rig: r, fault: f, moment: m, before: before}
	switch {
	case f.before != nil:
		f.before(c)
		c.hit = true
	case f.ready != nil:
		f.ready(c)
	}
	c.marks = r.mark()
	c.at = time.Now()
	r.network.Tap(c.tap)
	client := r.client()
	status := client.wait()
	c.settle()
	r.network.Tap(nil)
	took := time.Since(c.at)
	require.True(r.t, c.hit, "the moment never came")
	r.network.Mend()
	c.wake()
	out := c.judge(client, status, took)
	if f.undo != nil {
		f.undo(c)
	}
	r.revive()
	r.forget(f.hurt)
	r.succeedNext()
	return out
}

// mark is where the logs of all servers are.
func (r *rig) mark() map[string]int {
	marks := map[string]int{}
	for name, p := range r.servers {
		marks[name] = len(p.stderr.String())
	}
	return marks
}

// succeedNext is the run after a fault, to the last word of everybody.
func (r *rig) succeedNext() {
	marks := r.mark()
	next := r.client()
	require.Zero(r.t, next.wait(), "the next run: %s", &next.stderr)
	for name, p := range r.servers {
		require.Eventually(r.t, func() bool { return p.lastWord(marks[name]) != "" }, bound, time.Millisecond, name)
		require.Contains(r.t, p.lastWord(marks[name]), "the run is finished", name)
	}
	require.True(r.t, r.result(), "the next run has no result")
	r.forget(false)
}

// tap injects the fault when its moment comes.
func (c *cell) tap(m wire.Message, forward func([]byte)) {
	if c.rewrite != nil && m.Kind == wire.Control {
		m.Bytes = c.rewrite(m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Kind == wire.Greeting && m.Run != "" {
		c.run = m.Run
	}
	switch {
	case c.fault.alter != nil:
		c.tapMessage(m, forward)
	case !c.hit && c.watches(m) && c.moment.is(m):
		first := c.moment.first(m.Bytes)
		forward(m.Bytes[:first])
		c.hit, c.at = true, time.Now()
		c.fault.do(c)
		forward(m.Bytes[first:])
	default:
		forward(m.Bytes)
	}
}

// tapMessage is tap for a message that is altered.
func (c *cell) tapMessage(m wire.Message, forward func([]byte)) {
	now := !c.hit && m.From == "s1" && (c.armed && m.Pair == c.pair || !c.armed && c.moment.is(m))
	switch {
	case now && !c.armed && c.moment.first(m.Bytes) == len(m.Bytes):
		c.armed, c.pair = true, m.Pair
		forward(m.Bytes)
	case now:
		c.hit, c.at, c.pair = true, time.Now(), m.Pair
		c.fault.alter(c, m, forward)
	default:
		forward(m.Bytes)
		if c.held != nil && m.Pair == c.pair && m.Run == c.run {
			forward(c.held)
			c.held = nil
		}
	}
}

// watches reports whether a message is the victim's: what it sends, or in a
// round what a victim that only receives gets.
func (c *cell) watches(m wire.Message) bool {
	if c.fault.victim == "carol" && m.Step > 0 {
		return m.To == "carol"
	}
	return m.From == c.victim()
}

func (c *cell) victim() string { return cmp.Or(c.fault.victim, "s1") }

// settle waits until every server that can has said how the run ended.
func (c *cell) settle() {
	c.t.Helper()
	for name, p := range c.servers {
		require.Eventually(c.t, func() bool { return c.over(name) }, bound, 5*time.Millisecond,
			"%s has not said how the run ended:\n%s", name, &p.stderr)
	}
}

// over reports whether a server has said how the run ended, or cannot. One that
// has something wrong from the beginning may only have refused.
func (c *cell) over(name string) bool {
	p := c.servers[name]
	return p.ended() || p.stopped() || p.lastWord(c.marks[name]) != "" ||
		c.fault.before != nil && p.refusals(c.marks[name]) != nil
}

// judge holds what every fault must show.
func (c *cell) judge(client *process, status int, took time.Duration) outcome {
	out := outcome{ok: status == 0, took: took, says: map[string]string{}}
	everything := client.stderr.String() + c.answer
	for name, p := range c.servers {
		log := p.stderr.String()[c.marks[name]:]
		everything += log
		out.says[name] = p.lastWord(c.marks[name])
		if refused := p.refusals(c.marks[name]); refused != nil {
			out.says[name] = strings.TrimPrefix(out.says[name]+"; refused a connection: "+strings.Join(refused, "; "), "; ")
		}
		require.NotContains(c.t, log, "goroutine ", "%s has panicked", name)
		require.Less(c.t, p.peakMemory(), 512<<20, "%s", name)
	}
	require.True(c.t, out.ok || c.fault.late || took < bound, "it took %v", took)
	right := c.result()
	out.says["client"] = "the run is finished"
	if !out.ok {
		require.Equal(c.t, 1, status)
		out.says["client"] = clientReason(client.stderr.String())
	}
	require.True(c.t, !out.ok || right, "success without a result")
	require.True(c.t, !c.fault.good || out.ok, "the run failed: %s", everything)
	if c.fault.want != "" {
		require.Regexp(c.t, c.fault.want, everything)
	}
	for name, said := range out.says {
		if name == c.victim() {
			continue // what is wrong with itself needs no name, and it may hear of nothing
		}
		unaware := said == "the run is finished" && strings.Contains(out.says["master"], "the run failed")
		require.False(c.t, unaware && !c.fault.late, "%s does not know that the run failed elsewhere", name)
		if strings.Contains(said, "failed") || strings.Contains(said, "did not begin") || name == "client" && !out.ok {
			require.Regexp(c.t, named, said, "%s names nobody", name)
		}
	}
	return out
}

var named = regexp.MustCompile(`\b(client|` + strings.Join(ends, "|") + `)\b`)

// clientReason is why a client says that its run failed.
func clientReason(log string) string {
	var reasons []string
	for line := range strings.Lines(log) {
		if reason, ok := strings.CutPrefix(line, "tfec: error: "); ok {
			reasons = append(reasons, strings.TrimSpace(reason))
		}
	}
	return strings.Join(reasons, "; ")
}

// writing waits, at the moment at which outputs are written, until carol does.
func (c *cell) writing(who string) {
	if who != "carol" || c.moment.name != moments[3].name {
		return
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		if files, _ := os.ReadDir(c.disk); len(files) > 0 {
			return
		}
		runtime.Gosched()
	}
}

// wake lets stopped servers go on, and waits for what they say of the run.
func (c *cell) wake() {
	for name, p := range c.servers {
		if p.stopped() {
			c.signal(name, syscall.SIGCONT)
		}
	}
	c.settle()
}

func (c *cell) signal(who string, s syscall.Signal) {
	require.NoError(c.t, c.servers[who].cmd.Process.Signal(s))
}

// stopped reports whether a process was stopped by a signal.
func (p *process) stopped() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return false
	}
	rest := stat[bytes.LastIndexByte(stat, ')')+1:]
	return bytes.HasPrefix(rest, []byte(" T"))
}

// peakMemory is the most that a process had resident, in bytes; of one that
// has ended, 0.
func (p *process) peakMemory() int { return p.statusOf("VmHWM") << 10 }

// statusOf is a number of /proc/PID/status.
func (p *process) statusOf(key string) (n int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}

// TestSampleOfFaults is some cells, by chance; the whole is
// `go test ./internal/e2e -run TestFaultMatrix -matrix -timeout 60m`.
func TestSampleOfFaults(t *testing.T) {
	const cells = 5
	seed := *matrixSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r, chapters := newRig(t), matrix(t)
	for range cells {
		chapter := chapters[random.IntN(len(chapters))]
		f := chapter.faults[random.IntN(len(chapter.faults))]
		m := f.moments()[random.IntN(len(f.moments()))]
		t.Logf("%s, %s", f.name, m.name)
		r.inject(&f, m, r.runOfBefore())
	}
}

// runOfBefore is the id of a run that has ended.
func (r *rig) runOfBefore() string {
	var mu sync.Mutex
	id := ""
	r.network.Tap(func(m wire.Message, forward func([]byte)) {
		mu.Lock()
		if m.Run != "" {
			id = m.Run
		}
		mu.Unlock()
		forward(m.Bytes)
	})
	r.succeedNext()
	r.network.Tap(nil)
	mu.Lock()
	defer mu.Unlock()
	require.NotEmpty(r.t, id)
	return id
}

// TestFaultMatrix is every cell.
func TestFaultMatrix(t *testing.T) {
	if !*wholeMatrix {
		return
	}
	only := regexp.MustCompile(*matrixOnly)
	r := newRig(t)
	before := r.runOfBefore()
	var page page
	for _, chapter := range matrix(t) {
		page.chapter(chapter.title)
		for _, f := range chapter.faults {
			if !only.MatchString(f.name) {
				continue
			}
			var outcomes []outcome
			for _, m := range f.moments() {
				began := time.Now()
				out := r.inject(&f, m, before)
				t.Logf("%s, %s: %.1f s of %.1f s: %s", f.name, m.name, out.took.Seconds(), time.Since(began).Seconds(), out.says["client"])
				outcomes = append(outcomes, out)
			}
			page.fault(f, outcomes)
		}
	}
	if *matrixOnly == "" {
		require.NoError(t, os.WriteFile(filepath.Join("..", "..", "docs", "faults.md"), page.bytes(), 0o644))
	}
}
