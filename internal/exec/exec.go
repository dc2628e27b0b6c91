// Package exec runs a projected ir on the runtime in this process, so that
// tfec run, test and player start at once and need no Go toolchain. It makes
// the same runtime.Program that the generated code declares; a test holds the
// two equal. It and cmd/tfec alone join compiler and runtime.
package exec

import (
	"strings"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// Programs returns the programs of all players of a whole computation, in
// order.
func Programs(p *ir.Program) []*runtime.Program {
	return programs(p, func(string) *witness { return nil })
}

// programs are Programs under the eyes of a witness each.
func programs(p *ir.Program, watch func(player string) *witness) []*runtime.Program {
	var out []*runtime.Program
	for _, q := range project.All(p) {
		out = append(out, program(q, watch(q.Players[q.Player].Name)))
	}
	return out
}

// Program returns one player's program, given its projection.
func Program(proj *ir.Program) *runtime.Program { return program(proj, nil) }

func program(proj *ir.Program, w *witness) *runtime.Program {
	names := proj.PlayerNames()
	return &runtime.Program{
		File:        proj.File,
		Computation: proj.Name,
		Digest:      proj.Digest,
		Compiler:    compiler.Version,
		Player:      names[proj.Player],
		Players:     names,
		Protocol:    protocol(proj),
		Sizes:       sizeNames(proj),
		Where:       conditions(proj),
		Inputs:      inputs(proj),
		Outputs:     outputs(proj),
		Discloses:   proj.Disclosures(),
		Hashers:     players(proj, proj.Hashers().Members()),
		Stored:      proj.Stored(),
		Steps:       steps(proj),
		Run:         translate(proj, w),
	}
}

func protocol(p *ir.Program) runtime.Protocol {
	q := p.Protocol
	return runtime.Protocol{Name: q.Name, Roles: players(p, q.Roles), Helpers: players(p, q.Helpers), Ring: q.Ring, Exact: q.Exact}
}

func players(p *ir.Program, indices []int) []string {
	var out []string
	for _, i := range indices {
		out = append(out, p.Players[i].Name)
	}
	return out
}

func sizeNames(p *ir.Program) []runtime.SizeName {
	var out []runtime.SizeName
	for _, s := range p.Sizes {
		out = append(out, runtime.SizeName{Name: s.Name, Min: s.Min})
	}
	return out
}

func conditions(p *ir.Program) []runtime.Cond {
	var out []runtime.Cond
	for _, c := range p.Where {
		out = append(out, runtime.Cond{Text: c.Text, Left: size(c.Left), Rel: c.Rel, Right: size(c.Right)})
	}
	return out
}

func size(s types.Size) runtime.Size {
	var out runtime.Size
	for _, t := range s.Terms() {
		out = append(out, runtime.Term{Coef: t.Coef, Vars: t.Vars})
	}
	return out
}

func shape(s types.Shape) []runtime.Size {
	var out []runtime.Size
	for _, d := range s {
		out = append(out, size(d))
	}
	return out
}

// inputs are the player's own and the public ones.
func inputs(p *ir.Program) []runtime.Input {
	var out []runtime.Input
	for _, x := range p.Inputs {
		if !p.Keepers(x.Owner).Has(p.Player) {
			continue
		}
		out = append(out, runtime.Input{
			Name: ir.Key(x.Name, x.Member), Elem: elem(x.Elem), Form: form(p, x.Elem, x.Columns), Shape: shape(x.Shape), Rows: x.Rows,
			Upto: x.Padded(), Public: x.Owner.Public, Shared: x.Owner.IsShared(), Range: bounds(x.Range), Doc: strings.Join(x.Doc, "\n"),
		})
	}
	return out
}

// form is how elements are written that are no numbers, and what the columns are
// called.
func form(p *ir.Program, e types.Elem, columns string) runtime.Form {
	return runtime.Form{Names: p.Enum(e).Values, Date: e.Kind == types.Date, Columns: p.Columns(columns)}
}

// bounds hands the ends over as their 64 bits.
func bounds(r *ir.Range) *runtime.Range {
	if r == nil {
		return nil
	}
	return &runtime.Range{
		Low: int64(modulo(r.Low)), High: int64(modulo(r.High)),
		Unsigned: !r.High.IsInt64(), Text: r.Text,
	}
}

func outputs(p *ir.Program) []runtime.Output {
	var out []runtime.Output
	for _, x := range p.Outputs {
		if p.Keepers(x.To).Has(p.Player) {
			out = append(out, runtime.Output{
				Name: ir.Key(x.Name, x.Member), Elem: elem(x.Elem), Form: form(p, x.Elem, x.Columns), Shape: shape(x.Shape), Rows: x.Rows,
				Shared: x.To.IsShared(), Doc: strings.Join(x.Doc, "\n"),
			})
		}
	}
	return out
}

// steps lists everybody's steps, those inside loops and branches included.
func steps(p *ir.Program) []runtime.Step {
	var out []runtime.Step
	for _, n := range p.Whole.Graph() {
		s := runtime.Step{Number: n.Step, Op: n.Op.Verb(), Line: n.Pos.Line, File: n.Pos.File, Name: p.Variable(n.Instr),
			Who: n.Who.Members(), Uses: n.From, Within: n.Within}
		if label, to := p.Disclosed(n.Instr); label != "" {
			s.Name, s.To = label, to
		}
		out = append(out, s)
	}
	return out
}

// elem is an element type as the runtime sees it: dates and enums are int32.
func elem(e types.Elem) clear.Type {
	switch {
	case e.Kind == types.Bool:
		return clear.Bool
	case e.Kind == types.Fixed:
		return clear.Fixed(e.I, e.F)
	case e.Kind == types.Float:
		return clear.Float
	case e.Kind == types.String:
		return clear.String
	case e.Unsigned():
		return clear.Type{Kind: clear.UnsignedKind, Bits: e.Bits()}
	}
	return clear.Type{Kind: clear.SignedKind, Bits: e.Bits()}
}
