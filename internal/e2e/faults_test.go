package e2e

// What goes wrong in networked runs, at every side: the table of
// design/running.md, section 4, on processes.

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const averageProgram = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)
precision fixed(35, 12)

computation average[n, m](
  a: fixed[n] @ alice in 0.0..100_000.0,
  b: fixed[m] @ bob in 0.0..100_000.0,
) -> avg: fixed @ carol
  where n >= 2, m >= 2, n + m <= 100_000
{
  let total = sum(a) + sum(b)
  return reveal(total / (n + m)) to carol
}
`

// slowProgram takes many rounds, one after the other.
const slowProgram = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

computation slow(a: int32 @ alice in 0..2, b: int32 @ bob in 0..2) -> r: bool @ carol {
  var x: int64 = int64(a) * int64(b)
  for i in 0..1_000_000 {
    x = x * int64(a)
  }
  return reveal(x > 0) to carol
}
`

var everybody = []string{"alice", "bob", "carol", "s0", "s1", "s2"}

// A party is how one player is started, where that is not as usual.
type party struct {
	program string   // another file
	args    []string // more arguments
	absent  bool
}

// play starts the players of program.tfe.
func (s *stage) play(odd map[string]party, common ...string) map[string]*process {
	s.t.Helper()
	players := make(map[string]*process)
	inputs := map[string]string{"alice": "a=json:a.json", "bob": "b=json:b.json"}
	for _, name := range everybody {
		p := odd[name]
		if p.absent {
			continue
		}
		args := []string{"player", name, cmp.Or(p.program, "program.tfe"), "--config", "config.json", "--peer-timeout", "2s", "--connect-timeout", "3s"}
		args = append(append(args, common...), p.args...)
		if input := inputs[name]; input != "" && !slices.Contains(args, "--in") {
			args = append(args, "--in", input)
		}
		players[name] = s.start(s.tfec, args...)
	}
	return players
}

// ask starts a client.
func (s *stage) ask(args ...string) *process {
	s.t.Helper()
	return s.start(s.tfec, append([]string{"run", "program.tfe", "--config", "config.json"}, args...)...)
}

func averageStage(t *testing.T) *stage {
	s := newStage(t, "s0", "s1", "s2", "alice", "bob", "carol")
	s.write("program.tfe", averageProgram)
	s.write("a.json", "[1000, 3000]")
	s.write("b.json", "[2000, 2000, 7000]")
	return s
}

func TestFaults(t *testing.T) {
	rows := make([]string, 20)
	for i := range rows {
		rows[i] = "1000"
	}
	rows[15] = "unwell" // row 17 of the file: one header, and counting from 1
	text := "gross\n" + strings.Join(rows, "\n") + "\n"

	aliceStopped := "alice stopped in the set-up"
	carolMissing := `carol: cannot be reached at 127\.0\.0\.1:\d+ after 3s: connection refused`
	s1Missing := strings.Replace(carolMissing, "carol", "s1", 1)
	s1Differs := `(the client|s0) and s1 do not have the same program: the source of program\.tfe differs`
	s1Insecure := `s1: s0 cannot connect to it at 127\.0\.0\.1:\d+: s1 was started with --insecure, and s0 uses TLS`
	s1Unknown := `s1: s0 cannot connect to it at 127\.0\.0\.1:\d+: the certificate of s1 comes from another authority than that of s0`
	tests := []fault{
		{
			name:   "a text in row 17",
			files:  map[string]string{"a.csv": text},
			odd:    map[string]party{"alice": {args: []string{"--in", "a=csv:a.csv#gross"}}},
			says:   map[string]string{"alice": "a.csv:17: column gross: .*`?unwell`? is not a number"},
			others: aliceStopped,
		},
		{
			name:   "a missing column",
			files:  map[string]string{"a.csv": "name,pay\nx,1\ny,2\n"},
			odd:    map[string]party{"alice": {args: []string{"--in", "a=csv:a.csv#gross"}}},
			says:   map[string]string{"alice": "a.csv: no column `gross`: the columns are name, pay"},
			others: aliceStopped,
		},
		{
			name:   "a value out of range",
			files:  map[string]string{"b.json": "[1, 100001, 3]"},
			says:   map[string]string{"bob": `b.json.*100001.*0\.0\.\.100_000\.0`},
			others: "bob stopped in the set-up",
		},
		{
			name:   "another program",
			files:  map[string]string{"other/program.tfe": strings.Replace(averageProgram, "total / (n + m)", "total / (n + m + 1)", 1)},
			odd:    map[string]party{"s1": {program: "other/program.tfe"}},
			others: s1Differs,
		},
		{
			name:   "another protocol",
			odd:    map[string]party{"s1": {args: []string{"--protocol", "aby3(s1, s0, s2)"}}},
			others: `(the client|s0) and s1 do not have the same program: the protocol differs \(.*aby3\(s0, s1, s2\).* and .*aby3\(s1, s0, s2\)`,
		},
		{
			name:   "one without TLS",
			odd:    map[string]party{"s1": {args: []string{"--insecure"}}},
			says:   map[string]string{"s1": "s1 was started with --insecure"},
			others: s1Insecure,
		},
		{
			name:   "a player that is not there",
			odd:    map[string]party{"carol": {absent: true}},
			others: carolMissing,
		},
		{
			name:   "a certificate of another authority",
			keys:   true,
			odd:    map[string]party{"s1": {args: []string{"--tls", "other/s1"}}},
			says:   map[string]string{"s1": "comes from another authority"},
			others: s1Unknown,
		},
		{
			name:   "a certificate of another player",
			keys:   true,
			odd:    map[string]party{"s1": {args: []string{"--tls", "keys/bob"}}},
			says:   map[string]string{"s1": "keys/bob holds the certificate of bob, not of s1"},
			others: s1Missing,
		},
		{
			name:   "an expired certificate",
			keys:   true,
			odd:    map[string]party{"s1": {args: []string{"--tls", "expired/s1"}}},
			says:   map[string]string{"s1": `the certificate of s1 expired on 2020-01-31: renew it with .tfec keys renew expired/s1. and .tfec keys sign s1\.csr.`},
			others: s1Missing,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Run("client", tt.withClient)
			t.Run("once", tt.once)
		})
	}
}

