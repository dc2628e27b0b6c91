// A player's part of a run, as its coordinator orders it.

package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/stream"
	"github.com/tfec-lang/tfec/runtime/monitor"
)

// tickOf is the interval of heartbeats, the same in both directions.
func tickOf(timeout time.Duration) time.Duration { return min(timeout/8, time.Second/2) }

// A membership is one run at one player.
type membership struct {
	*serving
	stream grpc.ServerStream
	orders chan order // closed when the coordinator is gone

	prog  *Program
	asked order // what is asked for
	order order // the accepted prepare
	link  *stream.Link
	pulse *pulse

	noted []report // what the run's goroutine has left to be sent at its end
	last  error    // the coordinator's reason to stop, if it came during the run
}

// An ending is how the run's goroutine ended, and what it noted of the run.
type ending struct {
	err   error
	noted []report
}

// join is the coordinator's stream, which is one run here.
func (v *serving) join(s grpc.ServerStream) error {
	if err := v.fromCoordinator(s.Context()); err != nil {
		v.log.Warn("refused to join a run", "reason", inLine(err))
		return status.Error(codes.PermissionDenied, err.Error())
	}
	m := &membership{serving: v, stream: s, orders: make(chan order)}
	done := make(chan struct{})
	err := v.take(func() {
		defer close(done)
		m.serve()
	})
	if err != nil {
		return status.Error(codes.Unavailable, err.Error())
	}
	go m.receive(done)
	<-done
	return nil
}

// fromCoordinator refuses whoever is not at the first entry of the hostmap.
func (v *serving) fromCoordinator(ctx context.Context) error {
	who, err := peerOf(ctx)
	if err != nil {
		return err
	}
	if !Same(who.Name, v.Hostmap.Coordinator().Name) || who.Role == RoleClient {
		return fmt.Errorf("%s is not the coordinator: for %s that is %s, the first entry of its hostmap", who.Name, v.Player, v.Hostmap.Coordinator().Name)
	}
	return nil
}

func (m *membership) receive(done <-chan struct{}) {
	defer close(m.orders)
	for {
		var o order
		if err := m.stream.RecvMsg(&o); err != nil {
			return
		}
		select {
		case m.orders <- o:
		case <-done:
			return
		}
	}
}

func (m *membership) send(r report) { _ = m.stream.SendMsg(&r) } // a lost coordinator shows in orders

// serve takes part in one run, as ordered. Why it does not begin is logged;
// where the coordinator started it by itself that is the end of a server that
// was there for one run.
func (m *membership) serve() {
	if err := m.enter(); errors.Is(err, errNotNeeded) {
		return
	} else if err != nil {
		m.log.Warn("a run did not begin", "file", printable(m.asked.Request.File), "computation", printable(m.asked.Request.Computation),
			"client", printable(m.asked.Client), "reason", inLine(err))
		if m.prog != nil {
			m.Monitor.Declined(m.prog.Computation)
		}
		if m.asked.Alone {
			m.finishHere(err)
		}
		return
	}
	m.stopWatching()
	ended := m.Monitor.Begun(m.prog.Computation)
	err := m.run()
	place, _ := m.pulse.place()
	m.release(place.Step > 0)
	ended(m.outcomeOf(err))
	m.sendRecord()
	m.ended(err)
}

// sendRecord gives the coordinator what this player noted, if that was asked for,
// the run's goroutine has ended, and done has not taken it along: part by part,
// while they are taken.
func (m *membership) sendRecord() {
	for _, r := range m.noted {
		for part := range slices.Chunk(r.Record, recordPart) {
			if !m.sendPart(report{Kind: r.Kind, Record: part}) {
				return
			}
		}
	}
}

func (m *membership) sendPart(r report) bool {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		m.send(r)
	}()
	return within(m.PeerTimeout, sent)
}

// outcomeOf is the class of a run's end.
func (m *membership) outcomeOf(err error) monitor.Outcome {
	switch {
	case err == nil:
		return monitor.Done
	case m.runs.Err() != nil:
		return monitor.Stopped
	case link.Follows(err) || errors.As(err, new(stopped)) || errors.As(err, new(lost)):
		return monitor.Peer
	}
	return monitor.Failed
}

