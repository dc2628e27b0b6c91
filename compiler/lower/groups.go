package lower

// W802: a disclosed value that is taken over the rows of somebody else's input,
// where nothing says that the rows are many. This walk over the finished
// instructions follows, for each value, over the rows of which inputs it is,
// whether data chooses which of them, and whether a select on a count
// suppresses it where they are few.

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
	chosen     *big.Int // inputs of which data leaves rows out
	some       choices  // where chosen rows were taken together
	role       role
	lengths    types.Shape // beside those of padded inputs: along which rows of such lie
}

// none is the set of no inputs; nobody changes a set of a lineage.
var none = new(big.Int)

func union(a, b *big.Int) *big.Int {
	switch {
	case a == b || b.Sign() == 0:
		return a
	case a.Sign() == 0:
		return b
	}
	return new(big.Int).Or(a, b)
}

func (a lineage) join(b lineage) lineage {
	out := lineage{
		from: union(a.from, b.from), over: union(a.over, b.over), some: a.some,
		chosen: union(a.chosen, b.chosen), role: a.role, lengths: a.lengths,
	}
	for _, d := range b.lengths {
		out.lengths = with(out.lengths, d)
	}
	for _, c := range b.some {
		out.some = out.some.with(c)
	}
	switch {
	case a.role == constant:
		out.role = b.role
	case b.role != constant && a.role != b.role:
		out.role = other
	}
	return out
}

// A choice is the inputs of which data chose the rows that were taken together,
// and those of which all rows were.
type choice struct{ rows, beside *big.Int }

func (a choice) equal(b choice) bool { return a.rows.Cmp(b.rows) == 0 && a.beside.Cmp(b.beside) == 0 }

type choices []choice

func (s choices) with(c choice) choices {
	if c.rows.Sign() == 0 || slices.ContainsFunc(s, c.equal) {
		return s
	}
	return append(slices.Clip(s), c)
}

// with is the dimensions and one more.
func with(s types.Shape, d types.Size) types.Shape {
	if slices.ContainsFunc(s, d.Equal) {
		return s
	}
	return append(slices.Clip(s), d)
}

// equal compares what only grows by join.
func (a lineage) equal(b lineage) bool {
	return a.role == b.role && a.chosen.Cmp(b.chosen) == 0 && len(a.lengths) == len(b.lengths) &&
		len(a.some) == len(b.some) && a.from.Cmp(b.from) == 0 && a.over.Cmp(b.over) == 0
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
	return lineage{from: none, over: none, chosen: none, role: constant}
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
	if g.chooses(i) {
		out.chosen = out.from
	}
	out.lengths = g.lengthened(i, out)
	rows := g.rowsOf(out, g.together(i))
	out.over = union(out.over, rows)
	if rows.Sign() > 0 && out.chosen.Sign() > 0 {
		out.some = out.some.with(choice{new(big.Int).And(rows, out.chosen), new(big.Int).AndNot(rows, out.chosen)})
	}
	out.role = g.role(i, out.role)
	return out
}

// chooses reports that an instruction takes part of the rows, as their data
// says: it filters them, or multiplies them by a truth value a row.
func (g *grouper) chooses(i *ir.Instr) bool {
	switch i.Op {
	case ir.OpFilter:
		return g.ofRows(i.Args[1])
	case ir.OpMul, ir.OpDot, ir.OpConvolve, ir.OpConvolveToKernels, ir.OpConvolveToImages:
		x, y := g.lineage(i.Args[0]).role, g.lineage(i.Args[1]).role
		return x == flag && y == other && g.ofRows(i.Args[0]) || y == flag && x == other && g.ofRows(i.Args[1])
	}
	return false
}

// ofRows reports a value with elements for rows.
func (g *grouper) ofRows(v ir.Value) bool { return g.rowsOf(g.lineage(v), g.shape(v)).Sign() > 0 }

// lengthened are the dimensions along which rows of padded inputs lie: where
// they are joined or cut, a dimension that no operand has is one.
func (g *grouper) lengthened(i *ir.Instr, of lineage) types.Shape {
	var before types.Shape
	rows := false
	for _, v := range i.Args {
		before = append(before, g.shape(v).Unpadded()...)
		rows = rows || g.alongPadded(g.lineage(v), g.shape(v))
	}
	out := of.lengths
	if i.Dst != 0 && rows {
		for _, d := range g.shape(i.Dst).Unpadded() {
			if one, ok := d.Const(); !(ok && one == 1) && !slices.ContainsFunc(before, d.Equal) {
				out = with(out, d)
			}
		}
	}
	return out
}

// alongPadded reports a dimension along which rows of padded inputs lie.
func (g *grouper) alongPadded(of lineage, s types.Shape) bool {
	for k, x := range g.out.Inputs {
		if of.from.Bit(k) == 1 && x.Padded() && slices.ContainsFunc(s, func(d types.Size) bool { return g.along(of, x, d) }) {
			return true
		}
	}
	return false
}

