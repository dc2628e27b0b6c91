package runtime

// A party: one player in one run.

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/protocol"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// Version is the version of the runtime, wireVersion that of its messages.
// Players whose versions differ do not start a run together.
const (
	Version     = "0.1.0"
	wireVersion = "1"
)

// Values are tensors by the name of their input or output.
type Values map[string]clear.Tensor

// Shares are a player's shares by the name of their input or output.
type Shares map[string]mpc.Share

// Stored are a player's shares of an input, of a record those of each field,
// with where they come from, which all computing players must agree on.
type Stored struct {
	Shares Shares
	Origin string
}

// A Session is what a party has of the run that it takes part in.
type Session struct {
	Link link.Link
	// Load returns the player's inputs by name. Its error stays with the
	// player: the others learn only that it stopped.
	Load func(prog *Program) (Values, error)
	// Stored returns the player's shares of a `@ shared` input, at a computing
	// player. In a simulation Load may give the value instead.
	Stored func(input string) (Stored, error)
	// Fingerprints are those of the players' certificates, which all must
	// agree on; empty without TLS.
	Fingerprints []string
	// MaxSize bounds the sizes that anybody announces, before memory is made
	// for them; 0: by 2^32.
	MaxSize int64
	// Progress, if set, is told of the last place at which this player sent or
	// received, whenever it goes on.
	Progress func(progress.Place)
	// Disclosed, if set, is told of each value under `discloses` that this player
	// learns.
	Disclosed func(Disclosed)
	// Print, if set, writes a line of the program's print to the player's log.
	Print func(line string)
	// Record says how much this player notes of what it does: see Party.Record.
	Record trace.Level
	// Admit, if set, is asked once everything is agreed on, the sizes too, and
	// nothing is shared: an error stops this player in the set-up.
	Admit func(sizes map[string]int64) error
	// Agreed, if set, is told of the sizes that the set-up agreed on, and Opening
	// of every value that this player sees opened or revealed, or makes others
	// see: for tests, since it gets values.
	Agreed  func(sizes map[string]int64)
	Opening func(Opening)
}

// A Party carries out one player's program in one run. Its methods are the
// surface of the generated code: they are called by one goroutine, within Run,
// and whatever goes wrong in them ends the run.
type Party struct {
	prog    *Program
	session Session
	ctx     context.Context
	self    int

	engine *mpc.Engine
	sets   []prg.Set // those that this player is in
	keys   *prg.Source
	hash   prg.Set // those that share the key of hash64; "" for nobody
	hashBy clear.HashKey

	inputs     Values            // of a `@ shared` input: its type and shape alone
	stored     Shares            // `@ shared` inputs
	origins    map[string]string // of the share files of these, by name
	shares     Shares            // `@ shared` outputs
	masks      Values            // of padded inputs, by name
	sizes      map[string]int64
	outputs    Values
	transcript []byte // hash over all hellos

	started     bool
	step        uint32          // the last one at which this player sent or received
	place       progress.Place  // with the loops around it
	loops       []progress.Pass // around the step that runs
	disclosing  map[int]Step    // the steps that disclose something to this player
	occurrences map[uint32]uint32
	clock       uint32  // the longest chain of messages before this stage
	latest      uint32  // and with what was received in it
	branch      *branch // that runs now, within Together
	width       int     // of the next comparison, or 0
	stats       Stats
	recorder    *trace.Recorder
}

// NewParty returns the party of prog in a session. It is an error if the
// runtime lacks the program's protocol, or the link is between others.
func NewParty(prog *Program, s Session) (*Party, error) {
	self := slices.Index(prog.Players, prog.Player)
	if self < 0 || s.Link.Self() != self || !slices.Equal(s.Link.Players(), prog.Players) {
		return nil, fmt.Errorf("cannot run as %s of %v: the link is %d of %v", prog.Player, prog.Players, s.Link.Self(), s.Link.Players())
	}
	p := &Party{prog: prog, session: s, self: self, sizes: make(map[string]int64), outputs: make(Values), stored: make(Shares), origins: make(map[string]string), shares: make(Shares),
		occurrences: make(map[uint32]uint32), stats: Stats{Player: prog.Player}, disclosing: prog.disclosing(s)}
	return p, p.choose(prog.Protocol)
}

