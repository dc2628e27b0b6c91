package report

// Readers: what computations of the same source disclose of the outputs that
// this one keeps as shares.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// A Reader is a computation that can take an output, kept as shares, as an input
// of its own: of the same name and type.
type Reader struct {
	Output      string       `json:"output"`
	Computation string       `json:"computation"`
	Disclosures []Disclosure `json:"disclosures"` // those that can depend on the output
	Kept        []string     `json:"kept"`        // its own outputs that stay shared, whose readers its report lists
}

// readers lists the computations of the source that read what w's keeps.
func (w *writer) readers(source []*ir.Program) {
	for _, x := range w.p.Outputs {
		if !x.To.IsShared() {
			continue
		}
		for _, q := range source {
			if slices.ContainsFunc(q.Inputs, func(in ir.Input) bool { return reads(in, x) }) {
				w.r.Readers = append(w.r.Readers, reader(q, x.Name))
			}
		}
	}
}

func reads(in ir.Input, out ir.Output) bool {
	return in.Owner.IsShared() && in.Name == out.Name && in.Elem == out.Elem && len(in.Shape) == len(out.Shape)
}

func reader(q *ir.Program, output string) Reader {
	full := Of(q, Header{})
	out := Reader{Output: output, Computation: q.Name, Disclosures: []Disclosure{}, Kept: full.Kept}
	for _, d := range full.Disclosures {
		if slices.ContainsFunc(d.From, func(s Source) bool { return s.Input == output }) {
			out.Disclosures = append(out.Disclosures, d)
		}
	}
	return out
}