// A fault is a row of the table.
type fault struct {
	name  string
	files map[string]string
	keys  bool // certificates of keys/, and not the automatic ones
	odd   map[string]party

	// What each side must say, as a pattern: says by name, others else.
	says   map[string]string
	others string
}

// soon is when every side must have heard of a fault: the timeouts of the
// players are 2 s and 3 s, and the machine may be busy.
const soon = 15 * time.Second

// withClient has a client start the run; the players go on afterwards.
func (f *fault) withClient(t *testing.T) {
	s, players := f.play(t)
	began := time.Now()
	client := s.ask(f.tls("client")...)
	require.Equal(t, 1, client.wait(), "the client: %s%s", &client.stdout, &client.stderr)
	client.matches("tfec: error: " + f.others)
	f.check(t, players)
	require.Less(t, time.Since(began), soon)
}

// once is the batch job: every process ends by itself, with the reason.
func (f *fault) once(t *testing.T) {
	_, players := f.play(t, "--once")
	began := time.Now()
	for name, p := range players {
		require.Equal(t, 1, p.wait(), "%s: %s%s", name, &p.stdout, &p.stderr)
		require.NotContains(t, p.stderr.String(), "client and", "there is none")
	}
	f.check(t, players)
	require.Less(t, time.Since(began), soon)
}

func (f *fault) play(t *testing.T, common ...string) (*stage, map[string]*process) {
	s := averageStage(t)
	for name, text := range f.files {
		s.write(name, text)
	}
	odd := maps.Clone(f.odd)
	if f.keys {
		s.makeKeys()
		for _, name := range everybody {
			if _, ok := odd[name]; !ok {
				odd[name] = party{args: f.tls(name)}
			}
		}
	}
	return s, s.play(odd, common...)
}

func (f *fault) tls(name string) []string {
	if !f.keys {
		return nil
	}
	return []string{"--tls", filepath.Join("keys", name)}
}

func (f *fault) check(t *testing.T, players map[string]*process) {
	for name, p := range players {
		p.matches(cmp.Or(f.says[name], f.others))
		require.Empty(t, p.stdout.String(), "%s must not have a result", name)
		if name != "alice" {
			require.NotContains(t, p.stderr.String(), "unwell", "alice's data leaked")
		}
	}
}

// makeKeys makes the keys of everybody in keys/, by another authority in
// other/, and that of s1 with an expired certificate in expired/.
func (s *stage) makeKeys() {
	s.t.Helper()
	for _, out := range []string{"keys", "other"} {
		s.succeed(s.tfec, "keys", "demo", "--config", "config.json", "-o", out)
	}
	s.certify("expired", "s1", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 31, 0, 0, 0, 0, time.UTC))
}

// Without its coordinator a batch job ends, too; and with one that everybody
// else refuses.
func TestOnceWithoutCoordinator(t *testing.T) {
	tests := []struct {
		name   string
		first  party
		s0     string // what the coordinator says
		others string
	}{
		{"absent", party{absent: true}, "", `tfec: error: s0: cannot be reached at 127\.0\.0\.1:\d+ after 3s: connection refused`},
		{"without TLS", party{args: []string{"--insecure"}},
			`tfec: error: alice: s0 cannot connect to it at .*: alice refuses: s0 was started with --insecure, and alice uses TLS\ntfec: error: bob: `,
			// Who refuses s0 first may find it gone when it calls in turn.
			`s0 was started with --insecure, and \w+ uses TLS`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			players := averageStage(t).play(map[string]party{"s0": tt.first}, "--once")
			began := time.Now()
			for name, p := range players {
				require.Equal(t, 1, p.wait(), name)
				pattern := tt.others
				if name == "s0" {
					pattern = tt.s0
				}
				p.matches(pattern)
			}
			require.Less(t, time.Since(began), soon)
		})
	}
}

