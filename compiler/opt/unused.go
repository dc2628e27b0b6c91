package opt

// Dead code: operations, copies and shares whose result nobody reads. What
// tells a player something (input, open, reveal, output) stays, and so does
// what may end the run.

import "github.com/tfec-lang/tfec/compiler/ir"

func removeUnused(p *ir.Program) {
	for removed := true; removed; {
		used := make(map[ir.Value]bool)
		reads(p.Body, used)
		p.Body, removed = without(p.Body, used)
	}
}

// reads collects what the instructions of a block read. A variable that only
// its own updates read is not read, unless one of them may fail and so stays.
func reads(b ir.Block, used map[ir.Value]bool) {
	for _, i := range b {
		for _, v := range i.Uses() {
			if i.Op != ir.OpUpdate || v != i.Dst || i.Checked {
				used[v] = true
			}
		}
		reads(i.Body, used)
		reads(i.Else, used)
	}
}

func without(b ir.Block, used map[ir.Value]bool) (ir.Block, bool) {
	var out ir.Block
	removed := false
	for _, i := range b {
		var inBody, inElse bool
		i.Body, inBody = without(i.Body, used)
		i.Else, inElse = without(i.Else, used)
		removed = removed || inBody || inElse
		if idle(i, used) {
			removed = true
			continue
		}
		out = append(out, i)
	}
	return out, removed
}

// idle reports that leaving the instruction out changes nothing.
func idle(i *ir.Instr, used map[ir.Value]bool) bool {
	if i.Checked {
		return false
	}
	switch i.Op {
	case ir.OpFor, ir.OpIf, ir.OpTogether, ir.OpChain:
		return len(i.Body) == 0 && len(i.Else) == 0
	case ir.OpCopy, ir.OpUpdate, ir.OpShare:
		return !used[i.Dst]
	}
	return pure[i.Op] && !used[i.Dst]
}
