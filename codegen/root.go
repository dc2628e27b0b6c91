package codegen

// The root package: what a Go program calls to run a computation.

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// root writes the root package.
func (g *generator) root() *file {
	f := newFile(Package(g.source), g.rootDoc()...)
	f.declare(jen.Const().Id("Digest").Op("=").Lit(g.progs[0].Digest),
		"Digest is the SHA-256 of the canonical source with its imports. Players of",
		"another program do not start a run together.")
	f.declare(jen.Var().Id("Players").Op("=").Add(stringList(g.players)),
		"Players are all who take part, in order.")
	if len(g.progs) == 1 {
		g.aliases(f, g.names[0])
	}
	for i, p := range g.progs {
		g.computation(f, g.names[i], p)
	}
	return f
}

func (g *generator) rootDoc() []string {
	doc := []string{fmt.Sprintf("Package %s runs what %s computes: simulated in this process, or by a coordinator.", Package(g.source), g.source)}
	for _, p := range g.progs {
		doc = append(doc, "", "# "+p.Name, "")
		if len(p.Doc) > 0 {
			doc = append(append(doc, p.Doc...), "")
		}
		doc = append(doc, signature(p)...)
	}
	return doc
}

// aliases gives the only computation its short names.
func (g *generator) aliases(f *file, n names) {
	f.declare(jen.Type().Defs(
		jen.Id("Inputs").Op("=").Id(n.inputs),
		jen.Id("Outputs").Op("=").Id(n.outputs),
	), "Inputs and Outputs are those of the only computation.")
	f.declare(f.localFunc("Local", "Inputs", "Outputs").Block(
		jen.Return(jen.Id(n.call).Call(jen.Id("ctx"), jen.Id("in")))),
		fmt.Sprintf("Local is %s.", n.call))
	f.declare(f.remoteFunc("Remote").Block(
		jen.Return(jen.Id(n.remote).Call(jen.Id("ctx"), jen.Id("hosts"), jen.Id("credentials")))),
		fmt.Sprintf("Remote is %s.", n.remote))
}

func (f *file) localFunc(name, inputs, outputs string) *jen.Statement {
	return jen.Func().Id(name).Params(f.context(), jen.Id("in").Id(inputs)).Params(jen.Id(outputs), jen.Error())
}

func (f *file) remoteFunc(name string) *jen.Statement {
	return jen.Func().Id(name).Params(
		f.context(),
		jen.Id("hosts").Add(f.from("runtime", "Hostmap")),
		jen.Id("credentials").Add(f.from("runtime", "Credentials")),
	).Error()
}

func (f *file) context() *jen.Statement { return jen.Id("ctx").Add(f.from("context", "Context")) }

// computation writes the types and functions of one computation.
func (g *generator) computation(f *file, n names, p *ir.Program) {
	f.declare(jen.Type().Id(n.inputs).Add(f.structOf(p, inputsOf(p))),
		fmt.Sprintf("%s are the values that the players of %s load.", n.inputs, p.Name))
	f.declare(jen.Type().Id(n.outputs).Add(f.structOf(p, outputsOf(p))),
		fmt.Sprintf("%s are the values that the players of %s end up with.", n.outputs, p.Name))
	f.declare(f.localFunc(n.call, n.inputs, n.outputs).Block(g.simulation(f, n, p)...),
		fmt.Sprintf("%s runs %s with all players simulated in this process, for tests", n.call, p.Name),
		"and development: it gives no security at all.")
	f.declare(f.remoteFunc(n.remote).Block(jen.Return(f.from("runtime", "Remote").Call(
		jen.Id("ctx"), jen.Id("hosts"), jen.Id("credentials"), g.programOf(f, n, p.Players[0].Name)))),
		fmt.Sprintf("%s has the coordinator, the first of hosts, run %s. The", n.remote, p.Name),
		"players load their inputs and write their outputs where they are.")
}

// fields gives the members of a struct their names in Go.
func fields(list []member) []string {
	taken := newScope()
	var names []string
	for _, m := range list {
		names = append(names, taken.take(exported(m.name)))
	}
	return names
}

// structOf is a struct with a field for each member.
func (f *file) structOf(p *ir.Program, list []member) *jen.Statement {
	names := fields(list)
	return jen.StructFunc(func(g *jen.Group) {
		for i, m := range list {
			g.Comment(comment(m.header(p.PlayerNames())))
			for _, line := range m.doc {
				g.Comment(comment(line))
			}
			g.Id(names[i]).Add(f.memberType(m))
		}
	})
}

// memberType is the Go type of an input or output. A bundle is a map from its
// players' names.
func (f *file) memberType(m member) *jen.Statement {
	typ := f.goType(m.elem, m.shape)
	if m.players != nil {
		return jen.Map(jen.String()).Add(typ)
	}
	return typ
}

// programOf is a player's part of a computation, by its package.
func (g *generator) programOf(f *file, n names, player string) *jen.Statement {
	return f.imported(g.Path+"/p_"+player, "p_"+player, n.program)
}

// simulation is the body of the function that runs all players.
func (g *generator) simulation(f *file, n names, p *ir.Program) []jen.Code {
	code := []jen.Code{jen.Var().Id("v").Add(f.from("typed", "Inputs"))}
	inputs := inputsOf(p)
	for i, name := range fields(inputs) {
		code = append(code, f.toTensor(inputs[i], jen.Id("in").Dot(name)))
	}
	args := []jen.Code{jen.Id("ctx")}
	for _, q := range p.Players {
		args = append(args, g.programOf(f, n, q.Name))
	}
	var results []jen.Code
	outputs := outputsOf(p)
	for i, name := range fields(outputs) {
		results = append(results, field(name, f.fromTensor(outputs[i])))
	}
	return append(code,
		jen.List(jen.Id("out"), jen.Err()).Op(":=").Id("v").Dot("Simulate").Call(args...),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Id(n.outputs).Values(), jen.Err())),
		jen.Return(jen.Id(n.outputs).Add(lines(results...)), jen.Nil()))
}

// toTensor adds an input to v.
func (f *file) toTensor(m member, x *jen.Statement) *jen.Statement {
	add := func(name, x jen.Code) *jen.Statement {
		return f.from("typed", conversion(m.elem, m.shape)).Call(jen.Op("&").Id("v"), name, f.elem(m.elem), x)
	}
	if m.players == nil {
		return add(jen.Lit(m.name), x)
	}
	before, after, _ := strings.Cut(ir.Key(m.name, "\x00"), "\x00")
	name := jen.Lit(before).Op("+").Id("player").Op("+").Lit(after)
	return jen.For(jen.List(jen.Id("player"), jen.Id("x")).Op(":=").Range().Add(x)).Block(add(name, jen.Id("x")))
}

// fromTensor reads an output from out.
func (f *file) fromTensor(m member) *jen.Statement {
	read := func(key string) *jen.Statement {
		x := jen.Id("out").Index(jen.Lit(key))
		if goElem(m.elem) == "" {
			return x
		}
		return f.from("typed", "To"+conversion(m.elem, m.shape)).Types(jen.Id(goElem(m.elem))).Call(x)
	}
	if m.players == nil {
		return read(m.name)
	}
	var entries []jen.Code
	for _, q := range m.players {
		entries = append(entries, jen.Lit(q).Op(":").Add(read(ir.Key(m.name, q))))
	}
	return f.memberType(m).Add(lines(entries...))
}
