package check

// Placements (R2-R4, R14): where operations run, what becomes shared, what a
// `local` block may read, and what may fail only before data is shared.

import (
	"fmt"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// join is R3: where an operation on vs runs. Where nobody holds all of them it
// is the secure operation of that name, and operands in clear are shared.
func (f *frame) join(at ast.Node, secure string, vs ...value) (types.Place, *meeting, bool) {
	place := types.PublicPlace
	for _, v := range vs {
		place = place.Join(v.Place)
	}
	place = f.normal(place)
	if !place.IsShared() {
		for _, v := range vs {
			v.Place = place
			if computes[secure] && !f.oneHolder(at, v) {
				return place, nil, false
			}
		}
		return place, nil, true
	}
	met, ok := f.securely(at, secure, vs...)
	return place, met, ok
}

// computes are the operations that do more with floats than move them.
var computes = map[string]bool{"neg": true, "add": true, "sub": true, "mul": true, "div": true, "convert": true,
	"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true}

// oneHolder reports E206 for a float that several players would compute with,
// each for itself: their copies need not be equal. (That of a number is the
// nearest, everywhere.)
func (f *frame) oneHolder(at ast.Node, v value) bool {
	if v.Elem.Kind != types.Float || f.pc.local != nil || f.pc.test || v.Place.Set(f.unit.everybody).Len() <= 1 {
		return true
	}
	d := f.errorf("E206", at, "`float` is for one player alone: copies at several players might differ")
	d.Label = "computed by " + f.c.holders(v.Place)
	d.Hint = "write it in `local p { … }`, or convert it before, to fixed or an integer"
	return false
}

// securely shares the operands of an operation that the protocol must have.
func (f *frame) securely(at ast.Node, secure string, vs ...value) (*meeting, bool) {
	met, ok := f.share(at, vs...)
	if !ok {
		return met, false
	}
	p := f.c.prog.Protocol
	if p != nil && !p.Capability.Secure[secure] {
		d := f.errorf("E602", at, "%s has no secure `%s`", p.Capability.Name, secure)
		d.Label = "on shared values"
		for _, name := range capability.Names() {
			if other, _ := capability.Lookup(name); other.Secure[secure] && !other.Insecure {
				d.Hint = fmt.Sprintf("`--protocol %s`, which has it", name)
				break
			}
		}
		return met, false
	}
	return met, true
}

// share checks that operands may be secret-shared and says where they meet.
func (f *frame) share(at ast.Node, vs ...value) (*meeting, bool) {
	var met *meeting
	players := types.Set{}
	ok := true
	for _, v := range vs {
		switch {
		case !f.c.shareable(v.Elem):
			f.clearOnly(at, vs)
			return nil, false
		case v.Place.IsShared() && met == nil:
			met = v.met
		case !v.Place.Public:
			players = players.Union(v.Place.Holders)
			ok = f.publicLength(v) && ok
		}
	}
	if met == nil {
		met = &meeting{players: players, expr: asExpr(at)}
	}
	return met, ok
}

func asExpr(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case ast.Expr:
		return n
	case *ast.Assign:
		return n.Value
	}
	return nil
}

// clearOnly reports E206.
func (f *frame) clearOnly(at ast.Node, vs []value) {
	var kind types.Elem
	labels := make([]string, len(vs))
	for i, v := range vs {
		labels[i] = f.c.full(v.Type)
		if !f.c.shareable(v.Elem) {
			kind = v.Elem
		}
	}
	d := f.errorf("E206", at, "`%s` exists only in clear at one player; it cannot be shared", kind)
	d.Label = strings.Join(labels, ", ")
	if kind.Kind == types.String {
		d.Hint = "map it to a number at its owner"
		for _, v := range vs {
			if id, ok := v.expr.(*ast.Ident); ok && len(v.Place.Holders.Members()) == 1 {
				d.Hint += fmt.Sprintf(": `let h%s = local %s { yield hash64(%s) }`", id.Name, f.c.place(v.Place), id.Name)
				break
			}
		}
		d.Hint += ", or declare an `enum` if the values are known"
		return
	}
	d.Hint = "convert it at its owner, to fixed or an integer"
}

// publicLength reports E203 for a value with a length that data decides.
func (f *frame) publicLength(v value) bool {
	place, private := f.data(v.Shape)
	if !private {
		return true
	}
	d := f.errorf("E203", v.expr, "the length of `%s` depends on %s data; sharing it would disclose that length", f.text(v.expr), possessive(f.c.holders(place)))
	d.Label = f.c.full(v.Type)
	d.Hint = "keep the length public: " + f.padded(v.expr)
	return false
}

func possessive(name string) string { return name + "'s" }

// padded is the hint of E203: how the value's definition would be padded.
func (f *frame) padded(e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return "`pad(x, n)` gives an array of a public length and its validity mask"
	}
	v := f.scope.find(id.Name)
	if v != nil && v.source != nil {
		if l, ok := v.source.(*ast.LocalExpr); ok {
			if inner, size := f.yieldOf(l); inner != nil {
				return fmt.Sprintf("`let (%s, ok) = local %s { yield pad(%s, %s) }` gives %s[%s] and its validity mask",
					id.Name, l.Player.Name, f.text(inner), size, f.c.elem(v.Type.Elem), size)
			}
		}
	}
	return fmt.Sprintf("`pad(%s, n)` gives an array of a public length and its validity mask", id.Name)
}

