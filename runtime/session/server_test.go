package session

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
)

// A client needs the coordinator's entry alone; a coordinator that is no
// player asks around who the players are.
func TestCoordinatorIsNoPlayer(t *testing.T) {
	c := newCast(t, "master", "alice", "s0", "s1", "idle")
	role := func(s *Server) { s.Identity = c.identity("master", RoleCoordinator) }
	c.serve("master", role)
	for _, name := range trio {
		c.serve(name, nil, program(name, trio, gossip(5)))
	}
	knowsOne := &Hostmap{Entries: c.hostmap.Entries[:1]}
	var done []string
	require.NoError(t, Start(t.Context(), knowsOne, c.identity("laptop", RoleClient), average, func(e Event) {
		if e.Kind == EventDone {
			done = append(done, e.Player)
		}
	}))
	require.ElementsMatch(t, trio, done)
	require.Contains(t, c.servers[0].log.String(), `role="coordinator, no player"`)
}

// A program says `_` where a hostmap and its certificates may say `-`.
func TestDashes(t *testing.T) {
	c := newCast(t, "input-provider", "s-0", "s_1")
	players := []string{"input_provider", "s_0", "s_1"}
	for i, e := range c.hostmap.Entries {
		c.serve(e.Name, nil, program(players[i], players, gossip(5)))
	}
	require.NoError(t, c.start(average, nil))
}

// Without a player that knows the computation, everybody says why.
func TestNobodyKnows(t *testing.T) {
	c := newCast(t, "master", "s0", "s1")
	c.serve("master", nil)
	for _, name := range []string{"s0", "s1"} {
		c.serve(name, nil, program(name, []string{"s0", "s1"}, gossip(5)))
	}
	require.EqualError(t, c.start(StartRequest{File: "median.tfe", Computation: "median"}, nil),
		"s0 refuses: s0 does not have the computation median of median.tfe; it has average of average.tfe\n"+
			"s1 refuses: s1 does not have the computation median of median.tfe; it has average of average.tfe")
}

// A player that lies about who takes part ends the run that it was asked for.
func TestLyingPlayer(t *testing.T) {
	for _, test := range []struct{ offer, want string }{
		{`{"Kind":"offer","Players":[]}`, "s0 is no player"},
		{`{"Kind":"offer","Players":["master"]}`, "master is no player"},
		{`{"Kind":"offer","Players":["s0","mallory"]}`, "config.json: has no entry for mallory: every player of the program needs one"},
		{`{"Kind":"offer","Players":["s0"]}`, "the client and s0 do not have the same program: the source of average.tfe differs (digest d1 and )"},
	} {
		t.Run(test.offer, func(t *testing.T) {
			c := newCast(t, "master", "s0")
			c.serve("master", nil)
			var offer report
			require.NoError(t, readJSON([]byte(test.offer), &offer))
			c.answer("s0", func(s grpc.ServerStream) error {
				var o order
				if err := s.RecvMsg(&o); err != nil {
					return err
				}
				if err := s.SendMsg(&offer); err != nil {
					return err
				}
				return s.RecvMsg(&o)
			})
			require.EqualError(t, c.start(average, nil), test.want)
		})
	}
}

