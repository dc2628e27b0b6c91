// The coordinator: brings the players of a run together, compares what they
// have, and follows the run to its end.

package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link/stream"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// start is a client's stream: its request, then the events of the run.
func (v *serving) start(s grpc.ServerStream) error {
	client, err := v.fromClient(s.Context())
	if err != nil {
		v.log.Warn("refused to start a run", "reason", inLine(err))
		return status.Error(codes.PermissionDenied, err.Error())
	}
	var r StartRequest
	if err := s.RecvMsg(&r); err != nil {
		return err
	}
	done := make(chan error, 1)
	err = v.take(func() {
		t := v.newTeller(s.Context(), func(e Event) error { return s.SendMsg(&e) })
		c := &coordination{serving: v, request: r, client: client, tell: t.tell}
		err := c.coordinate(t.ctx)
		if unread := t.end(); err == nil && unread != nil {
			err = c.gone(unread)
			v.log.Warn("the client of a finished run was left", "run", c.id.String(), "reason", inLine(err))
		}
		done <- err
	})
	if err == nil {
		err = <-done
	}
	if err != nil {
		return status.Error(codes.Aborted, err.Error())
	}
	return nil
}

// fromClient lets clients alone start runs.
func (v *serving) fromClient(ctx context.Context) (string, error) {
	who, err := peerOf(ctx)
	if err != nil {
		return "", err
	}
	first := v.Hostmap.Coordinator()
	switch {
	case !v.coordinates():
		return "", fmt.Errorf("%s is not the coordinator: that is %s at %s, the first entry of its hostmap", v.Player, first.Name, first.Addr)
	case who.Role != RoleClient:
		return "", fmt.Errorf("%s has the role %s, and only a %s starts runs", who.Name, who.Role, RoleClient)
	case len(v.Clients) > 0 && !slices.ContainsFunc(v.Clients, func(c string) bool { return Same(c, who.Name) }):
		return "", fmt.Errorf("%s accepts no runs of the client %s", v.Player, who.Name)
	}
	return who.Name, nil
}

// startAlone starts the run of a batch job, in which every player has --once.
func (v *serving) startAlone(ctx context.Context) {
	c := &coordination{serving: v, client: v.Player, alone: true, tell: logEvents(v.log, len(v.Programs) > 0, time.Now)}
	if len(v.Programs) == 1 {
		p := v.Programs[0]
		c.request = StartRequest{File: p.File, Computation: p.Computation, Digest: p.Digest, Protocol: p.Protocol}
	}
	// A server that is stopping is waiting for nobody.
	_ = v.take(func() { _ = c.coordinate(ctx) })
}

// errNotAlone is the end of a start without a client: not all have --once.
var errNotAlone = errors.New("a client will start the run")

// A coordination is one run as its coordinator sees it.
type coordination struct {
	*serving
	request StartRequest
	client  string
	tell    func(Event) // called by anybody; holds up the run for no client
	alone   bool        // no client: start if every player takes part once

	players []string
	members []*member // in order of players
	id      stream.ID
	begun   bool
}

// gone is the end of a run by its client, whose stream ended with cause.
func (c *coordination) gone(cause error) error {
	if errors.Is(cause, errUnread) {
		return fmt.Errorf("%s, who started the run, %w", c.client, cause)
	}
	return fmt.Errorf("%s, who started the run, has left", c.client)
}

// coordinate carries a run out, for as long as the client stays. Why a run
// fails, or does not begin, is logged here and told to all that were asked.
func (c *coordination) coordinate(client context.Context) error {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(client))
	defer cancel(nil)
	defer context.AfterFunc(client, func() { cancel(c.gone(context.Cause(client))) })()
	defer context.AfterFunc(c.runs, func() { cancel(context.Cause(c.runs)) })()

	err := c.carryOut(ctx)
	switch {
	case errors.Is(err, errNotAlone):
		c.log.Info("waits for a client to start the run: not every player has --once")
	case err != nil:
		c.log.Error("the run failed, for its coordinator", "client", c.client, "computation", printable(c.request.Computation), "reason", inLine(err))
	default:
		c.log.Info("the run is finished, for its coordinator", "run", c.id.String(), "client", c.client)
	}
	told := c.dismiss(err)
	if c.request.notes() {
		told.Wait() // with what players noted
	}
	return err
}