// selected is over no rows where the condition tests how many there are.
func (g *grouper) selected(i *ir.Instr) lineage {
	c, out := g.lineage(i.Args[0]), g.lineage(i.Args[1]).join(g.lineage(i.Args[2]))
	r := out.role
	constantArm := g.lineage(i.Args[1]).role == constant || g.lineage(i.Args[2]).role == constant
	out = out.join(c)
	out.role = r
	switch {
	case c.role == test:
		out.over, out.some = none, nil
	case constantArm && r != constant && c.role == flag && g.ofRows(i.Args[0]):
		out.chosen = out.from
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
		y := g.shape(i.Args[1])
		return y[y.Inner() : y.Inner()+1]
	case ir.OpConvolveToKernels:
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
func (g *grouper) rowsOf(of lineage, dims types.Shape) *big.Int {
	out := none
	for k, x := range g.out.Inputs {
		if of.from.Bit(k) == 1 && len(x.Shape) > 0 && slices.ContainsFunc(dims, func(d types.Size) bool { return g.along(of, x, d) }) {
			out = new(big.Int).SetBit(out, k, 1)
		}
	}
	return out
}

// along reports a dimension of a value along which rows of an input lie.
func (g *grouper) along(of lineage, x ir.Input, d types.Size) bool {
	if x.Padded() {
		return slices.ContainsFunc(with(of.lengths, x.Shape[0].Unpadded()), d.Unpadded().Equal)
	}
	return slices.ContainsFunc(x.Shape[0].Vars(), func(name string) bool { return g.perRow[name] && slices.Contains(d.Vars(), name) })
}

// disclosed warns of an open or reveal to a player who does not hold the rows.
func (g *grouper) disclosed(i *ir.Instr) {
	of := g.lineage(i.Args[0])
	if g.protected || of.over.Sign() == 0 || g.warned[g.from(i)] {
		return
	}
	for _, r := range g.out.Receivers(i).Members() {
		for _, c := range of.some {
			if rows := g.others(c.rows, r); rows.Sign() > 0 && g.tooFew(g.others(c.beside, r)) {
				g.warn(i, rows, new(big.Int), "of which the data says how many", "")
				return
			}
		}
		if over := g.others(of.over, r); over.Sign() > 0 && g.tooFew(over) {
			g.warn(i, over, g.fewest(over), fmt.Sprintf("no `where` bound of %d or more", enoughRows), g.bound(over))
			return
		}
	}
}

// others are the inputs in a set that a player does not hold.
func (g *grouper) others(set *big.Int, player int) *big.Int {
	out := new(big.Int)
	for k, x := range g.out.Inputs {
		if set.Bit(k) == 1 && !x.Owner.Set(g.everybody).Has(player) && !g.admitted(x, player) {
			out.SetBit(out, k, 1)
		}
	}
	return out
}

// rows is how many rows the inputs in a set have in all; of padded ones there
// may be none.
func (g *grouper) rows(set *big.Int) types.Size {
	var seen types.Shape
	sum := types.Int(0)
	for k, x := range g.out.Inputs {
		if set.Bit(k) == 1 && !x.Padded() && !slices.ContainsFunc(seen, x.Shape[0].Equal) {
			seen, sum = append(seen, x.Shape[0]), sum.Add(x.Shape[0])
		}
	}
	return sum
}

// bound is the hint of the `where` for the rows of inputs; for padded ones there
// is none.
func (g *grouper) bound(set *big.Int) string {
	sum := g.rows(set)
	if len(sum.Vars()) == 0 {
		return ""
	}
	return fmt.Sprintf("add `where %s >= %d`, or ", sum, enoughRows)
}

// names are those of the inputs in a set.
func (g *grouper) names(set *big.Int) string {
	var out []string
	for k, x := range g.out.Inputs {
		if name := "`" + ir.Root(ir.Key(x.Name, x.Member)) + "`"; set.Bit(k) == 1 && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// admitted reports that the header discloses an input to a player by name.
func (g *grouper) admitted(x ir.Input, player int) bool {
	return slices.ContainsFunc(g.out.Reveals, func(d ir.Disclosure) bool { return d.Label == x.Name && d.To.Set(g.everybody).Has(player) })
}

func (g *grouper) tooFew(set *big.Int) bool { return g.fewest(set).Cmp(big.NewInt(enoughRows)) < 0 }

// fewest is how many rows the inputs in a set have at least.
func (g *grouper) fewest(set *big.Int) *big.Int {
	sum := g.rows(set)
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

func (g *grouper) warn(i *ir.Instr, inputs, least *big.Int, label, hint string) {
	g.warned[g.from(i)] = true
	g.diags.Add(diag.Diagnostic{
		Code: "W802", Span: g.from(i), Label: label,
		Message: fmt.Sprintf("`%s` may be over as few as %s of %s", g.out.LabelOf(i), plural(least), g.names(inputs)),
		Hint:    hint + "suppress small groups: `if rows >= 5 then … else …`, with `rows` a count",
	})
}

func plural(n *big.Int) string {
	if n.Cmp(big.NewInt(1)) == 0 {
		return "1 row"
	}
	return n.String() + " rows"
}
