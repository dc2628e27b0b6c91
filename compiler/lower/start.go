package lower

// OpStart (spec.md, R14): what may fail is carried out before it, with
// exactly what it depends on; everything else after it.

import "github.com/tfec-lang/tfec/compiler/ir"

// A unit is one instruction of the outermost block with all inside it.
type unit struct {
	*ir.Instr
	reads  map[ir.Value]bool
	writes map[ir.Value]bool
	early  bool
	moves  bool
}

// placeStart splits the body: inputs, the early slice, OpStart, shares of
// inputs, the rest.
func (l *lowerer) placeStart() {
	units := l.units()
	checks := l.checksIn(l.out.Body, l.earliness(units))
	if l.diags.HasErrors() {
		return
	}
	mixed := false
	for _, u := range units {
		has := checks.has(u.Instr)
		u.moves = has && u.early
		mixed = mixed || has && !u.early
	}
	for l.follow(units) {
	}
	var inputs, early, rest, all ir.Block
	for _, u := range units {
		if u.Op == ir.OpInput {
			inputs = append(inputs, u.Instr)
			continue
		}
		all = append(all, u.Instr)
		switch {
		case u.moves:
			early = append(early, u.Instr)
			mixed = mixed || !u.early
		default:
			rest = append(rest, u.Instr)
		}
	}
	if mixed {
		early, rest = checks.split(all)
	}
	body := append(append(inputs, early...), l.startAt(rest))
	l.out.Body = append(append(body, l.shares...), rest...)
}

// startAt is OpStart; it stands at the first line after it.
func (l *lowerer) startAt(rest ir.Block) *ir.Instr {
	i := &ir.Instr{Op: ir.OpStart, Axis: -1, Who: l.everybody}
	if len(rest) > 0 {
		i.Pos, i.Text = rest[0].Pos, rest[0].Text
	}
	return i
}

func (l *lowerer) units() []*unit {
	var out []*unit
	for _, i := range l.out.Body {
		out = append(out, &unit{Instr: i})
	}
	return out
}

// uses finds what the unit reads and writes, which is asked of few.
func (u *unit) uses() {
	if u.reads == nil {
		u.reads, u.writes = make(map[ir.Value]bool), make(map[ir.Value]bool)
		u.collect(u.Instr)
	}
}

func (u *unit) collect(i *ir.Instr) {
	for _, v := range i.Uses() {
		u.reads[v] = true
	}
	if i.Dst != 0 {
		u.writes[i.Dst] = true
	}
	for _, b := range []ir.Block{i.Body, i.Else} {
		for _, j := range b {
			u.collect(j)
		}
	}
}

// earliness finds the late values: one is late if it comes from shares or from
// another player, or depends on one that is; a variable, if one of its
// assignments is.
func (l *lowerer) earliness(units []*unit) map[ir.Value]bool {
	late := make(map[ir.Value]bool)
	for again := true; again; {
		again = false
		for _, u := range units {
			was := len(late)
			u.early = !l.late(u.Instr, late, false)
			again = again || len(late) > was
		}
	}
	return late
}

// late reports whether anything in an instruction is late, and marks what it
// defines.
func (l *lowerer) late(i *ir.Instr, late map[ir.Value]bool, under bool) bool {
	out := under || i.Op == ir.OpReveal || i.Op == ir.OpOpen || i.Op == ir.OpShare || i.Op == ir.OpOutput
	if i.Dst != 0 {
		out = out || l.out.Values[i.Dst].Place.IsShared()
	}
	for _, v := range i.Uses() {
		out = out || late[v]
	}
	below := out
	for _, b := range []ir.Block{i.Body, i.Else} {
		for _, j := range b {
			out = l.late(j, late, below) || out
		}
	}
	if below && i.Dst != 0 {
		late[i.Dst] = true
	}
	return out
}

// follow moves what the units that move depend on, once; it reports whether
// it moved any.
func (l *lowerer) follow(units []*unit) bool {
	moved := false
	for k, u := range units {
		if !u.moves {
			continue
		}
		for _, w := range units[:k] {
			if !w.moves && w.Op != ir.OpInput && l.binds(w, u) {
				w.moves, moved = true, true
			}
		}
	}
	return moved
}

// binds reports whether u cannot move before w.
func (l *lowerer) binds(w, u *unit) bool {
	w.uses()
	u.uses()
	for v := range w.writes {
		if u.reads[v] || u.writes[v] {
			return true
		}
	}
	for v := range w.reads {
		if u.writes[v] {
			return true
		}
	}
	return false
}