func (c *coordination) carryOut(ctx context.Context) error {
	before, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.accepting, func() { cancel(context.Cause(c.accepting)) })()
	for _, step := range []func(context.Context) error{c.gather, c.agree, c.prepare} {
		if err := step(before); err != nil {
			return err
		}
	}
	c.begin()
	f := &following{coordination: c, notes: make(chan note), done: make(chan struct{})}
	defer f.forwards.Wait()
	defer close(f.done)
	return f.follow(ctx)
}

// A member is a player as its coordinator sees it.
type member struct {
	name    string
	conn    *grpc.ClientConn
	stream  grpc.ClientStream
	cancel  context.CancelFunc
	reports chan report // closed when the player is gone
	offer   report

	sending chan struct{} // has room for one order at a time
	beaten  time.Time     // when the last heartbeat was handed over

	recorded int // bytes of its record so far

	last  report // the last heartbeat
	heard time.Time
	moved time.Time // when the heartbeat last differed
	ended bool
}

// send hands over an order, and reports whether that is done: nobody waits
// longer than so for a player that does not read.
func (m *member) send(o order, patience time.Duration) bool {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		m.sending <- struct{}{}
		defer func() { <-m.sending }()
		_ = m.stream.SendMsg(&o) // a lost player shows in reports
	}()
	return within(patience, sent)
}

// beat hands over a heartbeat, or tells for how long the one before it has not
// been taken.
func (m *member) beat() (unread time.Duration) {
	select {
	case m.sending <- struct{}{}:
	default:
		return time.Since(m.beaten)
	}
	m.beaten = time.Now()
	go func() {
		defer func() { <-m.sending }()
		_ = m.stream.SendMsg(&order{Kind: orderAlive})
	}()
	return 0
}

// next is the player's answer.
func (m *member) next(ctx context.Context, timeout time.Duration) (report, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r, ok := <-m.reports:
		switch {
		case !ok:
			return r, fmt.Errorf("the connection to %s was lost", m.name)
		case r.Kind == reportRefuse:
			return r, fmt.Errorf("%s refuses: %s", m.name, printable(r.Text))
		}
		return r, nil
	case <-timer.C:
		return report{}, fmt.Errorf("%s has not answered for %v", m.name, timeout)
	case <-ctx.Done():
		return report{}, context.Cause(ctx)
	}
}

// gather connects to the players and asks what they have. A coordinator that
// is no player asks the whole hostmap until one knows who the players are.
func (c *coordination) gather(ctx context.Context) error {
	entries := slices.DeleteFunc(slices.Clone(c.Hostmap.Entries), func(e Entry) bool { return Same(e.Name, c.Player) })
	if len(c.Programs) > 0 {
		p, err := c.find(c.request)
		if err != nil {
			return err
		}
		c.players, entries = p.Players, c.entries(p.Players)
	}
	answers := c.askAll(ctx, entries)
	if len(c.players) == 0 {
		c.players = names(entries) // nobody knows better: each says why
	}
	var failed []error
	for _, p := range c.players {
		a := answers[canonical(p)]
		switch {
		case a.member != nil:
			c.members = append(c.members, a.member)
			continue
		case errors.Is(a.err, errOtherRefuses):
			continue
		}
		failed = append(failed, cmp.Or(a.err, c.Hostmap.Check([]string{p}), fmt.Errorf("%s is no player", printable(p))))
	}
	if failed != nil || len(c.members) == 0 {
		return cmp.Or(errors.Join(failed...), fmt.Errorf("%s names no player", c.Hostmap.name()))
	}
	if o := c.members[0].offer.Request; c.request.File == "" && o != nil {
		c.request.File, c.request.Computation = o.File, o.Computation // a batch job's request leaves them open
	}
	return nil
}

// entries are those of players that the hostmap has.
func (c *coordination) entries(players []string) []Entry {
	var es []Entry
	for _, p := range players {
		if addr, ok := c.Hostmap.Address(p); ok {
			es = append(es, Entry{p, addr})
		}
	}
	return es
}

func names(entries []Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Name)
	}
	return all
}

// An answer is a player that has joined, or why not.
type answer struct {
	name   string
	member *member
	err    error
}

