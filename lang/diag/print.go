// Diagnostics as text: the excerpt with the span underlined, notes, the hint.

package diag

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/tfec-lang/tfec/lang/ast"
)

// Print writes l in order of position. source returns the text of a file as
// it was read, or "" where there is none to show. The warnings of a file that
// has an error are left out: they may follow from it.
func Print(w io.Writer, l List, source func(filename string) string) {
	out := bufio.NewWriter(w)
	defer out.Flush()
	for _, d := range l.shown() {
		printOne(out, d, source(d.Span.Pos.Filename))
	}
}

// shown is what a user is told of l, sorted.
func (l List) shown() List {
	failed := map[string]bool{}
	for _, d := range l {
		failed[d.Span.Pos.Filename] = failed[d.Span.Pos.Filename] || !d.Warning()
	}
	shown := slices.DeleteFunc(slices.Clone(l), func(d Diagnostic) bool {
		return d.Warning() && failed[d.Span.Pos.Filename]
	})
	shown.Sort()
	return shown
}

func printOne(w io.Writer, d Diagnostic, source string) {
	fmt.Fprintf(w, "%s%s[%s]: %s\n", clean(prefix(d.Span.Pos)), d.severity(), d.Code, clean(d.Message))
	if line, ok := lineOf(source, d.Span.Pos.Line); ok {
		printExcerpt(w, d, line)
	}
	for _, note := range d.Notes {
		fmt.Fprintf(w, "  note: %s\n", clean(note))
	}
	if d.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", clean(d.Hint))
	}
}

func (d Diagnostic) severity() string {
	if d.Warning() {
		return "warning"
	}
	return "error"
}

// prefix is `file:line:col: `, as much of it as is known.
func prefix(p ast.Pos) string {
	switch {
	case p.Filename == "":
		return ""
	case p.Line == 0:
		return p.Filename + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", p.Filename, p.Line, p.Column)
}

// lineOf is the text of a line, counted from 1.
func lineOf(source string, number int) (string, bool) {
	if source == "" || number < 1 {
		return "", false
	}
	for range number - 1 {
		_, rest, ok := strings.Cut(source, "\n")
		if !ok {
			return "", false
		}
		source = rest
	}
	line, _, _ := strings.Cut(source, "\n")
	return strings.TrimRightFunc(line, unicode.IsSpace), true
}

// printExcerpt writes a line, or the part around the span, and underlines the
// span, or what of it is shown. Every character of the source takes one column of
// the excerpt.
func printExcerpt(w io.Writer, d Diagnostic, line string) {
	shown := []rune(clean(line))
	start, end := max(d.Span.Pos.Column, 1), d.Span.EndPos.Column
	if d.Span.EndPos.Line != d.Span.Pos.Line {
		end = len(shown) + 1
	}
	shown, cut := window(shown, start)
	start, end = start-cut, min(end-cut, len(shown)+1)
	under := strings.Repeat(" ", start-1) + strings.Repeat("^", max(end-start, 1))
	text := fmt.Sprintf("%4d | %s", d.Span.Pos.Line, string(shown))
	mark := fmt.Sprintf("%4s | %s %s", "", under, clean(d.Label))
	fmt.Fprintf(w, "%s\n%s\n", strings.TrimRight(text, " "), strings.TrimRight(mark, " "))
}

// widest is how many characters of a line are shown.
const widest = 160

// window is the part of a line to show, with … where it was cut, and how many
// characters before it are not shown: of a longer line than the widest, column
// start stands in the first half.
func window(line []rune, start int) (shown []rune, cut int) {
	if len(line) <= widest {
		return line, 0
	}
	cut = min(max(start-widest/2, 0), len(line)-widest)
	shown = slices.Clone(line[cut : cut+widest])
	if cut > 0 {
		shown[0] = '…'
	}
	if cut+widest < len(line) {
		shown[widest-1] = '…'
	}
	return shown, cut
}

// clean replaces what a terminal would not show as one character: a tab by a
// space, control and bidirectional characters by U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case Hidden(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Hidden reports whether r is a control or bidirectional character, which
// makes a reader see another text than the compiler. Line separators count,
// since an editor may show what follows them on a line of its own.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
