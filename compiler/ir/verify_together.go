package ir

// Verify: what may be carried out in the same rounds.

import "slices"

// joint checks a Together or Chain. What stands in it is carried out once, so
// that it remains in scope.
func (v *verifier) joint(i *Instr) {
	v.placeOfJoint(i)
	v.within = append(v.within, i)
	v.depth++
	v.block(i.Body)
	v.depth--
	v.within = v.within[:len(v.within)-1]
	v.at = i
	if i.Op == OpTogether {
		v.independent(i)
	}
}

func (v *verifier) placeOfJoint(i *Instr) {
	inTogether := len(v.within) > 0 && v.within[len(v.within)-1].Op == OpTogether
	switch {
	case i.Op == OpChain && !inTogether:
		v.fail("stands outside a together")
	case i.Op == OpTogether && inTogether:
		v.fail("stands in a together without a chain")
	case i.Op == OpTogether && !v.started:
		v.fail("stands before start")
	}
}

// inside checks what stands in a Together. Nothing there may end the run or
// decide what is carried out. What players outside the protocol take part in
// stands directly in the outermost: they do not know the stages of a chain.
func (v *verifier) inside(i *Instr) {
	if len(v.within) == 0 || i.Op.Joint() {
		return
	}
	switch i.Op {
	case OpFor, OpWhile, OpIf, OpAssert, OpStart, OpInput, OpOutput:
		v.fail("stands in a together")
	case OpShare, OpOpen, OpReveal:
		if len(v.within) > 1 {
			v.fail("stands deep in a together")
		}
	}
	if i.Checked {
		v.fail("an operation that may fail stands in a together")
	}
}

// independent checks that no branch touches what another defines.
func (v *verifier) independent(i *Instr) {
	for k, b := range i.Body {
		defines := Block{b}.Defines()
		for l, other := range i.Body {
			if l == k {
				continue
			}
			for _, x := range (Block{other}).Touches() {
				if slices.Contains(defines, x) {
					v.fail("branches %d and %d depend on each other by %s", b.Step, other.Step, v.name(x))
				}
			}
		}
	}
}

// Defines lists the values that the instructions of a block define, those
// inside of them too.
func (b Block) Defines() []Value {
	var out []Value
	for _, i := range b {
		if i.Dst != 0 {
			out = append(out, i.Dst)
		}
		out = append(append(out, i.Body.Defines()...), i.Else.Defines()...)
	}
	return out
}

// Touches lists the values that they read or define.
func (b Block) Touches() []Value {
	var out []Value
	for _, i := range b {
		out = append(out, i.Uses()...)
		if i.Dst != 0 {
			out = append(out, i.Dst)
		}
		out = append(append(out, i.Body.Touches()...), i.Else.Touches()...)
	}
	return out
}