// choose takes the protocol's kernel and the sets of players that need a key.
// Any player may deal, so that sets do not depend on who has inputs.
func (p *Party) choose(q Protocol) error {
	roles := p.indices(slices.Concat(q.Roles, q.Helpers))
	kernel, err := protocol.New(q.Name, q.Ring, p.self, roles)
	if err != nil {
		return err
	}
	var everybody []int
	for i := range p.prog.Players {
		everybody = append(everybody, i)
	}
	sets, err := protocol.KeySets(q.Name, roles, everybody)
	if err != nil {
		return err
	}
	if q.Exact {
		kernel = mpc.Exact(kernel)
	}
	if p.session.Opening != nil {
		kernel = mpc.Watch(kernel, p.opening)
	}
	if hashers := p.indices(p.prog.Hashers); len(hashers) > 0 {
		p.hash = prg.Of(hashers...)
		if !slices.Contains(sets, p.hash) {
			sets = append(sets, p.hash)
		}
	}
	p.engine = mpc.New(kernel)
	p.sets = slices.DeleteFunc(sets, func(s prg.Set) bool { return !slices.Contains(s.Players(), p.self) })
	return nil
}

// Run carries out steps, the player's part: set-up, steps, last exchange. The
// outputs count only if it returns nil. It closes the link.
func (p *Party) Run(ctx context.Context, steps func(*Party)) error {
	p.recorder = trace.NewRecorder(p.prog.Player, p.session.Record)
	p.ctx = ctx
	err := p.carryOut(steps)
	p.recorder.Stop()
	p.session.Link.Close(p.reason(err))
	return err
}

func (p *Party) carryOut(steps func(*Party)) (err error) {
	defer abort.Catch(&err)
	p.setUp()
	steps(p)
	p.finish()
	return nil
}

// reason is what the peers are told of a failure: nothing that depends on this
// player's values.
func (p *Party) reason(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.As(err, new(openError)), link.Follows(err):
		return err
	case !p.started:
		return link.ErrStopped
	}
	return errors.New("stopped at " + p.where(err))
}

// where is the place of a failure that others may know.
func (p *Party) where(err error) string {
	var e unwritten
	if errors.As(err, &e) {
		return e.Where()
	}
	return p.prog.Describe(p.step)
}

// Input returns an input of this player, or a public one.
func (p *Party) Input(name string) clear.Tensor { return p.inputs[name] }

// Valid returns which rows of a padded input were loaded.
func (p *Party) Valid(name string) clear.Tensor { return p.masks[name] }

// Size returns a size of the header.
func (p *Party) Size(name string) int64 { return p.sizes[name] }

// Kept returns this player's shares of a `@ shared` input, as they were kept.
func (p *Party) Kept(name string) mpc.Share { return p.stored[name] }

// Keep keeps x as a `@ shared` output, which is written after the last
// exchange.
func (p *Party) Keep(name string, x mpc.Operand) { p.shares[name] = p.engine.AsShare(x) }

// Shares returns this player's shares of the `@ shared` outputs: after a Run
// without error.
func (p *Party) Shares() Shares { return p.shares }

// RunID names the run, the same at all players: after the set-up.
func (p *Party) RunID() string { return hex.EncodeToString(p.transcript) }

// Output keeps x as an output, which is delivered after the last exchange.
func (p *Party) Output(name string, x clear.Tensor) { p.outputs[name] = x }

// Outputs returns what this player learned: after a Run without error.
func (p *Party) Outputs() Values { return p.outputs }

// others yields the indices of the other players.
func (p *Party) others() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range p.prog.Players {
			if i != p.self && !yield(i) {
				return
			}
		}
	}
}
