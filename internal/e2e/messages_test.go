package e2e

// What docs/running.md tells a user about messages: each that its table has
// comes, word for word, from a situation that brings it about.

import (
	"context"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	simulated "github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
)

// A scene is a stage with keys, where a message comes about.
type scene struct {
	*stage
	everybody func() // has all players there
}

// situations say by which words a row is known, and how its message comes about.
var situations = []struct {
	of   string
	says func(s *scene) string
}{
	{"stopped in the set-up", func(s *scene) string {
		s.everybody()
		s.write("a.json", `["unwell", 1]`)
		defer s.write("a.json", "[1000, 3000]")
		return s.asks()
	}},
	{"do not have the same program", func(s *scene) string {
		s.everybody()
		s.write("other/program.tfe", strings.Replace(averageProgram, "n + m)", "n + m + 1)", 1))
		return s.fails("run", "other/program.tfe", "--config", "config.json", "--tls", "keys/client")
	}},
	{"taken part in as many runs", func(s *scene) string {
		s.everybody()
		s.succeed(s.tfec, "run", "program.tfe", "--config", "config.json", "--tls", "keys/client")
		return s.asks()
	}},
	{"does not fit client", func(s *scene) string {
		s.everybody()
		return s.asks("--tls", "keys/bob")
	}},
	{"comes from another authority", func(s *scene) string {
		s.everybody()
		return s.asks("--tls", "other/client")
	}},
	{"was started with --insecure", func(s *scene) string {
		s.everybody()
		return s.asks("--tls", "", "--insecure")
	}},
	{"compare the addresses in the hostmap", func(s *scene) string {
		s.everybody()
		hosts, err := runtime.LoadHostmap(s.path("config.json"))
		require.NoError(s.t, err)
		hosts.Entries[0].Addr, hosts.Entries[1].Addr = hosts.Entries[1].Addr, hosts.Entries[0].Addr
		require.NoError(s.t, hosts.Save(s.path("wrong.json")))
		return s.asks("--config", "wrong.json")
	}},
	{"does not answer yet", func(s *scene) string {
		s.write("elsewhere.json", freeHostmap(s.t, everybody))
		s.start(s.tfec, "player", "alice", "program.tfe", "--config", "elsewhere.json", "--tls", "keys/alice", "--run-log", "waiting.log", "--in", "a=json:a.json", "--connect-timeout", "1s")
		return s.asks("--config", "elsewhere.json")
	}},
	{"expired on", func(s *scene) string {
		return s.fails("player", "s1", "program.tfe", "--config", "config.json", "--tls", "expired/s1")
	}},
	{"the port is in use", func(s *scene) string {
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(s.t, err)
		defer taken.Close()
		return s.fails("player", "s1", "program.tfe", "--config", "config.json", "--tls", "keys/s1", "--run-log", "free.log", "--listen", taken.Addr().String())
	}},
	{"cannot open the log of runs", func(s *scene) string {
		s.everybody()
		return s.fails("player", "alice", "program.tfe", "--config", "config.json", "--tls", "keys/alice", "--listen", "127.0.0.1:0", "--in", "a=json:a.json")
	}},
	{"is at step", func(s *scene) string {
		unit := compiled(s.t, abs(s.t, "../../corpus/programs/auction.tfe"))
		in, err := interp.Run(unit.Tests[0].Given, nil)
		require.NoError(s.t, err)
		_, err = simulated.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
			return runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Link: func(l link.Link) link.Link {
				if l.Players()[l.Self()] == "s1" {
					return &straying{Link: l}
				}
				return l
			}})
		}, unit.Tests[0].Program, in)
		require.Error(s.t, err)
		return err.Error()
	}},
}

// A straying link says of one message that it belongs to the next step.
type straying struct {
	link.Link
	once sync.Once
}

func (l *straying) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	if h.Step > 0 {
		l.once.Do(func() { h.Step++ })
	}
	return l.Link.Send(ctx, to, h, parts...)
}

// asks has a client fail, with options that come after the usual ones.
func (s *scene) asks(args ...string) string {
	return s.fails(append([]string{"run", "program.tfe", "--config", "config.json", "--tls", "keys/client"}, args...)...)
}

// fails is what a command that fails has to say.
func (s *scene) fails(args ...string) string {
	s.t.Helper()
	status, stdout, stderr := s.run(s.tfec, args...)
	require.NotZero(s.t, status, "%v\n%s%s", args, stdout, stderr)
	return stderr
}

// TestMessages walks the table: a row without a situation, or a situation
// without a row, is an error as well.
func TestMessages(t *testing.T) {
	page, err := os.ReadFile("../../docs/running.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "## When it does not work")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(table, -1)
	require.Len(t, rows, len(situations))

	s := &scene{stage: averageStage(t)}
	s.makeKeys()
	s.everybody = sync.OnceFunc(func() {
		secured := make(map[string]party)
		for _, name := range everybody {
			secured[name] = party{args: []string{"--tls", "keys/" + name}}
		}
		for _, p := range s.play(secured) {
			p.says("listens")
		}
	})
	for _, situation := range situations {
		t.Run(situation.of, func(t *testing.T) {
			said := situation.says(s)
			for _, row := range rows {
				if strings.Contains(row[1], situation.of) {
					require.Regexp(t, pattern(row[1]), said)
					return
				}
			}
			require.Fail(t, "no row has these words")
		})
	}
}

// varying are what a message has otherwise each time: names, places, numbers.
var varying = regexp.MustCompile(`divide, average\.tfe|average\.tfe|\b(alice|bob|carol|s0|s1|s2)\b|[\d.]+:\d+|\d+`)

// pattern matches messages like one of the page.
func pattern(message string) string {
	const any = "\x00"
	quoted := regexp.QuoteMeta(varying.ReplaceAllString(message, any))
	return strings.ReplaceAll(strings.ReplaceAll(quoted, any, ".+?"), "…", ".*")
}