// enter follows the orders until the run begins.
func (m *membership) enter() (err error) {
	if m.asked, err = m.expect(m.accepting, orderAsk); err != nil {
		return err
	}
	if err := m.answer(m.offer()); err != nil {
		return err
	}
	o, err := m.expect(m.accepting, orderPrepare)
	if err != nil {
		return err
	}
	if err := m.answer(m.prepare(o)); err != nil {
		return err
	}
	if _, err = m.expect(m.accepting, orderBegin); err != nil {
		m.link.Close(nil)
		m.release(false)
	}
	return err
}

// answer reports to the coordinator, or refuses with the reason err.
func (m *membership) answer(r report, err error) error {
	if err != nil {
		r = report{Kind: reportRefuse, Text: err.Error()}
	}
	m.send(r)
	return err
}

// finishHere is finish at a player; the coordinator's server has its own.
func (m *membership) finishHere(err error) {
	if !m.coordinates() {
		m.finish(err)
	}
}

// errNotNeeded is the end of a run that goes without this player.
var errNotNeeded = errors.New("the run goes without this player")

// stopped is the coordinator's reason for the end of a run, or several, a line
// each.
type stopped string

func newStopped(text string) stopped { return stopped(errors.Join(lines(text)...).Error()) }

func (s stopped) Error() string { return string(s) }

// Unwrap returns each reason.
func (s stopped) Unwrap() []error { return lines(string(s)) }

// expect waits for an order. From prepare on, silence ends the wait.
func (m *membership) expect(ctx context.Context, kind string) (order, error) {
	var silence <-chan time.Time
	for {
		if m.link != nil {
			silence = time.After(m.PeerTimeout)
		}
		select {
		case o, ok := <-m.orders:
			switch {
			case !ok:
				return o, m.lost("the connection to it was lost")
			case o.Kind == kind:
				return o, nil
			case o.Kind == orderStop:
				return o, newStopped(o.Text)
			case o.Kind == orderEnd:
				return o, errNotNeeded
			case o.Kind != orderAlive:
				return o, fmt.Errorf("the coordinator orders %q, expected %q", printable(o.Kind), kind)
			}
		case <-silence:
			return order{}, m.silent()
		case <-ctx.Done():
			return order{}, context.Cause(ctx)
		}
	}
}

func (m *membership) silent() error {
	return m.lost(fmt.Sprintf("it has not been heard for %v", m.PeerTimeout))
}

// lost is the end of a run here for want of its coordinator: only this player
// can say where.
func (m *membership) lost(why string) error {
	where := "before the run began"
	if m.pulse != nil {
		where = "while " + m.Player + " was " + at(m.report("", ""))
	}
	return lost{fmt.Errorf("%s, the coordinator, was lost %s: %s", m.Hostmap.Coordinator().Name, where, why)}
}

// A lost is the coordinator's silence or absence.
type lost struct{ error }

// offer is what this player has of what is asked for.
func (m *membership) offer() (report, error) {
	p, err := m.find(m.asked.Request)
	if err != nil {
		return report{}, err
	}
	m.prog = p
	return report{Kind: reportOffer, Request: &StartRequest{File: p.File, Computation: p.Computation, Digest: p.Digest, Protocol: p.Protocol}, Players: p.Players, Once: m.Once}, nil
}

