package lsp

// Completion: the names that may stand at a place, read from its tokens, since
// what is being typed is seldom a program yet.

import (
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/parse"
	"github.com/tfec-lang/tfec/lang/types"
)

func (s *server) complete(p positionParams) (any, error) {
	d := s.document(p.TextDocument.URI)
	if d == nil || d.found == nil {
		return []completionItem{}, nil
	}
	at := offset(d.text, p.Position)
	tokens, word, commented := before(d.text, at)
	if commented {
		return []completionItem{}, nil
	}
	c := &completer{d: d, at: at, tokens: tokens}
	c.offer(tokens)
	word = strings.ToLower(word)
	c.items = slices.DeleteFunc(c.items, func(i completionItem) bool {
		return !strings.HasPrefix(strings.ToLower(i.Label), word)
	})
	slices.SortStableFunc(c.items, func(a, b completionItem) int { return strings.Compare(a.Label, b.Label) })
	return slices.CompactFunc(c.items, func(a, b completionItem) bool { return a.Label == b.Label }), nil
}

// before are the tokens before a place, without the word that is being typed
// there. In a comment, a string or a number nothing is completed.
func before(text string, at int) (tokens []parse.Token, word string, elsewhere bool) {
	for _, t := range parse.Tokens("", text) {
		if t.Pos.Offset >= at {
			break
		}
		if t.EndPos.Offset < at || t.EndPos.Offset == at && t.Kind == parse.Sign {
			if t.Kind != parse.Comment {
				tokens = append(tokens, t)
			}
			continue
		}
		switch t.Kind {
		case parse.Name, parse.Word:
			word = text[t.Pos.Offset:at]
		default:
			elsewhere = true
		}
	}
	return tokens, word, elsewhere
}

type completer struct {
	d      *document
	at     int
	tokens []parse.Token
	items  []completionItem
}

func (c *completer) add(label string, kind int, detail string) {
	c.items = append(c.items, completionItem{Label: label, Kind: kind, Detail: detail})
}

// offer decides by the last tokens what may follow.
func (c *completer) offer(tokens []parse.Token) {
	n := len(tokens)
	text := func(back int) string {
		if n < back {
			return ""
		}
		return tokens[n-back].Text
	}
	switch {
	case text(1) == ".":
		c.members(text(2))
	case text(1) == "@", text(1) == "to", inPlacement(tokens):
		c.players()
		c.add("public", keywordItem, "everybody")
		if text(1) == "@" {
			c.add("shared", keywordItem, "nobody: on shares")
			c.add("each", keywordItem, "one value a member of a group")
		}
	case text(1) == "local":
		c.players()
	case text(1) == "let", text(1) == "var", text(1) == "for", text(1) == "each", parse.Declares(text(1)):
		// a new name
	default:
		c.everything()
	}
}

// inPlacement reports an open brace after `@` or `to`.
func inPlacement(tokens []parse.Token) bool {
	for i := len(tokens) - 1; i > 0; i-- {
		switch t := tokens[i]; {
		case t.Text == "{":
			return tokens[i-1].Text == "@" || tokens[i-1].Text == "to"
		case t.Kind != parse.Name && t.Text != ",":
			return false
		}
	}
	return false
}

// files are the main file as it is now and as the checker last saw it: what the
// one lacks where it is broken, the other may have.
func (c *completer) files() []*ast.File {
	files := []*ast.File{c.d.found.unit.File}
	if c.d.checked != nil && c.d.checked != c.d.found {
		files = append(files, c.d.checked.unit.File)
	}
	return files
}

func (c *completer) players() {
	for _, f := range c.files() {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.Players:
				for _, n := range d.Names {
					c.add(n.Name.Name, playerItem, strings.Join(n.Doc, " "))
				}
			case *ast.Group:
				c.add(d.Name.Name, playerItem, "a group")
			}
		}
	}
}

// members are what may stand after `base.`.
func (c *completer) members(base string) {
	for _, a := range []*analysis{c.d.found, c.d.checked} {
		if a == nil {
			continue
		}
		if f := a.names.modules[main(a, c.d.path)][base]; f != nil {
			c.declarations(f)
		}
		for _, d := range a.names.declarations() {
			if e, ok := d.(*ast.Enum); ok && e.Name.Name == base {
				for _, v := range e.Values {
					c.add(v.Name, valueItem, e.Name.Name)
				}
			}
		}
		if a.whole() {
			c.fields(a.unit.Checked, base)
		}
	}
}

