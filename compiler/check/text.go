package check

// Words for messages: types, placements and lists as the program writes them,
// and pieces of the source for hints.

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/date"
)

// text is the source of a node on one line, without comments.
func (c *checker) text(n ast.Node) string {
	s, file := n.Extent(), c.prog.FileOf(n.Extent().Pos)
	if s.Pos.Filename != file.Name || s.EndPos.Offset > len(file.Source) || s.Pos.Offset > s.EndPos.Offset {
		return ""
	}
	var b strings.Builder
	at := s.Pos.Offset
	for _, k := range file.Comments {
		if k.Pos.Offset >= at && k.EndPos.Offset <= s.EndPos.Offset {
			b.WriteString(file.Source[at:k.Pos.Offset])
			at = k.EndPos.Offset
		}
	}
	b.WriteString(file.Source[at:s.EndPos.Offset])
	return strings.Join(strings.Fields(b.String()), " ")
}

// elem writes an element; the file's precision is plain `fixed`.
func (c *checker) elem(e types.Elem) string { return c.prog.elem(e) }

// plain writes element and shape.
func (c *checker) plain(t types.Type) string { return c.prog.plain(t) }

// full writes the type with its placement.
func (c *checker) full(t types.Type) string { return c.prog.Format(t) }

func (p *Program) elem(e types.Elem) string {
	if e.Kind == types.Fixed && e == p.Precision {
		return "fixed"
	}
	return e.String()
}

func (p *Program) plain(t types.Type) string {
	if t.Tuple == nil {
		return p.elem(t.Elem) + t.Shape.String()
	}
	parts := make([]string, len(t.Tuple))
	for i, u := range t.Tuple {
		parts[i] = p.plain(u)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Format writes a type as the program does; a tuple without its placements.
func (p *Program) Format(t types.Type) string {
	if t.Tuple != nil {
		return p.plain(t)
	}
	return p.plain(t) + " @ " + t.Place.Format(p.PlayerNames())
}

func (c *checker) place(p types.Place) string { return p.Format(c.prog.PlayerNames()) }

// members names the players of a set, in order of declaration.
func (c *checker) members(s types.Set) []string {
	var out []string
	for _, p := range s.Members() {
		if p < len(c.prog.Players) {
			out = append(out, c.prog.Players[p].Name)
		}
	}
	return out
}

// holders writes who holds a value in clear: `alice`, `alice and bob`.
func (c *checker) holders(p types.Place) string {
	if p.Public {
		return "everybody"
	}
	return and(c.members(p.Holders))
}

// and joins words: a, b and c.
func and(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// count writes a small number as a word.
func count(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return fmt.Sprint(n)
}

// times writes a number followed by a noun in the right number.
func times(n int, noun string) string {
	if n == 1 {
		return count(n) + " " + noun
	}
	return count(n) + " " + noun + "s"
}

// number writes an exact value as the shortest faithful decimal, in the form
// of the element.
func number(x *big.Rat, e types.Elem) string {
	if e.Kind == types.Date && x.IsInt() && x.Num().IsInt64() {
		return date.Text(x.Num().Int64())
	}
	if x.IsInt() {
		if e.Kind == types.Fixed {
			return x.FloatString(1)
		}
		return x.Num().String()
	}
	if digits, exact := x.FloatPrec(); exact && digits <= 40 {
		return x.FloatString(digits)
	}
	return x.FloatString(6)
}

// between writes an interval with both ends, as a range of the type is written.
func between(b bounds, e types.Elem) string {
	if e.Kind == types.Fixed {
		return number(outwards(b.low, -1), e) + ".." + number(outwards(b.high, 1), e)
	}
	return number(b.low, e) + "..=" + number(b.high, e)
}

// outwards is an end of an interval to six places, and to three digits at least.
func outwards(x *big.Rat, sign int64) *big.Rat {
	least := big.NewRat(1, 1_000)
	unit := big.NewRat(1, 1_000_000)
	for size := new(big.Rat).Abs(x); size.Sign() > 0 && size.Cmp(least) < 0; {
		least.Mul(least, big.NewRat(1, 10))
		unit.Mul(unit, big.NewRat(1, 10))
	}
	n := new(big.Rat).Quo(x, unit)
	if n.IsInt() {
		return x
	}
	k := new(big.Int).Div(n.Num(), n.Denom()) // toward minus infinity
	if sign > 0 {
		k.Add(k, big.NewInt(1))
	}
	return unit.Mul(unit, new(big.Rat).SetInt(k))
}
