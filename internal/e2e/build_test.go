package e2e

// Binaries of tfec build, wherever the program lies: each runs as a process of
// its own, over TLS.

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const modulePath = "github.com/tfec-lang/tfec"

func TestBuildOutsideAModule(t *testing.T) {
	s := averageStage(t)
	s.build("build", "program.tfe")
	s.runBinaries("program/bin", everybody...)
}

// Inside a module that requires a released tfec, the runtime comes from there:
// from a module proxy in a folder. Three binaries show it.
func TestBuildInsideAModule(t *testing.T) {
	const version = "v0.0.1-test"
	owners := []string{"alice", "bob", "carol"}
	own := strings.NewReplacer(", s0, s1, s2", "", "aby3(s0, s1, s2)", "aby3(alice, bob, carol)").Replace(averageProgram)
	s := averageStage(t)
	s.write("program.tfe", own)
	s.write("config.json", freeHostmap(t, owners))
	s.write("m/go.mod", "module example.com/m\n\ngo 1.26\n\nrequire "+modulePath+" "+version+"\n")
	s.write("m/sub/program.tfe", own)
	s.env = append(s.env, serveRelease(t, version)...)
	s.build("build", "m/sub/program.tfe")
	mod, err := os.ReadFile(s.path("m/go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(mod), "require "+modulePath+" "+version)
	require.NotContains(t, string(mod), "replace")
	s.runBinaries("m/sub/program/bin", owners...)
}

// runBinaries runs the players and a client.
func (s *stage) runBinaries(bin string, names ...string) {
	s.t.Helper()
	players := make(map[string]*process)
	for _, name := range names {
		args := []string{"--config", "config.json"}
		switch name {
		case "alice":
			args = append(args, "--in", "a=json:a.json")
		case "bob":
			args = append(args, "--in", "b=json:b.json")
		}
		players[name] = s.start(s.path(filepath.Join(bin, name)), args...)
	}
	s.succeed(s.tfec, "run", "program.tfe", "--config", "config.json")
	require.InDelta(s.t, 3000, average(s.t, players["carol"].stdout.String()), 0.001)
	for name, p := range players {
		p.matches("the run is finished")
		if name != "carol" {
			require.Empty(s.t, p.stdout.String(), name)
		}
	}
}

// serveRelease makes a version of this tree known to the go tool and returns
// the environment for it; what the tree itself needs comes from the module
// cache that it was built with, if it is there.
func serveRelease(t *testing.T, version string) []string {
	t.Helper()
	tree := goOutput(t, "list", "-m", "-f", "{{.Dir}}")[0]
	proxy := t.TempDir()
	at := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	require.NoError(t, os.MkdirAll(at, 0o755))
	mod, err := os.ReadFile(filepath.Join(tree, "go.mod"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"list":            version + "\n",
		version + ".info": `{"Version": "` + version + `"}`,
		version + ".mod":  string(mod),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(at, name), []byte(text), 0o644))
	}
	archive, err := os.Create(filepath.Join(at, version+".zip"))
	require.NoError(t, err)
	require.NoError(t, zip.CreateFromDir(archive, module.Version{Path: modulePath, Version: version}, tree))
	require.NoError(t, archive.Close())

	env := goOutput(t, "env", "GOMODCACHE", "GOPROXY")
	downloads := filepath.Join(env[0], "cache", "download")
	own := filepath.Join(t.TempDir(), "mod")
	borrowModules(t, env[0], own)
	return []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + ",file://" + filepath.ToSlash(downloads) + "," + env[1],
		"GOSUMDB=off", "GOFLAGS=-mod=mod -modcacherw", "GOMODCACHE=" + own,
	}
}

// borrowModules makes a module cache of another's modules, without tfec's own:
// unpacking all of them again took longer than the build.
func borrowModules(t *testing.T, from, to string) {
	t.Helper()
	own := []string{".", "cache", "cache/download", "cache/download/github.com", "github.com"} // those on the way to tfec
	for _, dir := range own {
		require.NoError(t, os.Mkdir(filepath.Join(to, dir), 0o755))
		entries, err := os.ReadDir(filepath.Join(from, dir))
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			if !slices.Contains(own, filepath.ToSlash(name)) && e.Name() != "tfec-lang" && e.Name() != "lock" {
				require.NoError(t, os.Symlink(filepath.Join(from, name), filepath.Join(to, name)))
			}
		}
	}
}

// goOutput returns the lines that the go tool prints.
func goOutput(t testing.TB, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
