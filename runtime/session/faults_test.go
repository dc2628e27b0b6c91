package session

// What a fault looks like on every side, and that the next run works.

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
)

type part = func(context.Context, link.Link, Run) error

var trio = []string{"alice", "s0", "s1"}

// play starts all three players of a run; parts replaces what some do.
func (c *cast) play(parts map[string]part) {
	for _, name := range trio {
		run := parts[name]
		if run == nil {
			run = gossip(20)
		}
		c.serve(name, nil, program(name, trio, run))
	}
}

// once is a part that is f in its first run and like everybody in the next.
func once(f part) part {
	first := true
	return func(ctx context.Context, l link.Link, r Run) error {
		if first {
			first = false
			return f(ctx, l, r)
		}
		return gossip(20)(ctx, l, r)
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name  string
		hangs bool
		part  part
		want  string
	}{
		{"in the set-up", false, func(context.Context, link.Link, Run) error {
			return errors.New("a.csv: row 17: the salary sesame is out of range")
		}, "s1 stopped in the set-up"},
		{"at a step", false, func(ctx context.Context, l link.Link, r Run) error {
			return errors.Join(gossip(10)(ctx, l, r), errors.New("sesame"))
		}, "s1 failed at step 10 (mul, average.tfe:14)"},
		{"what everybody may know", false, func(ctx context.Context, l link.Link, r Run) error {
			return told("alice and s1 differ in the size n")
		}, "s1 reports: alice and s1 differ in the size n"},
		{"a wrong message", false, func(ctx context.Context, l link.Link, r Run) error {
			r.Progress(progress.Place{Step: 1})
			err := l.Send(ctx, 0, link.Header{Step: 1}, []byte("too long"))
			<-ctx.Done()
			return err
		}, "alice reports: s1: sent 8 bytes (step 1, occurrence 0, message 0), expected 1"},
		{"a hanging engine", true, func(ctx context.Context, l link.Link, r Run) error {
			err := gossip(10)(ctx, l, r)
			<-ctx.Done()
			return err
		}, "s1 failed at step 10 (mul, average.tfe:14): it has not been heard for 4s"},
		{"hanging inputs", true, func(ctx context.Context, _ link.Link, _ Run) error {
			<-ctx.Done()
			return ctx.Err()
		}, "s1 stopped in the set-up: it has not been heard for 4s"},
		{"everybody waits", true, func(ctx context.Context, l link.Link, r Run) error {
			_, _, err := l.Recv(ctx, 1, 1)
			if err == nil {
				_, _, err = l.Recv(ctx, 1, 1)
			}
			return err
		}, "no player goes on: alice in the set-up waits for s1, s0 in the set-up waits for s1, s1 in the set-up waits for s0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			if test.hangs {
				c.silence = 4 * time.Second // a busy machine may be late by a second or two
			}
			c.play(map[string]part{"s1": once(test.part)})
			began := time.Now()
			require.EqualError(t, c.start(average, nil), test.want)
			require.Less(t, time.Since(began), 6*time.Second)
			require.NoError(t, c.start(average, nil), "the next run")
			for _, s := range c.servers[:2] {
				require.NotContains(t, s.log.String(), "sesame", "a secret in another's log")
				require.Contains(t, s.log.String(), `level=ERROR msg="the run failed"`)
				require.Contains(t, s.log.String(), strconv.Quote(test.want))
			}
		})
	}
}

type told string

func (e told) Error() string  { return "private: sesame" }
func (e told) Reason() string { return string(e) }

// A player that is killed or stopped ends the run everywhere: it is another
// process here.
func TestProcess(t *testing.T) {
	for _, test := range []struct {
		name   string
		signal syscall.Signal
		want   string
	}{
		{"killed", syscall.SIGKILL, "s1 failed at step 3 (mul, average.tfe:7): the connection to it was lost"},
		{"stopped", syscall.SIGSTOP, "s1 failed at step 3 (mul, average.tfe:7): it has not been heard for 4s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			if test.signal == syscall.SIGSTOP {
				c.silence = 4 * time.Second // a busy machine may be late by a second or two
			}
			require.NoError(t, c.listeners["s1"].Close())
			for _, name := range []string{"alice", "s0"} {
				c.serve(name, nil, program(name, trio, gossip(20)))
			}
			child := c.child("s1")
			began := time.Now()
			var end error
			require.EqualError(t, c.start(average, func(e Event) {
				if e.Kind == EventProgress && e.Player == "s1" && e.Step == 3 {
					end = child.Process.Signal(test.signal)
					began = time.Now()
				}
			}), test.want)
			require.NoError(t, end)
			require.Less(t, time.Since(began), 5*time.Second)
		})
	}
}

