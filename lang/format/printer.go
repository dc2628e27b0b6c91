// Lines, comments and lists: where text goes.

package format

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/tfec-lang/tfec/lang/ast"
)

// A layout says what decides about line breaks.
type layout int

const (
	byAuthor layout = iota // the source, with its comments
	byTree                 // the tree alone, with its doc comments
	onLine                 // nothing: one line
)

type printer struct {
	layout layout

	source   string
	comments []*ast.Comment       // not printed yet, in order
	ends     map[int]*ast.Comment // by the offset of their ends

	lines  []line
	line   strings.Builder // the line that is being written
	depth  int             // levels of indentation
	opened bool            // nothing stands yet in the innermost block or list
}

// A line is text with its indentation and the comment at its end.
type line struct{ text, comment string }

const indentation = "  "

func (p *printer) write(texts ...string) {
	for _, text := range texts {
		if p.line.Len() == 0 && p.layout != onLine {
			p.line.WriteString(strings.Repeat(indentation, p.depth))
		}
		p.line.WriteString(text)
	}
}

// end ends the line that is being written.
func (p *printer) end() {
	p.lines = append(p.lines, line{text: strings.TrimRight(p.line.String(), " ")})
	p.line.Reset()
	p.opened = false
}

// open ends the line and indents what follows.
func (p *printer) open() {
	p.end()
	p.depth++
	p.opened = true
}

// flush prints the comments before offset, where a line has just ended. The
// first goes to the end of that line unless it had a line of its own or
// documents what follows.
func (p *printer) flush(offset int, apart bool) {
	first := true
	for len(p.comments) > 0 && p.comments[0].Pos.Offset < offset {
		c := p.comments[0]
		p.comments = p.comments[1:]
		if first && !c.Own && !c.Doc && len(p.lines) > 0 {
			p.lines[len(p.lines)-1].comment = commentText(c)
		} else {
			p.blank(c.Pos.Offset, apart)
			p.write(commentText(c))
			p.end()
			apart = false
		}
		first = false
	}
}

// start begins the line of what stands at pos: with the comments before it,
// and after a blank line if the source has one there or apart asks for it.
func (p *printer) start(pos ast.Pos, apart bool) {
	count := len(p.lines)
	p.flush(pos.Offset, apart)
	p.blank(pos.Offset, apart && len(p.lines) == count)
}

// blank adds a blank line, but not at the beginning of a block or file.
func (p *printer) blank(offset int, apart bool) {
	if p.opened || len(p.lines) == 0 {
		return
	}
	if apart || p.newlinesBefore(offset) > 1 {
		p.lines = append(p.lines, line{})
	}
}

// newlinesBefore counts the line breaks between offset and the token or
// comment before it.
func (p *printer) newlinesBefore(offset int) int {
	if p.layout != byAuthor {
		return 0
	}
	before := p.source[:offset]
	return strings.Count(before[len(strings.TrimRight(before, " \t\r\n")):], "\n")
}

// tokenBefore is the offset of the end of the token before offset.
func (p *printer) tokenBefore(offset int) int {
	for {
		offset = len(strings.TrimRight(p.source[:offset], " \t\r\n"))
		c := p.ends[offset]
		if c == nil {
			return offset
		}
		offset = c.Pos.Offset
	}
}

// commentText is how a comment is written: a doc comment that documents
// nothing must not come to stand where it would.
func commentText(c *ast.Comment) string {
	rest, isDoc := strings.CutPrefix(c.Text, "///")
	switch {
	case !isDoc || c.Doc:
		return c.Text
	case strings.HasPrefix(rest, "/"):
		return "// " + rest
	}
	return "//" + rest
}

// docs prints the doc comment of n, unless a comment of the source does.
func (p *printer) docs(n ast.Node) {
	doc := ast.DocOf(n)
	if p.layout == byAuthor || doc == nil {
		return
	}
	for _, text := range *doc {
		p.write(strings.TrimRight("/// "+text, " "))
		p.end()
	}
}

