package lower

// W802: a disclosed value that is taken over the rows of somebody else's input,
// where nothing says that the rows are many. This walk over the finished
// instructions follows, for each value, over the rows of which inputs it is,
// and whether a select on a count suppresses it where they are few.

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

// enoughRows is how many rows a disclosed value is to be over.
const enoughRows = 5

// A role is what a value says about rows.
type role int

const (
	constant role = iota // the same whatever the rows are
	flag                 // one truth value a row, as a bool or a number
	tally                // how many rows there are of a kind
	test                 // whether a tally reaches a bound
	other
)

// A lineage is where a value comes from.
type lineage struct {
	from, over *big.Int // sets of inputs: that it depends on; over whose rows it is
	role       role
}

func (a lineage) join(b lineage) lineage {
	out := lineage{new(big.Int).Or(a.from, b.from), new(big.Int).Or(a.over, b.over), a.role}
	switch {
	case a.role == constant:
		out.role = b.role
	case b.role != constant && a.role != b.role:
		out.role = other
	}
	return out
}

func (a lineage) equal(b lineage) bool {
	return a.role == b.role && a.from.Cmp(b.from) == 0 && a.over.Cmp(b.over) == 0
}

type grouper struct {
	*lowerer
	sizes     *sizeBounds
	of        map[ir.Value]lineage
	least     map[ir.Value]*big.Int // of constants
	perRow    map[string]bool       // sizes that count rows and nothing else
	changed   bool                  // a variable's lineage has grown
	protected bool                  // behind a test: of a branch, or of an assert
	warned    map[ast.Span]bool
}

// smallGroups warns of each disclosure over rows that may be few.
func (l *lowerer) smallGroups(sizes *sizeBounds) {
	g := &grouper{
		lowerer: l, sizes: sizes, of: make(map[ir.Value]lineage), least: make(map[ir.Value]*big.Int),
		perRow: make(map[string]bool), warned: make(map[ast.Span]bool),
	}
	for first := range 2 { // what is a column somewhere counts no rows
		for _, x := range l.out.Inputs {
			for axis, d := range x.Shape {
				for _, name := range d.Vars() {
					if (axis == 0) == (first == 0) {
						g.perRow[name] = axis == 0
					}
				}
			}
		}
	}
	g.block(l.out.Body)
}

func (g *grouper) block(b ir.Block) {
	for _, i := range b {
		switch i.Op {
		case ir.OpFor, ir.OpWhile:
			g.loop(i)
		case ir.OpIf:
			g.branch(i)
		case ir.OpAssert:
			g.protected = g.protected || g.lineage(i.Args[0]).role == test
		case ir.OpOpen, ir.OpReveal:
			g.disclosed(i)
			fallthrough
		default:
			g.define(i)
		}
	}
}

// loop goes round until no variable changes.
func (g *grouper) loop(i *ir.Instr) {
	outer := g.changed
	for {
		g.changed = false
		g.block(i.Body)
		if !g.changed {
			break
		}
		outer = true
	}
	g.changed = outer
}

func (g *grouper) branch(i *ir.Instr) {
	outer := g.protected
	g.protected = outer || g.lineage(i.Args[0]).role == test
	g.block(i.Body)
	g.block(i.Else)
	g.protected = outer
}

func (g *grouper) define(i *ir.Instr) {
	if i.Dst == 0 {
		return
	}
	x := g.result(i)
	if before, ok := g.of[i.Dst]; ok && g.out.Values[i.Dst].Var {
		x = x.join(before)
		g.changed = g.changed || !x.equal(before)
	}
	g.of[i.Dst] = x
	if i.Op == ir.OpConst {
		g.least[i.Dst] = span(i.Const...).low
	}
}

func (g *grouper) lineage(v ir.Value) lineage {
	if x, ok := g.of[v]; ok {
		return x
	}
	return lineage{new(big.Int), new(big.Int), constant}
}