// A step that no program has ends the run: at the coordinator if a player
// reports it, and at the client if the coordinator does.
func TestImpossibleSteps(t *testing.T) {
	f := new(following)
	for _, kind := range []string{reportAlive, reportFailed, reportDone} {
		require.EqualError(t, f.note(note{member: &member{name: "s1"}, report: report{Kind: kind, Step: -1}}), "s1 reports step -1")
	}
	c := newCast(t, "alice")
	c.answer("alice", func(s grpc.ServerStream) error {
		return s.SendMsg(&Event{Kind: EventProgress, Player: "s1", Step: -1 << 40})
	})
	require.EqualError(t, c.start(average, func(e Event) { require.Zero(t, e.Step) }), "alice, the coordinator, reports step -1099511627776")
}

// Without its coordinator a run ends, too.
func TestCoordinatorProcess(t *testing.T) {
	for _, test := range []struct {
		name   string
		signal syscall.Signal
		client string
		player string
	}{
		{"killed", syscall.SIGKILL,
			`^the connection to alice, the coordinator, was lost: the last that was heard is that (alice|s[01]) was at step [34] \(mul, average.tfe:[78]\)$`,
			`alice, the coordinator, was lost while s[01] was at step [34] \(mul, average.tfe:[78]\): the connection to it was lost`},
		{"stopped", syscall.SIGSTOP, "", `alice, the coordinator, was lost while s[01] was at step [34] \(mul, average.tfe:[78]\): it has not been heard for 4s`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			if test.signal == syscall.SIGSTOP {
				c.silence = 4 * time.Second // a busy machine may be late by a second or two
			}
			require.NoError(t, c.listeners["alice"].Close())
			for _, name := range trio[1:] {
				c.serve(name, func(s *Server) { s.Once = true }, program(name, trio, gossip(20)))
			}
			child := c.child("alice")
			began := time.Now()
			ctx, leave := context.WithCancel(t.Context())
			result := make(chan error)
			go func() {
				result <- Start(ctx, c.hostmap, c.identity("laptop", RoleClient), average, func(e Event) {
					if e.Kind == EventProgress && e.Player == "alice" && e.Step == 3 {
						child.Process.Signal(test.signal)
					}
				})
			}()
			for _, s := range c.servers {
				<-s.done
				require.Regexp(t, test.player, s.err)
				require.Contains(t, s.log.String(), strconv.Quote(s.err.Error()))
			}
			// A coordinator that hangs, as a player, never closes its connection.
			require.Less(t, time.Since(began), 11*time.Second)
			if test.client == "" {
				leave() // keepalive would end it later
				require.ErrorIs(t, <-result, context.Canceled)
			} else {
				require.Regexp(t, test.client, <-result)
			}
			leave()
		})
	}
}

// child runs a player in a process of its own, which stays at step 3.
func (c *cast) child(name string) *exec.Cmd {
	dir := c.t.TempDir()
	config := filepath.Join(dir, "config.json")
	require.NoError(c.t, c.hostmap.Save(config))
	require.NoError(c.t, c.authority.save(filepath.Join(dir, "ca")))
	csr, err := Request(dir, name, RolePlayer)
	require.NoError(c.t, err)
	_, _, err = Sign(filepath.Join(dir, "ca"), csr)
	require.NoError(c.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childName+"="+name, childFolder+"="+dir)
	require.NoError(c.t, cmd.Start())
	c.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd
}

const (
	childName   = "TFEC_TEST_PLAYER"
	childFolder = "TFEC_TEST_FOLDER"
)

// beChild is the process of a player; it ends when it is killed.
func beChild(name, dir string) error {
	h, err := LoadHostmap(filepath.Join(dir, "config.json"))
	if err != nil {
		return err
	}
	id, err := Credentials(h, name, filepath.Join(dir, name), false)
	if err != nil {
		return err
	}
	stay := func(ctx context.Context, l link.Link, r Run) error {
		if err := gossip(3)(ctx, l, r); err != nil {
			return err
		}
		for {
			if _, _, err := l.RecvAny(ctx, (l.Self()+1)%3, 1); err != nil {
				return err
			}
		}
	}
	s := &Server{Player: name, Hostmap: h, Identity: id, Programs: []Program{program(name, trio, stay)}}
	return s.Serve(context.Background())
}

