package ir

// Verify: what must hold of every program between two passes. This file has
// the structure: definitions, participants, placements and the order around
// Start. verify_types.go has elements and shapes.

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/lang/types"
)

// Verify reports every violation of the rules of this package, joined, each
// with its step. In a projection only that is demanded which concerns its
// player: what others hold is not defined there.
func Verify(p *Program) error {
	v := &verifier{
		p:         p,
		everybody: p.Everybody(),
		computing: p.Computing(),
		seen:      p.Everybody(),
		defined:   make(map[Value]types.Set),
		written:   make(map[Value]bool),
		named:     make(map[string]bool),
	}
	if p.Player >= 0 {
		v.seen = types.SetOf(p.Player)
	}
	v.values()
	v.block(p.Body)
	v.ends()
	return errors.Join(v.errs...)
}

type verifier struct {
	p         *Program
	everybody types.Set
	computing types.Set
	seen      types.Set // the players whose programs p shows
	errs      []error

	within  []*Instr // Togethers and Chains around it
	at      *Instr   // the instruction being looked at; nil: the header
	depth   int      // of loops and branches
	step    int      // the last step number
	started bool
	defined map[Value]types.Set // the players that have the value at this point
	written map[Value]bool      // the values met as results, in scope or not
	named   map[string]bool     // inputs and outputs met, by operation and key
}

