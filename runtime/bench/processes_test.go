package bench

// The servers of a protocol as processes: this one and others that are the same
// program again, over TLS on loopback.

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
	serverRow    = "TFEC_BENCH_PROTOCOL"
	serverName   = "TFEC_BENCH_SERVER"
	serverFolder = "TFEC_BENCH_FOLDER"
)

// A cluster is the servers of all benchmarks of a protocol of this process.
type cluster struct {
	row      row
	begun    sync.Once
	team     *team
	err      error
	folder   string
	children []*exec.Cmd
	end      chan struct{} // of the first server's part
	served   chan error
}

var clusters = func() map[string]*cluster {
	all := map[string]*cluster{}
	for _, p := range rows {
		all[p.Name] = &cluster{row: p}
	}
	return all
}()

func inProcesses(b testing.TB, p row) *team {
	c := clusters[p.Name]
	c.begun.Do(func() { c.err = c.begin() })
	if c.err != nil {
		b.Fatal(c.err)
	}
	return c.team
}

func (c *cluster) begin() (err error) {
	if c.folder, err = os.MkdirTemp("", "tfec-bench"); err != nil {
		return err
	}
	names := c.row.names()
	hosts, listeners := &session.Hostmap{}, make([]*net.TCPListener, len(names))
	for i, name := range names {
		if listeners[i], err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return err
		}
		hosts.Entries = append(hosts.Entries, session.Entry{Name: name, Addr: listeners[i].Addr().String()})
	}
	if err := errors.Join(session.Demo(hosts, c.folder), hosts.Save(filepath.Join(c.folder, "config.json"))); err != nil {
		return err
	}
	for i := 1; i < len(names); i++ {
		if err := c.spawn(names[i], listeners[i]); err != nil {
			return err
		}
	}
	links := make(chan link.Link, 1)
	c.end, c.served = make(chan struct{}), make(chan error, 1)
	go func() {
		c.served <- serve(c.row, c.folder, names[0], listeners[0], func(_ context.Context, l link.Link) error {
			links <- l
			<-c.end
			return nil
		})
	}()
	select {
	case l := <-links:
		c.team = &team{newServer(c.row, l)}
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
	cmd.Env = append(os.Environ(), serverRow+"="+c.row.Name, serverName+"="+name, serverFolder+"="+c.folder)
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
	p := clusters[os.Getenv(serverRow)].row
	return serve(p, os.Getenv(serverFolder), os.Getenv(serverName), l, func(ctx context.Context, l link.Link) error {
		s := newServer(p, l)
		s.alone = true
		return s.follow(ctx)
	})
}

// serve takes part in one run.
func serve(p row, folder, name string, l net.Listener, run func(context.Context, link.Link) error) error {
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
			File: "bench.tfe", Computation: "bench", Digest: "bench", Player: name, Players: p.names(),
			Run: func(ctx context.Context, l link.Link, _ session.Run) error { return run(ctx, l) },
		}},
	}
	return s.Serve(context.Background())
}

// The servers of the benchmarks do what the first one says, wherever they are.
func TestTeams(t *testing.T) {
	for _, place := range places {
		for _, p := range rows {
			if !place.of(p) {
				continue
			}
			t.Run(place.name+"/"+p.Name, func(t *testing.T) {
				team := place.team(t, p)
				if p.players() == 1 {
					team.do(t, task{op: len(operations), times: 1})
					return
				}
				before := team.link.Counters()[1].SentBytes
				team.do(t, task{rounds: 3, bytes: 1000})
				if got, want := team.link.Counters()[1].SentBytes-before, uint64(3*1000+len(task{}.encode())); got != want {
					t.Errorf("the first server sent %d bytes to the second, want %d", got, want)
				}
			})
		}
	}
}

// An operation costs what its protocol promises, and can be repeated alone.
func TestRecording(t *testing.T) {
	const n = 1 << 10
	for protocol, want := range map[string]struct {
		rounds              uint32
		bytes, ahead, drawn int // an element
	}{
		"aby3":  {1, 24, 0, 3 * 2 * 8},
		"pond":  {1, 16, 8, 2*(8+4) + 2*8 + 8}, // each server's mask, one server's share; the dealer draws all
		"plain": {},
	} {
		t.Run(protocol, func(t *testing.T) {
			p := clusters[protocol].row
			r := record(t, p, growing[0])
			if got := int(r.bytes); r.rounds != want.rounds || got != n*want.bytes || int(r.ahead) != n*want.ahead {
				t.Errorf("1,024 products took %d rounds, %d bytes and %d ahead, want %d, %d and %d", r.rounds, got, r.ahead, want.rounds, n*want.bytes, n*want.ahead)
			}
			drawn := 0
			for self := range p.players() {
				_, bytes := r.repeat(t, self)
				drawn += bytes
			}
			if drawn != n*want.drawn {
				t.Errorf("the servers drew %d bytes, want %d", drawn, n*want.drawn)
			}
			r = record(t, p, sorting(n)) // which goes by what it opens
			for self := range p.players() {
				r.repeat(t, self)
			}
		})
	}
}
