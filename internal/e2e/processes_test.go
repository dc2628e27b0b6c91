// Package e2e runs whole computations as their users do: built binaries, one
// process a player, mutual TLS on loopback; and looks at what goes wrong.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain makes this test binary a recording server, or a reader of a page,
// where it is started as one (wine_test.go, many_test.go).
func TestMain(m *testing.M) {
	if os.Getenv(recordEnv) != "" {
		os.Exit(recordingServer())
	}
	if os.Getenv(fetchEnv) != "" {
		os.Exit(fetch(os.Args[1]))
	}
	os.Exit(m.Run())
}

// patience bounds every wait of these tests, and the life of their processes
// where a stage says nothing else.
const patience = 60 * time.Second

// tool builds tfec once for all tests of the package.
var tool = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tfec-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tfec")
	cmd := exec.Command("go", "build", "-o", path, "github.com/tfec-lang/tfec/cmd/tfec")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// A stage is a folder with a hostmap, and the environment of its processes.
type stage struct {
	t    testing.TB
	dir  string
	tfec string
	env  []string

	patience time.Duration // bounds the life of every process
}

func newStage(t testing.TB, players ...string) *stage {
	t.Helper()
	path, err := tool()
	require.NoError(t, err)
	s := &stage{t: t, dir: t.TempDir(), tfec: path, env: os.Environ(), patience: patience}
	s.write("config.json", freeHostmap(t, players))
	return s
}

// freeHostmap gives every player a port that is free now.
func freeHostmap(t testing.TB, players []string) string {
	t.Helper()
	var lines []string
	for _, name := range players {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close() // all stay open until the last port is known
		lines = append(lines, `    "`+name+`": "`+l.Addr().String()+`"`)
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) write(name, text string) {
	s.t.Helper()
	require.NoError(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	require.NoError(s.t, os.WriteFile(s.path(name), []byte(text), 0o644))
}

// run runs a command to its end and returns its exit status with stdout and
// stderr.
func (s *stage) run(name string, args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	return s.runEnv(nil, name, args...)
}

func (s *stage) runEnv(env []string, name string, args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	p := s.startEnv(env, name, args...)
	return p.wait(), p.stdout.String(), p.stderr.String()
}

// succeed is run of what must exit with 0; it returns stdout.
func (s *stage) succeed(name string, args ...string) string {
	s.t.Helper()
	status, stdout, stderr := s.run(name, args...)
	require.Zero(s.t, status, "%s %v\n%s%s", name, args, stdout, stderr)
	return stdout
}

// build is succeed of tfec where it has the go tool build, which takes as long as
// the machine needs: the test's own time alone bounds it.
func (s *stage) build(args ...string) {
	s.t.Helper()
	unhurried := *s
	unhurried.patience = time.Hour
	unhurried.succeed(s.tfec, args...)
}

// A process is a started command.
type process struct {
	t              testing.TB
	name           string
	cmd            *exec.Cmd
	stdout, stderr lockedBuffer
	done           chan struct{}
}

// start starts a command in the stage's folder; it is killed at the end of
// the test if it still runs.
func (s *stage) start(name string, args ...string) *process {
	return s.startEnv(nil, name, args...)
}

func (s *stage) startEnv(env []string, name string, args ...string) *process {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	p := &process{t: s.t, name: filepath.Base(name), cmd: exec.CommandContext(ctx, name, args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = s.dir, append(s.env, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	require.NoError(s.t, p.cmd.Start())
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	s.t.Cleanup(func() {
		cancel()
		<-p.done
	})
	return p
}

// wait waits for the end and returns the exit status.
func (p *process) wait() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// says waits until the process has written text to stderr.
func (p *process) says(text string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return strings.Contains(p.stderr.String(), text) },
		patience, 5*time.Millisecond, "%s never said %q:\n%s", p.name, text, &p.stderr)
}

// lockedBuffer is a buffer that may be read while a process writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