// yieldOf is the call that a local expression yields, and the length of what
// it filters.
func (f *frame) yieldOf(l *ast.LocalExpr) (inner ast.Expr, size string) {
	stmts := l.Body.Stmts
	if len(stmts) == 0 {
		return nil, ""
	}
	y, ok := stmts[len(stmts)-1].(*ast.Yield)
	if !ok || len(y.Values) != 1 {
		return nil, ""
	}
	call, ok := y.Values[0].(*ast.Call)
	if !ok || len(call.Args) == 0 {
		return nil, ""
	}
	t := f.body.Type(call.Args[0].Value)
	if len(t.Shape) != 1 {
		return nil, ""
	}
	return call, t.Shape[0].String()
}

// heldLocally reports E303 and E304: a `local p` block reads what p lacks.
func (f *frame) heldLocally(id *ast.Ident, v value) bool {
	p := f.pc.local
	if v.Place.Set(f.c.everybody()).Has(f.pc.player) || v.Place.Public {
		return true
	}
	if v.Place.IsShared() {
		verb := "use it in clear"
		if f.callee == "print" {
			verb = "print it"
		}
		f.sharedInClear(id, v, p.Name, verb)
		return false
	}
	d := f.errorf("E303", id, "`%s` is held by %s: `local %s` cannot use it", id.Name, f.c.holders(v.Place), p.Name)
	d.Label = f.c.full(v.Type)
	d.Hint = fmt.Sprintf("move the work on `%s` to `local %s`, or out of the block, where it is shared", id.Name, f.c.members(v.Place.Holders)[0])
	return false
}

// sharedInClear reports E304.
func (f *frame) sharedInClear(e ast.Expr, v value, player, verb string) {
	name := f.text(e)
	d := f.errorf("E304", e, "`%s` is shared: %s cannot %s", name, player, verb)
	d.Label = f.c.full(v.Type)
	d.Notes = f.becameShared(name, v)
	label := player + "_value"
	if f.printed != "" {
		label = player + "_" + f.printed
	} else if id, ok := e.(*ast.Ident); ok {
		label = player + "_" + id.Name
	}
	d.Hint = fmt.Sprintf("if %s may learn it: `let seen = reveal(%s) to %s as %s`, with `discloses %s: %s @ %s` in the header",
		player, name, player, label, label, f.c.plain(v.Type), player)
}

// becameShared notes where values met.
func (f *frame) becameShared(name string, v value) []string {
	if v.met == nil || v.met.expr == nil || v.met.players.Empty() {
		return nil
	}
	return []string{fmt.Sprintf("`%s` became shared on line %d, where values of %s meet", name,
		v.met.expr.Extent().Pos.Line, and(f.c.members(v.met.players)))}
}

// bundleAsArray reports E310.
func (f *frame) bundleAsArray(id *ast.Ident, v value) {
	g := f.c.groupNamed(v.Place.Each)
	d := f.errorf("E310", id, "`%s` is one private value per member of %s, not an array", id.Name, g.Name)
	d.Label = f.c.full(v.Type)
	use := "gather(" + id.Name + ")"
	then := ""
	if f.callee != "" {
		use = f.callee + "(" + use + ")"
		if f.callee == "sum" {
			then = " and adds them"
		}
	}
	d.Hint = fmt.Sprintf("`%s` shares the %s values%s", use, count(len(g.Members)), then)
}

func (c *checker) groupNamed(name string) *Group {
	for _, g := range c.prog.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// partial is R14 for an operation that has no value for some operands and was
// not proved safe: early ones are checked in the set-up, late ones are E408.
func (f *frame) partial(at, span ast.Node, what, hint string, vs ...value) bool {
	if allEarly(vs...) && !f.pc.late {
		f.body.Checked[at] = true
		return true
	}
	d := f.errorf("E408", span, "%s, which would show only after data has been shared", what)
	d.Label = f.late(vs)
	d.Hint = hint
	return false
}

func (f *frame) late(vs []value) string {
	for _, v := range vs {
		if v.Place.IsShared() {
			return "`" + f.text(v.expr) + "` is shared"
		}
	}
	for _, v := range vs {
		if !v.early {
			return "`" + f.text(v.expr) + "` is known only during the computation"
		}
	}
	return "under a condition that is known only during the computation"
}

// flow is R4: v is used where p is expected. A shared target shares on
// purpose.
func (f *frame) flow(v value, p types.Place) value {
	if p.IsShared() && !v.Place.IsShared() && !v.Place.Public {
		met, ok := f.share(v.expr, v)
		if !ok {
			return poison(v.expr)
		}
		v.met = met
	}
	if p.IsShared() && v.Place.Public && !f.c.shareable(v.Elem) {
		f.clearOnly(v.expr, []value{v})
		return poison(v.expr)
	}
	v.Place = p
	v.early = v.early && !p.IsShared()
	return v
}

// lost reports that a value lacks holders of a declared placement (E309).
func (f *frame) lost(v value, p types.Place, what string, declared ast.Node) *diag.Diagnostic {
	how := "this value is shared"
	if !v.Place.IsShared() {
		how = "this value is held by " + f.c.holders(v.Place) + " only"
	}
	d := f.errorf("E309", v.expr, "%s is declared `@ %s` (%s), but %s", what, f.c.place(p), f.c.line(declared), how)
	d.Label = f.c.full(v.Type)
	if v.Place.IsShared() && v.met != nil && v.met.expr != nil && v.met.players.Len() > 1 {
		d.Label = fmt.Sprintf("%s meet in `%s`", and(f.c.members(v.met.players)), f.text(v.met.expr))
	}
	return d
}