func TestRefusals(t *testing.T) {
	withInputs := func(p *Program) { p.HasInputs = true }
	for _, test := range []struct {
		name    string
		server  func(*Server)  // changes s1
		program func(*Program) // changes s1's
		request StartRequest
		runs    int // that succeed before
		want    string
	}{
		{"another digest at a player", nil, func(p *Program) { p.Digest = "0123456789abcdef" }, average, 0,
			"the client and s1 do not have the same program: the source of average.tfe differs (digest d1 and 0123456789ab)"},
		{"another digest at the client", nil, nil, StartRequest{File: "average.tfe", Computation: "average", Digest: "d2"}, 0,
			"the client and alice do not have the same program: the source of average.tfe differs (digest d2 and d1)\n" +
				"the client and s0 do not have the same program: the source of average.tfe differs (digest d2 and d1)\n" +
				"the client and s1 do not have the same program: the source of average.tfe differs (digest d2 and d1)"},
		{"two players differ", nil, func(p *Program) { p.Digest = "d3" }, StartRequest{File: "average.tfe", Computation: "average"}, 0,
			"alice and s1 do not have the same program: the source of average.tfe differs (digest d1 and d3)"},
		{"another protocol at the client", nil, nil, StartRequest{File: "average.tfe", Computation: "average", Digest: "d1", Protocol: "plain(s0)"}, 0,
			"the client and alice do not have the same program: the protocol differs (plain(s0) and aby3(alice, s0, s1))\n" +
				"the client and s0 do not have the same program: the protocol differs (plain(s0) and aby3(alice, s0, s1))\n" +
				"the client and s1 do not have the same program: the protocol differs (plain(s0) and aby3(alice, s0, s1))"},
		{"two players differ in the protocol", nil, func(p *Program) { p.Protocol = "aby3(s1, s0)" }, StartRequest{File: "average.tfe", Computation: "average"}, 0,
			"alice and s1 do not have the same program: the protocol differs (aby3(alice, s0, s1) and aby3(s1, s0))"},
		{"other players", nil, func(p *Program) { p.Players = []string{"s1", "alice", "s0"} }, average, 0,
			"alice and s1 do not have the same program: the list of players differs"},
		{"no such computation", nil, nil, StartRequest{File: "average.tfe", Computation: "median"}, 0,
			"alice does not have the computation median of average.tfe; it has average of average.tfe"},
		{"not at a player", nil, func(p *Program) { p.Computation = "median" }, average, 0,
			"s1 refuses: s1 does not have the computation average of average.tfe; it has median of average.tfe"},
		{"another client", func(s *Server) { s.Clients = []string{"desktop"} }, nil, average, 0,
			"s1 refuses: s1 accepts no runs of the client laptop"},
		{"this client", func(s *Server) { s.Clients = []string{"desktop", "laptop"} }, nil, average, 2, ""},
		{"no inputs", nil, nil, average, 3, ""},
		{"inputs", nil, withInputs, average, 1,
			"s1 refuses: s1 has inputs and has taken part in as many runs as its operator allows (1): --runs at its start allows more"},
		{"inputs, two runs", func(s *Server) { s.Runs = 2 }, withInputs, average, 2,
			"s1 refuses: s1 has inputs and has taken part in as many runs as its operator allows (2): --runs at its start allows more"},
		{"inputs, runs before", func(s *Server) { s.Runs, s.Taken = 3, 2 }, withInputs, average, 1,
			"s1 refuses: s1 has inputs and has taken part in as many runs as its operator allows (3): --runs at its start allows more"},
		{"inputs, any runs", func(s *Server) { s.Runs = -1 }, withInputs, average, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			for _, name := range trio {
				p := program(name, trio, gossip(2))
				var change func(*Server)
				if name == "s1" {
					change = test.server
					if test.program != nil {
						test.program(&p)
					}
				}
				c.serve(name, change, p)
			}
			for range test.runs {
				require.NoError(t, c.start(test.request, nil))
			}
			if test.want != "" {
				err := c.start(test.request, nil)
				require.EqualError(t, err, test.want)
				reasons, ok := err.(interface{ Unwrap() []error })
				require.True(t, ok)
				require.Len(t, reasons.Unwrap(), 1+strings.Count(test.want, "\n"))
			}
		})
	}
}

// A run that fails in the set-up has told nothing, and does not count.
func TestFailedSetUpDoesNotCount(t *testing.T) {
	c := newCast(t, trio...)
	for _, name := range trio {
		p := program(name, trio, gossip(20))
		p.HasInputs = true
		if name == "alice" {
			p.Run = once(func(context.Context, link.Link, Run) error { return errors.New("no inputs") })
		}
		c.serve(name, nil, p)
	}
	require.EqualError(t, c.start(average, nil), "alice stopped in the set-up")
	require.NoError(t, c.start(average, nil))
	require.ErrorContains(t, c.start(average, nil), "has taken part in as many runs")
	require.Contains(t, c.servers[1].log.String(), "takes part in no further runs")
}

func TestUnreachable(t *testing.T) {
	c := newCast(t, trio...)
	require.NoError(t, c.listeners["s0"].Close())
	require.NoError(t, c.listeners["s1"].Close())
	c.serve("alice", func(s *Server) { s.ConnectTimeout = 300 * time.Millisecond }, program("alice", trio, gossip(1)))
	var waits []string
	err := c.start(average, func(e Event) {
		if e.Kind == EventWait {
			waits = append(waits, anyPort(e.Player+" "+e.Text))
		}
	})
	require.Equal(t, "s0: cannot be reached at 127.0.0.1:0 after 300ms: connection refused\n"+
		"s1: cannot be reached at 127.0.0.1:0 after 300ms: connection refused", anyPort(err.Error()))
	require.ElementsMatch(t, []string{"s0 does not answer yet at 127.0.0.1:0", "s1 does not answer yet at 127.0.0.1:0"}, waits)
}