// text joins the lines and aligns the comments at their ends.
func (p *printer) text() []byte {
	var out bytes.Buffer
	width := 0
	for i, l := range p.lines {
		out.WriteString(l.text)
		if l.comment != "" {
			if i == 0 || p.lines[i-1].comment == "" {
				width = p.widest(i)
			}
			out.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(l.text)+2))
			out.WriteString(l.comment)
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// widest is the length of the longest of the lines from i on that have a
// comment, up to one without.
func (p *printer) widest(i int) int {
	width := 0
	for ; i < len(p.lines) && p.lines[i].comment != ""; i++ {
		width = max(width, utf8.RuneCountInString(p.lines[i].text))
	}
	return width
}

// list prints elements between brackets, which are "" for a list without.
func list[T ast.Node](p *printer, opening, closing string, elems []T, print func(T)) {
	if broken(p, elems) {
		brokenList(p, opening, closing, elems, print)
		return
	}
	p.write(opening)
	join(p, elems, print)
	p.write(closing)
}

// join prints elements on one line.
func join[T ast.Node](p *printer, elems []T, print func(T)) {
	for i, e := range elems {
		if i > 0 {
			p.write(", ")
		}
		print(e)
	}
}

// broken reports whether a list has one element a line: the author put the
// first on a line of its own, or a comment stands between elements.
func broken[T ast.Node](p *printer, elems []T) bool {
	switch {
	case len(elems) == 0 || p.layout == onLine:
		return false
	case p.layout == byTree:
		return documented(elems)
	case p.newlinesBefore(elems[0].Extent().Pos.Offset) > 0:
		return true
	}
	for i := 1; i < len(elems); i++ {
		if p.commented(elems[i-1].Extent().EndPos, elems[i].Extent().Pos) {
			return true
		}
	}
	return false
}

func documented[T ast.Node](elems []T) bool {
	for _, e := range elems {
		if doc := ast.DocOf(e); doc != nil && len(*doc) > 0 {
			return true
		}
	}
	return false
}

// commented reports whether a comment stands between from and to.
func (p *printer) commented(from, to ast.Pos) bool {
	for _, c := range p.comments {
		if c.Pos.Offset >= to.Offset {
			return false
		}
		if c.Pos.Offset >= from.Offset {
			return true
		}
	}
	return false
}

func brokenList[T ast.Node](p *printer, opening, closing string, elems []T, print func(T)) {
	p.write(strings.TrimRight(opening, " "))
	p.open()
	for i, e := range elems {
		p.start(e.Extent().Pos, false)
		p.docs(e)
		print(e)
		if i == len(elems)-1 && closing == "" {
			p.depth--
			return
		}
		p.write(",")
		p.end()
	}
	p.close(p.closing(elems[len(elems)-1].Extent().EndPos.Offset))
	p.write(strings.TrimLeft(closing, " "))
}

// close ends a block or list whose closing bracket stands at offset.
func (p *printer) close(offset int) {
	p.flush(offset, false)
	p.depth--
	p.opened = false
}

// closing is the offset of the bracket that closes a list whose last element
// ends at offset.
func (p *printer) closing(offset int) int {
	for p.layout == byAuthor {
		offset += len(p.source[offset:]) - len(strings.TrimLeft(p.source[offset:], " \t\r\n,"))
		if !strings.HasPrefix(p.source[offset:], "//") {
			break
		}
		offset += strings.IndexByte(p.source[offset:], '\n')
	}
	return offset
}

// body prints what stands between braces, one item a line.
func body[T ast.Node](p *printer, items []T, extent ast.Span, print func(T)) {
	p.write("{")
	closing := extent.EndPos.Offset - 1
	if len(items) == 0 && !p.commented(extent.Pos, extent.EndPos) {
		p.write(" }")
		return
	}
	p.open()
	for _, item := range items {
		p.start(item.Extent().Pos, false)
		print(item)
		p.end()
	}
	p.close(closing)
	p.write("}")
}
