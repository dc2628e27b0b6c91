package check

// Names: the top level of a file, scopes inside bodies, and no shadowing
// anywhere (R19).

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// A symbol is what a name of the top level stands for.
type symbol struct {
	name   *ast.Ident
	home   *checker // of the file that declares it
	decl   ast.Node // *ast.Const, *ast.Enum, *ast.Record, *ast.Fn, *ast.Computation, *ast.Import; nil: a player or group
	player int      // of a player
	group  *Group
	value  *constant
	module *checker    // of an import; nil where it could not be read
	used   atomic.Bool // of an import
}

func (s *symbol) isPlayer() bool { return s.decl == nil && s.group == nil }

// elemNames are the names of types; as calls they are conversions.
var elemNames = map[string]types.Kind{
	"bool": types.Bool, "int8": types.Int8, "int16": types.Int16, "int32": types.Int32, "int64": types.Int64,
	"uint8": types.Uint8, "uint16": types.Uint16, "uint32": types.Uint32, "uint64": types.Uint64,
	"fixed": types.Fixed, "date": types.Date, "float": types.Float, "string": types.String,
}

// ElementNames lists the names of types that the language defines.
func ElementNames() []string { return slices.Sorted(maps.Keys(elemNames)) }

// Prelude reports that the language itself defines name.
func Prelude(name string) bool {
	_, primitive := op.Lookup(name)
	_, elem := elemNames[name]
	return primitive || elem
}

// define adds a name to the top level.
func (c *checker) define(s *symbol) {
	if c.taken(&c.diags, s.name) {
		return
	}
	s.home = c
	c.names[s.name.Name] = s
}

// taken reports E102 if the top level or the prelude has the name already.
func (c *checker) taken(l *diag.List, name *ast.Ident) bool {
	if Prelude(name.Name) {
		d := add(l, "E102", name, "`%s` is a name of the language", name.Name)
		d.Label = "no shadowing"
		d.Hint = "choose another name"
		return true
	}
	if old, ok := c.names[name.Name]; ok && old.name != name {
		alreadyDefined(l, name, old.name.Pos.Line)
		return true
	}
	return false
}

func alreadyDefined(l *diag.List, name *ast.Ident, line int) {
	d := add(l, "E102", name, "`%s` is already defined (line %d)", name.Name, line)
	d.Label = "no shadowing"
	d.Hint = "choose another name"
}

// declare enters all names of the top level, which may be used before they
// are declared.
func (c *checker) declare() {
	c.edition()
	c.imports()
	for _, d := range c.file.Decls {
		switch d := d.(type) {
		case *ast.Players:
			c.playerList(d)
		case *ast.Group:
			c.define(&symbol{name: d.Name, group: &Group{Name: d.Name.Name}})
		case *ast.Const:
			c.define(&symbol{name: d.Name, decl: d})
		case *ast.Enum:
			c.define(&symbol{name: d.Name, decl: d})
		case *ast.Record:
			c.define(&symbol{name: d.Name, decl: d})
		case *ast.Fn:
			c.define(&symbol{name: d.Name, decl: d})
		case *ast.Computation:
			c.define(&symbol{name: d.Name, decl: d})
		}
	}
}

// A scope is the names of one block.
type scope struct {
	outer *scope
	vars  map[string]*Variable
}

func (s *scope) find(name string) *Variable {
	for ; s != nil; s = s.outer {
		if v, ok := s.vars[name]; ok {
			return v
		}
	}
	return nil
}

func (s *scope) isSize(name string) bool {
	v := s.find(name)
	return v != nil && len(v.Size.Terms()) > 0
}

func (s *scope) names() []string {
	var out []string
	for ; s != nil; s = s.outer {
		for name := range s.vars {
			out = append(out, name)
		}
	}
	return out
}

// member is the name of the loop over a group around, or one to give it.
func (s *scope) member(group string) string {
	for ; s != nil; s = s.outer {
		for name, v := range s.vars {
			if v.Kind == MemberVar && v.Group.Name == group {
				return name
			}
		}
	}
	return "p"
}

// nearest returns the candidate that a misspelt name most likely means, or "":
// at most one slip in three letters, and none in fewer.
func nearest(name string, candidates []string) string {
	best, least := "", len(name)/3+1
	slices.Sort(candidates)
	for _, c := range candidates {
		if d := distance(name, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours between two words (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