// A player that refuses ends the wait for one that is not there; the others
// hear why, and take part in further runs.
func TestRefusalEndsTheWait(t *testing.T) {
	c := newCast(t, "alice", "bob", "s0", "s1")
	players := []string{"alice", "bob", "s0", "s1"}
	require.NoError(t, c.listeners["s0"].Close())
	c.serve("alice", nil, program("alice", players, gossip(1)))
	bob := c.serve("bob", nil, program("bob", players, gossip(1)))
	c.impersonate("s1", &Identity{Name: "s1", Role: RolePlayer})
	began := time.Now()
	err := c.start(average, nil)
	require.Less(t, time.Since(began), 10*time.Second)
	const want = "s1: alice cannot connect to it at 127.0.0.1:0: s1 was started with --insecure, and alice uses TLS"
	require.Equal(t, want, anyPort(err.Error()))
	for _, s := range c.servers {
		require.Eventually(t, func() bool { return strings.Contains(anyPort(s.log.String()), want) }, 10*time.Second, time.Millisecond, s.Player)
	}
	bob.stop()
	<-bob.done
	require.NoError(t, bob.err)
}

// A reason that shows after some time of waiting ends the wait as well.
func TestLateRefusal(t *testing.T) {
	c := newCast(t, "alice")
	require.NoError(t, c.listeners["alice"].Close())
	var late sync.Once
	began := time.Now()
	err := c.start(average, func(Event) {
		late.Do(func() {
			c.serve("alice", func(s *Server) {
				s.Listener, s.Identity = nil, &Identity{Name: "alice", Role: RolePlayer}
			}, program("alice", []string{"alice"}, gossip(1)))
		})
	})
	require.ErrorContains(t, err, "alice was started with --insecure, and laptop uses TLS")
	require.Less(t, time.Since(began), 10*time.Second)
}

// Players need no order of starting.
func TestLatePlayer(t *testing.T) {
	c := newCast(t, trio...)
	c.serve("alice", nil, program("alice", trio, gossip(5)))
	c.serve("s0", nil, program("s0", trio, gossip(5)))
	require.NoError(t, c.listeners["s1"].Close())
	var late sync.Once
	require.NoError(t, c.start(average, func(e Event) {
		if e.Kind == EventWait && e.Player == "s1" {
			late.Do(func() {
				c.serve("s1", func(s *Server) { s.Listener = nil }, program("s1", trio, gossip(5)))
			})
		}
	}))
}

// Where every player has Once the run needs no client.
func TestOnce(t *testing.T) {
	for _, first := range []string{"alice", "master"} {
		t.Run(first, func(t *testing.T) {
			c := newCast(t, append([]string{first}, trio...)[map[bool]int{true: 1, false: 0}[first == "alice"]:]...)
			each := func(s *Server) { s.Once = true }
			if first == "master" {
				c.serve(first, each)
			}
			for _, name := range trio {
				c.serve(name, each, program(name, trio, gossip(5)))
			}
			for _, s := range c.servers {
				<-s.done
				require.NoError(t, s.err)
				require.NotContains(t, s.log.String(), "msg=\"progress", "of a run that is over soon")
			}
		})
	}
}

func TestOnceFails(t *testing.T) {
	c := newCast(t, trio...)
	each := func(s *Server) { s.Once = true }
	for _, name := range trio {
		run := gossip(5)
		if name == "s0" {
			run = func(context.Context, link.Link, Run) error { return errors.New("sesame") }
		}
		c.serve(name, each, program(name, trio, run))
	}
	for _, s := range c.servers {
		<-s.done
	}
	require.EqualError(t, c.servers[0].err, "s0 stopped in the set-up")
	require.EqualError(t, c.servers[1].err, "sesame")
	require.EqualError(t, c.servers[2].err, "s0 stopped in the set-up")
}

