package runtime

// All players of a computation in one process: for development and tests.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// A Loader returns an input of a player.
type Loader func(player string, in Input) (clear.Tensor, error)

// A Result is what a simulated run leaves.
type Result struct {
	Outputs map[string]Values // by player; none for a player without outputs
	Shares  map[string]Shares // of `@ shared` outputs, by computing player
	Run     string            // the run's name
	Stats   []Stats           // in the order of the players
}

// Simulate runs the programs of all players of one computation, a goroutine
// each, over links in memory. It gives no security: all values are in one
// process. The error is the one that began the failure, at whichever player,
// and bears the player's name if it is that player's alone. TFE_EVENTS, TFE_TRACE
// and TFE_EVENTS_DIR in the environment ask for files of the run.
func Simulate(ctx context.Context, programs []*Program, load Loader) (*Result, error) {
	inspect, err := InspectionOf(os.Getenv)
	if err != nil || len(programs) == 0 {
		return nil, cmp.Or(err, errNoPrograms)
	}
	run := programs[0].Traced("")
	result, err := SimulateObserved(ctx, programs, load, Observer{Record: inspect.Level(), Recorded: run.Add})
	if err == nil {
		run.ID = result.Run
	}
	if _, failed := inspect.Finish(run, err); failed != nil {
		return nil, errors.Join(err, failed)
	}
	return result, err
}

var errNoPrograms = errors.New("cannot simulate: no programs")

// An Observer watches a simulated run, and has its share files. Its functions are called by each player's
// goroutine; nil: nobody watches.
type Observer struct {
	Progress  func(player string, at progress.Place) // a player sends or receives
	Disclosed func(player string, x Disclosed)       // a player learns what is disclosed
	Print     func(player, line string)              // a player prints
	// Stored has the shares of `@ shared` inputs; nil: load gives their values.
	Stored func(prog *Program, input string) (Stored, error)

	Agreed  func(player string, sizes map[string]int64) // a player has agreed on the sizes
	Opening func(player string, o Opening)              // a player takes part in an opening
	// Recorded has what each player noted, at the level Record, in the order of
	// the players and of failed runs too, when all have ended.
	Record   trace.Level
	Recorded func(*trace.Record)
	// Link returns what a player uses in place of its link; nil: the link.
	Link func(link.Link) link.Link
}

// SimulateObserved is Simulate for those who watch.
func SimulateObserved(ctx context.Context, programs []*Program, load Loader, o Observer) (*Result, error) {
	programs, err := inOrder(programs)
	if err != nil {
		return nil, err
	}
	links := local.Connect(programs[0].Players)
	parties := make([]*Party, len(programs))
	for i, prog := range programs {
		s := Session{Link: links[i], Record: o.Record, Load: func(prog *Program) (Values, error) { return loadEach(prog, o.Stored != nil, load) }}
		if o.Stored != nil {
			s.Stored = func(input string) (Stored, error) { return o.Stored(prog, input) }
		}
		if o.Progress != nil {
			s.Progress = func(at progress.Place) { o.Progress(prog.Player, at) }
		}
		if o.Disclosed != nil {
			s.Disclosed = func(x Disclosed) { o.Disclosed(prog.Player, x) }
		}
		if o.Print != nil {
			s.Print = func(line string) { o.Print(prog.Player, line) }
		}
		if o.Agreed != nil {
			s.Agreed = func(sizes map[string]int64) { o.Agreed(prog.Player, sizes) }
		}
		if o.Opening != nil {
			s.Opening = func(x Opening) { o.Opening(prog.Player, x) }
		}
		if o.Link != nil {
			s.Link = o.Link(s.Link)
		}
		if parties[i], err = NewParty(prog, s); err != nil {
			return nil, err
		}
	}
	errs := make([]error, len(parties))
	var wg sync.WaitGroup
	for i, p := range parties {
		wg.Go(func() { errs[i] = p.Run(ctx, programs[i].Run) })
	}
	wg.Wait()
	if o.Recorded != nil {
		for _, p := range parties {
			o.Recorded(p.Record())
		}
	}
	if err := cause(programs[0].Players, errs); err != nil {
		return nil, err
	}
	r := &Result{Outputs: make(map[string]Values), Shares: make(map[string]Shares), Run: parties[0].RunID()}
	for _, p := range parties {
		r.Stats = append(r.Stats, p.Stats())
		if out := p.Outputs(); len(out) > 0 {
			r.Outputs[p.prog.Player] = out
		}
		if shares := p.Shares(); len(shares) > 0 {
			r.Shares[p.prog.Player] = shares
		}
	}
	return r, nil
}

// inOrder returns one program for each player, in the order of the players.
func inOrder(programs []*Program) ([]*Program, error) {
	if len(programs) == 0 {
		return nil, errNoPrograms
	}
	var ordered []*Program
	for _, player := range programs[0].Players {
		i := slices.IndexFunc(programs, func(p *Program) bool { return p.Player == player })
		if i < 0 {
			return nil, fmt.Errorf("cannot simulate: no program for player %s", player)
		}
		ordered = append(ordered, programs[i])
	}
	return ordered, nil
}

// loadEach loads all inputs of a program, but for those that are stored as
// shares; all failures at once.
func loadEach(prog *Program, stored bool, load Loader) (Values, error) {
	values := make(Values)
	var errs []error
	for _, in := range prog.Inputs {
		if in.Shared && stored {
			continue // from its share file
		}
		x, err := load(prog.Player, in)
		errs = addOnce(errs, err)
		values[in.Name] = x
	}
	return values, errors.Join(errs...)
}

// addOnce adds an error that is not there yet: the fields of a record are read
// from one file, whose faults are those of each.
func addOnce(errs []error, err error) []error {
	if err == nil || slices.ContainsFunc(errs, func(e error) bool { return e.Error() == err.Error() }) {
		return errs
	}
	return append(errs, err)
}

// cause returns the error of a failed run without those that only follow from
// it at other players.
func cause(players []string, errs []error) error {
	var own []error
	for i, err := range errs {
		if err == nil || link.Follows(err) {
			continue
		}
		for _, e := range flatten(err) {
			own = append(own, fmt.Errorf("%s: %w", players[i], e))
		}
	}
	switch all := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil }); {
	case len(all) == 0:
		return nil
	case len(own) == 0 || same(all):
		return all[0]
	}
	return errors.Join(own...)
}

// flatten returns the errors of an errors.Join, at any depth.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// same reports that everybody saw the same.
func same(errs []error) bool {
	for _, err := range errs {
		if err.Error() != errs[0].Error() {
			return false
		}
	}
	return len(errs) > 1
}
