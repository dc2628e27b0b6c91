// The page of each code: the rule, a program that breaks it and one that
// keeps it. explain_test.go compiles all of them.

package diag

import (
	"embed"
	"slices"
	"strings"
)

//go:embed explain/*.md
var pages embed.FS

// A Page is what `tfec explain` says about a code.
type Page struct {
	Code
	Rule string // why programs are refused and what to do, in lines of a terminal's width
	// Bad raises the code and no other; Good raises nothing. `\u202E` stands
	// for a character that a reader could not see.
	Bad, Good string
}

// unraised are the codes of the language that no program brings about in
// this version; they have no page.
var unraised = []string{"E602"}

// Raised reports whether this version raises the code.
func (c Code) Raised() bool { return !slices.Contains(unraised, c.Code) }

// Lookup finds a code, in capital letters or small ones.
func Lookup(code string) (Code, bool) {
	i := slices.IndexFunc(Codes, func(c Code) bool { return strings.EqualFold(c.Code, code) })
	if i < 0 {
		return Code{}, false
	}
	return Codes[i], true
}

// Page returns the page of a code; one that is not raised has none.
func (c Code) Page() (Page, bool) {
	text, err := pages.ReadFile("explain/" + c.Code + ".md")
	if err != nil {
		return Page{}, false
	}
	rule, programs, _ := strings.Cut(string(text), "\n\nBad:\n\n```tfe\n")
	bad, good, _ := strings.Cut(programs, "```\n\nGood:\n\n```tfe\n")
	return Page{Code: c, Rule: rule, Bad: bad, Good: strings.TrimSuffix(good, "```\n")}, true
}
