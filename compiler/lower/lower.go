// Package lower turns a checked computation into the flat ir: functions are
// inlined, loops over groups unrolled, names and sizes resolved, and every
// value gets the set of players that hold it.
//
// Placement. An operation runs in clear at the players that hold all its
// operands. Where there are none it is secure: clear operands that are not
// public are shared first, each once where it can be reused, and public
// operands stay public.
//
// The work goes in five steps, each over the whole computation: the
// instructions are written in program order (header.go, stmt.go, expr.go,
// call.go, control.go, records by column: tree.go); what may fail goes before OpStart together with all it
// depends on (start.go); integers on shares are held to their types
// (widths.go, interval.go, sizes.go); small groups are warned of (groups.go);
// steps are numbered and the result verified.
//
// What the language has and this version does not is E901, here as in the
// checker: lowering is the second fence, and never guesses.
package lower

import (
	"fmt"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

// Lower returns the computation as one program for all its players; where the
// list has errors the program is nil.
func Lower(p *check.Program, c *check.Computation) (*ir.Program, diag.List) {
	l := newLowerer(p, c.Players)
	l.frame = &frame{body: c.Body, sizes: make(map[string]types.Size)}
	l.header(c)
	l.statement(c.Decl, func() {
		l.inputs(c)
		l.publicConditions(c)
		l.outputs(c, l.body(c.Decl.Name, c.Decl.Body, l.resultTypes(c.Body.Result...)))
	})
	return l.finish(c.Decl.Name, boundsOf(c))
}

// A lowerer holds the state of one computation.
type lowerer struct {
	// The program, and its players by their index in the computation.
	prog      *check.Program
	index     map[int]int // player of the file -> player of the computation
	everybody types.Set
	computing types.Set

	// What is written.
	out    *ir.Program
	diags  diag.List
	region *region
	shares ir.Block // of inputs: they stand right after OpStart

	// What names stand for.
	frame   *frame
	values  map[*check.Variable]tree
	bundles map[*check.Variable][]tree
	taken   map[string]bool

	// Where the current instruction comes from, and where each did.
	at     ast.Node
	origin map[*ir.Instr]ast.Node
	// local is the player set of the `local` block around, else everybody.
	local types.Set
	// arm counts the conditionals around whose arms are both carried out, and
	// armOf says in which a variable was made.
	arm   int
	armOf map[ir.Value]int
	// home is the region in which a value was defined; isInput marks inputs.
	home    []*region
	isInput map[ir.Value]bool
	// orZero marks elements whose index, in an arm, may be out of range.
	orZero map[ir.Value]bool
	// lengths says, of each length that data decides, whose it is.
	lengths map[string]lengthOf
}

// A frame is the body that is lowered; of a function, with the sizes of its
// header in the sizes of the computation, and the call.
type frame struct {
	body  *check.Body
	sizes map[string]types.Size
	outer *frame
	call  *ast.Call
	// leaving is set while a body is lowered that may be left before its end.
	leaving *leaving
}

func newLowerer(p *check.Program, players types.Set) *lowerer {
	l := &lowerer{
		prog: p, index: make(map[int]int), at: ast.Span{}, origin: make(map[*ir.Instr]ast.Node),
		values: make(map[*check.Variable]tree), bundles: make(map[*check.Variable][]tree),
		taken: make(map[string]bool), armOf: make(map[ir.Value]int),
		home: make([]*region, 1), isInput: make(map[ir.Value]bool), orZero: make(map[ir.Value]bool), lengths: make(map[string]lengthOf),
		out:    &ir.Program{Values: make([]ir.Info, 1), Player: -1},
		region: &region{kind: top, shares: make(map[ir.Value]ir.Value)},
	}
	for _, q := range players.Members() {
		l.index[q] = len(l.out.Players)
		l.everybody = l.everybody.With(len(l.out.Players))
		l.out.Players = append(l.out.Players, ir.Player{Name: p.Players[q].Name, Doc: p.Players[q].Doc})
	}
	l.local = l.everybody
	return l
}

// finish carries out the steps after the writing of instructions.
func (l *lowerer) finish(n ast.Node, sizes *sizeBounds) (*ir.Program, diag.List) {
	l.out.Body = l.region.block
	steps := []func(){func() { l.placeStart() }, func() { l.proveWidths(sizes) }, func() { l.smallGroups(sizes) }, l.out.Number, func() { l.verify(n) }}
	for _, step := range steps {
		if !l.diags.HasErrors() {
			step()
		}
	}
	if l.diags.HasErrors() {
		l.diags.Sort()
		return nil, l.diags
	}
	return l.out, l.diags
}

// verify is the last fence: a program that breaks the ir's rules is refused.
func (l *lowerer) verify(n ast.Node) {
	if err := ir.Verify(l.out); err != nil {
		l.diags.Add(diag.Diagnostic{Code: "E901", Span: n.Extent(), Message: faulty("this computation"),
			Notes: strings.Split(err.Error(), "\n")})
	}
}

// A bail is the panic that gives up one statement; its diagnostic is in the
// list already.
type bail struct{}

// statement lowers one statement; one that cannot be lowered does not stop
// those after it from being looked at.
func (l *lowerer) statement(n ast.Node, f func()) {
	outer := *l
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(bail); !ok {
				panic(r)
			}
			l.region, l.frame, l.local, l.arm = outer.region, outer.frame, outer.local, outer.arm
		}
		l.at = outer.at
	}()
	l.at = n
	f()
}

