// Package diag is what the compiler says about a program: diagnostics with a
// stable code, a span, notes and at most one hint that can be typed in.
package diag

import (
	"sort"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
)

// A Diagnostic is one error (code E…) or warning (code W…).
type Diagnostic struct {
	Code    string // "E301"
	Span    ast.Span
	Message string
	Label   string   // stands after the underline
	Notes   []string // without "note: "
	Hint    string   // without "hint: "; "" for none
}

// Warning reports whether the diagnostic leaves the program valid.
func (d Diagnostic) Warning() bool { return strings.HasPrefix(d.Code, "W") }

// A List is the diagnostics of one or more files.
type List []Diagnostic

// Add appends d.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// HasErrors reports whether the list holds anything but warnings.
func (l List) HasErrors() bool {
	for _, d := range l {
		if !d.Warning() {
			return true
		}
	}
	return false
}

// Sort orders the list by file and position, keeping the order of arrival of
// diagnostics at one place.
func (l List) Sort() {
	sort.SliceStable(l, func(i, j int) bool {
		a, b := l[i].Span.Pos, l[j].Span.Pos
		if a.Filename != b.Filename {
			return a.Filename < b.Filename
		}
		return a.Offset < b.Offset
	})
}
