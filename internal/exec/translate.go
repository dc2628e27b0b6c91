package exec

// Instructions as closures. What is known before a run (which player this is,
// what is shared, names and element types) is decided here, once; what is left
// for a run is the calls of the runtime, one an instruction.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// A frame is the state of one run: every value that this player has and may
// still need, a clear.Tensor, or an mpc.Share where it is shared.
type frame struct {
	*runtime.Party
	values []mpc.Operand // by ir.Value
	sizes  map[string]int64
}

// An action is one instruction of one player.
type action func(*frame)

func (f *frame) clear(v ir.Value) clear.Tensor { return f.values[v].(clear.Tensor) }
func (f *frame) int(v ir.Value) int64          { return f.clear(v).Int() }

// eval computes a size. It is exact; a size that int64 does not hold ends the
// run.
func (f *frame) eval(step int, s types.Size) int64 {
	n, err := s.Eval(f.sizes)
	if err != nil {
		f.Fail(step, err.Error())
	}
	return n
}

func (f *frame) dims(step int, s types.Shape) []int {
	out := make([]int, len(s))
	for k, d := range s {
		out[k] = int(f.eval(step, d))
	}
	return out
}

// shape is that of the instruction's result, whose operands have the lengths that
// data decides.
func (f *frame) shape(i *ir.Instr, s types.Shape) []int {
	made, out := i.Lengths(), make([]int, len(s))
	for k, d := range s {
		if len(ir.OfData(types.Shape{d})) > 0 {
			out[k], made = int(f.int(made[0])), made[1:]
		} else {
			out[k] = int(f.eval(i.Step, d))
		}
	}
	return out
}

// translate returns the Run of a projection, under the eyes of w.
func translate(proj *ir.Program, w *witness) func(*runtime.Party) {
	t := &translator{Program: proj, names: proj.PlayerNames(), witness: w, named: make(occurrences)}
	t.named.count(proj.Body...)
	body := t.block(proj.Body)
	return func(p *runtime.Party) {
		f := &frame{p, make([]mpc.Operand, len(proj.Values)), make(map[string]int64)}
		for _, s := range proj.Sizes {
			f.sizes[s.Name] = p.Size(s.Name)
		}
		body(f)
	}
}

type translator struct {
	*ir.Program
	names []string
	*witness
	named occurrences // in the whole program
	noted bool        // within an instruction that notes itself: see instr
}

func (t *translator) shared(v ir.Value) bool { return t.Values[v].Place.IsShared() }

func (t *translator) holders(v ir.Value) types.Set { return t.Values[v].Place.Set(t.Everybody()) }

// list names the players of a set.
func (t *translator) list(s types.Set) []string { return players(t.Program, s.Members()) }

func (t *translator) block(b ir.Block) action {
	actions, spent := make([]action, len(b)), t.spent(b)
	for k, i := range b {
		actions[k] = t.instr(i)
	}
	return func(f *frame) {
		for k, a := range actions {
			a(f)
			for _, v := range spent[k] {
				f.values[v] = nil
			}
		}
	}
}

func (t *translator) action(i *ir.Instr) action {
	switch i.Op {
	case ir.OpStart:
		return func(f *frame) { f.Start() }
	case ir.OpInput:
		name := ir.Key(i.Name, i.Member)
		if t.shared(i.Dst) {
			return func(f *frame) { f.values[i.Dst] = f.Kept(name) }
		}
		return func(f *frame) { f.values[i.Dst] = f.Input(name) }
	case ir.OpValid:
		name := ir.Key(i.Name, i.Member)
		return func(f *frame) { f.values[i.Dst] = f.Valid(name) }
	case ir.OpOutput:
		name := ir.Key(i.Name, i.Member)
		if t.shared(i.Args[0]) {
			return func(f *frame) { f.Keep(name, f.values[i.Args[0]]) }
		}
		return func(f *frame) { f.Output(name, f.clear(i.Args[0])) }
	case ir.OpConst:
		return t.constant(i)
	case ir.OpSizeOf:
		return func(f *frame) { f.values[i.Dst] = clear.Int(clear.Int64, f.eval(i.Step, i.Size)) }
	case ir.OpCopy:
		return t.copied(i)
	case ir.OpShare:
		return t.share(i)
	case ir.OpOpen:
		return t.open(i)
	case ir.OpRefresh:
		return t.refresh(i)
	case ir.OpReveal:
		return t.reveal(i)
	case ir.OpFor:
		return t.loop(i)
	case ir.OpWhile:
		return t.while(i)
	case ir.OpIf:
		return t.branch(i)
	case ir.OpTogether:
		return t.together(i)
	case ir.OpChain:
		return t.block(i.Body)
	case ir.OpPrint:
		return func(f *frame) { f.Print(f.line(i)...) }
	case ir.OpAssert:
		return func(f *frame) {
			if !f.clear(i.Args[0]).Bool() {
				f.Fail(i.Step, i.Failure())
			}
		}
	}
	return t.operation(i)
}

// line is what a print writes: its texts, and the values between them.
func (f *frame) line(i *ir.Instr) []any {
	var out []any
	for k, text := range i.Parts {
		if text != "" {
			out = append(out, text)
		}
		if k < len(i.Args) {
			out = append(out, f.clear(i.Args[k]))
		}
	}
	return out
}

func (t *translator) constant(i *ir.Instr) action {
	info := t.Values[i.Dst]
	data := make([]uint64, len(i.Const))
	for k, c := range i.Const {
		data[k] = word(info.Elem, c)
	}
	return func(f *frame) {
		f.values[i.Dst] = clear.Tensor{Elem: elem(info.Elem), Shape: f.dims(i.Step, info.Shape), Data: data}
	}
}

