// Package explain says why a value is where it is: what its definition uses,
// who holds that, where values of different players meet and become shared, and
// which secure operations stand there.
//
// It reads what the checker found, and counts operations as the cost report
// does. A function's variable has one explanation for each kind of call.
package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/types"
)

// A Value is why one value is where it is.
type Value struct {
	Name  string `json:"name"`
	Type  string `json:"type"` // with its placement
	File  string `json:"file"`
	Line  int    `json:"line"` // of its definition
	Role  string `json:"role"` // "an input of alice"; "" where it is computed
	Uses  []Use  `json:"uses"`
	Meets []Meet `json:"meets"`
	Lines []int  `json:"lines"` // of all that defines it: an assignment and the conditions around it too
	// Shared and Secure are the elements that each player shares for the
	// definition and the secure operations in it: "4 elements by alice".
	Shared []string `json:"shared"`
	Secure []string `json:"secure"`
}

// A Use is a value that the definition needs.
type Use struct {
	Name string   `json:"name"`
	At   string   `json:"at"`             // its placement
	Is   string   `json:"is,omitempty"`   // what it is defined as; "" of an input
	Line int      `json:"line"`           // where
	From []string `json:"from,omitempty"` // the inputs that it comes from: "left is an input of alice"; of an input what it is
}

// A Meet is an expression in which values of several players become shared.
type Meet struct {
	Players []string `json:"players"`
	Expr    string   `json:"expr"`
	Line    int      `json:"line"`
}

// Name explains the values of a name that stands on a line of a file.
// programs are the computations as lowered, for the operations; nil: none are
// counted.
func Name(p *check.Program, programs []*ir.Program, file string, line int, name string) []Value {
	return find(p, programs, func(id *ast.Ident) bool {
		return id.Pos.Filename == file && id.Pos.Line == line && id.Name == name
	})
}

// At explains the values of the name at one place of the text.
func At(p *check.Program, programs []*ir.Program, at *ast.Ident) []Value {
	return find(p, programs, func(id *ast.Ident) bool { return id == at })
}

func find(p *check.Program, programs []*ir.Program, wanted func(*ast.Ident) bool) []Value {
	var out []Value
	p.Bodies(func(b *check.Body) {
		var met []*ast.Ident // definitions explained in this body
		for id, v := range b.Vars {
			if wanted(id) && v.Decl != nil && v.Type.Elem.Kind != types.Invalid && !slices.Contains(met, v.Decl) {
				met = append(met, v.Decl)
				e := &explainer{prog: p, body: b, defined: definitions(p)}
				out = append(out, e.value(v, programs))
			}
		}
	})
	for _, c := range p.Computations {
		for k, o := range c.Outputs {
			if wanted(o.Decl.Name) {
				e := &explainer{prog: p, body: c.Body, defined: definitions(p)}
				out = append(out, e.output(o, returned(c.Decl.Body, k)))
			}
		}
	}
	slices.SortFunc(out, func(a, b Value) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(out, func(a, b Value) bool { return a.String() == b.String() })
}

// An explainer explains the variables of one body.
type explainer struct {
	prog    *check.Program
	body    *check.Body
	defined map[*ast.Ident]*definition
}

func (e *explainer) value(v *check.Variable, programs []*ir.Program) Value {
	out := Value{Name: v.Name, Type: e.prog.Format(v.Type), File: v.Decl.Pos.Filename, Line: v.Decl.Pos.Line, Role: e.role(v)}
	d := e.defined[v.Decl]
	if d == nil {
		return out
	}
	for _, u := range e.uses(v, d.parts) {
		out.Uses = append(out.Uses, e.use(u))
	}
	for _, s := range d.lines {
		if !slices.Contains(out.Lines, s.Pos.Line) {
			out.Lines = append(out.Lines, s.Pos.Line)
		}
	}
	slices.Sort(out.Lines)
	if v.Type.Tuple == nil && v.Type.Place.IsShared() {
		out.Meets = e.meets(v, d)
		out.Shared, out.Secure = counts(programs, d, e.prog.File.Name)
	}
	return out
}

// output explains an output by what is returned for it.
func (e *explainer) output(o *check.Output, returned ast.Expr) Value {
	name := o.Decl.Name
	out := Value{Name: name.Name, Type: e.prog.Format(o.Type), File: name.Pos.Filename, Line: name.Pos.Line, Role: "an output"}
	if returned == nil {
		return out
	}
	out.Role = "an output: `" + format.Expr(returned) + "`"
	for _, u := range e.uses(&check.Variable{Decl: name}, []ast.Node{returned}) {
		out.Uses = append(out.Uses, e.use(u))
	}
	return out
}

// returned is what the last statement of a body returns for an output.
func returned(b *ast.Block, k int) ast.Expr {
	if b == nil || len(b.Stmts) == 0 {
		return nil
	}
	if r, ok := b.Stmts[len(b.Stmts)-1].(*ast.Return); ok && k < len(r.Values) {
		return r.Values[k]
	}
	return nil
}

// uses are the values that expressions name, each once, in order of the text.
func (e *explainer) uses(of *check.Variable, parts []ast.Node) []*check.Variable {
	var out []*check.Variable
	for _, part := range parts {
		ast.Walk(part, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if v := e.body.Vars[id]; ok && v != nil && v.Decl != of.Decl && counted(v) &&
				!slices.ContainsFunc(out, func(u *check.Variable) bool { return u.Decl == v.Decl }) {
				out = append(out, v)
			}
			return true
		})
	}
	return out
}

