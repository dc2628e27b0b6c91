package random

// Mutants: single changes of a program that are about who learns what.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/parse"
)

// A Mutant is a program with one change.
type Mutant struct {
	Kind string
	Text string
	// Signature says that the change is of an owner, an output or a disclosure
	// that the header names, so that no report of it can be the same.
	Signature bool
}

// Mutants returns the mutants of a program that parses, in order of the text.
func Mutants(text string) []Mutant {
	file, _ := parse.File("mutant.tfe", []byte(text))
	m := &mutator{text: text, players: players(file)}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.Computation:
			m.computation(d)
		case *ast.Fn:
			m.secrets = nil
			for _, p := range d.Params {
				m.secret(p)
			}
			m.body(d.Body)
		}
	}
	return m.out
}

func players(file *ast.File) []string {
	var out []string
	for _, d := range file.Decls {
		if p, ok := d.(*ast.Players); ok {
			for _, n := range p.Names {
				out = append(out, n.Name.Name)
			}
		}
	}
	return out
}

type mutator struct {
	text    string
	players []string
	// secrets are integers that not everybody holds, conditions are such bools.
	secrets []string
	out     []Mutant
}

// replace adds a mutant that has another text in place of a node's.
func (m *mutator) replace(kind string, signature bool, n ast.Node, with string) {
	s := n.Extent()
	if m.at(n) != with {
		m.out = append(m.out, Mutant{kind, m.text[:s.Pos.Offset] + with + m.text[s.EndPos.Offset:], signature})
	}
}

// at is the text of a node.
func (m *mutator) at(n ast.Node) string {
	s := n.Extent()
	return m.text[s.Pos.Offset:s.EndPos.Offset]
}

func (m *mutator) computation(c *ast.Computation) {
	m.secrets = nil
	for _, p := range c.Params {
		if p.Type.Placement != nil && p.Type.Placement.Kind != ast.Public {
			m.secret(p)
		}
	}
	for _, p := range c.Params {
		m.placement("owner", p.Type.Placement)
	}
	for _, o := range c.Outputs {
		m.placement("receiver", o.Type.Placement)
	}
	for k, d := range c.Discloses {
		m.placement("disclosed to", d.Type.Placement)
		m.replace("disclosed type", true, d.Type.Name, "int64")
		if len(c.Discloses) > 1 {
			next := c.Discloses[(k+1)%len(c.Discloses)]
			m.replace("undisclosed", true, d, m.at(next))
		}
	}
	m.body(c.Body)
}

// secret notes an integer that is computed from a parameter.
func (m *mutator) secret(p *ast.Param) {
	name, t := p.Name.Name, p.Type
	if t.Name == nil || t.Placement != nil && t.Placement.Kind == ast.EachOf {
		return
	}
	if n := len(t.Shape); n > 0 {
		name += "[0" + strings.Repeat(", 0", n-1) + "]"
	}
	switch t.Name.Name {
	case "int32", "int64":
		m.secrets = append(m.secrets, name)
	case "bool", "fixed":
		m.secrets = append(m.secrets, "int32("+name+")")
	}
}

// audiences are those that a placement may become.
func (m *mutator) audiences() []string {
	return append(slices.Clone(m.players), "public", "shared", "{"+m.players[0]+", "+m.players[1]+"}")
}

func (m *mutator) placement(kind string, p *ast.Placement) {
	if p == nil {
		return
	}
	for _, to := range m.audiences() {
		m.replace(kind, true, p, to)
	}
}

// body changes what stands in a block.
func (m *mutator) body(b *ast.Block) {
	ast.Walk(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Reveal:
			m.replace("unrevealed", false, n, "("+m.at(n.X)+")")
			for _, to := range m.audiences() {
				m.replace("revealed to", false, n.To, to)
			}
		case *ast.For:
			if n.To != nil {
				m.private("bound", n.To)
			}
		case *ast.While:
			m.condition("repeated", n.Cond)
			m.private("limit", n.Limit)
		case *ast.If:
			m.condition("branch", n.Cond)
		case *ast.Cond:
			m.condition("choice", n.If)
		case *ast.Assert:
			m.condition("assert", n.Cond)
		case *ast.Slice:
			if n.From != nil && !n.Range {
				m.private("index", n.From)
			} else if n.To != nil {
				m.private("slice", n.To)
			}
		case *ast.Local:
			m.player(n.Player)
		case *ast.LocalExpr:
			m.player(n.Player)
		case *ast.Return:
			m.replace("returned", false, n, "if "+m.bool()+" { "+m.at(n)+" } "+m.at(n))
		case *ast.Call:
			m.call(n)
		case *ast.Assign:
			m.replace("assigned", false, n, "if "+m.bool()+" { "+m.at(n)+" }")
		case *ast.Let:
			if n.Type != nil && n.Type.Placement != nil {
				for _, to := range m.audiences() {
					m.replace("declared", false, n.Type.Placement, to)
				}
			}
			m.replace("asserted", false, n, m.at(n)+" assert "+m.bool())
			m.replace("printed", false, n, m.at(n)+" print("+n.Names[0].Name+")")
		case *ast.Binary:
			for _, to := range m.players[:3] {
				m.replace("revealed", false, n, fmt.Sprintf("reveal(%s) to %s", m.at(n), to))
				m.replace("revealed under a label", false, n, fmt.Sprintf("reveal(%s) to %s as l0", m.at(n), to))
				m.replace("done alone", false, n, fmt.Sprintf("local %s { yield %s }", to, m.at(n)))
			}
		}
		return true
	})
}

func (m *mutator) private(kind string, n ast.Node) {
	for _, s := range m.secrets {
		m.replace(kind, false, n, s)
	}
}

func (m *mutator) bool() string {
	if len(m.secrets) == 0 {
		return "true"
	}
	return m.secrets[0] + " > 0"
}

func (m *mutator) condition(kind string, n ast.Node) {
	for _, s := range m.secrets {
		m.replace(kind, false, n, s+" > 0")
	}
}

func (m *mutator) player(p *ast.Ident) {
	for _, to := range m.players {
		m.replace("local to", false, p, to)
	}
}

// call drops a mask, and asks for as many as a secret says.
func (m *mutator) call(n *ast.Call) {
	for k, a := range n.Args {
		if a.Name != nil && a.Name.Name == "mask" {
			from, to := n.Args[k-1].EndPos.Offset, a.EndPos.Offset
			m.out = append(m.out, Mutant{"unmasked", m.text[:from] + m.text[to:], false})
		}
	}
	if name, ok := n.Fn.(*ast.Ident); ok && name.Name == "top_k" {
		m.private("length", n.Args[1].Value)
	}
}