// fields are those of the records that a variable of that name holds.
func (c *completer) fields(p *check.Program, name string) {
	p.Bodies(func(b *check.Body) {
		for _, v := range b.Vars {
			if v.Name != name || v.Type.Elem.Kind != types.Record {
				continue
			}
			if r := p.Record(v.Type.Elem.Name); r != nil {
				for _, f := range r.Decl.Fields {
					c.add(f.Name.Name, fieldItem, format.Type(f.Type))
				}
			}
		}
	})
}

// declarations are what a file's top level has.
func (c *completer) declarations(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Fn:
			c.add(d.Name.Name, functionItem, "fn")
		case *ast.Const:
			c.add(d.Name.Name, constItem, format.Expr(d.Value))
		case *ast.Enum:
			c.add(d.Name.Name, typeItem, "enum")
		case *ast.Record:
			c.add(d.Name.Name, typeItem, "record")
		}
	}
}

// everything is what an expression, a statement or a type may start with.
func (c *completer) everything() {
	for _, name := range locals(c.tokens) {
		c.add(name, variableItem, c.typeOf(name))
	}
	for _, f := range c.files() {
		c.declarations(f)
		for _, d := range f.Decls {
			if g, ok := d.(*ast.Group); ok {
				c.add(g.Name.Name, playerItem, "a group")
			}
		}
		for _, imp := range f.Imports {
			c.add(importName(imp), moduleItem, imp.Path.Raw)
		}
	}
	for _, o := range op.Table() {
		c.items = append(c.items, completionItem{Label: o.Name, Kind: functionItem, Detail: o.Form, Documentation: &markup{"markdown", o.Doc}})
	}
	for _, name := range check.ElementNames() {
		c.add(name, typeItem, "")
	}
	for word := range parse.Keywords() {
		c.add(word, keywordItem, "")
	}
}

// typeOf is the type of a variable, as the checker last saw one of that name.
func (c *completer) typeOf(name string) (text string) {
	if c.d.checked == nil {
		return ""
	}
	p := c.d.checked.unit.Checked
	p.Bodies(func(b *check.Body) {
		for _, v := range b.Vars {
			if v.Name == name && (text == "" || p.Format(v.Type) < text) {
				text = p.Format(v.Type)
			}
		}
	})
	return text
}

// locals are the names that the tokens of a declaration have in scope at its
// end: sizes and parameters of the header, and what `let`, `var`, `for` and
// `each` define in blocks that are still open.
func locals(tokens []parse.Token) []string {
	for i := len(tokens) - 1; i >= 0; i-- {
		if t := tokens[i]; t.Pos.Column == 1 && parse.Declares(t.Text) {
			tokens = tokens[i:]
			break
		}
	}
	blocks := [][]string{nil}
	brackets := 0 // ( and [ around
	for i, t := range tokens {
		top := len(blocks) - 1
		next := func(k int) string {
			if i+k < len(tokens) {
				return tokens[i+k].Text
			}
			return ""
		}
		switch {
		case t.Text == "{":
			blocks = append(blocks, nil)
		case t.Text == "}" && top > 0:
			blocks = blocks[:top]
		case t.Text == "(" || t.Text == "[":
			brackets++
		case t.Text == ")" || t.Text == "]":
			brackets--
		case t.Kind != parse.Name || i == 0:
		case slices.Contains([]string{"let", "var", "for", "each"}, tokens[i-1].Text):
			blocks[top] = append(blocks[top], t.Text)
		case top == 0 && brackets == 1 && (next(1) == ":" || tokens[i-1].Text == "[" || tokens[1].Text != t.Text && inGenerics(tokens[:i])):
			blocks[0] = append(blocks[0], t.Text)
		case inPattern(tokens[:i]):
			blocks[top] = append(blocks[top], t.Text)
		}
	}
	return slices.Concat(blocks...)
}

// inGenerics reports that tokens end inside the brackets after the name of a
// declaration.
func inGenerics(tokens []parse.Token) bool {
	return len(tokens) > 2 && tokens[2].Text == "[" && tokens[len(tokens)-1].Text == "," &&
		!slices.ContainsFunc(tokens, func(t parse.Token) bool { return t.Text == "]" })
}

// inPattern reports that tokens end inside `let (`.
func inPattern(tokens []parse.Token) bool {
	for i := len(tokens) - 1; i > 0; i-- {
		switch t := tokens[i]; {
		case t.Text == "(":
			return tokens[i-1].Text == "let"
		case t.Kind != parse.Name && t.Text != ",":
			return false
		}
	}
	return false
}