// counted reports a variable that holds data: sizes, constants and loop
// variables are everybody's.
func counted(v *check.Variable) bool {
	switch v.Kind {
	case check.SizeName, check.ConstName, check.LoopVar, check.MemberVar:
		return false
	}
	return true
}

func (e *explainer) use(v *check.Variable) Use {
	u := Use{Name: v.Name, At: v.Type.Place.Format(e.prog.PlayerNames()), Line: v.Decl.Pos.Line}
	if role := e.role(v); role != "" {
		u.From = []string{role}
		return u
	}
	d := e.defined[v.Decl]
	if d == nil {
		return u
	}
	u.Is = d.text
	for _, root := range e.roots(v, make(map[*ast.Ident]bool)) {
		u.From = append(u.From, root.Name+" is "+e.role(root))
	}
	return u
}

// roots are the inputs and parameters that a variable comes from.
func (e *explainer) roots(v *check.Variable, seen map[*ast.Ident]bool) []*check.Variable {
	if seen[v.Decl] {
		return nil
	}
	seen[v.Decl] = true
	if e.role(v) != "" {
		return []*check.Variable{v}
	}
	d := e.defined[v.Decl]
	if d == nil {
		return nil
	}
	var out []*check.Variable
	for _, u := range e.uses(v, d.parts) {
		out = append(out, e.roots(u, seen)...)
	}
	return out
}

// role says what a variable is that no statement defines; "" of others.
func (e *explainer) role(v *check.Variable) string {
	switch v.Kind {
	case check.InputVar:
		switch {
		case v.Type.Place.Public:
			return "a public input"
		case v.Type.Place.IsShared():
			return "an input on shares"
		}
		return "an input of " + v.Type.Place.Format(e.prog.PlayerNames())
	case check.Bundle:
		return "one input of each of " + v.Group.Name
	case check.ParamVar:
		return "a parameter of " + e.body.Name
	case check.SizeName:
		return "a size"
	case check.ConstName:
		return "a constant"
	case check.LoopVar:
		return "a loop variable"
	case check.MemberVar:
		return "a member of " + v.Group.Name
	}
	return ""
}

// meets finds where values of several players become shared, in the definition
// of a shared variable; where each of its expressions is in clear, the variable
// itself is that place.
func (e *explainer) meets(v *check.Variable, d *definition) []Meet {
	var out []Meet
	shared := false
	for _, part := range d.parts {
		ast.Walk(part, func(n ast.Node) bool {
			x, ok := n.(ast.Expr)
			if !ok || !e.shared(x) || e.is(x, v) {
				return true
			}
			shared = true
			if players, all := e.holders(ast.Children(n)...); all && len(players) > 0 {
				out = append(out, Meet{players, format.Expr(x), x.Extent().Pos.Line})
			}
			return true
		})
	}
	if players, _ := e.holders(d.parts...); !shared && len(players) > 0 {
		out = append(out, Meet{players, v.Name, v.Decl.Pos.Line})
	}
	return out
}

