package conformance

// Runs of all players in one process.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The players of a run: the owner, the roles, the receiver.
const owner = 0

func (p Protocol) roles() []int {
	roles := make([]int, p.Roles)
	for i := range roles {
		roles[i] = i + 1
	}
	return roles
}

func (p Protocol) receiver() int { return p.Roles + 1 }

// A Player is one player of a run: its kernel, its engine, and the Net of both.
type Player struct {
	*Net
	run
	Kernel mpc.Kernel
	Engine *mpc.Engine
	roles  []int // that hold shares
	keys   prg.Keys
	masks  map[[2]uint64]bool // the first words of each stream
	drawn  drawn              // the streams of this step
	ledger ledger             // what was drawn of all streams
	frozen []frozen           // what must not change any more

	// What happens between Begin and End.
	rounds  int
	took    int      // stages
	bytes   []uint64 // sent to each player
	watched bool     // between them, and asked for
	had     []uint64 // the operands' components, and masks
	inbox   []byte   // payloads received
	opened  []byte   // what operations opened for themselves
}

var _ mpc.Net = (*Player)(nil)

// At starts an occurrence of a step.
func (p *Player) At(step, occurrence uint32) *Player {
	p.Net.At(step, occurrence)
	p.drawn = drawn{}
	return p
}

// Begin starts to measure, and End stops.
func (p *Player) Begin(x ...mpc.Share) {
	p.Clock, p.ahead, p.stages, p.bytes, p.watched = 0, 0, 0, p.sentTo(), p.watch
	for _, s := range x {
		for _, c := range s.Comp {
			p.note(c)
		}
	}
}

func (p *Player) End() {
	p.rounds, p.took, p.watched = int(p.Clock), p.stages, false
	for to, sent := range p.sentTo() {
		p.bytes[to] = sent - p.bytes[to]
	}
}

// note keeps what a watched player has.
func (p *Player) note(words []uint64) {
	if p.watched {
		p.had = append(p.had, words...)
	}
}

// Send keeps what is sent, where it must not change afterwards.
func (p *Player) Send(to int, parts ...[]byte) {
	p.freeze("a message that was sent", parts)
	p.Net.Send(to, parts...)
}

func (p *Player) SendAhead(to int, parts ...[]byte) {
	p.freeze("a message that was sent ahead", parts)
	p.Net.SendAhead(to, parts...)
}

func (p *Player) Recv(from, size int) []byte { return p.got(p.Net.Recv(from, size)) }

func (p *Player) RecvAhead(from, size int) []byte { return p.got(p.Net.RecvAhead(from, size)) }

// got keeps what a watched player receives.
func (p *Player) got(payload []byte) []byte {
	if p.watched {
		p.inbox = append(p.inbox, payload...)
	}
	return payload
}

// Stream refuses a mask that the player has seen before, whatever its name.
func (p *Player) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	// Enough for eight elements, or for each bit that an operation masks.
	words := make([]uint64, 40)
	p.copyOfStream(set, purpose).Fill(words)
	p.drawn[named{set, purpose}] = true
	first := [2]uint64(words)
	if p.masks[first] && !p.forgetful {
		abort.Now(errors.New("a mask is drawn twice"))
	}
	p.masks[first] = true
	p.note(words)
	if p.forgetful {
		return p.copyOfStream(set, purpose)
	}
	return p.Net.Stream(set, purpose)
}

// copyOfStream is a stream from a source that knows of no other.
func (p *Player) copyOfStream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	n := *p.Net
	n.Source = prg.New(prg.Keys{set: p.keys[set]})
	if p.forgetful {
		n.occurrence = 0
	}
	return n.Stream(set, purpose)
}

// A run is one execution by all players.
type run struct {
	seed  uint64
	watch bool // keep what each player has and receives
	// Sabotage: streams that forget the occurrence and may be drawn twice;
	// keys that are not random.
	forgetful bool
	key       func(prg.Key) prg.Key
	kernel    func(mpc.Kernel) mpc.Kernel
	freeze    bool // keep what must not change afterwards
}