// A run that every player waits for, and that does not begin, ends all of them
// with the reason.
func TestOnceDoesNotBegin(t *testing.T) {
	const addr = "127.0.0.1:0" // any port
	insecure := func(s *Server) { s.Identity = &Identity{Name: s.Player, Role: RolePlayer} }
	unlike := "alice and s1 do not have the same program: the source of average.tfe differs (digest d1 and d2)"
	unsafe := "s1 was started with --insecure, and alice uses TLS"
	lacks := "s1 does not have the computation average of average.tfe; it has median of average.tfe"
	for _, test := range []struct {
		name    string
		absent  string
		server  func(*Server)  // changes s1
		program func(*Program) // changes s1's
		want    map[string]string
	}{
		{"another program", "", nil, func(p *Program) { p.Digest = "d2" },
			map[string]string{"alice": unlike, "s0": unlike, "s1": unlike}},
		{"another computation", "", nil, func(p *Program) { p.Computation = "median" },
			map[string]string{"alice": "s1 refuses: " + lacks, "s0": "s1 refuses: " + lacks, "s1": lacks}},
		{"without TLS", "", insecure, nil, map[string]string{
			"alice": "s1: alice cannot connect to it at " + addr + ": " + unsafe,
			"s0":    "s1: alice cannot connect to it at " + addr + ": " + unsafe,
			"s1":    "alice: s1 cannot connect to it at " + addr + ": alice refuses: " + unsafe}},
		{"an absent player", "s1", nil, nil, map[string]string{
			"alice": "s1: cannot be reached at " + addr + " after 2s: connection refused",
			"s0":    "s1: cannot be reached at " + addr + " after 2s: connection refused"}},
		{"an absent coordinator", "alice", nil, nil, map[string]string{
			"s0": "alice: cannot be reached at " + addr + " after 2s: connection refused",
			"s1": "alice: cannot be reached at " + addr + " after 2s: connection refused"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			for _, name := range trio {
				if name == test.absent {
					require.NoError(t, c.listeners[name].Close())
					continue
				}
				p := program(name, trio, gossip(1))
				if name == "s1" && test.program != nil {
					test.program(&p)
				}
				c.serve(name, func(s *Server) {
					s.Once = true
					if test.absent != "" {
						s.ConnectTimeout = 2 * time.Second
					}
					if name == "s1" && test.server != nil {
						test.server(s)
					}
				}, p)
			}
			began := time.Now()
			for _, s := range c.servers {
				<-s.done
				require.Error(t, s.err)
				require.Equal(t, test.want[s.Player], anyPort(s.err.Error()))
			}
			require.Less(t, time.Since(began), 15*time.Second)
		})
	}
}

// With Once at some players only, a client starts the run.
func TestOnceWithClient(t *testing.T) {
	c := newCast(t, trio...)
	for _, name := range trio {
		c.serve(name, func(s *Server) { s.Once = name != "s1" }, program(name, trio, gossip(5)))
	}
	require.NoError(t, c.start(average, nil))
	for _, s := range c.servers[:2] {
		<-s.done
		require.NoError(t, s.err)
	}
}

// Several runs between the same players do not meet.
func TestRunsInFlight(t *testing.T) {
	c := newCast(t, trio...)
	meet := make(chan struct{})
	var arrived sync.WaitGroup
	arrived.Add(3 * len(trio))
	together := func(ctx context.Context, l link.Link, r Run) error {
		arrived.Done()
		<-meet
		return gossip(10)(ctx, l, r)
	}
	c.play(map[string]part{"alice": together, "s0": together, "s1": together})
	errs := make(chan error)
	for range 3 {
		go func() { errs <- c.start(average, nil) }()
	}
	arrived.Wait()
	close(meet)
	for range 3 {
		require.NoError(t, <-errs)
	}
}

// A server that is stopped lets the run in hand finish, within its grace.
func TestGrace(t *testing.T) {
	for _, test := range []struct {
		name  string
		grace time.Duration
		want  string
	}{
		{"enough", time.Minute, ""},
		{"too little", 50 * time.Millisecond, "s1 stopped in the set-up: it was stopped by its operator"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCast(t, trio...)
			begun, goOn := make(chan struct{}), make(chan struct{})
			c.serve("alice", nil, program("alice", trio, gossip(20)))
			c.serve("s0", nil, program("s0", trio, gossip(20)))
			s1 := c.serve("s1", func(s *Server) { s.Grace = test.grace }, program("s1", trio, func(ctx context.Context, l link.Link, r Run) error {
				close(begun)
				select {
				case <-goOn:
				case <-ctx.Done():
				}
				return gossip(20)(ctx, l, r)
			}))
			result := make(chan error, 1)
			go func() { result <- c.start(average, nil) }()
			<-begun
			s1.stop()
			if test.want == "" {
				close(goOn)
				require.NoError(t, <-result)
			} else {
				require.EqualError(t, <-result, test.want)
			}
			<-s1.done
			require.NoError(t, s1.err)
			require.ErrorContains(t, c.startQuickly(), "cannot be reached")
		})
	}
}

