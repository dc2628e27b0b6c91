package codegen

// A player's package: the descriptor of each computation that it takes part
// in, and its steps.

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/types"
)

// player writes p_<name>/player.go.
func (g *generator) player(name string) *file {
	f := newFile("p_"+name, fmt.Sprintf("Package p_%s is what %s does in %s, and nothing else.", name, name, g.source))
	var programs []jen.Code
	for i, p := range g.progs {
		self := slices.IndexFunc(p.Players, func(q ir.Player) bool { return q.Name == name })
		if self < 0 {
			continue
		}
		proj := project.Project(p, self)
		f.doc = append(f.doc, header(proj)...)
		f.part(g.Config, g.names[i], proj)
		programs = append(programs, jen.Id(g.names[i].program))
	}
	list := jen.Index().Op("*").Add(f.from("runtime", "Program"))
	f.declare(jen.Func().Id("Programs").Params().Add(list).Block(jen.Return(list.Clone().Values(programs...))),
		fmt.Sprintf("Programs returns %s's part of each computation that it takes part in.", name))
	return f
}

// header is a computation's part of the package comment.
func header(proj *ir.Program) []string {
	out := []string{"", "# " + proj.Name, ""}
	if len(proj.Doc) > 0 {
		out = append(append(out, proj.Doc...), "")
	}
	return append(out, conduct(proj)...)
}

// part writes one computation of a player.
func (f *file) part(cfg Config, n names, proj *ir.Program) {
	name := proj.Players[proj.Player].Name
	f.declare(jen.Var().Id(n.program).Op("=").Op("&").Add(f.from("runtime", "Program")).Add(f.descriptor(cfg, n, proj)),
		fmt.Sprintf("%s describes %s's part of %s.", n.program, name, proj.Name))
	f.declare(jen.Func().Id(n.run).Params(
		jen.Id("ctx").Add(f.from("context", "Context")),
		jen.Id("p").Op("*").Add(f.from("runtime", "Party")),
	).Error().Block(jen.Return(jen.Id("p").Dot("Run").Call(jen.Id("ctx"), jen.Id(n.steps)))),
		fmt.Sprintf("%s takes part in one run of %s as %s.", n.run, proj.Name, name))
	f.declare(f.steps(n.steps, proj),
		fmt.Sprintf("%s is what %s does, in order; whatever goes wrong ends it.", n.steps, name))
}

func (f *file) descriptor(cfg Config, n names, proj *ir.Program) *jen.Statement {
	players := proj.PlayerNames()
	fields := []jen.Code{
		field("File", jen.Lit(proj.File)),
		field("Computation", jen.Lit(proj.Name)),
		field("Digest", jen.Lit(proj.Digest)),
		field("Compiler", jen.Lit(cfg.Compiler)),
		field("Player", jen.Lit(players[proj.Player])),
		field("Players", stringList(players)),
		field("Protocol", f.protocol(proj)),
	}
	for _, list := range []struct {
		name, elem string
		items      []jen.Code
	}{
		{"Sizes", "SizeName", f.sizeNames(proj)},
		{"Where", "Cond", f.conditions(proj)},
		{"Inputs", "Input", f.inputs(proj)},
		{"Outputs", "Output", f.outputs(proj)},
		{"Steps", "Step", stepTable(proj)},
	} {
		if len(list.items) > 0 {
			fields = append(fields, field(list.name, jen.Index().Add(f.from("runtime", list.elem)).Add(lines(list.items...))))
		}
	}
	if discloses := proj.Disclosures(); discloses != nil {
		fields = append(fields, field("Discloses", stringList(discloses)))
	}
	if hashers := proj.Hashers().Members(); hashers != nil {
		fields = append(fields, field("Hashers", stringList(named(proj, hashers))))
	}
	if stored := proj.Stored(); stored != nil {
		fields = append(fields, field("Stored", stringList(stored)))
	}
	return lines(append(fields, field("Run", jen.Id(n.steps)))...)
}

func (f *file) protocol(proj *ir.Program) *jen.Statement {
	q := proj.Protocol
	fields := []jen.Code{field("Name", jen.Lit(q.Name)), field("Roles", stringList(named(proj, q.Roles)))}
	if len(q.Helpers) > 0 {
		fields = append(fields, field("Helpers", stringList(named(proj, q.Helpers))))
	}
	fields = append(fields, field("Ring", jen.Lit(q.Ring)))
	if q.Exact {
		fields = append(fields, field("Exact", jen.True()))
	}
	return f.from("runtime", "Protocol").Values(fields...)
}

// named are the names of players.
func named(p *ir.Program, players []int) []string {
	var out []string
	for _, i := range players {
		out = append(out, p.Players[i].Name)
	}
	return out
}

func (f *file) sizeNames(proj *ir.Program) []jen.Code {
	var out []jen.Code
	for _, s := range proj.Sizes {
		out = append(out, jen.Values(field("Name", jen.Lit(s.Name)), field("Min", number(s.Min))))
	}
	return out
}

func (f *file) conditions(proj *ir.Program) []jen.Code {
	var out []jen.Code
	for _, c := range append(slices.Clip(proj.Where), fitting(proj)...) {
		out = append(out, jen.Values(field("Text", jen.Lit(c.Text)),
			field("Left", f.size(c.Left)), field("Rel", jen.Lit(c.Rel)), field("Right", f.size(c.Right))))
	}
	return out
}