// patience bounds one execution, which takes seconds at most.
const patience = time.Minute

// play has every player carry out body. Keys depend on the seed only. An
// execution in which a message is missing ends by itself, and there is no
// other after it.
func (p Protocol) play(r run, body func(*Player)) ([]*Player, error) {
	if p.hung.Load() {
		return nil, errors.New("not run: an execution before hung")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	names := make([]string, p.Roles+2)
	for i := range names {
		names[i] = fmt.Sprintf("p%d", i)
	}
	players, errs := make([]*Player, len(names)), make([]error, len(names))
	var wg sync.WaitGroup
	for i, l := range local.Connect(names) {
		players[i] = p.newPlayer(r, l)
		players[i].Context = ctx
		wg.Go(func() {
			errs[i] = cmp.Or(carryOut(players[i], body), players[i].ledger.check())
			l.Close(errs[i])
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		p.hung.Store(true)
	}
	return players, cause(errs)
}

func (p Protocol) newPlayer(r run, l link.Link) *Player {
	kernel, keys := p.New(p.ring, l.Self(), p.roles()), p.keysOf(r, l.Self())
	if r.kernel != nil {
		kernel = r.kernel(kernel)
	}
	source := prg.New(keys)
	q := &Player{
		bytes: make([]uint64, p.Roles+2),
		Net:   NewNet(l, source), run: r, Kernel: kernel,
		roles: p.roles()[:p.Roles-p.Helpers], keys: keys, masks: map[[2]uint64]bool{}, drawn: drawn{},
	}
	source.Watch(q.ledger.note)
	q.Engine = mpc.New(mpc.Watch(kernel, func(_ mpc.Net, o mpc.Opening) {
		if q.watched {
			q.opened = append(q.opened, ring.Bytes(o.Value.Data)...)
		}
	}))
	return q
}

// keysOf are the keys of the sets that a player is in.
func (p Protocol) keysOf(r run, self int) prg.Keys {
	keys := prg.Keys{}
	for _, set := range p.KeySets(p.roles(), []int{owner, p.roles()[0]}) {
		if slices.Contains(set.Players(), self) {
			key := prg.Key(sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(set+"/"), r.seed)))
			if r.key != nil {
				key = r.key(key)
			}
			keys[set] = key
		}
	}
	return keys
}

func carryOut(p *Player, body func(*Player)) (err error) {
	defer abort.Catch(&err)
	body(p)
	return nil
}

// cause prefers an error to those that followed from it.
func cause(errs []error) error {
	var first error
	for _, err := range errs {
		var follows *link.PeerError
		if err != nil && (first == nil || !errors.As(err, &follows)) {
			first = err
		}
	}
	return first
}

// The steps of a computation: a deal for each operand, then these.
const (
	operationStep = 1000
	openingStep   = 1001
)

// compute shares the operands from the owner, calls f at each role and opens
// its result to the receiver. It returns the result, with the players, whose
// measures are of f alone.
func (p Protocol) compute(t testing.TB, r run, in []clear.Tensor, f func(q *Player, x []mpc.Share) mpc.Share) (clear.Tensor, []*Player) {
	t.Helper()
	var out clear.Tensor
	described := make(chan mpc.Share, 2*p.Roles)
	players, err := p.play(r, func(q *Player) {
		switch q.Self() {
		case owner:
			for i, x := range in {
				q.Engine.Share(q.At(uint32(i), 0), x)
			}
		case p.receiver():
			y := <-described
			out = q.Engine.Opened(q.At(openingStep, 0), y.Elem, y.Shape...)
		default:
			defer func() { described <- mpc.Share{} }() // where f fails
			x := make([]mpc.Share, len(in))
			for i, v := range in {
				x[i] = q.Engine.Shared(q.At(uint32(i), 0), owner, v.Elem, v.Shape...)
			}
			q.Begin(x...)
			y := f(q.At(operationStep, 0), x)
			q.End()
			described <- mpc.Share{Elem: y.Elem, Shape: y.Shape}
			q.Engine.Open(q.At(openingStep, 0), y, p.receiver())
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return out, players
}