// A client ends at once where the coordinator has no TLS.
func TestCoordinatorWithoutTLS(t *testing.T) {
	s := averageStage(t)
	players := s.play(map[string]party{"s0": {args: []string{"--insecure"}}})
	began := time.Now()
	client := s.ask()
	require.Equal(t, 1, client.wait())
	client.matches("tfec: error: s0: client cannot connect to it at .*: s0 was started with --insecure, and client uses TLS")
	players["s0"].matches("refused a connection.*it uses TLS, and s0 was started with --insecure")
	require.Less(t, time.Since(began), soon)
}

// matches waits until the process has written what the pattern describes.
func (p *process) matches(pattern string) {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	require.Eventually(p.t, func() bool { return re.MatchString(p.stderr.String()) },
		5*time.Second, 5*time.Millisecond, "%s never said %s:\n%s", p.name, pattern, &p.stderr)
}

// A player that is killed in the middle of a run ends it everywhere, and the
// others are ready for the next.
func TestKilledInTheMiddle(t *testing.T) {
	step := `step \d+ \(.*program\.tfe:\d+\)`
	tests := []struct{ victim, client, player string }{
		// Its last heartbeat may be from before the first step.
		{"s1", "s1 (failed at " + step + "|stopped in the set-up): the connection to it was lost", "s1 (failed at " + step + "|stopped in the set-up)"},
		{"s0", "the connection to s0, the coordinator, was lost: the last that was heard is that \\w+ was at " + step,
			"s0, the coordinator, was lost while \\w+ was at " + step},
	}
	for _, tt := range tests {
		t.Run(tt.victim, func(t *testing.T) {
			s := averageStage(t)
			s.write("program.tfe", slowProgram)
			s.write("a.json", "1")
			s.write("b.json", "1")
			any := party{args: []string{"--runs", "any"}}
			players := s.play(map[string]party{"alice": any, "bob": any})
			client := s.ask()
			client.says("step")
			killed := time.Now()
			require.NoError(t, players[tt.victim].cmd.Process.Kill())
			require.Equal(t, 1, client.wait())
			client.matches("tfec: error: " + tt.client)
			delete(players, tt.victim)
			for _, p := range players {
				p.matches("the run failed.*" + tt.player)
			}
			require.Less(t, time.Since(killed), 10*time.Second)

			// The next run, with the victim back.
			s.start(s.tfec, "player", tt.victim, "program.tfe", "--config", "config.json")
			next := s.ask()
			next.says("step")
			next.cmd.Process.Signal(os.Interrupt)
			require.NotZero(t, next.wait())
		})
	}
}

// Hostmaps that cannot be meant are refused before anything starts.
func TestHostmaps(t *testing.T) {
	tests := []struct{ name, hostmap, want string }{
		{"no JSON", "s0 = 127.0.0.1:4440\n", `config.json:1: .*JSON`},
		{"a name twice", "{\n  \"s0\": \"127.0.0.1:1\",\n  \"s0\": \"127.0.0.1:2\"\n}\n", `config.json:3: .*s0`},
		{"the same name with - and _", "{\n  \"s_0\": \"127.0.0.1:1\",\n  \"s-0\": \"127.0.0.1:2\"\n}\n", `config.json:3: .*s-0`},
		{"an address twice", "{\n  \"s0\": \"127.0.0.1:1\",\n  \"s1\": \"127.0.0.1:1\"\n}\n", `config.json:3: s1: address 127.0.0.1:1 is that of s0, on line 2`},
		{"a bad port", "{\n  \"s0\": \"127.0.0.1:99999\"\n}\n", `config.json:2: .*s0.*99999`},
		{"a player missing", "{\n  \"s0\": \"127.0.0.1:1\",\n  \"s1\": \"127.0.0.1:2\"\n}\n", `config.json: has no entry for alice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := averageStage(t)
			s.write("config.json", tt.hostmap)
			status, _, stderr := s.run(s.tfec, "run", "program.tfe", "--config", "config.json")
			require.Equal(t, 1, status)
			require.Regexp(t, tt.want, stderr)
			status, _, stderr = s.run(s.tfec, "player", "alice", "program.tfe", "--config", "config.json", "--in", "a=json:a.json")
			require.Equal(t, 1, status)
			require.Regexp(t, tt.want, stderr)
		})
	}
}
