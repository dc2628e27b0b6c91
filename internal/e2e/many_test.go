package e2e

// Eight players and a coordinator on machines of their own, for many runs: the
// right averages, and nothing that grows.

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	manyRuns     = flag.Int("runs", 30, "of TestManyRuns, one after another")
	manyTogether = flag.Int("together", 5, "of TestManyRuns, at once")
)

const averageOfFour = `players north, south, east, west, office, s0, s1, s2
protocol aby3(s0, s1, s2)

computation average[n](
  a: fixed[n] @ north in 0.0..1000.0,
  b: fixed[n] @ south in 0.0..1000.0,
  c: fixed[n] @ east in 0.0..1000.0,
  d: fixed[n] @ west in 0.0..1000.0,
) -> avg: fixed @ office
  where n <= 1000
{
  return reveal((sum(a) + sum(b) + sum(c) + sum(d)) / (4 * n)) to office
}
`

// A crowd is the servers of averageOfFour on their machines.
type crowd struct {
	*stage
	*machines
	names   []string
	servers map[string]*process
}

func newCrowd(t *testing.T) *crowd {
	names := []string{"master", "north", "south", "east", "west", "office", "s0", "s1", "s2"}
	s := newStage(t)
	s.patience = time.Hour
	s.env = append(s.env, "GOGC=50") // collected at once: what stays is a leak
	c := &crowd{stage: s, machines: newMachines(t, names), names: names, servers: map[string]*process{}}
	t.Logf("machines: %s", c.kind)
	port := 20_000 + os.Getpid()%12_000
	s.write("program.tfe", averageOfFour)
	s.write("config.json", c.hostmap(names, false, port))
	s.write("client.json", c.hostmap(names, true, port))
	s.write("x.json", "[10, 20, 30]")
	s.succeed(s.tfec, "keys", "demo", "--config", "config.json", "-o", "keys")
	inputs := map[string]string{"north": "a", "south": "b", "east": "c", "west": "d"}
	for i, name := range names {
		args := []string{s.tfec, "player", name, "--config", "config.json", "--tls", "keys/" + name, "--runs", "any", "--metrics", fmt.Sprintf(":%d", port+1+i)}
		if name != "master" {
			args = append(args, "program.tfe")
		}
		if i == 0 && c.spaces != nil {
			args = append(args, "--listen", fmt.Sprintf(":%d", port))
		}
		if input := inputs[name]; input != "" {
			args = append(args, "--in", input+"=json:x.json")
		}
		args = c.at(name, args...)
		c.servers[name] = s.start(args[0], args[1:]...)
	}
	for _, p := range c.servers {
		p.says("listens")
	}
	return c
}

// ask starts a client.
func (c *crowd) ask() *process {
	args := c.at("client", c.tfec, "run", "program.tfe", "--config", "client.json", "--tls", "keys/client")
	return c.stage.start(args[0], args[1:]...)
}

// play has so many runs at once.
func (c *crowd) play(together int) {
	var clients []*process
	for range together {
		clients = append(clients, c.ask())
	}
	for _, p := range clients {
		require.Zero(c.stage.t, p.wait(), "%s", &p.stderr)
	}
}

// A use is what a process has of the machine.
type use struct{ files, goroutines, kilobytes int }

// used is the use of a server at rest.
func (c *crowd) used(name string) use {
	t := c.stage.t
	p := c.servers[name]
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	require.NoError(t, err)
	return use{len(files), c.goroutines(name), p.statusOf("VmRSS")}
}

var metricsAddress = regexp.MustCompile(`msg="serves metrics" address=(\S+)`)

// goroutines is the metric of that name.
func (c *crowd) goroutines(name string) int {
	t := c.stage.t
	addr := metricsAddress.FindStringSubmatch(c.servers[name].stderr.String())
	require.NotNil(t, addr, "%s", &c.servers[name].stderr)
	args := c.at(name, c.self(), "http://"+addr[1]+"/metrics")
	status, out, errs := c.stage.runEnv([]string{fetchEnv + "=1"}, args[0], args[1:]...)
	require.Zero(t, status, errs)
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(rest))
			require.NoError(t, err)
			return n
		}
	}
	require.Fail(t, "no goroutines in "+out)
	return 0
}

// fetchEnv makes this test binary print the page that it is called with, in
// whatever namespace it is called.
const fetchEnv = "TFEC_E2E_FETCH"

func fetch(url string) int {
	answer, err := http.Get(url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer answer.Body.Close()
	if err := answer.Write(os.Stdout); err != nil {
		return 1
	}
	return 0
}

func (c *crowd) self() string {
	path, err := os.Executable()
	require.NoError(c.stage.t, err)
	return path
}

// TestManyRuns is a short form; the long one is
// `go test ./internal/e2e -run TestManyRuns -runs 1000 -together 20 -timeout 60m -v`.
func TestManyRuns(t *testing.T) {
	c := newCrowd(t)
	c.isolated()
	for range 5 {
		c.play(1)
	}
	c.play(*manyTogether)
	before := map[string]use{}
	for _, name := range c.names {
		before[name] = c.used(name)
	}
	for range *manyRuns {
		c.play(1)
	}
	c.play(*manyTogether)
	count := 5 + *manyRuns + 2**manyTogether
	office := c.servers["office"]
	require.Eventually(t, func() bool { return strings.Count(office.stdout.String(), "\n") == count }, patience, 10*time.Millisecond)
	for line := range strings.Lines(office.stdout.String()) {
		require.InDelta(t, 20, average(t, line), 0.001)
	}
	for _, name := range c.names {
		c.same(name, before[name])
	}
}

// atRest is more than a server has that takes part in no run.
var atRest = use{files: 16, goroutines: 24}

// same holds that a server has come to rest with no more than before. Of
// memory, what the collector leaves between two runs is not told from a leak
// of less.
func (c *crowd) same(name string, before use) {
	t := c.stage.t
	var after use
	require.Eventually(t, func() bool {
		after = c.used(name)
		return after.files <= before.files && after.goroutines <= before.goroutines
	}, patience, 100*time.Millisecond, "%s: %v before, %v after", name, before, &after)
	require.Less(t, after.files, atRest.files, name)
	require.Less(t, after.goroutines, atRest.goroutines, name)
	t.Logf("%s: files %d, goroutines %d, resident %d MB; after: %d, %d, %d MB", name,
		before.files, before.goroutines, before.kilobytes>>10, after.files, after.goroutines, after.kilobytes>>10)
	require.Less(t, after.kilobytes, before.kilobytes+32<<10, name)
}

// isolated holds that the client reaches the coordinator alone.
func (c *crowd) isolated() {
	if c.spaces == nil {
		return
	}
	for i := range c.names {
		require.Error(c.stage.t, ip("-n", c.spaces["client"], "route", "get", c.address(i)))
	}
	require.NoError(c.stage.t, ip("-n", c.spaces["client"], "route", "get", c.office(1)))
}