// askAll asks entries at the same time, until all players, once they are
// known, have answered. What it returns is by canonical name.
func (c *coordination) askAll(ctx context.Context, entries []Entry) map[string]answer {
	asking, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	arriving := make(chan answer)
	for _, e := range entries {
		go func() {
			m, err := c.ask(ctx, asking, e)
			arriving <- answer{canonical(e.Name), m, err}
		}()
	}
	answers := map[string]answer{}
	for range entries {
		a := <-arriving
		answers[a.name] = a
		if a.member != nil && len(c.players) == 0 {
			c.players = a.member.offer.Players
		}
		switch {
		case c.answered(answers):
			cancel(nil)
		case c.refused(answers):
			defer time.AfterFunc(settleTime, func() { cancel(errOtherRefuses) }).Stop()
		}
	}
	c.dropStrangers(answers)
	return answers
}

func (c *coordination) answered(answers map[string]answer) bool {
	return len(c.players) > 0 && !slices.ContainsFunc(c.players, func(p string) bool {
		_, ok := answers[canonical(p)]
		return !ok
	})
}

// errOtherRefuses ends the wait for players that are not there yet, when the
// run cannot begin without another. Those that are there hear the reason.
var errOtherRefuses = errors.New("another player refuses")

// refused reports whether a player of this run will not take part.
func (c *coordination) refused(answers map[string]answer) bool {
	return slices.ContainsFunc(c.players, func(p string) bool { return answers[canonical(p)].err != nil })
}

// dropStrangers leaves the members that are no players of this run.
func (c *coordination) dropStrangers(answers map[string]answer) {
	for name, a := range answers {
		if a.member != nil && !slices.ContainsFunc(c.players, func(p string) bool { return canonical(p) == name }) {
			c.inHand.Go(func() { a.member.release(order{Kind: orderEnd}, c.record) })
			delete(answers, name)
		}
	}
}

// ask opens the stream to a player, which lives as long as run, and asks what
// it has.
func (c *coordination) ask(run, asking context.Context, e Entry) (*member, error) {
	if Same(e.Name, c.Player) {
		e.Addr = c.self
	}
	d := &dialer{id: c.Identity, timeout: c.ConnectTimeout, waiting: func(to Entry) {
		c.tell(Event{Kind: EventWait, Player: to.Name, Text: "does not answer yet at " + to.Addr})
		c.logWait(to)
	}}
	conn, err := d.connect(asking, e)
	if err != nil {
		return nil, err
	}
	m := &member{name: e.Name, conn: conn, sending: make(chan struct{}, 1), reports: make(chan report)}
	stream, cancel := context.WithCancel(context.WithoutCancel(run))
	m.cancel = cancel
	if m.stream, err = conn.NewStream(stream, &bidirectional, joinMethod, grpc.CallContentSubtype(codecName)); err != nil {
		m.leave()
		return nil, fmt.Errorf("%s: %w", e.Name, plain(err))
	}
	go m.receive(stream)
	m.send(order{Kind: orderAsk, Request: c.request, Client: c.client, Alone: c.alone}, c.PeerTimeout)
	m.offer, err = m.next(asking, c.PeerTimeout)
	if err == nil && c.alone && !m.offer.Once {
		err = errNotAlone
	}
	if err != nil {
		c.inHand.Go(func() { m.release(order{Kind: orderEnd}, c.record) })
		return nil, err
	}
	return m, nil
}

func (m *member) receive(ctx context.Context) {
	defer close(m.reports)
	for {
		var r report
		if err := m.stream.RecvMsg(&r); err != nil {
			if status.Code(err) == codes.PermissionDenied {
				r = report{Kind: reportRefuse, Text: plain(err).Error()}
			} else {
				return
			}
		}
		select {
		case m.reports <- r:
		case <-ctx.Done():
			return
		}
	}
}

// leave ends the stream to a player.
func (m *member) leave() {
	m.cancel()
	m.conn.Close()
}