func (v *verifier) fail(format string, args ...any) {
	where := "header"
	if v.at != nil {
		where = fmt.Sprintf("step %d (%s)", v.at.Step, v.at.Op)
	}
	v.errs = append(v.errs, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

// values checks the table of values on its own.
func (v *verifier) values() {
	names := make(map[string]bool)
	for k, x := range v.p.Values {
		if k == 0 {
			continue
		}
		if names[x.Name] {
			v.fail("two values are named %s", x.Name)
		}
		names[x.Name] = true
		if x.Place.Each != "" || !v.everybody.Contains(x.Place.Holders) {
			v.fail("%s is placed outside the computation's players", x.Name)
		}
		if x.Place.IsShared() && !x.Elem.Shareable() {
			v.fail("%s is shared, but %s exists in clear only", x.Name, x.Elem)
		}
		if len(OfData(x.Shape)) > 0 && x.Place.Set(v.everybody).Len() != 1 {
			v.fail("%s has a length that data decides, and not one holder", x.Name)
		}
		if x.Elem.Kind == types.Record || x.Elem.Kind == types.Enum && len(v.p.Enum(x.Elem).Values) != x.Elem.I {
			v.fail("%s is %s, which the program does not declare", x.Name, x.Elem)
		}
	}
}

// block checks instructions in order. What is defined inside a loop or branch
// is out of scope after it.
func (v *verifier) block(b Block) {
	for _, i := range b {
		v.at = i
		v.inside(i)
		if v.order(i); v.operandsExist(i) {
			v.participants(i)
			v.operands(i)
			v.types(i)
		}
		v.define(i)
		v.scoped(i)
	}
}

func (v *verifier) scoped(i *Instr) {
	switch {
	case i.Op.Joint():
		v.joint(i)
		return
	case !i.Op.Structured():
		return
	}
	v.depth++
	for _, b := range []Block{i.Body, i.Else} {
		if len(b) > 0 {
			outer := maps.Clone(v.defined)
			v.block(b)
			v.defined = outer
		}
	}
	v.depth--
	if i.Dst != 0 {
		delete(v.defined, i.Dst)
	}
	v.at = i
	if i.Op == OpWhile && len(i.Args) > 0 && !assigns(i.Body, i.Args[0]) {
		v.fail("the body does not assign the condition")
	}
}

func assigns(b Block, x Value) bool {
	for _, i := range b {
		if i.Dst == x || assigns(i.Body, x) || assigns(i.Else, x) {
			return true
		}
	}
	return false
}

// order checks step numbers and what stands before and after Start.
func (v *verifier) order(i *Instr) {
	if i.Step <= v.step {
		v.fail("step numbers must ascend: %d after %d", i.Step, v.step)
	}
	v.step = i.Step
	switch i.Op {
	case OpStart:
		if v.started {
			v.fail("a second start")
		}
		if v.depth > 0 {
			v.fail("start inside a loop or branch")
		}
		v.started = true
	case OpShare, OpOpen, OpReveal, OpRefresh:
		if !v.started {
			v.fail("stands before start")
		}
	}
	if i.Checked && v.started {
		v.fail("an operation that may fail stands after start")
	}
}

// operandsExist checks that every value is an index into the table, so that
// the other rules may look it up.
func (v *verifier) operandsExist(i *Instr) bool {
	for _, x := range append(i.Uses(), i.Dst) {
		if x < 0 || int(x) >= len(v.p.Values) {
			v.fail("value %d does not exist", x)
			return false
		}
	}
	if n, ok := arity[i.Op]; !ok {
		v.fail("unknown operation")
		return false
	} else if len(i.Args) < n.least || len(i.Args) > n.most {
		v.fail("wrong number of operands: %d", len(i.Args))
		return false
	}
	if noResult[i.Op] != (i.Dst == 0) {
		v.fail("an operation must define a value exactly if it has a result")
		return false
	}
	for _, x := range i.Args {
		if x == 0 {
			v.fail("an operand is missing")
			return false
		}
	}
	return true
}

const many = 1 << 30

// arity is the number of operands, from least to most.
var arity = map[Op]struct{ least, most int }{
	OpInput: {0, 0}, OpValid: {0, 0}, OpOutput: {1, 1}, OpConst: {0, 0}, OpSizeOf: {0, 0}, OpCopy: {1, 1},
	OpDraw: {0, 4}, OpStart: {0, 0}, OpShare: {1, 1}, OpOpen: {1, 1}, OpReveal: {1, 1},
	OpFor: {3, 3}, OpWhile: {2, 2}, OpIf: {1, 1}, OpAssert: {1, 1}, OpTogether: {0, 0}, OpChain: {0, 0},
	OpRefresh: {1, 1}, OpNeg: {1, 1}, OpAdd: {2, 2}, OpSub: {2, 2}, OpMul: {2, 2}, OpDiv: {2, 2}, OpMod: {2, 2},
	OpEq: {2, 2}, OpNe: {2, 2}, OpLt: {2, 2}, OpLe: {2, 2}, OpGt: {2, 2}, OpGe: {2, 2},
	OpAnd: {2, 2}, OpOr: {2, 2}, OpNot: {1, 1}, OpSelect: {3, 3}, OpConvert: {1, 1},
	OpSum: {1, 1}, OpMin: {1, 2}, OpMax: {1, 2}, OpAbs: {1, 1}, OpReduce: {1, 1}, OpDot: {2, 2},
	OpConvolve: {2, 2}, OpConvolveToKernels: {2, 2}, OpConvolveToImages: {2, 2},
	OpSqrt: {1, 1}, OpRsqrt: {1, 1}, OpExp: {1, 1}, OpLog: {1, 1}, OpSigmoid: {1, 1}, OpTanh: {1, 1},
	OpIndex: {1, 1}, OpUpdate: {2, 2}, OpStack: {1, many}, OpConcat: {1, many},
	OpFill: {1, 5}, OpTranspose: {1, 1}, OpReshape: {1, 5}, OpReverse: {1, 1}, OpCumSum: {1, 1}, OpIota: {0, 1}, OpWindows: {1, 1},
	OpSort: {1, 1}, OpRank: {1, many}, OpPermute: {2, 2}, OpCarry: {2, 2}, OpTopK: {1, 1}, OpMerge: {2, 2}, OpDistinct: {1, 1},
	OpShuffle: {1, 1}, OpArgMin: {1, 1}, OpArgMax: {1, 1}, OpOneHot: {1, 1}, OpLookup: {2, 2}, OpStore: {3, 3},
	OpFilter: {2, 2}, OpUnique: {1, 1}, OpHash64: {1, 1}, OpFormat: {1, 1}, OpParse: {1, 1}, OpLength: {1, 1}, OpPad: {1, 1}, OpPrint: {0, many},
}

var noResult = map[Op]bool{OpOutput: true, OpStart: true, OpWhile: true, OpIf: true, OpAssert: true, OpTogether: true, OpChain: true, OpPrint: true}

// Uses lists the values that the instruction reads. The caller must not change
// them.
func (i *Instr) Uses() []Value {
	uses := slices.Clip(i.Args)
	for _, s := range i.Slices {
		for _, x := range []Value{s.From, s.To} {
			if x != 0 {
				uses = append(uses, x)
			}
		}
	}
	return uses
}

// define records who has the instruction's result from here on.
func (v *verifier) define(i *Instr) {
	if i.Dst <= 0 || int(i.Dst) >= len(v.p.Values) {
		return
	}
	info := v.p.Values[i.Dst]
	before, again := v.defined[i.Dst]
	switch {
	case v.written[i.Dst] && !info.Var:
		v.fail("%s is defined twice", info.Name)
	case info.Var && i.Op != OpCopy && (!again || i.Op != OpUpdate):
		v.fail("variable %s is defined by %s", info.Name, i.Op)
	}
	v.written[i.Dst] = true
	has := i.Who.Intersect(v.holders(i.Dst))
	if info.Place.IsShared() {
		has = i.Who.Intersect(v.computing)
	}
	if again {
		has = has.Intersect(before)
	}
	v.defined[i.Dst] = has
}

func (v *verifier) holders(x Value) types.Set { return v.p.Values[x].Place.Set(v.everybody) }

func (v *verifier) shared(x Value) bool { return v.p.Values[x].Place.IsShared() }

func (v *verifier) public(x Value) bool { return v.holders(x) == v.everybody }

func (v *verifier) name(x Value) string { return v.p.Values[x].Name }

// participants checks Who against spec.md, R20, and with it the
// placements of what the instruction moves.
func (v *verifier) participants(i *Instr) {
	switch i.Op {
	case OpStart:
		v.who(i, v.everybody)
	case OpInput:
		v.input(i)
	case OpValid:
		v.valid(i)
	case OpDraw:
		v.draw(i)
	case OpOutput:
		v.output(i)
	case OpShare:
		v.who(i, types.SetOf(v.dealer(i)...).Union(v.computing))
		v.wantShared(i)
	case OpOpen:
		to := i.To.Set(v.everybody)
		v.who(i, v.computing.Union(to))
		v.placed(i, to)
	case OpReveal:
		v.reveal(i)
	case OpFor, OpWhile, OpIf, OpTogether, OpChain:
		v.whoInside(i)
	case OpAssert:
		if i.Who.Empty() {
			v.fail("nobody takes part")
		}
	case OpPrint:
		if i.Who.Len() != 1 {
			v.fail("participants are %s, want one player", v.format(i.Who))
		}
	default:
		v.who(i, v.workers(i))
	}
}

// workers are the players of an operation: where its result is held, or the
// computing players.
func (v *verifier) workers(i *Instr) types.Set {
	if v.shared(i.Dst) {
		return v.computing
	}
	return v.holders(i.Dst)
}

func (v *verifier) who(i *Instr, want types.Set) {
	if i.Who != want {
		v.fail("participants are %s, want %s", v.format(i.Who), v.format(want))
	}
}

func (v *verifier) format(s types.Set) string {
	switch {
	case s.Empty():
		return "nobody"
	case !v.everybody.Contains(s):
		return "players outside the computation"
	}
	return types.At(s).Format(v.p.PlayerNames())
}

// dealer is the first holder of the operand, as a list of at most one.
func (v *verifier) dealer(i *Instr) []int {
	if k := v.holders(i.Args[0]).First(); k >= 0 {
		return []int{k}
	}
	v.fail("%s is held by nobody", v.name(i.Args[0]))
	return nil
}

func (v *verifier) wantShared(i *Instr) {
	if !v.shared(i.Dst) {
		v.fail("%s is not shared", v.name(i.Dst))
	}
}

func (v *verifier) placed(i *Instr, at types.Set) {
	if v.holders(i.Dst) != at {
		v.fail("%s is at %s, want %s", v.name(i.Dst), v.format(v.holders(i.Dst)), v.format(at))
	}
}

func (v *verifier) input(i *Instr) {
	v.once(i)
	for _, x := range v.p.Inputs {
		if x.Name == i.Name && x.Member == i.Member {
			v.who(i, v.p.Keepers(x.Owner))
			v.placed(i, x.Owner.Set(v.everybody))
			if x.Value != i.Dst {
				v.fail("the header has another value for %s", Key(i.Name, i.Member))
			}
			return
		}
	}
	v.fail("no input %s", Key(i.Name, i.Member))
}

// draw: several holders would draw different bits.
func (v *verifier) draw(i *Instr) {
	who := v.holders(i.Dst)
	switch {
	case v.shared(i.Dst):
		who = v.computing
	case who.Len() != 1:
		v.fail("is drawn by %s", v.format(who))
	}
	v.who(i, who)
}

func (v *verifier) valid(i *Instr) {
	for _, x := range v.p.Inputs {
		if x.Name == i.Name && x.Member == i.Member && x.Padded() {
			v.who(i, x.Owner.Set(v.everybody))
			v.placed(i, x.Owner.Set(v.everybody))
			return
		}
	}
	v.fail("no padded input %s", Key(i.Name, i.Member))
}

func (v *verifier) output(i *Instr) {
	v.once(i)
	for _, x := range v.p.Outputs {
		if x.Name == i.Name && x.Member == i.Member {
			v.who(i, v.p.Keepers(x.To))
			if x.To.IsShared() != v.shared(i.Args[0]) {
				v.fail("%s and the output must both be shared, or neither", v.name(i.Args[0]))
			}
			if x.Value != i.Args[0] {
				v.fail("the header has another value for %s", Key(i.Name, i.Member))
			}
			return
		}
	}
	v.fail("no output %s", Key(i.Name, i.Member))
}

// once checks that an input or output stands once, outside loops and branches.
func (v *verifier) once(i *Instr) {
	key := string(i.Op) + " " + Key(i.Name, i.Member)
	if v.named[key] {
		v.fail("a second %s", key)
	}
	if v.depth > 0 {
		v.fail("stands inside a loop or branch")
	}
	v.named[key] = true
}

// reveal: the first holder sends to the audience. Further holders may take
// part as well, by keeping what they have.
func (v *verifier) reveal(i *Instr) {
	to, from := i.To.Set(v.everybody), v.holders(i.Args[0])
	least := types.SetOf(v.dealer(i)...).Union(to)
	if !i.Who.Contains(least) || !least.Union(from).Contains(i.Who) {
		v.fail("participants are %s, want %s", v.format(i.Who), v.format(least))
	}
	v.placed(i, from.Union(to))
}

// whoInside: who follows a loop or branch is who takes part in something
// inside, and perhaps more.
func (v *verifier) whoInside(i *Instr) {
	for _, b := range []Block{i.Body, i.Else} {
		for _, j := range b {
			if !i.Who.Contains(j.Who) {
				v.fail("%s take part in step %d inside, but not in the %s", v.format(j.Who.Minus(i.Who)), j.Step, i.Op)
			}
		}
	}
	if i.Op == OpFor && !v.holders(i.Dst).Contains(i.Who) {
		v.fail("%s does not reach all participants", v.name(i.Dst))
	}
}

// operands checks that whoever needs an operand has it.
func (v *verifier) operands(i *Instr) {
	if i.Op == OpOpen && !v.shared(i.Args[0]) {
		v.fail("%s is not shared", v.name(i.Args[0]))
	}
	for k, x := range i.Uses() {
		if k >= len(i.Args) && v.shared(x) {
			v.fail("the index %s is shared", v.name(x))
		}
		v.operand(i, x)
	}
}

func (v *verifier) operand(i *Instr, x Value) {
	secure := i.Dst != 0 && v.shared(i.Dst) && i.Op != OpShare
	switch {
	case secure && !v.shared(x) && !v.public(x):
		v.fail("operand %s is neither shared nor public", v.name(x))
		return
	case !secure && i.Op != OpOpen && i.Op != OpOutput && v.shared(x):
		v.fail("operand %s is shared", v.name(x))
		return
	}
	need := v.needs(i, x).Intersect(v.seen)
	has, ok := v.defined[x]
	switch {
	case !ok && !need.Empty():
		v.fail("%s is used before it is defined", v.name(x))
	case !has.Contains(need):
		v.fail("%s does not have %s", v.format(need.Minus(has)), v.name(x))
	}
}

// needs is the set of participants that read operand x.
func (v *verifier) needs(i *Instr, x Value) types.Set {
	switch i.Op {
	case OpShare:
		return types.SetOf(v.dealer(i)...)
	case OpOpen:
		return v.computing
	case OpRefresh: // of what the servers have kept
		return v.p.Servers()
	case OpReveal:
		return i.Who.Intersect(v.holders(x))
	}
	return i.Who
}

// ends checks what the whole body must contain.
func (v *verifier) ends() {
	v.at = nil
	if !v.started {
		v.fail("no start")
	}
	for _, x := range v.p.Inputs {
		v.stands(OpInput, Key(x.Name, x.Member), x.Owner)
	}
	for _, x := range v.p.Outputs {
		v.stands(OpOutput, Key(x.Name, x.Member), x.To)
	}
}

func (v *verifier) stands(op Op, key string, at types.Place) {
	shown := !v.p.Keepers(at).Intersect(v.seen).Empty()
	if shown && !v.named[string(op)+" "+key] {
		v.fail("no instruction for %s %s", op, key)
	}
}
