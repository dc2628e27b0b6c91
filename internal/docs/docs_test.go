// Package docs runs the documentation: every `console` block of the README,
// docs/ and the examples is typed into a shell in a copy of the tree, and
// what comes out is compared with what the page shows. Blocks marked `sh` need
// several machines, or run this very test, and are not run.
package docs

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// root is the project's root, seen from this folder.
const root = "../.."

// tolerance is how far a printed number may be off: a secure division is off
// by up to two units in the last place, by chance.
const tolerance = 0.002

func TestPages(t *testing.T) {
	bin := buildTool(t)
	tree := copyTree(t)
	for _, page := range pages(t, "README.md", "docs/*.md", "examples/*/README.md") {
		name, err := filepath.Rel(root, page)
		require.NoError(t, err)
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			data, err := os.ReadFile(page)
			require.NoError(t, err)
			// An example's page is typed in its folder, any other at the root.
			dir := tree
			if strings.HasPrefix(name, "examples") {
				dir = filepath.Join(tree, filepath.Dir(name))
			}
			sh := &shell{t: t, bin: bin, dir: dir}
			for _, c := range commands(string(data)) {
				sh.run(c)
			}
		})
	}
}

// A command is one line after `$ ` with the output that the page shows.
type command struct {
	line int
	text string
	want []string // nil: the page shows none
}

// commands reads the console blocks of a page.
func commands(page string) []command {
	var out []command
	inside := false
	for i, line := range strings.Split(page, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && strings.HasPrefix(line, "$ "):
			out = append(out, command{line: i + 1, text: strings.TrimPrefix(line, "$ ")})
		case inside && len(out) > 0:
			last := &out[len(out)-1]
			last.want = append(last.want, line)
		}
	}
	return out
}

// A shell keeps the folder between the commands of a page.
type shell struct {
	t   *testing.T
	bin string
	dir string
}

func (s *shell) run(c command) {
	s.t.Helper()
	switch {
	case strings.HasPrefix(c.text, "cd "):
		s.change(strings.TrimPrefix(c.text, "cd "))
		return
	case strings.HasPrefix(c.text, "git clone "), c.text == "go install ./cmd/tfec":
		return // the copy of the tree, and the tool in PATH, stand for these
	}
	cmd := exec.Command("bash", "-c", c.text)
	cmd.Dir = s.dir
	// Trimmed of the copy's folder, which is another each time, what the go tool
	// compiles is what it has compiled before.
	cmd.Env = append(os.Environ(), "PATH="+s.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOFLAGS=-trimpath")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	text := strings.TrimRight(out.String(), "\n")
	// A command that the page shows failing prints an error: or FAIL line.
	if err != nil && !strings.Contains(strings.Join(c.want, "\n"), "error") && !strings.Contains(strings.Join(c.want, "\n"), "FAIL") {
		s.t.Errorf("line %d: %s: %v\n%s", c.line, c.text, err, text)
		return
	}
	if c.want != nil {
		if diff := compare(c.want, strings.Split(text, "\n")); diff != "" {
			s.t.Errorf("line %d: %s: %s\ngot:\n%s", c.line, c.text, diff, text)
		}
	}
}

func (s *shell) change(dir string) {
	if dir == "tfec" {
		return // after git clone: the copy's root
	}
	s.dir = filepath.Join(s.dir, dir)
	_, err := os.Stat(s.dir)
	require.NoError(s.t, err)
}

// told is a line of progress, which a run that takes two seconds prints, on a slow machine
// any.
var told = regexp.MustCompile(`^INFO  .* \d+ rounds, \d+ bytes, \d+ s$`)

var number = regexp.MustCompile(`-?\d+(\.\d+)?`)

// compare returns what differs; numbers may differ by the tolerance, a line `…`
// stands for any lines, and one that ends in `…` for any end. Lines of progress that
// are not wanted do not count.
func compare(want, got []string) string {
	if !slices.ContainsFunc(want, told.MatchString) {
		got = slices.DeleteFunc(got, told.MatchString)
	}
	for len(want) > 0 {
		if want[0] == "…" {
			if len(want) == 1 {
				return ""
			}
			for len(got) > 0 && !sameLine(want[1], got[0]) {
				got = got[1:]
			}
			want = want[1:]
			continue
		}
		if len(got) == 0 {
			return fmt.Sprintf("missing line %q", want[0])
		}
		if !sameLine(want[0], got[0]) {
			return fmt.Sprintf("got line %q, want %q", got[0], want[0])
		}
		want, got = want[1:], got[1:]
	}
	if len(got) > 0 {
		return fmt.Sprintf("unexpected line %q", got[0])
	}
	return ""
}

func sameLine(want, got string) bool {
	if prefix, open := strings.CutSuffix(want, "…"); open {
		return strings.HasPrefix(got, prefix)
	}
	if number.ReplaceAllString(want, "#") != number.ReplaceAllString(got, "#") {
		return false
	}
	a, b := number.FindAllString(want, -1), number.FindAllString(got, -1)
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		x, errX := strconv.ParseFloat(a[i], 64)
		y, errY := strconv.ParseFloat(b[i], 64)
		if errX != nil || errY != nil || x-y > tolerance || y-x > tolerance {
			return false
		}
	}
	return true
}