// word is an element's representation in 64 bits.
func word(e types.Elem, v *big.Int) uint64 {
	if e.Kind == types.String {
		return clear.Word(ir.WordText(v))
	}
	return modulo(v)
}

// modulo is v modulo 2^64.
func modulo(v *big.Int) uint64 {
	if v.IsInt64() {
		return uint64(v.Int64())
	}
	return v.Uint64()
}

// copied: a public value that a shared variable takes becomes shares of
// itself, without communication.
func (t *translator) copied(i *ir.Instr) action {
	if t.shared(i.Dst) && !t.shared(i.Args[0]) {
		e := elem(t.Values[i.Dst].Elem)
		return func(f *frame) { f.values[i.Dst] = f.Convert(i.Step, f.values[i.Args[0]], e) }
	}
	return func(f *frame) { f.values[i.Dst] = f.values[i.Args[0]] }
}

// share: the first holder deals; it has the shares only if it is a computing
// player.
func (t *translator) share(i *ir.Instr) action {
	info := t.Values[i.Dst]
	dealer := t.holders(i.Args[0]).First()
	if t.Player == dealer {
		return func(f *frame) { f.values[i.Dst] = f.Share(i.Step, f.clear(i.Args[0])) }
	}
	return func(f *frame) {
		f.values[i.Dst] = f.Shared(i.Step, t.names[dealer], elem(info.Elem), f.dims(i.Step, info.Shape)...)
	}
}

// refresh is of what the servers have kept, and helpers have not.
func (t *translator) refresh(i *ir.Instr) action {
	if !t.Helper(t.Player) {
		return t.operation(i)
	}
	info := t.Values[i.Dst]
	return func(f *frame) {
		f.values[i.Dst] = f.Refreshed(i.Step, elem(info.Elem), f.dims(i.Step, info.Shape)...)
	}
}

func (t *translator) open(i *ir.Instr) action {
	info := t.Values[i.Dst]
	to := t.list(i.To.Set(t.Everybody()))
	switch {
	case !t.Computing().Has(t.Player):
		return func(f *frame) {
			f.values[i.Dst] = t.disclose(i.Step, f.Opened(i.Step, elem(info.Elem), f.dims(i.Step, info.Shape)...))
		}
	case !i.To.Set(t.Everybody()).Has(t.Player):
		return func(f *frame) { f.Open(i.Step, f.values[i.Args[0]].(mpc.Share), to...) }
	}
	return func(f *frame) {
		f.values[i.Dst] = t.disclose(i.Step, f.Open(i.Step, f.values[i.Args[0]].(mpc.Share), to...))
	}
}

// reveal: the first holder sends to those that lack the value; all holders
// keep it.
func (t *translator) reveal(i *ir.Instr) action {
	info, from := t.Values[i.Dst], t.holders(i.Args[0])
	to := t.list(i.To.Set(t.Everybody()).Minus(from))
	sender := from.First()
	switch {
	case t.Player == sender:
		return func(f *frame) {
			f.Reveal(i.Step, f.clear(i.Args[0]), to...)
			f.values[i.Dst] = t.disclose(i.Step, f.clear(i.Args[0]))
		}
	case from.Has(t.Player):
		return func(f *frame) { f.values[i.Dst] = t.disclose(i.Step, f.clear(i.Args[0])) }
	}
	return func(f *frame) {
		f.values[i.Dst] = t.disclose(i.Step, f.Revealed(i.Step, t.names[sender], elem(info.Elem), f.dims(i.Step, info.Shape)...))
	}
}

// public reports that everybody holds what decides a branch or loop; what fewer
// hold decides steps in clear at these, of which nobody else learns.
func (t *translator) public(v ir.Value) bool { return t.holders(v) == t.Everybody() }

func (t *translator) loop(i *ir.Instr) action {
	body, public := t.block(i.Body), t.public(i.Args[0]) && t.public(i.Args[1])
	return func(f *frame) {
		to, step := f.int(i.Args[1]), f.int(i.Args[2])
		if step < 1 {
			f.Fail(i.Step, i.Failure())
		}
		passes := int64(0)
		for k := range f.Passes(i.Step, f.int(i.Args[0]), to, step) {
			f.values[i.Dst] = clear.Int(clear.Int64, k)
			if passes++; public {
				t.decide(i.Step, begins, passes)
			}
			body(f)
		}
	}
}

func (t *translator) while(i *ir.Instr) action {
	body, public := t.block(i.Body), t.public(i.Args[0])
	return func(f *frame) {
		for k := range f.Passes(i.Step, 0, f.int(i.Args[1]), 1) {
			if !f.clear(i.Args[0]).Bool() {
				break
			}
			if public {
				t.decide(i.Step, begins, k+1)
			}
			body(f)
		}
	}
}

func (t *translator) branch(i *ir.Instr) action {
	body, otherwise, public := t.block(i.Body), t.block(i.Else), t.public(i.Args[0])
	return func(f *frame) {
		c := f.clear(i.Args[0])
		if public {
			t.decide(i.Step, decides, c.Int())
		}
		if c.Bool() {
			body(f)
		} else {
			otherwise(f)
		}
	}
}

func (t *translator) together(i *ir.Instr) action {
	actions := make([]action, len(i.Body))
	for k, b := range i.Body {
		actions[k] = t.instr(b)
	}
	return func(f *frame) {
		branches := make([]func(), len(actions))
		for k, a := range actions {
			branches[k] = func() { a(f) }
		}
		f.Together(branches...)
	}
}