// startQuickly starts a run whose coordinator soon gives up on players.
func (c *cast) startQuickly() error {
	c.servers[0].stop()
	<-c.servers[0].done
	l, err := net.Listen("tcp", c.hostmap.Entries[0].Addr)
	require.NoError(c.t, err)
	c.listeners["alice"] = l
	c.serve("alice", func(s *Server) { s.ConnectTimeout = 100 * time.Millisecond }, program("alice", trio, gossip(1)))
	return c.start(average, nil)
}

// A client that leaves ends its run everywhere.
func TestClientLeaves(t *testing.T) {
	c := newCast(t, trio...)
	ended := make(chan error, 3)
	wait := func(ctx context.Context, _ link.Link, r Run) error {
		r.Progress(progress.Place{Step: 1})
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return ctx.Err()
	}
	c.play(map[string]part{"alice": wait, "s0": wait, "s1": wait})
	ctx, leave := context.WithCancel(t.Context())
	begun := make(map[string]bool)
	err := Start(ctx, c.hostmap, c.identity("laptop", RoleClient), average, func(e Event) {
		if e.Kind != EventProgress {
			return
		}
		if begun[e.Player] = true; len(begun) == len(trio) {
			leave() // not sooner: a player that has not begun would have nothing to end
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	for range trio {
		require.EqualError(t, <-ended, "laptop, who started the run, has left")
	}
}

func TestServeRefuses(t *testing.T) {
	h := &Hostmap{File: "config.json", Entries: []Entry{{"alice", "127.0.0.1:4440"}, {"s0", "127.0.0.1:4441"}}}
	id := func(name, role string) *Identity { return &Identity{Name: name, Role: role} }
	alice := Program{File: "average.tfe", Player: "alice", Players: []string{"alice", "s0"}}
	plain, bob, more := alice, alice, alice
	plain.Insecure, bob.Player = true, "bob"
	more.Players = []string{"alice", "s0", "s1", "s2"}
	for _, test := range []struct {
		server Server
		want   string
	}{
		{Server{Player: "carol", Identity: id("carol", RolePlayer)}, "config.json: has no entry for carol: every player of the program needs one"},
		{Server{Player: "alice", Identity: id("s0", RolePlayer)}, "cannot serve as alice with the identity of s0, a player"},
		{Server{Player: "alice", Identity: id("alice", RoleClient)}, "cannot serve as alice with the identity of alice, a client"},
		{Server{Player: "alice", Identity: id("alice", RoleCoordinator), Programs: []Program{alice}}, "cannot take part as alice with a certificate for a coordinator: `tfec keys request alice` makes the request for a player's"},
		{Server{Player: "s0", Identity: id("s0", RolePlayer)}, "s0 has no program, and the coordinator is alice, the first entry of config.json"},
		{Server{Player: "alice", Identity: id("alice", RolePlayer), Programs: []Program{bob}}, "average.tfe is a program of bob, not of alice"},
		{Server{Player: "alice", Identity: id("alice", RolePlayer), Programs: []Program{plain}}, "average.tfe uses a protocol without any security: it is refused on a network unless --allow-plain is given"},
		{Server{Player: "alice", Identity: id("alice", RolePlayer), Programs: []Program{more}}, "config.json: has no entry for s1, s2: every player of the program needs one"},
	} {
		test.server.Hostmap = h
		require.EqualError(t, test.server.Serve(t.Context()), test.want)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	addr := l.Addr().String()
	h := &Hostmap{File: "config.json", Entries: []Entry{{"alice", addr}, {"bob", "127.0.0.1:1"}, {"carol", addr}}}
	p := Program{Player: "alice", Players: []string{"alice"}}
	s := &Server{Player: "alice", Hostmap: h, Identity: &Identity{Name: "alice", Role: RolePlayer}, Programs: []Program{p}}
	require.EqualError(t, s.Serve(t.Context()), "cannot listen on "+addr+": the port is in use; config.json also gives it to carol")
	h.Entries = h.Entries[:2]
	require.EqualError(t, s.Serve(t.Context()), "cannot listen on "+addr+": the port is in use")
}
