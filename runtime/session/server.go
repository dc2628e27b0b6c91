// Package session is networked runs: who is where (Hostmap), who is who
// (Identity, keys), the servers of players and coordinators (Server), and the
// client that starts a run (Start).
//
// Of a run the coordinator, at the first entry of the hostmap, learns names,
// digests, progress and failures; shares pass between players alone. A run
// goes
//
//	client → coordinator       start: file, computation, digest, tag
//	coordinator → each player  ask: what it has; compared by the coordinator
//	                           prepare: the run's id, from then on its streams are accepted
//	                           begin: players connect to each other and run
//	player → coordinator       alive, with the step; done or failed
//	coordinator → each player  end or stop
//
// on one stream for each player, whose end ends the run there. These are streams
// of gRPC; shares have connections of their own, between the same addresses,
// whose greeting names the run. Whoever is not
// heard for PeerTimeout, or whose engine makes no progress for as long, ends
// the run everywhere.
package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/stream"
	"github.com/tfec-lang/tfec/runtime/monitor"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// A Program is one player's part of one computation, as a server offers it.
type Program struct {
	File, Computation, Digest, Player string

	Protocol  string   // with roles and options
	Players   []string // everybody who takes part, in order
	HasInputs bool
	Insecure  bool // the protocol protects nothing: refused unless Server.AllowPlain

	// Step describes a step, "step 10 (divide, average.tfe:14)"; nil: its number.
	Step func(n int) string

	// Run takes part in one run, over l. It returns soon after ctx ends or a
	// call of l fails. What others learn of its error is the step alone, or
	// that this player stopped in the set-up; but the text of a link.PeerError,
	// and of an error with the method Reason() string, is told to everybody, and
	// that of the method Where() string in place of the step.
	Run func(ctx context.Context, l link.Link, r Run) error
}

// A Run is what a Program needs to know of one run.
type Run struct {
	ID           [16]byte
	Client, Tag  string   // who asked for it, and under what name
	Fingerprints []string // of each player's certificate, in order of Players; "insecure" without TLS

	// Record is what this player is to note of the run; Recorded, called once
	// and before Run returns, takes what may leave it: trace.Record.Shared.
	Record   trace.Level
	Recorded func(record []byte)

	// Disclosed is to be called with what is disclosed to everybody, at one player of
	// those that learn it. Where the client asks for Series, Listed, called once and
	// before Run returns, takes all of it.
	Disclosed func(progress.Value)
	Series    bool
	Listed    func(series []byte)

	// Progress is to be called with the place at which this player sends or
	// receives, step 0 in the set-up: a run that fails before step 1 has stopped in
	// the set-up. It is the engine's heartbeat, as each call of the link is:
	// work that takes longer than PeerTimeout, such as reading inputs, calls it
	// in between.
	Progress func(progress.Place)
}

// The defaults of Server.
const (
	defaultConnect = 60 * time.Second
	defaultPeer    = 30 * time.Second
	defaultGrace   = 10 * time.Second
)

// A Server is one player's part of all its runs; at the first entry of the
// hostmap also the coordinator, which without Programs is no player.
type Server struct {
	Player   string
	Hostmap  *Hostmap
	Identity *Identity
	Programs []Program

	Listen   string       // "": the address of the player's entry
	Listener net.Listener // used instead of listening, if set

	ConnectTimeout time.Duration // for players to find each other; 0: 60 s
	PeerTimeout    time.Duration // for which a player may be silent; 0: 30 s
	Grace          time.Duration // for the run in hand when the server stops; 0: 10 s

	Once       bool     // take part in one run, then end with its error
	Runs       int      // how many runs with inputs: 0 is one, -1 any
	Taken      int      // how many of these there were before this server
	Clients    []string // whose runs are accepted; empty: any client's
	AllowPlain bool     // accept programs that are Insecure

	Log     *slog.Logger     // nil: none
	Monitor *monitor.Monitor // nil: nobody watches
}

