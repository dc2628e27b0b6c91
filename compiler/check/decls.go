package check

// Declarations of the top level: players, groups, protocol, precision,
// constants.

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// groups resolves the members of all groups.
func (c *checker) groups() {
	for _, d := range c.file.Decls {
		if d, ok := d.(*ast.Group); ok {
			c.group(d)
		}
	}
}

// playerList enters the players.
func (c *checker) playerList(d *ast.Players) {
	if len(c.prog.Players) > 0 {
		c.errorf("E102", d, "a file has one `players` line").Label = "second `players`"
		return
	}
	for _, n := range d.Names {
		if len(c.prog.Players) == types.MaxPlayers {
			c.errorf(notBuilt, n, "more than %d players are not built yet", types.MaxPlayers)
			return
		}
		if c.taken(&c.diags, n.Name) && c.names[n.Name.Name] != nil {
			continue // a name of the language is entered, so that its uses are no second error
		}
		c.names[n.Name.Name] = &symbol{name: n.Name, home: c, player: len(c.prog.Players)}
		c.prog.Players = append(c.prog.Players, &Player{Name: n.Name.Name, Doc: n.Doc})
	}
}

func (c *checker) group(d *ast.Group) {
	s := c.names[d.Name.Name]
	if s == nil || s.name != d.Name {
		return
	}
	g := s.group
	for _, m := range d.Members {
		p, ok := c.player(m, "")
		switch {
		case !ok:
		case slices.Contains(g.Members, p):
			c.errorf("E102", m, "`%s` is listed twice in group `%s`", m.Name, g.Name).Label = "second time"
		default:
			g.Members = append(g.Members, p)
		}
	}
	c.prog.Groups = append(c.prog.Groups, g)
}

// player resolves the name of a player, or reports E101 (in a module E103,
// with the hint given).
func (c *checker) player(id *ast.Ident, hint string) (int, bool) {
	if s, ok := c.names[id.Name]; ok && s.isPlayer() {
		return s.player, true
	}
	c.unknownPlayer(&c.diags, id, hint)
	return 0, false
}

func (c *checker) unknownPlayer(l *diag.List, id *ast.Ident, hint string) {
	if c.module() {
		d := add(l, "E103", id, "a module without `players` cannot name a player")
		d.Label, d.Hint = "unknown player", hint
		return
	}
	d := add(l, "E101", id, "unknown player `%s`", id.Name)
	d.Label = "not in the `players` line"
	names := c.prog.PlayerNames()
	d.Notes = []string{fmt.Sprintf("players are %s (line %d)", strings.Join(names, ", "), c.playersLine())}
	for _, g := range c.prog.Groups {
		names = append(names, g.Name)
	}
	if near := nearest(id.Name, names); near != "" {
		d.Label = fmt.Sprintf("did you mean `%s`?", near)
	}
}

func (c *checker) playersLine() int {
	for _, d := range c.file.Decls {
		if p, ok := d.(*ast.Players); ok {
			return p.Pos.Line
		}
	}
	return 0
}

// protocol resolves the protocol line, or what replaces it.
func (c *checker) protocol() {
	decl := c.protocolLine()
	if decl == nil {
		return
	}
	row, ok := capability.Lookup(decl.Name.Name)
	if !ok {
		d := c.errorf("E601", decl.Name, "unknown protocol `%s`", decl.Name.Name)
		d.Label = "protocols are " + strings.Join(capability.Names(), ", ")
		return
	}
	p := &Protocol{Capability: row, Ring: 64}
	c.options(p, decl)
	find := func(id *ast.Ident) (int, bool) { return c.player(id, "") }
	if c.module() && c.opt.Protocol != nil {
		find = c.harnessPlayer
	}
	p.Roles = roles(decl.Roles, find)
	p.Helpers = roles(decl.Helpers, find)
	if row.HelpersAmongRoles && len(p.Roles) > row.Roles {
		p.Roles, p.Helpers = p.Roles[:row.Roles:row.Roles], p.Roles[row.Roles:]
	}
	c.checkRoles(decl, row)
	c.prog.Protocol = p
}

