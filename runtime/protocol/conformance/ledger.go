package conformance

// Every word of a stream is drawn at most once: two masks that share bytes tell of each
// other, though each of them is uniform, and so is all that they mask one by one.

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/tfec-lang/tfec/runtime/prg"
)

// A ledger is what a player has drawn in a run.
type ledger struct {
	mu    sync.Mutex
	drawn []prg.Drawn
}

func (l *ledger) note(d prg.Drawn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drawn = append(l.drawn, d)
}

// check says which words were drawn twice, if any were.
func (l *ledger) check() error {
	slices.SortFunc(l.drawn, func(x, y prg.Drawn) int {
		return cmp.Or(cmp.Compare(x.Set, y.Set), cmp.Compare(x.Step, y.Step), cmp.Compare(x.Occurrence, y.Occurrence),
			cmp.Compare(x.Purpose, y.Purpose), cmp.Compare(x.First, y.First))
	})
	for i, next := range l.drawn[min(1, len(l.drawn)):] {
		x := l.drawn[i]
		end := x.End
		if x.First, x.End = next.First, next.End; x == next && end > next.First {
			return fmt.Errorf("words %d to %d are drawn twice, of players %s, step %d, occurrence %d, purpose %d", next.First, end, x.Set, x.Step, x.Occurrence, x.Purpose)
		}
	}
	return nil
}

// detectsOverlap: masks that share a word of a stream are found.
func detectsOverlap(t *testing.T, p Protocol) {
	_, err := p.play(run{}, func(q *Player) {
		q.At(operationStep, 0)
		for set := range q.keys {
			taken := q.Stream(set, 0).Take(4)
			taken.From(0).Fill(make([]uint64, 3))
			taken.From(2).Fill(make([]uint64, 2))
		}
	})
	if keys := p.KeySets(p.roles(), nil); len(keys) > 0 && err == nil {
		t.Error("not found")
	}
}