// fitting are the conditions under which the products of sizes that the steps
// mention are 64-bit integers, as the steps compute them.
func fitting(proj *ir.Program) []ir.Cond {
	var out []ir.Cond
	limit := types.Int(math.MaxInt64)
	add := func(s types.Size) {
		product := slices.ContainsFunc(s.Terms(), func(t types.Term) bool { return len(t.Vars) > 1 })
		known := slices.ContainsFunc(out, func(c ir.Cond) bool { return c.Left.Equal(s) })
		if product && !known {
			out = append(out, ir.Cond{Text: fmt.Sprintf("%s <= %s", s, limit), Left: s, Rel: "<=", Right: limit})
		}
	}
	for _, v := range proj.Values {
		for _, d := range v.Shape {
			add(d)
		}
	}
	eachInstr(proj.Whole, func(in *ir.Instr) { add(in.Size) })
	return out
}

// eachInstr visits every instruction of a block and of those inside.
func eachInstr(block ir.Block, visit func(*ir.Instr)) {
	for _, in := range block {
		visit(in)
		eachInstr(in.Body, visit)
		eachInstr(in.Else, visit)
	}
}

// inputs are the player's own and the public ones.
func (f *file) inputs(proj *ir.Program) []jen.Code {
	var out []jen.Code
	for _, x := range proj.Inputs {
		if !proj.Keepers(x.Owner).Has(proj.Player) {
			continue
		}
		fields := f.value(proj, ir.Key(x.Name, x.Member), x.Elem, x.Shape, x.Rows, x.Columns)
		if x.Padded() {
			fields = append(fields, field("Upto", jen.True()))
		}
		if x.Owner.Public {
			fields = append(fields, field("Public", jen.True()))
		}
		if x.Owner.IsShared() {
			fields = append(fields, field("Shared", jen.True()))
		}
		if x.Range != nil {
			fields = append(fields, field("Range", f.bounds(x.Range)))
		}
		out = append(out, jen.Values(append(fields, docField(x.Doc)...)...))
	}
	return out
}

// outputs are those that the player receives.
func (f *file) outputs(proj *ir.Program) []jen.Code {
	var out []jen.Code
	for _, x := range proj.Outputs {
		if proj.Keepers(x.To).Has(proj.Player) {
			fields := f.value(proj, ir.Key(x.Name, x.Member), x.Elem, x.Shape, x.Rows, x.Columns)
			if x.To.IsShared() {
				fields = append(fields, field("Shared", jen.True()))
			}
			out = append(out, jen.Values(append(fields, docField(x.Doc)...)...))
		}
	}
	return out
}

func (f *file) value(proj *ir.Program, name string, e types.Elem, s types.Shape, rows int, columns string) []jen.Code {
	fields := []jen.Code{field("Name", jen.Lit(name)), field("Elem", f.elem(e))}
	var form []jen.Code
	switch e.Kind {
	case types.Enum:
		form = append(form, field("Names", stringList(proj.Enum(e).Values)))
	case types.Date:
		form = append(form, field("Date", jen.True()))
	}
	if columns != "" {
		form = append(form, field("Columns", stringList(proj.Columns(columns))))
	}
	if form != nil {
		fields = append(fields, field("Form", f.from("runtime", "Form").Values(form...)))
	}
	if rows > 0 {
		fields = append(fields, field("Rows", jen.Lit(rows)))
	}
	if len(s) > 0 {
		fields = append(fields, field("Shape", f.shape(s)))
	}
	return fields
}

func docField(doc []string) []jen.Code {
	if len(doc) == 0 {
		return nil
	}
	return []jen.Code{field("Doc", jen.Lit(strings.Join(doc, "\n")))}
}

// bounds is a range. Ends beyond int64 are told apart by a flag.
func (f *file) bounds(r *ir.Range) *jen.Statement {
	fields := []jen.Code{field("Low", representation(r.Low)), field("High", representation(r.High))}
	if !r.High.IsInt64() {
		fields = append(fields, field("Unsigned", jen.True()))
	}
	fields = append(fields, field("Text", jen.Lit(r.Text)))
	return jen.Op("&").Add(f.from("runtime", "Range")).Values(fields...)
}

// representation is an element's integer as the runtime takes it: the int64
// of equal bits.
func representation(v *big.Int) *jen.Statement {
	if v.IsInt64() {
		return number(v.Int64())
	}
	return number(int64(v.Uint64()))
}

// stepTable names everybody's steps, so that any player can say at which one
// another is, and has the graph of the computation.
func stepTable(p *ir.Program) []jen.Code {
	var out []jen.Code
	for _, n := range p.Whole.Graph() {
		step := []jen.Code{field("Number", jen.Lit(n.Step)), field("Op", jen.Lit(n.Op.Verb())), field("Line", jen.Lit(n.Pos.Line))}
		if n.Pos.File != "" {
			step = append(step, field("File", jen.Lit(n.Pos.File)))
		}
		step = append(step, field("Who", intList(n.Who.Members())))
		if n.From != nil {
			step = append(step, field("Uses", intList(n.From)))
		}
		if n.Within != 0 {
			step = append(step, field("Within", jen.Lit(n.Within)))
		}
		if name := p.Variable(n.Instr); name != "" {
			step = append(step, field("Name", jen.Lit(name)))
		}
		if label, to := p.Disclosed(n.Instr); label != "" {
			step = append(step, field("Name", jen.Lit(label)), field("To", intList(to)))
		}
		out = append(out, jen.Values(step...))
	}
	return out
}

// command writes cmd/<player>/main.go.
func (g *generator) command(name string) *file {
	f := newFile("main", fmt.Sprintf("Command %s is %s's player of %s: start it with -h for what it takes.", name, name, g.source))
	pkg := "p_" + name
	f.declare(jen.Func().Id("main").Params().Block(
		f.from("runtime", "Main").Call(f.imported(g.Path+"/"+pkg, pkg, "Programs").Call().Op("..."))))
	return f
}