// protocolLine is the file's protocol line, unless --protocol takes its place.
func (c *checker) protocolLine() *ast.Protocol {
	var own *ast.Protocol
	for _, d := range c.file.Decls {
		if p, ok := d.(*ast.Protocol); ok {
			if own != nil {
				c.errorf("E102", p, "a file has one `protocol` line").Label = "second `protocol`"
				continue
			}
			own = p
		}
	}
	switch chosen := c.opt.Protocol; {
	case chosen == nil:
		return own
	case chosen.Roles != nil:
		return chosen
	case c.module():
		return renamed(harnessLine(), chosen.Name)
	default:
		return renamed(own, chosen.Name)
	}
}

// renamed is a protocol line with another name: its players, in order, take the
// roles of the new protocol, and then its helpers; what they are too many for has
// none. The options stay.
func renamed(line *ast.Protocol, name *ast.Ident) *ast.Protocol {
	out := &ast.Protocol{Span: name.Span, Name: name}
	if line == nil {
		return out
	}
	out.Roles, out.Options = slices.Concat(line.Roles, line.Helpers), line.Options
	if row, ok := capability.Lookup(name.Name); ok {
		if n, helpers := row.Written(); len(out.Roles) >= n+helpers {
			out.Roles, out.Helpers = out.Roles[:n], out.Roles[n:n+helpers]
		}
	}
	return out
}

// harnessPlayer enters a player of the protocol that a module is tested on. The
// module's text cannot name it.
func (c *checker) harnessPlayer(id *ast.Ident) (int, bool) {
	if k := slices.Index(c.prog.PlayerNames(), id.Name); k >= 0 {
		return k, true
	}
	c.prog.Players = append(c.prog.Players, &Player{Name: id.Name})
	return len(c.prog.Players) - 1, true
}

func roles(names []*ast.Ident, find func(*ast.Ident) (int, bool)) []int {
	var out []int
	for _, n := range names {
		if p, ok := find(n); ok {
			out = append(out, p)
		}
	}
	return out
}

// checkRoles reports E601: the wrong number of roles, or one player in two.
func (c *checker) checkRoles(decl *ast.Protocol, row *capability.Protocol) {
	all := append(slices.Clone(decl.Roles), decl.Helpers...)
	for i, r := range all {
		if slices.ContainsFunc(all[:i], func(o *ast.Ident) bool { return o.Name == r.Name }) {
			d := c.errorf("E601", r, "%s needs %s distinct players; %s is listed twice", row.Name, count(row.Roles+row.Helpers), r.Name)
			d.Label = "second role for " + r.Name
			if row.Roles == 3 {
				d.Notes = []string{"each role holds two of the three shares; one machine with two roles holds all three and can open every secret"}
			}
			d.Hint = c.distinctRoles(row, all)
			return
		}
	}
	written, after := row.Written()
	for _, part := range []struct {
		names []*ast.Ident
		want  int
		what  string
	}{{decl.Roles, written, "computing player"}, {decl.Helpers, after, "helper"}} {
		if len(part.names) != part.want {
			d := c.errorf("E601", decl, "%s needs %s, %d given", row.Name, times(part.want, part.what), len(part.names))
			d.Label = "roles of " + row.Name
			d.Hint = c.distinctRoles(row, all)
			return
		}
	}
}