// find is the program of a request; one that names none means the only one.
func (v *serving) find(r StartRequest) (*Program, error) {
	if r.File == "" && r.Computation == "" && len(v.Programs) == 1 {
		return &v.Programs[0], nil
	}
	var has []string
	for i, p := range v.Programs {
		if p.File == r.File && p.Computation == r.Computation {
			return &v.Programs[i], nil
		}
		has = append(has, p.Computation+" of "+p.File)
	}
	return nil, fmt.Errorf("%s does not have the computation %s of %s; it has %s", v.Player,
		printable(r.Computation), printable(r.File), orNone(has))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// prepare accepts a run, after all that could be against it.
func (m *membership) prepare(o order) (report, error) {
	switch p := m.prog; {
	case o.Request.Digest != p.Digest:
		return report{}, fmt.Errorf("the source of %s differs from that of %s", p.File, m.Player)
	case !slices.Equal(o.Players, p.Players):
		return report{}, fmt.Errorf("the list of players differs from that of %s", m.Player)
	case len(m.Clients) > 0 && !slices.ContainsFunc(m.Clients, func(c string) bool { return Same(c, o.Client) }):
		return report{}, fmt.Errorf("%s accepts no runs of the client %s", m.Player, printable(o.Client))
	}
	id, err := stream.ParseID(o.Run)
	if err != nil {
		return report{}, m.badRun(err)
	}
	if err := m.reserve(); err != nil {
		return report{}, err
	}
	l, err := m.hub.Open(id, slices.Index(m.prog.Players, m.prog.Player), m.prog.Players)
	if err != nil {
		m.release(false)
		return report{}, m.badRun(err)
	}
	m.order, m.link, m.pulse = o, l, newPulse(l)
	m.warn()
	m.log.Info("accepted a run", "run", o.Run, "client", printable(o.Client), "tag", printable(o.Request.Tag),
		"file", m.prog.File, "computation", m.prog.Computation, "digest", m.prog.Digest)
	return report{Kind: reportReady}, nil
}

// badRun is a run that the coordinator should not have named.
func (m *membership) badRun(err error) error {
	return fmt.Errorf("%s, the coordinator, names a run that cannot be: %w", m.Hostmap.Coordinator().Name, err)
}

// reserve counts a run with inputs: each one, with inputs that others chose,
// tells them more.
func (m *membership) reserve() error {
	if !m.prog.HasInputs || m.Runs < 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.spent() {
		return fmt.Errorf("%s has inputs and has taken part in as many runs as its operator allows (%d): --runs at its start allows more", m.Player, m.Taken)
	}
	m.Taken++
	return nil
}

// spent reports whether the runs with inputs are used up.
func (v *serving) spent() bool { return v.Taken >= max(v.Runs, 1) }

// release is the end of a run; it only counts if it has come past the set-up,
// since nothing was shared before.
func (m *membership) release(counts bool) {
	if !m.prog.HasInputs || m.Runs < 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !counts {
		m.Taken--
	}
	m.Monitor.Spent(m.spent() && !slices.ContainsFunc(m.Programs, func(p Program) bool { return !p.HasInputs }))
	if counts && m.spent() {
		m.log.Info("takes part in no further runs: it has inputs, and each run tells more of them; --runs allows more",
			"player", m.Player, "runs", m.Taken)
	}
}

// stepPause is the least time between two reports of steps: a coordinator that
// loses a player says at which step it was.
const stepPause = 20 * time.Millisecond

// run carries the program out, beside the heartbeats.
func (m *membership) run() error {
	ctx, cancel := context.WithCancelCause(m.runs)
	defer cancel(nil)
	result := make(chan ending, 1)
	go func() { result <- m.carryOut(ctx) }()
	tick := time.NewTicker(tickOf(m.PeerTimeout))
	defer tick.Stop()
	heard, orders := time.Now(), m.orders
	stepped, pause := m.pulse.stepped, (<-chan time.Time)(nil)
	for {
		select {
		case e := <-result:
			m.noted = e.noted
			return m.outcome(ctx, e.err)
		case o, ok := <-orders:
			switch heard = time.Now(); {
			case !ok:
				cancel(m.lost("the connection to it was lost"))
				orders = nil
			case o.Kind == orderStop:
				m.last = newStopped(o.Text)
				cancel(m.last)
			}
		case <-stepped:
			m.send(m.report(reportAlive, ""))
			stepped, pause = nil, time.After(stepPause)
		case <-pause:
			stepped = m.pulse.stepped
		case <-tick.C:
			if m.pulse.alive() {
				m.send(m.report(reportAlive, ""))
			}
			if time.Since(heard) > m.PeerTimeout {
				cancel(m.silent())
			}
		case <-ctx.Done():
			if m.runs.Err() != nil {
				m.send(m.report(reportFailed, "it was stopped by its operator"))
			}
			return m.abandon(context.Cause(ctx), result)
		}
	}
}

// carryOut connects to the other players and runs the program.
func (m *membership) carryOut(ctx context.Context) (e ending) {
	note := func(kind string) func([]byte) {
		return func(b []byte) { e.noted = append(e.noted, report{Kind: kind, Record: b}) }
	}
	if e.err = m.connect(ctx); e.err == nil {
		m.pulse.begun.Store(true)
		e.err = m.prog.Run(ctx, m.pulse, Run{ID: m.link.ID(), Client: printable(m.order.Client), Tag: printable(m.tag()), Fingerprints: m.fingerprints(),
			Record: m.order.Request.Record, Recorded: note(reportRecord), Series: m.order.Request.Series, Listed: note(reportSeries),
			Disclosed: m.pulse.disclosed, Progress: m.pulse.progress})
	}
	m.pulse.Close(m.farewell(e.err))
	return e
}

func (m *membership) connect(ctx context.Context) error {
	d := &dialer{id: m.Identity, timeout: m.ConnectTimeout}
	ctx, cancel := context.WithTimeoutCause(ctx, m.ConnectTimeout, fmt.Errorf("waited %v", m.ConnectTimeout))
	defer cancel()
	return m.link.Connect(ctx, func(ctx context.Context, player string) (stream.Conn, stream.Peer, error) {
		addr, _ := m.Hostmap.Address(player)
		return d.shares(ctx, Entry{player, addr}, m.link.ID().String())
	})
}

func (m *membership) tag() string {
	if m.order.Request.Tag == "" {
		return m.prog.Computation
	}
	return m.order.Request.Tag
}

func (m *membership) fingerprints() []string {
	f := m.link.Fingerprints()
	f[m.link.Self()] = m.Identity.Fingerprint()
	return f
}

// abandon waits for a cancelled run to return; one that does not is left.
func (m *membership) abandon(cause error, result <-chan ending) error {
	m.pulse.Close(m.farewell(cause))
	select {
	case e := <-result:
		m.noted = e.noted
		if e.err == nil {
			return nil // it was done already
		}
	case <-time.After(m.Grace):
		m.log.Error("a run does not stop", "run", m.order.Run)
	}
	return cause
}

// outcome tells the coordinator how the run ended here.
func (m *membership) outcome(ctx context.Context, err error) error {
	switch {
	case err == nil:
		m.send(m.done())
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case shared(err) != "":
		r := m.report(reportFollows, shared(err))
		var peer *link.PeerError
		if errors.As(err, &peer) {
			r.Peer = peer.Player
		}
		m.send(r)
	default:
		r := m.report(reportFailed, "")
		var elsewhere interface{ Where() string }
		if errors.As(err, &elsewhere) {
			r.Where = elsewhere.Where()
		}
		m.send(r)
	}
	return err
}

// done takes a record along that fits: for a short run, a message of its own to the
// coordinator and one to the client are a large part of what recording costs.
func (m *membership) done() report {
	r := report{Kind: reportDone}
	if len(m.noted) > 0 && m.noted[0].Kind == reportRecord && len(m.noted[0].Record) <= recordPart {
		r.Record, m.noted = m.noted[0].Record, m.noted[1:]
	}
	return r
}

// shared is the text of an error that everybody may read, or "".
func shared(err error) string {
	var reason interface{ Reason() string }
	if errors.As(err, &reason) {
		return reason.Reason()
	}
	var peer *link.PeerError
	if errors.As(err, &peer) {
		return peer.Error()
	}
	return ""
}

// farewell is what the peers are told on the link.
func (m *membership) farewell(err error) error {
	switch {
	case err == nil:
		return nil
	case shared(err) != "":
		return errors.New(shared(err))
	}
	return errors.New("stopped " + at(m.report("", "")))
}

func (m *membership) report(kind, text string) report {
	place, values := m.pulse.place()
	messages, bytes, rounds := m.pulse.Passed()
	return report{Kind: kind, Text: text, Step: place.Step, Loops: place.Around(), Values: values, Where: m.describe(place.Step), Waiting: m.pulse.waitsFor(), Count: messages, Bytes: bytes, Rounds: rounds}
}

func (m *membership) describe(step int) string {
	if m.prog.Step != nil && step > 0 {
		return m.prog.Step(step)
	}
	return ""
}

// at says where a report comes from: "in the set-up", "at step 10 (…)".
func at(r report) string {
	if r.Step <= 0 {
		return "in the set-up"
	}
	return "at " + stepOf(r)
}

func stepOf(r report) string {
	if r.Where != "" {
		return printable(r.Where)
	}
	return fmt.Sprintf("step %d", r.Step)
}

// ended waits for the coordinator's last word and for the link, and logs.
func (m *membership) ended(err error) {
	last := m.last
	if last == nil && (err == nil || shared(err) != "") {
		_, last = m.expect(m.runs, orderEnd)
	}
	if err != nil && last != nil {
		err = last
	}
	var reason stopped
	errors.As(last, &reason)
	switch {
	case err != nil:
		m.log.Error("the run failed", "run", m.order.Run, "reason", inLine(err))
	case reason != "":
		m.log.Warn("the run is finished here, but not everywhere", "run", m.order.Run, "reason", inLine(reason))
	default:
		m.log.Info("the run is finished", "run", m.order.Run)
	}
	<-m.link.Done()
	m.finishHere(err)
}