func TestCertificates(t *testing.T) {
	other, err := newAuthority(time.Hour)
	require.NoError(t, err)
	issue := func(c *cast, a *authority, name, role string, life time.Duration) *Identity {
		id, err := a.issue(name, role, life)
		require.NoError(c.t, err)
		return id
	}
	const addr = "127.0.0.1:0" // in want: any port
	for _, test := range []struct {
		name   string
		server func(*cast) *Identity // s1's
		client func(*cast) *Identity
		want   string
	}{
		{"another name", func(c *cast) *Identity { return issue(c, c.authority, "s2", RolePlayer, time.Hour) }, nil,
			"s1: alice cannot connect to it at " + addr + ": it is s2, not s1: compare the addresses in the hostmap"},
		{"another role", func(c *cast) *Identity { return issue(c, c.authority, "s1", RoleClient, time.Hour) }, nil,
			"s1: alice cannot connect to it at " + addr + ": s1 has a certificate with the role client there, not player"},
		{"another authority", func(c *cast) *Identity { return issue(c, other, "s1", RolePlayer, time.Hour) }, nil,
			"s1: alice cannot connect to it at " + addr + ": the certificate of s1 comes from another authority than that of alice: all players need certificates signed with the key of one `tfec keys init`"},
		{"expired", func(c *cast) *Identity { return issue(c, c.authority, "s1", RolePlayer, -time.Minute) }, nil,
			"s1: alice cannot connect to it at " + addr + ": the certificate of s1 expired on " + day(time.Now().Add(-time.Minute)) + ": renew it with `tfec keys renew keys/s1` and `tfec keys sign s1.csr`"},
		{"without TLS", func(*cast) *Identity { return &Identity{Name: "s1", Role: RolePlayer} }, nil,
			"s1: alice cannot connect to it at " + addr + ": s1 was started with --insecure, and alice uses TLS"},
		{"client of another authority", nil, func(c *cast) *Identity { return issue(c, other, "laptop", RoleClient, time.Hour) },
			"alice: laptop cannot connect to it at " + addr + ": the certificate of alice comes from another authority than that of laptop: all players need certificates signed with the key of one `tfec keys init`"},
		{"expired client", nil, func(c *cast) *Identity { return issue(c, c.authority, "laptop", RoleClient, -time.Minute) },
			"alice: laptop cannot connect to it at " + addr + ": alice refuses: the certificate of laptop expired on " + day(time.Now().Add(-time.Minute)) + ": renew it with `tfec keys renew keys/laptop` and `tfec keys sign laptop.csr`"},
		{"client without TLS", nil, func(*cast) *Identity { return &Identity{Name: "laptop", Role: RoleClient} },
			"alice: laptop cannot connect to it at " + addr + ": alice refuses: laptop was started with --insecure, and alice uses TLS"},
		{"client is a player", nil, func(c *cast) *Identity { return issue(c, c.authority, "s1", RolePlayer, time.Hour) },
			"s1 has the role player, and only a client starts runs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			for _, name := range trio {
				if name == "s1" && test.server != nil {
					c.impersonate(name, test.server(c))
					continue
				}
				c.serve(name, nil, program(name, trio, gossip(1)))
			}
			id := c.identity("laptop", RoleClient)
			if test.client != nil {
				id = test.client(c)
			}
			err := Start(t.Context(), c.hostmap, id, average, nil)
			require.Error(t, err)
			require.Equal(t, test.want, anyPort(err.Error()))
		})
	}
}