// Serve takes part in runs until ctx ends, which leaves the run in hand its
// Grace, or with Once until the first has ended.
func (s *Server) Serve(ctx context.Context) error {
	v, err := s.open()
	if err != nil {
		return err
	}
	listener, err := v.listen()
	if err != nil {
		return err
	}
	v.self = listener.Addr().String()
	v.announce()
	v.Monitor.Listening()
	var servers sync.WaitGroup
	broken := make(chan error, 1)
	servers.Go(func() { broken <- v.grpc.Serve(listener) })
	switch {
	case s.Once && v.coordinates():
		servers.Go(func() { v.startAlone(ctx) })
	case s.Once:
		servers.Go(v.watch)
	}
	select {
	case <-ctx.Done():
	case err = <-v.finished:
	case err = <-broken:
	}
	v.Monitor.Stopping()
	err = errors.Join(err, v.shutDown())
	servers.Wait()
	return err
}

// A serving is a Server at work.
type serving struct {
	Server
	log  *slog.Logger
	hub  *stream.Hub
	grpc *grpc.Server
	self string // where this process reaches itself

	// accepting ends when the server stops, runs when the grace of the run in
	// hand is over; both with the reason.
	accepting, runs        context.Context
	stopAccepting, endRuns context.CancelCauseFunc
	finished               chan error // the end of the only run, with Once

	watching     context.Context // for the coordinator, until the run begins
	stopWatching context.CancelFunc

	mu     sync.Mutex // guards Taken: runs with inputs, past the set-up or in hand
	inHand sync.WaitGroup
}

// open checks the server and makes what it needs.
func (s *Server) open() (*serving, error) {
	v := &serving{Server: *s, log: s.Log, finished: make(chan error, 1)}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	setDefault(&v.ConnectTimeout, defaultConnect)
	setDefault(&v.PeerTimeout, defaultPeer)
	setDefault(&v.Grace, defaultGrace)
	v.accepting, v.stopAccepting = context.WithCancelCause(context.Background())
	v.runs, v.endRuns = context.WithCancelCause(context.Background())
	v.watching, v.stopWatching = context.WithCancel(v.accepting)
	v.hub = stream.NewHub()
	v.grpc = grpc.NewServer(v.options()...)
	v.grpc.RegisterService(controlService(), v)
	return v, nil
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

func (v *serving) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.Creds(&transport{id: v.Identity, failed: v.refusedConnection, admit: v.admit}),
		grpc.MaxRecvMsgSize(maxControl),
		grpc.MaxHeaderListSize(maxHeaders),
		grpc.ConnectionTimeout(handshakeTime),
		grpc.MaxConcurrentStreams(8),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveTime}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveTime / 2, PermitWithoutStream: true}),
	}
}

// check holds what can be seen before anything starts.
func (v *serving) check() error {
	if _, ok := v.Hostmap.Address(v.Player); !ok {
		return v.Hostmap.Check([]string{v.Player})
	}
	if !Same(v.Identity.Name, v.Player) || v.Identity.Role == RoleClient {
		return fmt.Errorf("cannot serve as %s with the identity of %s, a %s", v.Player, v.Identity.Name, v.Identity.Role)
	}
	if v.Identity.Role == RoleCoordinator && len(v.Programs) > 0 {
		return fmt.Errorf("cannot take part as %s with a certificate for a %s: `tfec keys request %s` makes the request for a %s's", v.Player, RoleCoordinator, v.Player, RolePlayer)
	}
	if len(v.Programs) == 0 && !v.coordinates() {
		return fmt.Errorf("%s has no program, and the coordinator is %s, the first entry of %s", v.Player, v.Hostmap.Coordinator().Name, v.Hostmap.name())
	}
	var errs []error
	for _, p := range v.Programs {
		errs = append(errs, v.checkProgram(p))
	}
	return errors.Join(errs...)
}

func (v *serving) checkProgram(p Program) error {
	if !Same(p.Player, v.Player) || !slices.Contains(p.Players, p.Player) {
		return fmt.Errorf("%s is a program of %s, not of %s", p.File, p.Player, v.Player)
	}
	if p.Insecure && !v.AllowPlain {
		return fmt.Errorf("%s uses a protocol without any security: it is refused on a network unless --allow-plain is given", p.File)
	}
	return v.Hostmap.Check(p.Players)
}

// coordinates reports whether this server is at the first entry.
func (v *serving) coordinates() bool { return Same(v.Player, v.Hostmap.Coordinator().Name) }