// result is the lineage of what an instruction defines.
func (g *grouper) result(i *ir.Instr) lineage {
	out := g.lineage(0)
	for _, v := range i.Args {
		out = out.join(g.lineage(v))
	}
	switch i.Op {
	case ir.OpInput, ir.OpValid:
		k := slices.IndexFunc(g.out.Inputs, func(x ir.Input) bool { return x.Name == i.Name && x.Member == i.Member })
		out.from, out.role = new(big.Int).SetBit(new(big.Int), k, 1), other
	case ir.OpSelect:
		return g.selected(i)
	}
	out.over = new(big.Int).Or(out.over, g.rowsOf(out.from, g.together(i)))
	out.role = g.role(i, out.role)
	return out
}

// selected is over no rows where the condition tests how many there are.
func (g *grouper) selected(i *ir.Instr) lineage {
	c, out := g.lineage(i.Args[0]), g.lineage(i.Args[1]).join(g.lineage(i.Args[2]))
	r := out.role
	out = out.join(c)
	if out.role = r; c.role == test {
		out.over = new(big.Int)
	}
	return out
}

// role is that of a result whose operands have the given one together.
func (g *grouper) role(i *ir.Instr, operands role) role {
	switch i.Op {
	case ir.OpSum, ir.OpDot:
		if operands == flag || operands == tally {
			return tally
		}
	case ir.OpGe, ir.OpGt, ir.OpLe, ir.OpLt:
		if operands == tally && g.reaches(i) {
			return test
		}
	case ir.OpAnd:
		if slices.ContainsFunc(i.Args, func(v ir.Value) bool { return g.lineage(v).role == test }) {
			return test
		}
	case ir.OpShare, ir.OpOpen, ir.OpReveal, ir.OpCopy, ir.OpRefresh, ir.OpConvert, ir.OpReduce, ir.OpIndex, ir.OpUpdate, ir.OpStack,
		ir.OpConcat, ir.OpFill, ir.OpTranspose, ir.OpReshape, ir.OpReverse, ir.OpAdd, ir.OpNot, ir.OpOr:
		if operands != other {
			return operands
		}
	}
	switch {
	case operands == constant && len(i.Args) > 0, i.Op == ir.OpConst, i.Op == ir.OpSizeOf:
		return constant
	case g.elem(i.Dst).Kind == types.Bool, i.Op == ir.OpConvert && g.elem(i.Args[0]).Kind == types.Bool:
		return flag
	}
	return other
}

// reaches reports that a comparison of a tally tells at least whether it
// reaches enoughRows; of a bound that is no constant the program is believed.
func (g *grouper) reaches(i *ir.Instr) bool {
	bound, op := i.Args[1], i.Op
	if g.lineage(i.Args[0]).role != tally {
		bound, op = i.Args[0], mirrored[op]
	}
	need := int64(enoughRows)
	if op == ir.OpGt || op == ir.OpLe {
		need--
	}
	least := g.least[bound]
	return least == nil || least.Cmp(big.NewInt(need)) >= 0
}

var mirrored = map[ir.Op]ir.Op{ir.OpGe: ir.OpLe, ir.OpLe: ir.OpGe, ir.OpGt: ir.OpLt, ir.OpLt: ir.OpGt}

// together are the dimensions whose elements an operation takes together.
func (g *grouper) together(i *ir.Instr) types.Shape {
	switch i.Op {
	case ir.OpMin, ir.OpMax:
		if len(i.Args) > 1 {
			return nil
		}
		fallthrough
	case ir.OpSum, ir.OpArgMin, ir.OpArgMax:
		if i.Axis < 0 {
			return g.shape(i.Args[0])
		}
		return g.shape(i.Args[0])[i.Axis : i.Axis+1]
	case ir.OpDot:
		return g.shape(i.Args[1])[:1]
	case ir.OpSort, ir.OpRank, ir.OpTopK, ir.OpCumSum:
		s := g.shape(i.Args[0])
		return s[len(s)-1:]
	case ir.OpMerge:
		s := g.shape(i.Dst)
		return s[len(s)-1:]
	case ir.OpFilter, ir.OpUnique, ir.OpDistinct, ir.OpLength:
		return g.shape(i.Args[0])[:1]
	}
	return nil
}