// A certificate that expires while its player waits, and others that are
// refused: every side says why.
func TestRefusedCertificateEverywhere(t *testing.T) {
	other, err := newAuthority(time.Hour)
	require.NoError(t, err)
	for _, test := range []struct {
		name      string
		authority *authority // nil: that of the others
		life      time.Duration
		want      string
	}{
		{"expired", nil, -time.Minute, "the certificate of s1 expired on " + day(time.Now().Add(-time.Minute)) + ": renew it with `tfec keys renew keys/s1` and `tfec keys sign s1.csr`"},
		{"another authority", other, time.Hour, "the certificate of s1 comes from another authority than that of alice: all players need certificates signed with the key of one `tfec keys init`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, trio...)
			id, err := cmp.Or(test.authority, c.authority).issue("s1", RolePlayer, test.life)
			require.NoError(t, err)
			for _, name := range trio {
				c.serve(name, func(s *Server) {
					if name == "s1" {
						s.Identity = id
					}
				}, program(name, trio, gossip(1)))
			}
			require.ErrorContains(t, c.start(average, nil), "s1: alice cannot connect to it at "+c.hostmap.Entries[2].Addr+": "+test.want)
			for _, s := range c.servers {
				require.Eventually(t, func() bool { return strings.Contains(s.log.String(), test.want) }, 10*time.Second, time.Millisecond, s.Player)
			}
		})
	}
}

// impersonate has another server answer at a player's address. What it is has
// not been checked by Serve.
func (c *cast) impersonate(name string, id *Identity) {
	c.answerAs(name, id, func(grpc.ServerStream) error { return nil })
}

// answer has f take part in runs for a player.
func (c *cast) answer(name string, f func(grpc.ServerStream) error) {
	c.answerAs(name, c.identity(name, RolePlayer), f)
}

func (c *cast) answerAs(name string, id *Identity, f func(grpc.ServerStream) error) {
	l := c.listeners[name]
	s := grpc.NewServer(grpc.Creds(&transport{id: id, failed: func(net.Addr, error) {}}),
		grpc.UnknownServiceHandler(func(_ any, s grpc.ServerStream) error { return f(s) }))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(l)
	}()
	c.t.Cleanup(func() {
		s.Stop()
		<-done
	})
}

// Both ends of a connection between TLS and none say so.
func TestBothSidesHear(t *testing.T) {
	for _, test := range []struct {
		insecure       bool // the server
		client, server string
	}{
		{false, "alice refuses: laptop was started with --insecure, and alice uses TLS", "laptop was started with --insecure, and alice uses TLS"},
		{true, "alice was started with --insecure, and laptop uses TLS", "it uses TLS, and alice was started with --insecure"},
	} {
		c := newCast(t, "alice")
		c.insecure = test.insecure
		s := c.serve("alice", nil, program("alice", []string{"alice"}, gossip(1)))
		c.insecure = !test.insecure
		require.ErrorContains(t, c.start(average, nil), test.client)
		s.stop()
		<-s.done
		require.Contains(t, s.log.String(), test.server)
	}
}

func TestInsecure(t *testing.T) {
	c := newCast(t, trio...)
	c.insecure = true
	prints := make(chan []string, 3)
	check := func(ctx context.Context, l link.Link, r Run) error {
		prints <- r.Fingerprints
		return gossip(3)(ctx, l, r)
	}
	c.play(map[string]part{"alice": check, "s0": check, "s1": check})
	var events []Event
	require.NoError(t, c.start(average, func(e Event) { events = append(events, e) }))
	require.Equal(t, EventWarning, events[0].Kind)
	for range trio {
		require.Equal(t, []string{"insecure", "insecure", "insecure"}, <-prints)
	}
	for _, s := range c.servers {
		s.stop()
		<-s.done
		require.Equal(t, 2, strings.Count(s.log.String(), "level=ERROR msg=\"runs with --insecure: anyone on the wire can compute every input"), "at the start, and with the run")
	}
}

// A certificate that soon expires is reported at the start and with each run,
// by a coordinator that is no player, too.
func TestExpiryIsReportedEarly(t *testing.T) {
	c := newCast(t, append([]string{"master"}, trio...)...) // for an hour
	c.serve("master", func(s *Server) { s.Identity = c.identity("master", RoleCoordinator) })
	c.play(nil)
	var warned bool
	require.NoError(t, c.start(average, func(e Event) {
		warned = warned || e.Kind == EventWarning && strings.Contains(e.Text, "the certificate of laptop expires on ")
	}))
	require.True(t, warned, "the client, too")
	for _, s := range c.servers {
		s.stop()
		<-s.done
		require.Equal(t, 2, strings.Count(s.log.String(), "level=ERROR msg=\"the certificate of "+s.Player+" expires on "), s.Player)
		require.Contains(t, s.log.String(), ": renew it with `tfec keys renew keys/"+s.Player+"` and `tfec keys sign "+s.Player+".csr`")
	}
}

