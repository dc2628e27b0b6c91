package main

// The picture of what a run discloses: --plot.

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/internal/picture"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/progress"
)

const plotUsage = "draw what the header discloses as an SVG `FILE`: a line over the passes of its loop, bars of a vector"

// A plot is the picture of one run, as those see it who learn certain values; nil:
// none.
type plot struct {
	path   string
	labels []string // in the order of the program

	mu   sync.Mutex
	book progress.Book
}

// newPlot refuses a picture that would be empty: for whom no step that learns tells
// of is disclosed, and no output of the programs is a vector.
func newPlot(path string, programs []*runtime.Program, learns func(p *runtime.Program, to []int) bool, hint string) (*plot, error) {
	if path == "" {
		return nil, nil
	}
	if filepath.Ext(path) != ".svg" {
		return nil, fmt.Errorf("cannot draw %s: a picture is a file .svg", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("cannot draw %s: %w", path, err)
	}
	for _, p := range programs {
		if slices.ContainsFunc(p.Steps, func(s runtime.Step) bool { return len(s.To) > 0 && learns(p, s.To) }) ||
			slices.ContainsFunc(p.Outputs, runtime.Output.Drawn) {
			return &plot{path: path, labels: labels(p, learns)}, nil
		}
	}
	return nil, hinted{errors.New("nothing to draw: no value under `discloses`, and no vector among the outputs"), hint}
}

// labels are what a run discloses something under to those that learns tells of.
func labels(p *runtime.Program, learns func(p *runtime.Program, to []int) bool) []string {
	var all []string
	for _, s := range p.Steps {
		if len(s.To) > 0 && learns(p, s.To) {
			all = append(all, s.Name)
		}
	}
	return all
}

// disclosed notes what a simulated player has learned.
func (p *plot) disclosed(x runtime.Disclosed) {
	if p != nil && x.Tells {
		p.mu.Lock()
		defer p.mu.Unlock()
		x.AddTo(&p.book)
	}
}

// outputs notes the outputs of a simulated run, each once.
func (p *plot) outputs(programs []*runtime.Program, result *runtime.Result) {
	if p == nil {
		return
	}
	var seen []string
	for _, prog := range programs {
		for _, out := range prog.Outputs {
			if out.Drawn() && !slices.Contains(seen, out.Name) {
				seen = append(seen, out.Name)
				p.book.Add(out.Name, true, result.Outputs[prog.Player][out.Name].Floats())
			}
		}
	}
}

// heard takes in what a networked player has told, of labels that everybody learns:
// nothing else that it says is drawn.
func (p *plot) heard(series []byte) error {
	if p == nil {
		return nil
	}
	return p.book.Decode(series, p.labels)
}

// learned draws what a networked player has learned in a run.
func (p *plot) learned(b *progress.Book) error { return p.draw(b.Series) }

// write writes the picture, of a failed run too what there is.
func (p *plot) write(failed error) error {
	if p == nil || failed != nil && len(p.book.Series) == 0 {
		return nil
	}
	return p.draw(p.book.Series)
}

func (p *plot) draw(series []*progress.Series) error {
	if len(series) == 0 {
		return fmt.Errorf("cannot draw %s: this run has disclosed nothing", p.path)
	}
	place := func(s *progress.Series) uint { return uint(slices.Index(p.labels, s.Label)) } // outputs are last
	slices.SortStableFunc(series, func(a, b *progress.Series) int { return cmp.Compare(place(a), place(b)) })
	var b bytes.Buffer
	if err := picture.Draw(&b, series); err != nil {
		return err
	}
	return os.WriteFile(p.path, b.Bytes(), 0o600)
}
