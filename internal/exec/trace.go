package exec

// What everybody may know of how a player goes through a run: its messages,
// branches and passes, in their order; and the values that come into the clear
// on the way.

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
)

// An event is one entry of a public trace.
type event struct {
	step   uint32 // 0: the set-up and the last exchange
	does   string // a format for number and peer
	number int64  // bytes, passes; of a branch 1 where its condition is true
	peer   string // "": no message
}

const (
	sends    = "sends %d bytes to %s"
	receives = "receives %d bytes from %s"
	begins   = "begins pass %d"
	decides  = "decides %d"
)

func (e event) String() string {
	if e.peer == "" {
		return fmt.Sprintf(e.does, e.number)
	}
	return fmt.Sprintf(e.does, e.number, e.peer)
}

// A witness watches one player. The player's goroutine calls it; nil watches
// nothing.
type witness struct {
	events    []event
	disclosed disclosures
	replay    disclosures // what to take in place of what this run discloses
	passes    map[int]int
}

// disclosures are values in clear, by step and occurrence.
type disclosures map[[2]int]clear.Tensor

func newWitness(replay disclosures) *witness {
	return &witness{disclosed: make(disclosures), replay: replay, passes: make(map[int]int)}
}

// disclose notes a value that a step brought into the clear, and returns what
// the player goes on with.
func (w *witness) disclose(step int, x clear.Tensor) clear.Tensor {
	if w == nil {
		return x
	}
	at := [2]int{step, w.passes[step]}
	w.passes[step]++
	if y, ok := w.replay[at]; ok && y.Elem == x.Elem && slices.Equal(y.Shape, x.Shape) {
		x = y
	}
	w.disclosed[at] = x
	return x
}

// decide notes the way of a branch or loop that everybody follows.
func (w *witness) decide(step int, does string, number int64) {
	if w != nil {
		w.events = append(w.events, event{step: uint32(step), does: does, number: number})
	}
}

// A tracedLink notes the messages of a player.
type tracedLink struct {
	link.Link
	*witness
}

func (l tracedLink) note(does string, peer int, h link.Header, n int) {
	l.events = append(l.events, event{h.Step, does, int64(n), l.Players()[peer]})
}

func (l tracedLink) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	l.note(sends, to, h, n)
	return l.Link.Send(ctx, to, h, parts...)
}

func (l tracedLink) Recv(ctx context.Context, from, size int) (link.Header, []byte, error) {
	h, payload, err := l.Link.Recv(ctx, from, size)
	if err == nil {
		l.note(receives, from, h, len(payload))
	}
	return h, payload, err
}

func (l tracedLink) RecvAny(ctx context.Context, from, limit int) (link.Header, []byte, error) {
	h, payload, err := l.Link.RecvAny(ctx, from, limit)
	if err == nil {
		l.note(receives, from, h, len(payload))
	}
	return h, payload, err
}

// A recording is what the players of one run showed, by player.
type recording struct {
	witnesses map[string]*witness
	mu        sync.Mutex
	sizes     map[string]map[string]int64
	openings  map[string][]runtime.Opening
	outputs   map[string]runtime.Values
	finished  bool // without an error
}

// record returns what will note a run of p. The values that replay has, by
// player, take the place of what the run discloses.
func record(p *ir.Program, replay *recording) *recording {
	r := &recording{witnesses: make(map[string]*witness), sizes: make(map[string]map[string]int64), openings: make(map[string][]runtime.Opening)}
	for _, name := range p.PlayerNames() {
		var values disclosures
		if replay != nil {
			values = replay.witnesses[name].disclosed
		}
		r.witnesses[name] = newWitness(values)
	}
	return r
}

// run is Run, recorded.
func (r *recording) run(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
	return runPrograms(r.simulate, p, r.programs(p), in)
}

func (r *recording) programs(p *ir.Program) []*runtime.Program {
	return programs(p, func(player string) *witness { return r.witnesses[player] })
}

func (r *recording) simulate(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
	result, err := runtime.SimulateObserved(ctx, programs, load, runtime.Observer{
		Agreed: func(player string, sizes map[string]int64) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.sizes[player] = sizes
		},
		Opening: func(player string, o runtime.Opening) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.openings[player] = append(r.openings[player], o)
		},
		Link: func(l link.Link) link.Link { return tracedLink{l, r.witnesses[l.Players()[l.Self()]]} },
	})
	if r.finished = err == nil; r.finished {
		r.outputs = result.Outputs
	}
	return result, err
}

// started reports whether anybody went beyond the set-up.
func (r *recording) started() bool {
	for _, w := range r.witnesses {
		if slices.ContainsFunc(w.events, func(e event) bool { return e.step > 0 }) {
			return true
		}
	}
	return false
}
