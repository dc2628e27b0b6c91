package report

// Dependencies: for every instruction, the inputs that what it does can
// depend on: through operands and indices, and through the conditions and
// bounds of the branches and loops around it.

import (
	"maps"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// inputs is a set of indices into Program.Inputs. A set is never changed once
// it stands in an environment.
type inputs map[int]bool

// draws stands in a set for all that is drawn.
const draws = -1

func union(sets ...inputs) inputs {
	out := make(inputs)
	for _, s := range sets {
		maps.Copy(out, s)
	}
	return out
}

// An environment says what each value depends on at one point of the program;
// an assignment replaces what a variable depended on before.
type environment map[ir.Value]inputs

// join adds what e depends on to what env does, and reports whether that
// changed it.
func (env environment) join(e environment) bool {
	changed := false
	for v, s := range e {
		sum := union(env[v], s)
		changed = changed || len(sum) > len(env[v])
		env[v] = sum
	}
	return changed
}

// dependencies collects, for each instruction, the union over all passes of
// the loops around it.
type dependencies struct {
	source map[string]int // inputs by their key
	of     map[*ir.Instr]inputs
}

func depend(p *ir.Program) map[*ir.Instr]inputs {
	d := &dependencies{source: make(map[string]int), of: make(map[*ir.Instr]inputs)}
	for k, x := range p.Inputs {
		d.source[ir.Key(x.Name, x.Member)] = k
	}
	d.block(p.Body, make(environment), nil)
	return d.of
}

func (d *dependencies) block(b ir.Block, env environment, around inputs) {
	for _, i := range b {
		d.instr(i, env, around)
	}
}

func (d *dependencies) instr(i *ir.Instr, env environment, around inputs) {
	s := union(around)
	for _, v := range i.Uses() {
		s = union(s, env[v])
	}
	if i.Op == ir.OpInput || i.Op == ir.OpValid {
		s[d.source[ir.Key(i.Name, i.Member)]] = true
	}
	if i.Op == ir.OpDraw || i.Op == ir.OpShuffle {
		s[draws] = true
	}
	d.of[i] = union(d.of[i], s)
	if i.Dst != 0 {
		env[i.Dst] = s
	}
	switch i.Op {
	case ir.OpIf:
		d.branch(i, env, s)
	case ir.OpTogether, ir.OpChain:
		d.block(i.Body, env, around)
	case ir.OpFor, ir.OpWhile:
		d.loop(i, env, around)
	}
}

// branch joins what both ways leave.
func (d *dependencies) branch(i *ir.Instr, env environment, condition inputs) {
	other := maps.Clone(env)
	d.block(i.Body, env, condition)
	d.block(i.Else, other, condition)
	env.join(other)
}

// loop goes round until nothing is added. The condition of a while is assigned
// inside, so what decides another pass is looked up in each.
func (d *dependencies) loop(i *ir.Instr, env environment, around inputs) {
	for changed := true; changed; {
		decides := union(around)
		for _, v := range i.Uses() {
			decides = union(decides, env[v])
		}
		d.of[i] = union(d.of[i], decides)
		pass := maps.Clone(env)
		d.block(i.Body, pass, decides)
		changed = env.join(pass)
	}
}
