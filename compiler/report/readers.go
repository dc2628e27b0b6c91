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
	listed := make(map[string]bool)
	for _, x := range w.p.Outputs {
		name := ir.Root(x.Name)
		if !x.To.IsShared() || listed[name] {
			continue
		}
		listed[name] = true
		for _, q := range source {
			if reads(q, w.p, name) {
				w.r.Readers = append(w.r.Readers, reader(q, name))
			}
		}
	}
}

// reads reports that q has what p keeps under a name as an input, column by
// column.
func reads(q, p *ir.Program, name string) bool {
	inputs := slices.DeleteFunc(slices.Clone(q.Inputs), func(in ir.Input) bool { return !in.Owner.IsShared() || ir.Root(in.Name) != name })
	outputs := slices.DeleteFunc(slices.Clone(p.Outputs), func(out ir.Output) bool { return !out.To.IsShared() || ir.Root(out.Name) != name })
	return len(inputs) > 0 && slices.EqualFunc(inputs, outputs, func(in ir.Input, out ir.Output) bool {
		return in.Name == out.Name && in.Elem == out.Elem && len(in.Shape) == len(out.Shape)
	})
}

func reader(q *ir.Program, output string) Reader {
	full := Of(q, Header{})
	out := Reader{Output: output, Computation: q.Name, Disclosures: []Disclosure{}, Kept: full.Kept}
	for _, d := range full.Disclosures {
		if slices.ContainsFunc(d.From, func(s Source) bool { return ir.Root(s.Input) == output }) {
			out.Disclosures = append(out.Disclosures, d)
		}
	}
	return out
}