// fail gives up the current statement.
func (l *lowerer) fail(n ast.Node, code, hint, format string, args ...any) {
	l.diags.Add(diag.Diagnostic{Code: code, Span: n.Extent(), Message: fmt.Sprintf(format, args...), Hint: hint})
	panic(bail{})
}

// notBuilt refuses what this version of the compiler does not do.
func (l *lowerer) notBuilt(n ast.Node, what string) {
	l.fail(n, "E901", "", "%s is not built yet", what)
}

// fault refuses what the checker should have refused, or never lets pass: that
// is no fault of the program.
func (l *lowerer) fault(n ast.Node, what string) {
	l.fail(n, "E901", "", "%s", faulty(what))
}

// faulty says that the compiler is at fault.
func faulty(what string) string {
	return "a fault of this compiler, please report it: it cannot carry out " + what
}

// missing is a fault where a statement before should have left something: where
// one was given up, it gives up this one without a second message.
func (l *lowerer) missing(n ast.Node, what string) {
	if l.diags.HasErrors() {
		panic(bail{})
	}
	l.fault(n, what)
}

// place renumbers a placement's holders to the computation's players; others
// are not contacted, and in a `local` block nobody but its player computes.
func (l *lowerer) place(p types.Place) types.Place {
	switch {
	case p.Public:
		return l.held(l.local)
	case p.Each != "":
		return p
	}
	return l.held(l.renumbered(p.Holders).Intersect(l.local))
}

func (l *lowerer) renumbered(s types.Set) types.Set {
	var out types.Set
	for _, q := range s.Members() {
		if k, ok := l.index[q]; ok {
			out = out.With(k)
		}
	}
	return out
}

// held is the placement at a set: public where that is everybody.
func (l *lowerer) held(s types.Set) types.Place {
	if s == l.everybody {
		return types.PublicPlace
	}
	return types.At(s)
}

// holders returns who holds a value in clear.
func (l *lowerer) holders(v ir.Value) types.Set {
	return l.out.Values[v].Place.Set(l.everybody)
}

func (l *lowerer) elem(v ir.Value) types.Elem   { return l.out.Values[v].Elem }
func (l *lowerer) shape(v ir.Value) types.Shape { return l.out.Values[v].Shape }

// typeOf is the checker's type of an expression, in the computation's sizes
// and players.
func (l *lowerer) typeOf(e ast.Expr) types.Type {
	x := l.frame.body.Exprs[e]
	if x == nil {
		l.fault(e, "this expression")
	}
	return l.typ(x.Type)
}

func (l *lowerer) typ(t types.Type) types.Type {
	t.Shape = t.Shape.Subst(l.frame.sizes).Unpadded()
	t.Place = l.place(t.Place)
	return t
}

// source is the text of a node as it was written.
func (l *lowerer) source(n ast.Node) string {
	s := n.Extent()
	return l.prog.FileOf(s.Pos).Source[s.Pos.Offset:s.EndPos.Offset]
}

// from is where an instruction comes from; what the compiler adds comes from
// nowhere.
func (l *lowerer) from(i *ir.Instr) ast.Span {
	if n := l.origin[i]; n != nil {
		return n.Extent()
	}
	return ast.Span{}
}

// line is the source line at a position, trimmed, without its comment.
func (l *lowerer) line(pos ast.Pos) string {
	file := l.prog.FileOf(pos)
	text := file.Source
	if pos.Offset > len(text) {
		return ""
	}
	start := strings.LastIndexByte(text[:pos.Offset], '\n') + 1
	end := len(text)
	if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
		end = start + n
	}
	for _, c := range file.Comments {
		if c.Pos.Offset >= start && c.Pos.Offset < end {
			end = c.Pos.Offset
		}
	}
	return strings.TrimSpace(text[start:end])
}
