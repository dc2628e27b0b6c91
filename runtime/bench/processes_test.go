package bench

// Three servers as processes: this one and two that are the same program
// again, over TLS on loopback.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/session"
)

const (
	serverName   = "TFEC_BENCH_SERVER"
	serverFolder = "TFEC_BENCH_FOLDER"
)

// A cluster is the servers of all benchmarks of this process.
type cluster struct {
	begun    sync.Once
	team     *team
	err      error
	folder   string
	children []*exec.Cmd
	end      chan struct{} // of the first server's part
	served   chan error
}

var processes cluster

func inProcesses(b testing.TB) *team {
	processes.begun.Do(func() { processes.err = processes.begin() })
	if processes.err != nil {
		b.Fatal(processes.err)
	}
	return processes.team
}

func (c *cluster) begin() (err error) {
	if c.folder, err = os.MkdirTemp("", "tfec-bench"); err != nil {
		return err
	}
	hosts, listeners := &session.Hostmap{}, make([]*net.TCPListener, servers)
	for i, name := range names {
		if listeners[i], err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return err
		}
		hosts.Entries = append(hosts.Entries, session.Entry{Name: name, Addr: listeners[i].Addr().String()})
	}
	if err := errors.Join(session.Demo(hosts, c.folder), hosts.Save(filepath.Join(c.folder, "config.json"))); err != nil {
		return err
	}
	for i := 1; i < servers; i++ {
		if err := c.spawn(names[i], listeners[i]); err != nil {
			return err
		}
	}
	links := make(chan link.Link, 1)
	c.end, c.served = make(chan struct{}), make(chan error, 1)
	go func() {
		c.served <- serve(c.folder, names[0], listeners[0], func(_ context.Context, l link.Link) error {
			links <- l
			<-c.end
			return nil
		})
	}()
	select {
	case l := <-links:
		c.team = &team{newServer(l)}
		return nil
	case err := <-c.served:
		return fmt.Errorf("the servers do not begin: %w", err)
	}
}

// spawn starts this program again, as a server that listens there.
func (c *cluster) spawn(name string, l *net.TCPListener) error {
	file, err := l.File()
	if err != nil {
		return err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverName+"="+name, serverFolder+"="+c.folder)
	cmd.ExtraFiles, cmd.Stderr = []*os.File{file}, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	c.children = append(c.children, cmd)
	return errors.Join(file.Close(), l.Close())
}

// close ends the servers, if there are any.
func (c *cluster) close() error {
	var errs []error
	if c.team != nil {
		errs = append(errs, c.team.dismiss())
		close(c.end)
		errs = append(errs, <-c.served)
	}
	for _, child := range c.children {
		if c.team == nil {
			child.Process.Kill()
		}
		errs = append(errs, child.Wait())
	}
	return errors.Join(append(errs, os.RemoveAll(c.folder))...)
}

func isServer() bool { return os.Getenv(serverName) != "" }

// beServer is the process of another server, until the first one lets it go.
func beServer() error {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	return serve(os.Getenv(serverFolder), os.Getenv(serverName), l, func(ctx context.Context, l link.Link) error {
		s := newServer(l)
		s.alone = true
		return s.follow(ctx)
	})
}

// serve takes part in one run.
func serve(folder, name string, l net.Listener, run func(context.Context, link.Link) error) error {
	hosts, err := session.LoadHostmap(filepath.Join(folder, "config.json"))
	if err != nil {
		return err
	}
	id, err := session.LoadIdentity(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	s := &session.Server{
		Player: name, Hostmap: hosts, Identity: id, Listener: l, Once: true, PeerTimeout: time.Hour,
		Programs: []session.Program{{
			File: "bench.tfe", Computation: "bench", Digest: "bench", Player: name, Players: names,
			Run: func(ctx context.Context, l link.Link, _ session.Run) error { return run(ctx, l) },
		}},
	}
	return s.Serve(context.Background())
}

// The servers of the benchmarks do what the first one says, wherever they are.
func TestTeams(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			team := p.team(t)
			before := team.link.Counters()[1].SentBytes
			team.do(t, task{rounds: 3, bytes: 1000})
			if got, want := team.link.Counters()[1].SentBytes-before, uint64(3*1000+len(task{}.encode())); got != want {
				t.Errorf("the first server sent %d bytes to the second, want %d", got, want)
			}
		})
	}
}

// An operation costs what its protocol promises, and can be repeated alone.
func TestRecording(t *testing.T) {
	r := record(t, growing[0])
	if r.rounds != 1 || r.bytes != 24*1024 {
		t.Errorf("1,024 products took %d rounds and %d bytes, want 1 and 24,576", r.rounds, r.bytes)
	}
	for self := range servers {
		if _, drawn := r.repeat(t, self); drawn != 2*8*1024 {
			t.Errorf("%s drew %d bytes, want 16,384", names[self], drawn)
		}
	}
}
