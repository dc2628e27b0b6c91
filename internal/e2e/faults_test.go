package e2e

// What goes wrong in networked runs, at every side: the table of
// design/running.md, section 4, on processes.

import (
	"os"
	"path/filepath"
	"regexp"
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

// play starts the players of program.tfe and a client, and returns them.
func (s *stage) play(odd map[string]party, client ...string) (players map[string]*process, c *process) {
	s.t.Helper()
	players = make(map[string]*process)
	for _, name := range everybody {
		p := odd[name]
		if p.absent {
			continue
		}
		program := "program.tfe"
		if p.program != "" {
			program = p.program
		}
		args := append([]string{"player", name, program, "--config", "config.json", "--peer-timeout", "2s", "--connect-timeout", "3s"}, p.args...)
		if strings.HasPrefix(name, "alice") && !hasIn(p.args) {
			args = append(args, "--in", "a=json:a.json")
		}
		if name == "bob" && !hasIn(p.args) {
			args = append(args, "--in", "b=json:b.json")
		}
		players[name] = s.start(s.tfec, args...)
	}
	return players, s.start(s.tfec, append([]string{"run", "program.tfe", "--config", "config.json"}, client...)...)
}

func hasIn(args []string) bool {
	for _, a := range args {
		if a == "--in" {
			return true
		}
	}
	return false
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

	tests := []struct {
		name  string
		files map[string]string
		odd   map[string]party
		says  map[string]string // what each side must say, as a pattern; "client" is one
	}{
		{
			name:  "a text in row 17",
			files: map[string]string{"a.csv": text},
			odd:   map[string]party{"alice": {args: []string{"--in", "a=csv:a.csv#gross"}}},
			says: map[string]string{
				"alice": "a.csv:17: column gross: .*`?unwell`? is not a number",
				"bob":   "alice stopped in the set-up", "carol": "alice stopped in the set-up",
				"s0": "alice stopped in the set-up", "s1": "alice stopped in the set-up", "s2": "alice stopped in the set-up",
				"client": "tfec: error: alice stopped in the set-up",
			},
		},
		{
			name:  "a missing column",
			files: map[string]string{"a.csv": "name,pay\nx,1\ny,2\n"},
			odd:   map[string]party{"alice": {args: []string{"--in", "a=csv:a.csv#gross"}}},
			says: map[string]string{
				"alice":  "a.csv: no column `gross`: the columns are name, pay",
				"s1":     "alice stopped in the set-up",
				"client": "tfec: error: alice stopped in the set-up",
			},
		},
		{
			name:  "a value out of range",
			files: map[string]string{"b.json": "[1, 100001, 3]"},
			says: map[string]string{
				"bob":    `b.json.*100001.*0\.0\.\.100_000\.0`,
				"alice":  "bob stopped in the set-up",
				"s0":     "bob stopped in the set-up",
				"client": "tfec: error: bob stopped in the set-up",
			},
		},
		{
			name:  "another program",
			files: map[string]string{"other/program.tfe": strings.Replace(averageProgram, "total / (n + m)", "total / (n + m + 1)", 1)},
			odd:   map[string]party{"s1": {program: "other/program.tfe"}},
			says: map[string]string{
				"client": "tfec: error: .*s1.*source",
			},
		},
		{
			name: "one without TLS",
			odd:  map[string]party{"s1": {args: []string{"--insecure"}}},
			says: map[string]string{
				"s1":     "TLS",
				"client": "tfec: error: .*s1.*TLS",
			},
		},
		{
			name: "a player that is not there",
			odd:  map[string]party{"carol": {absent: true}},
			says: map[string]string{
				"client": `tfec: error: .*carol.*127\.0\.0\.1:\d+.*3s`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := averageStage(t)
			for name, text := range tt.files {
				s.write(name, text)
			}
			players, client := s.play(tt.odd)
			began := time.Now()
			require.Equal(t, 1, client.wait(), "the client: %s%s", &client.stdout, &client.stderr)
			require.Less(t, time.Since(began), 20*time.Second)
			for name, pattern := range tt.says {
				p := client
				if name != "client" {
					p = players[name]
				}
				p.matches(pattern)
			}
			for name, p := range players {
				require.Empty(t, p.stdout.String(), "%s must not have a result", name)
				if name != "alice" {
					require.NotContains(t, p.stderr.String(), "unwell", "alice's data leaked")
				}
			}
		})
	}
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
	s := averageStage(t)
	s.write("program.tfe", slowProgram)
	s.write("a.json", "1")
	s.write("b.json", "1")
	any := party{args: []string{"--runs", "any"}}
	players, client := s.play(map[string]party{"alice": any, "bob": any})
	client.says("step")
	killed := time.Now()
	require.NoError(t, players["s1"].cmd.Process.Kill())
	require.Equal(t, 1, client.wait())
	require.Less(t, time.Since(killed), 10*time.Second)
	client.matches(`tfec: error: .*s1`)
	for _, name := range []string{"alice", "bob", "carol", "s0", "s2"} {
		players[name].matches(`(?s)the run failed.*s1`)
	}

	// The next run, with s1 back.
	players["s1"] = s.start(s.tfec, "player", "s1", "program.tfe", "--config", "config.json")
	next := s.start(s.tfec, "run", "program.tfe", "--config", "config.json")
	next.says("step")
	next.cmd.Process.Signal(os.Interrupt)
	require.NotZero(t, next.wait())
}

// A certificate that is right, but another player's.
func TestCertificateOfAnother(t *testing.T) {
	s := averageStage(t)
	s.succeed(s.tfec, "keys", "demo", "--config", "config.json", "-o", "keys")
	odd := make(map[string]party)
	for _, name := range everybody {
		odd[name] = party{args: []string{"--tls", filepath.Join("keys", name)}}
	}
	odd["s1"] = party{args: []string{"--tls", "keys/bob"}}
	players, client := s.play(odd, "--tls", "keys/client")
	require.Equal(t, 1, players["s1"].wait())
	players["s1"].matches("keys/bob holds the certificate of bob, not of s1")
	require.Equal(t, 1, client.wait())
	client.matches("tfec: error: .*s1")
}

// Hostmaps that cannot be meant are refused before anything starts.
func TestHostmaps(t *testing.T) {
	tests := []struct{ name, hostmap, want string }{
		{"no JSON", "s0 = 127.0.0.1:4440\n", `config.json:1: .*JSON`},
		{"a name twice", "{\n  \"s0\": \"127.0.0.1:1\",\n  \"s0\": \"127.0.0.1:2\"\n}\n", `config.json:3: .*s0`},
		{"the same name with - and _", "{\n  \"s_0\": \"127.0.0.1:1\",\n  \"s-0\": \"127.0.0.1:2\"\n}\n", `config.json:3: .*s-0`},
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