func TestFingerprints(t *testing.T) {
	c := newCast(t, trio...)
	prints := make(chan []string, 3)
	check := func(ctx context.Context, l link.Link, r Run) error {
		prints <- r.Fingerprints
		return gossip(3)(ctx, l, r)
	}
	c.play(map[string]part{"alice": check, "s0": check, "s1": check})
	require.NoError(t, c.start(average, nil))
	var want []string
	for _, s := range c.servers {
		want = append(want, s.Identity.Fingerprint())
		require.Len(t, s.Identity.Fingerprint(), 64)
	}
	for range trio {
		require.Equal(t, want, <-prints)
	}
}

// Nobody but the coordinator has players join a run.
func TestRoles(t *testing.T) {
	c := newCast(t, trio...)
	c.play(nil)
	for _, test := range []struct {
		id     *Identity
		to     int
		method string
		want   string
	}{
		{c.identity("laptop", RoleClient), 1, joinMethod, "laptop is not the coordinator: for s0 that is alice, the first entry of its hostmap"},
		{c.identity("alice", RoleClient), 1, joinMethod, "alice is not the coordinator: for s0 that is alice, the first entry of its hostmap"},
		{c.identity("s1", RolePlayer), 1, joinMethod, "s1 is not the coordinator: for s0 that is alice, the first entry of its hostmap"},
		{c.identity("s1", RolePlayer), 0, startMethod, "s1 has the role player, and only a client starts runs"},
	} {
		d := &dialer{id: test.id, timeout: 10 * time.Second}
		conn, err := d.connect(t.Context(), c.hostmap.Entries[test.to])
		require.NoError(t, err)
		s, err := conn.NewStream(t.Context(), &bidirectional, test.method, grpc.CallContentSubtype(codecName))
		require.NoError(t, err)
		err = s.RecvMsg(nil)
		require.Equal(t, codes.PermissionDenied, status.Code(err))
		require.EqualError(t, plain(err), test.want)
		require.Contains(t, c.servers[test.to].log.String(), strconv.Quote(test.want))
		require.NoError(t, conn.Close())
	}
}

// Shares are exchanged by players alone, in a run that is in hand, and both
// ends hear why they are not.
func TestShareConnections(t *testing.T) {
	const none = "01000000000000000000000000000000"
	for _, insecure := range []bool{false, true} {
		c := newCast(t, trio...)
		c.insecure = insecure
		c.play(nil)
		for _, test := range []struct{ name, role, run, want string }{
			{"laptop", RoleClient, none, "laptop has the role client, which exchanges no shares"},
			{"master", RoleCoordinator, none, "master has the role coordinator, which exchanges no shares"},
			{"s1", RolePlayer, none, "no run " + none + " is in hand"},
			{"s1", RolePlayer, "x", `"x" is no run id`},
		} {
			d := &dialer{id: c.identity(test.name, test.role), timeout: 10 * time.Second}
			_, _, err := d.shares(t.Context(), c.hostmap.Entries[1], test.run)
			require.Error(t, err)
			require.Equal(t, "s0: "+test.name+" cannot connect to it at 127.0.0.1:0: s0 refuses: "+test.want, anyPort(err.Error()))
			require.Eventually(t, func() bool { return strings.Contains(c.servers[1].log.String(), strconv.Quote(test.want)) }, 10*time.Second, time.Millisecond)
		}
	}
}

// A connection that is for a run is not believed to be to another player.
func TestShareConnectionToAnother(t *testing.T) {
	c := newCast(t, trio...)
	c.play(nil)
	d := &dialer{id: c.identity("alice", RolePlayer), timeout: 10 * time.Second}
	_, _, err := d.shares(t.Context(), Entry{Name: "s1", Addr: c.hostmap.Entries[1].Addr}, "01000000000000000000000000000000")
	require.Error(t, err)
	require.Equal(t, "s1: alice cannot connect to it at 127.0.0.1:0: it is s0, not s1: compare the addresses in the hostmap", anyPort(err.Error()))
	unreachable := &dialer{id: c.identity("alice", RolePlayer), timeout: 200 * time.Millisecond}
	require.NoError(t, c.listeners["s1"].Close())
	_, _, err = unreachable.shares(t.Context(), c.hostmap.Entries[2], "01000000000000000000000000000000")
	require.Error(t, err)
	require.Equal(t, "s1: cannot be reached at 127.0.0.1:0 after 200ms: connection refused", anyPort(err.Error()))
}
