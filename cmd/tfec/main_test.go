package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The command as its users see it: messages, files and exit statuses. Each
// script of testdata/script runs in an empty folder of its own.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			env.Setenv("CORPUS", filepath.Join(root, "corpus"))
			for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOFLAGS"} {
				env.Setenv(name, goEnv(t, name))
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"hostmap": writeHostmap,
			"status":  expectStatus,
		},
		Condition: func(what string) (bool, error) {
			if what != "root" {
				return false, fmt.Errorf("unknown condition %s", what)
			}
			return os.Geteuid() == 0, nil
		},
		RequireExplicitExec: true,
	})
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tfec": main, "unpack": unpack, "chrooted": chrooted})
}

// writeHostmap, `hostmap FILE NAME…`, writes a hostmap with free loopback
// ports.
func writeHostmap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hostmap FILE NAME…")
	}
	var lines []string
	for _, name := range args[1:] {
		// All listeners stay open until the last port is known.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close()
		lines = append(lines, `    "`+name+`": "`+l.Addr().String()+`"`)
	}
	text := "{\n" + strings.Join(lines, ",\n") + "\n}\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}

// expectStatus, `status N COMMAND…`, runs tfec and compares its exit status;
// stdout and stderr are left for the next lines.
func expectStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// goEnv asks the go command, whose folders depend on the HOME that scripts
// do not have.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