// agree compares what the players have with what is asked for.
func (c *coordination) agree(context.Context) error {
	first := "the client"
	switch {
	case c.request.Digest == "":
		has := c.members[0].offer.program()
		first, c.request.Digest, c.request.Protocol = c.members[0].name, has.Digest, has.Protocol
	case c.alone:
		first = c.Player
	}
	var errs []error
	for _, m := range c.members {
		if err := c.differs(first, m); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// differs is what a player has otherwise than first, who has what is asked for.
func (c *coordination) differs(first string, m *member) error {
	const not = "%s and %s do not have the same program: "
	want, has := c.request, m.offer.program()
	switch {
	case has.Digest != want.Digest:
		return fmt.Errorf(not+"the source of %s differs (digest %s and %s)", first, m.name, want.File, short(want.Digest), short(has.Digest))
	case want.Protocol != "" && has.Protocol != want.Protocol:
		return fmt.Errorf(not+"the protocol differs (%s and %s)", first, m.name, printable(want.Protocol), printable(has.Protocol))
	case !slices.Equal(m.offer.Players, c.players):
		return fmt.Errorf(not+"the list of players differs", c.members[0].name, m.name)
	}
	return nil
}

// program is what an offer says of the program.
func (r report) program() StartRequest {
	if r.Request == nil {
		return StartRequest{}
	}
	return *r.Request
}

// short is enough of a digest to tell two apart.
func short(digest string) string { return printable(digest[:min(len(digest), 12)]) }

// prepare has every player accept the run.
func (c *coordination) prepare(ctx context.Context) error {
	rand.Read(c.id[:]) // never fails
	errs := make([]error, len(c.members))
	var wg sync.WaitGroup
	for i, m := range c.members {
		wg.Go(func() {
			m.send(order{Kind: orderPrepare, Request: c.request, Client: c.client, Run: c.id.String(), Players: c.players}, c.PeerTimeout)
			_, errs[i] = m.next(ctx, c.PeerTimeout)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (c *coordination) begin() {
	c.begun = true
	if len(c.Programs) == 0 { // a player has said it
		c.warn()
	}
	c.log.Info("starts a run", "run", c.id.String(), "client", c.client, "computation", c.request.Computation)
	c.tell(Event{Kind: EventStart, Run: c.id.String(), Text: fmt.Sprintf("run %v of %s with %s", c.id, c.request.Computation, strings.Join(c.players, ", "))})
	for _, m := range c.members {
		m.heard, m.moved = time.Now(), time.Now()
		m.send(order{Kind: orderBegin}, c.PeerTimeout)
	}
}

// farewellTime is how long players have to hear how a run ended.
const farewellTime = 2 * time.Second

// dismiss tells the players how the run ended. It does not wait for them; a
// server that was there for this run alone does, and ends.
func (c *coordination) dismiss(err error) *sync.WaitGroup {
	last := order{Kind: orderEnd}
	if err != nil && !errors.Is(err, errNotAlone) {
		last = order{Kind: orderStop, Text: err.Error()}
	}
	told := new(sync.WaitGroup)
	for _, m := range c.members {
		told.Add(1)
		c.inHand.Go(func() {
			defer told.Done()
			m.release(last, c.record)
		})
	}
	if c.begun || c.alone && !errors.Is(err, errNotAlone) {
		c.inHand.Go(func() {
			told.Wait()
			c.finish(err)
		})
	}
	return told
}

// record hands a part of what a player noted on to the client that asked for it.
func (c *coordination) record(m *member, part report) {
	if data := c.wanted(m, part); len(data) > 0 {
		c.tell(Event{Kind: part.Kind, Player: m.name, Record: data})
	}
}

// wanted is what a report has of a record, unless nobody asked for it or it is more
// than a record can be.
func (c *coordination) wanted(m *member, part report) []byte {
	if m.recorded += len(part.Record); !c.request.notes() || m.recorded > trace.MaxRecord {
		return nil
	}
	return part.Record
}

// release sends a player the last order, and leaves it once it has heard it and
// said what it noted of the run.
func (m *member) release(last order, record func(*member, report)) {
	defer m.leave()
	if !m.send(last, farewellTime) {
		return
	}
	_ = m.stream.CloseSend()
	timer := time.NewTimer(farewellTime)
	defer timer.Stop()
	for {
		select {
		case r, ok := <-m.reports:
			switch {
			case !ok:
				return
			case inParts(r.Kind):
				record(m, r)
				timer.Reset(farewellTime)
			}
		case <-timer.C:
			return
		}
	}
}