// distinctRoles is the protocol line with as many roles as it needs, of those that
// are given, each once, and then of other players; or "" where there are too few.
func (c *checker) distinctRoles(row *capability.Protocol, given []*ast.Ident) string {
	var names []string
	for _, r := range given {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	for _, p := range c.prog.Players {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	if len(names) < row.Roles+row.Helpers {
		return ""
	}
	cast := row.Cast(names[:row.Roles+row.Helpers])
	if c.opt.Protocol != nil {
		return fmt.Sprintf("`--protocol '%s'`", cast)
	}
	return fmt.Sprintf("`protocol %s`", cast)
}

// optionValues are the options of protocols, and their values; of the rings, those
// that a protocol has.
var optionValues = map[string][]string{
	"ring":  nil,
	"trunc": {"exact"},
}

// rings lists the sizes that a protocol has.
func rings(row *capability.Protocol) (sizes []string) {
	for _, bits := range slices.Sorted(maps.Keys(row.Width)) {
		sizes = append(sizes, strconv.Itoa(bits))
	}
	return sizes
}

// options reads `with ring = 128, trunc = exact`.
func (c *checker) options(p *Protocol, decl *ast.Protocol) {
	seen := make(map[string]bool)
	for _, o := range decl.Options {
		value := ""
		switch v := o.Value.(type) {
		case *ast.Number:
			value = v.Text
		case *ast.Ident:
			value = v.Name
		}
		values, known := optionValues[o.Name.Name]
		if o.Name.Name == "ring" {
			values = rings(p.Capability)
		}
		switch {
		case !known:
			c.unknownOption(o)
		case seen[o.Name.Name]:
			c.errorf("E102", o, "option `%s` is given twice", o.Name.Name).Label = "second time"
		case !slices.Contains(values, value):
			d := c.errorf("E101", o.Value, "unknown value of option `%s` of %s", o.Name.Name, p.Capability.Name)
			d.Label = "values are " + strings.Join(values, ", ")
		case value == "exact":
			p.Exact = true
		case o.Name.Name == "ring":
			p.Ring, _ = strconv.Atoi(value)
		}
		seen[o.Name.Name] = true
	}
}

func (c *checker) unknownOption(o *ast.Option) {
	names := slices.Sorted(maps.Keys(optionValues))
	d := c.errorf("E101", o.Name, "unknown protocol option `%s`", o.Name.Name)
	d.Label = "options are " + and(names)
	if near := nearest(o.Name.Name, names); near != "" {
		d.Label = "did you mean `" + near + "`?"
	}
}

// precision resolves the precision line, else the protocol's default.
func (c *checker) precision() {
	c.prog.Precision = types.FixedOf(24, 16)
	if p := c.prog.Protocol; p != nil {
		c.prog.Precision = types.FixedOf(p.Capability.DefaultI, p.Capability.DefaultF)
	}
	seen := false
	for _, d := range c.file.Decls {
		p, ok := d.(*ast.Precision)
		if !ok {
			continue
		}
		if seen {
			c.errorf("E102", p, "a file has one `precision` line").Label = "second `precision`"
			continue
		}
		seen = true
		if p.Type.Name == nil || p.Type.Name.Name != "fixed" || len(p.Type.Args) != 2 || len(p.Type.Shape) > 0 || p.Type.Placement != nil {
			c.errorf("E204", p.Type, "a precision is `fixed(I, F)`").Label = "not a precision"
			continue
		}
		if e, ok := c.fixed(&c.diags, p.Type); ok {
			c.prog.Precision = e
		}
	}
}

// fixed resolves `fixed(I, F)` and checks it against the protocol (E503).
func (c *checker) fixed(l *diag.List, t *ast.Type) (types.Elem, bool) {
	if len(t.Args) == 0 {
		return c.prog.Precision, true
	}
	if len(t.Args) != 2 {
		add(l, "E208", t, "fixed takes the number of integer and of fractional bits").Label = "fixed(I, F)"
		return invalid.Elem, false
	}
	i, ok1 := smallInt(t.Args[0])
	f, ok2 := smallInt(t.Args[1])
	if !ok1 || !ok2 || 1+i+f > 64 {
		add(l, "E503", t, "a fixed-point number has at most 64 bits").Label = "1 + I + F"
		return invalid.Elem, false
	}
	if e := types.FixedOf(i, f); c.productFits(l, t, e) {
		return e, true
	}
	return invalid.Elem, false
}

func smallInt(n *ast.Number) (int, bool) {
	x, ok := parseNumber(n)
	if !ok || !x.IsInt() || !x.Num().IsInt64() || x.Num().Int64() > 64 || x.Sign() < 0 {
		return 0, false
	}
	return int(x.Num().Int64()), true
}

// width is how many bits a product may have, or 0 where no protocol says.
func (c *checker) width() int {
	if p := c.prog.Protocol; p != nil {
		return p.Capability.Width[p.Ring]
	}
	return 0
}

func (c *checker) productFits(l *diag.List, at ast.Node, e types.Elem) bool {
	width := c.width()
	need := 1 + e.I + 2*e.F
	if width == 0 || need <= width {
		return true
	}
	p := c.prog.Protocol
	d := add(l, "E503", at, "a product of two %s needs %d bits; %s here has %d (ring %d)", e, need, p.Capability.Name, width, p.Ring)
	d.Label = fmt.Sprintf("1 + %d + 2 x %d", e.I, e.F)
	var ways []string
	for _, f := range []int{e.F, p.Capability.DefaultF} {
		if i := min(width-1-2*f, 63-f); i >= 0 && f <= e.F {
			ways = append(ways, types.FixedOf(i, f).String())
		}
	}
	var players []string
	for _, r := range slices.Concat(p.Roles, p.Helpers) {
		players = append(players, c.prog.Players[r].Name)
	}
	ways = slices.Compact(ways)
	if need <= p.Capability.Width[128] {
		ways = append(ways, fmt.Sprintf("or `protocol %s with ring = 128`", p.Capability.Cast(players)))
	}
	d.Hint = strings.Join(ways, ", ")
	return false
}

// parseNumber reads a literal exactly.
func parseNumber(n *ast.Number) (*big.Rat, bool) {
	text := strings.ReplaceAll(n.Text, "_", "")
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		i, ok := new(big.Int).SetString(hex, 16)
		if !ok {
			return nil, false
		}
		return new(big.Rat).SetInt(i), true
	}
	if !n.Float {
		if k, err := strconv.ParseInt(text, 10, 64); err == nil {
			return new(big.Rat).SetInt64(k), true
		}
	}
	// an exponent is bounded, or the exact value would fill the memory
	if i := strings.IndexAny(text, "eE"); i >= 0 && len(strings.TrimLeft(text[i+1:], "+-0")) > 3 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// A constant is a const declaration in the course of its evaluation.
type constant struct {
	variable *Variable
	value    value
	state    int // 0 new, 1 being evaluated, 2 done
}

// constants evaluates all const declarations.
func (c *checker) constants() {
	for _, d := range c.file.Decls {
		if d, ok := d.(*ast.Const); ok {
			if s := c.names[d.Name.Name]; s != nil && s.decl == d {
				c.constant(s)
			}
		}
	}
}

// constant evaluates one const declaration, those it uses first.
func (c *checker) constant(s *symbol) *constant {
	if s.value == nil {
		s.value = &constant{}
	}
	k := s.value
	d := s.decl.(*ast.Const)
	switch k.state {
	case 1:
		c.errorf("E406", d.Name, "`%s` is defined by itself", d.Name.Name).Label = "cycle"
		k.value = poison(d.Name)
		k.state = 2
	case 0:
		k.state = 1
		v := c.evaluate(d)
		if k.state == 1 {
			k.value = v
		}
		k.state = 2
		k.variable = &Variable{Name: d.Name.Name, Decl: d.Name, Kind: ConstName, Type: v.Type, Const: v.konst}
	}
	if k.variable == nil {
		k.variable = &Variable{Name: d.Name.Name, Decl: d.Name, Kind: ConstName, Type: invalid}
	}
	return k
}

func (c *checker) evaluate(d *ast.Const) value {
	f := c.newFrame(newUnit(d.Name.Name))
	defer func() { c.diags = append(c.diags, f.unit.diags...) }()
	want := types.Type{}
	if d.Type != nil {
		t, ok := f.resolve(d.Type)
		if !ok {
			return poison(d.Value)
		}
		if d.Type.Placement != nil || len(t.Shape) > 0 {
			f.errorf("E204", d.Type, "a const is a number or a bool, known to everybody").Label = "only an element type"
			return poison(d.Value)
		}
		want = t.Type
	}
	v := f.expr(d.Value, want.Elem)
	if v.bad() {
		return v
	}
	if v.konst == nil || len(v.Shape) > 0 {
		d := f.errorf("E209", d.Value, "a const is made of literals, constants and operators")
		d.Label = "not constant"
		return poison(v.expr)
	}
	if d.Type != nil {
		v = f.convertTo(v, want.Elem, "const `"+d.Name.Name+"`")
		v.untyped, v.flexible = false, v.Elem.IsInt()
		return v
	}
	if !v.untyped {
		v.flexible = v.Elem.IsInt()
	}
	return v
}