// rowsOf are those of the inputs whose rows lie along one of the dimensions.
func (g *grouper) rowsOf(from *big.Int, dims types.Shape) *big.Int {
	out := new(big.Int)
	for k, x := range g.out.Inputs {
		if from.Bit(k) == 1 && len(x.Shape) > 0 && slices.ContainsFunc(dims, func(d types.Size) bool { return g.along(x, d) }) {
			out.SetBit(out, k, 1)
		}
	}
	return out
}

func (g *grouper) along(x ir.Input, d types.Size) bool {
	if x.Padded() {
		return d.Equal(x.Shape[0].Unpadded())
	}
	return slices.ContainsFunc(x.Shape[0].Vars(), func(name string) bool { return g.perRow[name] && slices.Contains(d.Vars(), name) })
}

// disclosed warns of an open or reveal to a player who does not hold the rows.
func (g *grouper) disclosed(i *ir.Instr) {
	over := g.lineage(i.Args[0]).over
	if g.protected || over.Sign() == 0 || g.warned[g.origin[i]] {
		return
	}
	for _, r := range g.out.Receivers(i).Members() {
		names, rows := g.others(over, r)
		if least := g.fewest(rows); len(names) > 0 && least.Cmp(big.NewInt(enoughRows)) < 0 {
			g.warn(i, names, rows, least)
			return
		}
	}
}

// others are the inputs in a set that a player does not hold, and their rows.
func (g *grouper) others(over *big.Int, player int) (names []string, rows types.Shape) {
	for k, x := range g.out.Inputs {
		if over.Bit(k) == 0 || x.Owner.Set(g.everybody).Has(player) || g.admitted(x, player) {
			continue
		}
		if name := "`" + ir.Root(ir.Key(x.Name, x.Member)) + "`"; !slices.Contains(names, name) {
			names = append(names, name)
		}
		if !slices.ContainsFunc(rows, x.Shape[0].Equal) {
			rows = append(rows, x.Shape[0])
		}
	}
	return names, rows
}

// admitted reports that the header discloses an input to a player by name.
func (g *grouper) admitted(x ir.Input, player int) bool {
	return slices.ContainsFunc(g.out.Reveals, func(d ir.Disclosure) bool { return d.Label == x.Name && d.To.Set(g.everybody).Has(player) })
}

// fewest is how many rows there are at least; of padded ones, any number.
func (g *grouper) fewest(rows types.Shape) *big.Int {
	sum := types.Int(0)
	for _, d := range rows {
		if !d.Padded() {
			sum = sum.Add(d)
		}
	}
	facts := []types.Size{types.Int(0)}
	for _, w := range g.out.Where {
		facts = append(facts, nonnegative(check.Condition{Left: w.Left, Right: w.Right, Rel: w.Rel})...)
	}
	most := new(big.Int)
	for _, fact := range facts { // what is left of the sum without a fact is no more than the sum
		if least := g.sizes.lowest(sum.Sub(fact)); least != nil && least.Cmp(most) > 0 {
			most = least
		}
	}
	return most
}

func (g *grouper) warn(i *ir.Instr, names []string, rows types.Shape, least *big.Int) {
	g.warned[g.origin[i]] = true
	d := diag.Diagnostic{
		Code: "W802", Span: g.origin[i], Label: fmt.Sprintf("no `where` bound of %d or more", enoughRows),
		Message: fmt.Sprintf("`%s` may be over as few as %s of %s", g.out.LabelOf(i), plural(least), strings.Join(names, ", ")),
		Hint:    "suppress small groups: `if rows >= 5 then … else …`, with `rows` a count",
	}
	if !slices.ContainsFunc(rows, types.Size.Padded) {
		sum := types.Int(0)
		for _, n := range rows {
			sum = sum.Add(n)
		}
		d.Hint = fmt.Sprintf("add `where %s >= %d`, or %s", sum, enoughRows, d.Hint)
	}
	g.diags.Add(d)
}

func plural(n *big.Int) string {
	if n.Cmp(big.NewInt(1)) == 0 {
		return "1 row"
	}
	return n.String() + " rows"
}
