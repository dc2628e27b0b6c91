package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(childName); name != "" {
		fmt.Fprintln(os.Stderr, beChild(name, os.Getenv(childFolder)))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

var port = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`)

// anyPort makes a message comparable.
func anyPort(text string) string { return port.ReplaceAllString(text, "127.0.0.1:0") }

// A cast is the processes of a test, in this one: servers on free ports and a
// client.
type cast struct {
	t         *testing.T
	hostmap   *Hostmap
	authority *authority
	listeners map[string]net.Listener
	servers   []*actor
	insecure  bool
	silence   time.Duration // for which players may be silent
}

// An actor is a server at work.
type actor struct {
	Server
	stop context.CancelFunc
	done chan struct{}
	err  error
	log  *logged
}

// logged is what a server has logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newCast has an entry and a listener for each name; the first coordinates.
func newCast(t *testing.T, names ...string) *cast {
	a, err := newAuthority(time.Hour)
	require.NoError(t, err)
	c := &cast{t: t, hostmap: &Hostmap{File: "config.json"}, authority: a, listeners: map[string]net.Listener{}, silence: 20 * time.Second}
	for _, name := range names {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		c.listeners[name] = l
		c.hostmap.Entries = append(c.hostmap.Entries, Entry{name, l.Addr().String()})
	}
	return c
}

func (c *cast) identity(name, role string) *Identity {
	if c.insecure {
		return &Identity{Name: name, Role: role}
	}
	id, err := c.authority.issue(name, role, time.Hour)
	require.NoError(c.t, err)
	return id
}

// serve starts a server, with what change makes of it.
func (c *cast) serve(name string, change func(*Server), programs ...Program) *actor {
	a := &actor{log: &logged{}, done: make(chan struct{})}
	a.Server = Server{
		Player: name, Hostmap: c.hostmap, Identity: c.identity(name, RolePlayer), Programs: programs,
		Listener: c.listeners[name], ConnectTimeout: 20 * time.Second, PeerTimeout: c.silence, Grace: 2 * time.Second,
		Log: slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&a.Server)
	}
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	go func() {
		defer close(a.done)
		a.err = a.Serve(ctx)
	}()
	c.servers = append(c.servers, a)
	c.t.Cleanup(func() {
		stop()
		<-a.done
		if c.t.Failed() {
			c.t.Logf("log of %s:\n%s", name, a.log)
		}
	})
	return a
}

// start runs a client to the end.
func (c *cast) start(r StartRequest, on func(Event)) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	return Start(ctx, c.hostmap, c.identity("laptop", RoleClient), r, on)
}

var average = StartRequest{File: "average.tfe", Computation: "average", Digest: "d1", Tag: "test"}

// program is a player's part of average, run by run.
func program(player string, players []string, run func(context.Context, link.Link, Run) error) Program {
	return Program{File: average.File, Computation: average.Computation, Digest: average.Digest,
		Protocol: "aby3(alice, s0, s1)", Player: player, Players: players, Run: run,
		Step: func(n int) string { return fmt.Sprintf("step %d (mul, average.tfe:%d)", n, n+4) }}
}

// gossip is a run in which everybody sends its index to everybody, in the
// set-up and then so many times.
func gossip(rounds int) func(context.Context, link.Link, Run) error {
	return func(ctx context.Context, l link.Link, r Run) error {
		if err := exchange(ctx, l, 0); err != nil {
			return err
		}
		for k := range rounds {
			r.Progress(progress.Place{Step: k + 1})
			if err := exchange(ctx, l, uint32(k+1)); err != nil {
				return err
			}
		}
		return nil
	}
}

func exchange(ctx context.Context, l link.Link, step uint32) error {
	for i := range l.Players() {
		if i == l.Self() {
			continue
		}
		if err := l.Send(ctx, i, link.Header{Step: step}, []byte{byte(l.Self())}); err != nil {
			return err
		}
	}
	for i := range l.Players() {
		if i == l.Self() {
			continue
		}
		h, b, err := l.Recv(ctx, i, 1)
		if err != nil {
			return err
		}
		if h.Step != step || int(b[0]) != i {
			return errors.New("a wrong message")
		}
	}
	return nil
}

func TestRun(t *testing.T) {
	for n := 3; n <= 9; n += 3 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			var names []string
			for i := range n {
				names = append(names, fmt.Sprintf("p%d", i))
			}
			c := newCast(t, names...)
			for _, name := range names {
				c.serve(name, nil, program(name, names, gossip(10)))
			}
			var events []Event
			require.NoError(t, c.start(average, func(e Event) { events = append(events, e) }))
			done := map[string]bool{}
			for _, e := range events {
				if e.Kind == EventDone {
					done[e.Player] = true
				}
			}
			require.Len(t, done, n)
		})
	}
}