func TestCompareFindsDifferences(t *testing.T) {
	require.Empty(t, compare([]string{"avg = 3", "…", "end"}, []string{"avg = 3.0001", "a", "b", "end"}))
	require.NotEmpty(t, compare([]string{"avg = 3"}, []string{"avg = 3.1"}))
	require.NotEmpty(t, compare([]string{"avg = 3"}, []string{"sum = 3"}))
	require.NotEmpty(t, compare([]string{"a"}, []string{"a", "b"}))
	require.Empty(t, compare([]string{"a"}, []string{"INFO  k 5 of 9, 1s left, 3 rounds, 40 bytes, 2 s", "a"}))
	require.NotEmpty(t, compare([]string{"…", "end"}, []string{"a"}))
	require.Empty(t, compare([]string{"ok …"}, []string{"ok 0.2s"}))
	require.NotEmpty(t, compare([]string{"ok …"}, []string{"FAIL"}))
}

// buildTool builds tfec once, into a folder for PATH.
func buildTool(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	cmd := exec.Command("go", "build", "-o", filepath.Join(bin, "tfec"), "./cmd/tfec")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return bin
}

// copyTree copies the module without its history, and gives every hostmap
// free ports: pages show fixed ones, tests must not use them.
func copyTree(t *testing.T) string {
	t.Helper()
	tree := t.TempDir()
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" && name != "."):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(tree, name), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		return copyFile(path, filepath.Join(tree, name))
	}))
	return tree
}

var loopbackPort = regexp.MustCompile(`127\.0\.0\.1:\d+`)

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if filepath.Base(from) == "config.json" {
		if data, err = freePorts(data); err != nil {
			return err
		}
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

// freePorts replaces each loopback port by one that is free now; all are held
// until the last is found, so that none is given twice.
func freePorts(hostmap []byte) ([]byte, error) {
	var failed error
	out := loopbackPort.ReplaceAllFunc(hostmap, func([]byte) []byte {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			failed = err
			return nil
		}
		held = append(held, l)
		return []byte(l.Addr().String())
	})
	for _, l := range held {
		l.Close()
	}
	held = nil
	return out, failed
}

var held []net.Listener

var pageLink = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// Every relative link of a page leads somewhere.
func TestLinks(t *testing.T) {
	seen := 0
	for _, page := range pages(t, "*.md", "docs/*.md", "lang/*.md", "design/*.md", "examples/*/*.md", "editors/*/*.md") {
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range pageLink.FindAllStringSubmatch(string(data), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1])))
			assert.NoError(t, err, "%s links to %s", page, m[1])
			seen++
		}
	}
	require.NotZero(t, seen)
}

// SECURITY.md says of every protocol who may be corrupt.
func TestProtocolsHaveTheirTrust(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	require.NoError(t, err)
	for _, name := range capability.Names() {
		require.Contains(t, string(data), "\n| `"+name+"(", name)
	}
}

// pages lists the files that match, from the root.
func pages(t *testing.T, patterns ...string) []string {
	t.Helper()
	var out []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		require.NoError(t, err)
		out = append(out, found...)
	}
	return out
}

// Code that a page shows stands in the file that it names above.
func TestQuotes(t *testing.T) {
	quotation := regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```go\n(.*?)```\n")
	found := 0
	for _, page := range pages(t, "README.md", "docs/*.md", "examples/*/README.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, q := range quotation.FindAllStringSubmatch(string(text), -1) {
			source, err := os.ReadFile(filepath.Join(root, q[1]))
			require.NoError(t, err)
			assert.Contains(t, string(source), q[2], "%s quotes %s", page, q[1])
			found++
		}
	}
	require.NotZero(t, found)
}