func (v *serving) listen() (net.Listener, error) {
	if v.Listener != nil {
		return v.Listener, nil
	}
	addr := v.Listen
	if addr == "" {
		addr, _ = v.Hostmap.Address(v.Player)
	}
	l, err := (&net.ListenConfig{KeepAliveConfig: probing}).Listen(context.Background(), "tcp", addr)
	if err == nil {
		return l, nil
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		err = errors.New("the port is in use")
		if others := v.Hostmap.sharing(v.Player, addr); others != nil {
			err = fmt.Errorf("the port is in use; %s also gives it to %s", v.Hostmap.name(), strings.Join(others, ", "))
		}
	}
	return nil, fmt.Errorf("cannot listen on %s: %w", addr, brief(err))
}

// announce says what this server is.
func (v *serving) announce() {
	v.warn()
	for _, p := range v.Programs {
		v.log.Info("offers a program", "player", p.Player, "file", p.File, "computation", p.Computation, "digest", p.Digest, "inputs", p.HasInputs)
	}
	role := "player"
	switch {
	case len(v.Programs) == 0:
		role = "coordinator, no player"
	case v.coordinates():
		role = "player and coordinator"
	}
	v.log.Info("listens", "name", v.Player, "role", role, "address", v.self, "certificate", v.Identity.Fingerprint())
}

// warn says what the operator should know about the identity, at the start and
// with each run: a player may wait for years. It is heard at every level of the
// log.
func (v *serving) warn() {
	if notice := v.Identity.Notice(time.Now()); notice != "" {
		v.log.Error(notice, "player", v.Player)
	}
}

// refusedConnection logs whoever does not get in. One that ends before it has
// said anything wrong is a probe of the port, or a player that stops waiting.
func (v *serving) refusedConnection(from net.Addr, err error) {
	if !isRefusal(err) && broken(err) {
		v.log.Debug("a connection failed", "from", from.String(), "reason", err.Error())
		return
	}
	v.Monitor.Refused()
	v.log.Warn("refused a connection", "from", from.String(), "reason", printable(err.Error()))
}

// broken reports whether a connection only ended.
func broken(err error) bool {
	var errno syscall.Errno
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &errno)
}

// admit takes a connection for shares into its run.
func (v *serving) admit(who Peer, run string) (take func(stream.Conn), err error) {
	p, err := sharer(who)
	if err != nil {
		return nil, err
	}
	return v.hub.Admit(p, run)
}

// sharer lets players alone exchange shares.
func sharer(who Peer) (stream.Peer, error) {
	if who.Role != RolePlayer {
		return stream.Peer{}, fmt.Errorf("%s has the role %s, which exchanges no shares", who.Name, who.Role)
	}
	return stream.Peer{Name: canonical(who.Name), Fingerprint: who.Fingerprint}, nil
}

// take runs f as something in hand, unless the server is stopping.
func (v *serving) take(f func()) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.accepting.Err() != nil {
		return context.Cause(v.accepting)
	}
	v.inHand.Go(f)
	return nil
}

// finish ends the server after its only run.
func (v *serving) finish(err error) {
	if !v.Once {
		return
	}
	select {
	case v.finished <- err:
	default: // another run has ended it
	}
}

// shutDown takes no more runs and gives those in hand their grace.
func (v *serving) shutDown() error {
	stopped := fmt.Errorf("%s was stopped", v.Player)
	v.mu.Lock()
	v.stopAccepting(stopped)
	v.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		v.inHand.Wait()
		close(idle)
	}()
	var err error
	if !within(v.Grace, idle) {
		v.endRuns(stopped)
		if !within(v.Grace+farewellTime, idle) {
			err = fmt.Errorf("a run of %s does not stop", v.Player)
		}
	}
	v.hub.Stop()
	v.stopListening()
	return err
}

// stopListening leaves the last messages time to go out.
func (v *serving) stopListening() {
	gone := make(chan struct{})
	go func() {
		v.grpc.GracefulStop()
		close(gone)
	}()
	if !within(farewellTime, gone) {
		v.grpc.Stop()
		<-gone
	}
}

// within waits for done, for so long at most.
func within(d time.Duration, done <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}