// is reports a use of v itself.
func (e *explainer) is(x ast.Expr, v *check.Variable) bool {
	id, ok := x.(*ast.Ident)
	return ok && e.body.Vars[id] != nil && e.body.Vars[id].Decl == v.Decl
}

func (e *explainer) shared(x ast.Expr) bool {
	known := e.body.Exprs[x]
	return known != nil && known.Type.Tuple == nil && known.Type.Place.IsShared() && e.bundle(x) == nil
}

// bundle is the group of an expression that is a bundle's name.
func (e *explainer) bundle(x ast.Node) *check.Group {
	if id, ok := x.(*ast.Ident); ok {
		if v := e.body.Vars[id]; v != nil && v.Kind == check.Bundle {
			return v.Group
		}
	}
	return nil
}

// holders are the players that hold what nodes need, in order of declaration;
// all is false where a part is on shares already.
func (e *explainer) holders(nodes ...ast.Node) (players []string, all bool) {
	var set types.Set
	all = true
	var look func(n ast.Node)
	look = func(n ast.Node) {
		x, ok := n.(ast.Expr)
		t, typed := e.body.Type(x), e.body.Exprs[x] != nil
		switch g := e.bundle(n); {
		case g != nil:
			set = set.Union(types.SetOf(g.Members...))
		case ok && typed && t.Tuple == nil && t.Place.IsShared():
			all = false
		case ok && typed && t.Tuple == nil && !t.Place.Public:
			set = set.Union(t.Place.Holders)
		case !typed:
			for _, child := range ast.Children(n) {
				look(child)
			}
		}
	}
	for _, n := range nodes {
		look(n)
	}
	for _, k := range set.Members() {
		players = append(players, e.prog.Players[k].Name)
	}
	return players, all
}

// String is the explanation as lines of text.
func (v Value) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s : %s\n", v.Name, v.Type)
	if v.Role != "" {
		fmt.Fprintf(&b, "  %s, line %d\n", v.Role, v.Line)
	} else {
		fmt.Fprintf(&b, "  defined on line %d\n", v.Line)
	}
	width := 0
	for _, u := range v.Uses {
		width = max(width, len(u.Name+" @ "+u.At))
	}
	for _, u := range v.Uses {
		fmt.Fprintf(&b, "  %-*s   (%s)\n", width, u.Name+" @ "+u.At, u.reason())
	}
	for k, m := range v.Meets {
		fmt.Fprintf(&b, "  %s", m)
		if k == len(v.Meets)-1 {
			b.WriteString(listed(": ", v.counted()))
		}
		b.WriteString("\n")
	}
	if len(v.Meets) == 0 && len(v.counted()) > 0 {
		fmt.Fprintf(&b, "  on shares, %s%s\n", v.where(), listed(": ", v.counted()))
	}
	return b.String()
}

// where are the lines of the definition.
func (v Value) where() string {
	if len(v.Lines) < 2 {
		return fmt.Sprintf("line %d", v.Line)
	}
	texts := make([]string, len(v.Lines))
	for k, n := range v.Lines {
		texts[k] = strconv.Itoa(n)
	}
	return "lines " + and(texts)
}

func (v Value) counted() []string { return append(slices.Clone(v.Shared), v.Secure...) }

func (u Use) reason() string {
	if u.Is == "" {
		return listed("", append(slices.Clone(u.From), fmt.Sprintf("line %d", u.Line)))
	}
	return fmt.Sprintf("%s, line %d%s", u.Is, u.Line, listed(": ", u.From))
}

func (m Meet) String() string {
	verb := "meet in"
	if len(m.Players) == 1 {
		verb = "shares what is in"
	}
	return fmt.Sprintf("%s %s `%s`, line %d", and(m.Players), verb, m.Expr, m.Line)
}

// listed joins words after what introduces them; "" where there are none.
func listed(before string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	return before + strings.Join(words, ", ")
}

func and(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
