package ir

// Verify: elements and shapes of order and selection.

import "github.com/tfec-lang/tfec/lang/types"

// vector checks that an operand has dimensions, of which the last is ordered.
func (v *verifier) vector(i *Instr, arg int) bool {
	a := v.info(i, arg)
	if len(a.Shape) == 0 {
		v.fail("%s is a single value, want an array", a.Name)
	}
	return len(a.Shape) > 0
}

// line checks that an operand has one dimension.
func (v *verifier) line(i *Instr, arg int) bool {
	a := v.info(i, arg)
	if len(a.Shape) != 1 {
		v.fail("%s has %d dimensions, want 1", a.Name, len(a.Shape))
	}
	return len(a.Shape) == 1
}

// sorted: the same values in another order.
func (v *verifier) sorted(i *Instr) {
	if v.vector(i, 0) {
		v.same(i)
	}
}

func (v *verifier) rankRule(i *Instr) {
	for k := range i.Args {
		if v.vector(i, k) && !v.sameShape(v.info(i, k).Shape, v.info(i, 0).Shape) {
			v.fail("keys of shapes %s and %s", v.info(i, 0).Shape, v.info(i, k).Shape)
		}
	}
	v.result(i, types.Of(types.Int32), v.info(i, 0).Shape)
}

func (v *verifier) permute(i *Instr) {
	p, x := v.info(i, 0), v.info(i, 1)
	if p.Elem.Kind != types.Int32 || len(p.Shape) != 1 || len(x.Shape) == 0 || !v.sameSize(p.Shape[0], x.Shape[0]) {
		v.fail("%s is %s, no permutation of the rows of %s", p.Name, plain(p.Elem, p.Shape), plain(x.Elem, x.Shape))
		return
	}
	v.result(i, x.Elem, x.Shape)
}

func (v *verifier) carry(i *Instr) {
	x, known := v.info(i, 0), v.info(i, 1)
	if known.Elem.Kind != types.Bool || len(known.Shape) != 1 || len(x.Shape) == 0 || !v.sameSize(known.Shape[0], x.Shape[0]) {
		v.fail("%s is %s, no bool for each row of %s", known.Name, plain(known.Elem, known.Shape), plain(x.Elem, x.Shape))
		return
	}
	v.result(i, x.Elem, x.Shape)
}

func (v *verifier) topK(i *Instr) {
	if v.line(i, 0) && len(v.dst(i).Shape) == 1 {
		v.result(i, v.info(i, 0).Elem, v.dst(i).Shape)
		return
	}
	v.fail("want vectors")
}

func (v *verifier) merge(i *Instr) {
	if v.line(i, 0) && v.line(i, 1) {
		n := v.info(i, 0).Shape[0].Add(v.info(i, 1).Shape[0])
		v.result(i, v.equalElems(i, 0), types.Shape{n})
	}
}

func (v *verifier) distinct(i *Instr) {
	if v.shared(i.Dst) {
		v.fail("stands in clear only")
	}
	if v.line(i, 0) {
		v.result(i, types.Of(types.Bool), nil)
	}
}

func (v *verifier) shuffle(i *Instr) {
	v.draw(i)
	v.sorted(i)
}

func (v *verifier) argExtreme(i *Instr) { v.result(i, types.Of(types.Int32), v.reduced(i)) }

// indices checks that an operand is whole numbers.
func (v *verifier) indices(i *Instr, arg int) Info {
	a := v.info(i, arg)
	if !a.Elem.IsInt() && a.Elem.Kind != types.Enum {
		v.fail("%s is %s, want whole numbers", a.Name, a.Elem)
	}
	return a
}

func (v *verifier) lookup(i *Instr) {
	if v.vector(i, 0) {
		x, at := v.info(i, 0), v.indices(i, 1)
		v.result(i, x.Elem, append(append(types.Shape{}, at.Shape...), x.Shape[1:]...))
	}
}

func (v *verifier) store(i *Instr) {
	if !v.vector(i, 0) {
		return
	}
	x, at, row := v.info(i, 0), v.indices(i, 1), v.info(i, 2)
	if len(at.Shape) > 0 || row.Elem != x.Elem || !v.sameShape(row.Shape, x.Shape[1:]) {
		v.fail("%s is %s, want a row of %s", row.Name, plain(row.Elem, row.Shape), plain(x.Elem, x.Shape))
	}
	v.same(i)
}
