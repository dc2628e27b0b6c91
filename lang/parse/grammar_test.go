package parse

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/ebnf"
	"github.com/alecthomas/participle/v2/lexer"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/ast"
)

// The grammar that lang/spec.md prints: what participle says of the tags of
// lang/ast, the levels of lang/ast/binding.go, and what is read by hand.

// handwritten is what functions of this package read, in participle's notation.
const handwritten = `
Decl = %s .
Precision = "precision" Type .
Const = "const" Ident (":" Type)? "=" Expr .
Record = "record" Ident "{" Param ("," Param)* ","? "}" .
Fn = "fn" Ident ("[" Generic ("," Generic)* ","? "]")? "(" (Param ("," Param)* ","?)? ")" ("->" Type)? ("discloses" Disclosed ("," Disclosed)*)? Block .
Computation = "computation" Ident ("[" Generic ("," Generic)* ","? "]")? "(" (Param ("," Param)* ","?)? ")" "->" ("(" Output ("," Output)* ","? ")" | Output) ("discloses" Disclosed ("," Disclosed)*)? ("where" Expr ("," Expr)*)? Block .
Type = ("(" Type ("," Type)* ","? ")" | (Ident ".")? Ident ("(" <int> ("," <int>)* ","? ")")?) ("[" Dim ("," Dim)* ","? "]")? ("@" Placement)? .
Dim = "upto"? Sum .
Placement = "public" | "shared" | "each" Ident | "{" Ident ("," Ident)* ","? "}" | Ident .
Param = Ident ":" Type ("in" Range)? .
Range = Sum (".." | "..=") Sum .
Generic = Ident (":" Ident)? .
Output = Ident ":" Type .
Disclosed = Ident ("." Ident)* ":" Type .
Stmt = %s | Assign | Call .
Let = "let" ("(" Ident ("," Ident)* ","? ")" | Ident) (":" Type)? "=" Expr .
Var = "var" Ident (":" Type)? "=" Expr .
For = "for" Ident "in" Expr ((".." | "..=") Expr ("step" Expr)?)? Block .
While = "while" Expr "limit" Expr Block .
If = "if" Expr Block ("else" (If | Block))? .
Assert = "assert" (Ident ":")? Expr ("," <string>)? .
Local = "local" Ident Block .
Return = "return" (Expr ("," Expr)*)? .
Yield = "yield" Expr ("," Expr)* .
OptionValue = Literal | Ident | "local" .
Literal = <float> | <int> | <string> | "true" | "false" .
Block = "{" Stmt* (Return | Yield)? "}" .
Assign = Ident (Index | Field)* ("=" | "+=" | "-=" | "*=" | "/=") Expr .
Expr = Cond | Each | Or .
Cond = "if" Expr "then" Expr "else" Expr .
Each = "each" Ident "in" Ident ":" Expr .
Primary = (Literal | Reveal | LocalExpr | Paren | Array | Call | Ident) (Index | Field)* .
Call = Ident ("." FieldName)? "(" (Arg ("," Arg)* ","?)? ")" ("as" Ident)? .
Arg = (FieldName ":")? Expr .
Index = "[" Slice ("," Slice)* ","? "]" .
Slice = ":" | ".." Expr | Expr (".." Expr?)? .
Field = "." FieldName .
FieldName = <ident> | <keyword> .
Reveal = "reveal" "(" Expr ")" "to" Placement ("as" Ident)? .
LocalExpr = "local" Ident Block .
Paren = "(" Expr ("," Expr)* ","? ")" .
Array = "[" (Expr ("," Expr)* ","?)? "]" .
`

// inWords are productions of a token, and what stands for all.
var inWords = []string{"Productions", "Number", "Ident", "Text"}

// wholeGrammar joins the three parts; what a file consists of stands first.
func wholeGrammar(t testing.TB) []*ebnf.Production {
	tags, err := ebnf.ParseString(grammar.String())
	require.NoError(t, err)
	rest, err := ebnf.ParseString(fmt.Sprintf(handwritten, named(decls), named(within())) + levelGrammar())
	require.NoError(t, err)
	of := func(p *ebnf.Production) bool { return slices.Contains(inWords, p.Production) }
	all := append(slices.DeleteFunc(tags.Productions, of), rest.Productions...)
	isDecl := func(p *ebnf.Production) bool { return p.Production == "Decl" }
	decl := all[slices.IndexFunc(all, isDecl)]
	return slices.Insert(slices.DeleteFunc(all, isDecl), 2, decl)
}

// within are the statements that do not end their block.
func within() map[string]func(parser) (ast.Stmt, error) {
	starts := maps.Clone(statements)
	delete(starts, "return")
	delete(starts, "yield")
	return starts
}

// named are the productions that start with the words of a map.
func named[V any](words map[string]V) string {
	var names []string
	for word := range words {
		names = append(names, strings.ToUpper(word[:1])+word[1:])
	}
	slices.Sort(names)
	return strings.Join(names, " | ")
}

// levelGrammar is a production for each level of binding.
func levelGrammar() string {
	levels := []struct {
		name  string
		level int
		form  string
	}{
		{"Or", ast.OrLevel, "And (%s And)*"},
		{"And", ast.AndLevel, "Not (%s Not)*"},
		{"Not", ast.NotLevel, `"not"? Compare`},
		{"Compare", ast.CompareLevel, "Sum (%s Sum)?"},
		{"Sum", ast.SumLevel, "Term (%s Term)*"},
		{"Term", ast.TermLevel, "Unary (%s Unary)*"},
		{"Unary", ast.NegateLevel, `"-"? Primary`},
	}
	var b strings.Builder
	for _, l := range levels {
		form := l.form
		if ops := operatorsAt(l.level); ops != nil {
			form = fmt.Sprintf(form, "("+strings.Join(ops, " | ")+")")
		}
		fmt.Fprintf(&b, "%s = %s .\n", l.name, form)
	}
	return b.String()
}

func operatorsAt(level int) []string {
	var out []string
	for _, o := range append([]string{"or", "and"}, operators...) {
		if at, ok := ast.BinaryLevel(o); ok && at == level {
			out = append(out, `"`+o+`"`)
		}
	}
	return out
}

// TestGrammar holds the grammar of lang/spec.md to the parser.
func TestGrammar(t *testing.T) {
	var b strings.Builder
	b.WriteString("```ebnf\n")
	for _, p := range wholeGrammar(t) {
		if name, form := spelt(p.Production), either(p.Expression); name != form {
			fmt.Fprintf(&b, "%-11s = %s .\n", name, wrapped(form))
		}
	}
	b.WriteString("```\n")
	golden.Part(t, "../spec.md", "grammar", b.String())
}

// wrapped breaks a long form before groups, where no bracket is open.
func wrapped(form string) string {
	if len(form) <= 110 {
		return form
	}
	var b strings.Builder
	depth, column := 0, 0
	for i, part := range strings.Split(form, " ") {
		opens, closes := part == "[" || part == "{" || part == "(", part == "]" || part == "}" || part == ")"
		switch {
		case opens && depth == 0 && column > 50:
			b.WriteString("\n" + strings.Repeat(" ", 14))
			column = 0
		case i > 0:
			b.WriteString(" ")
		}
		if opens {
			depth++
		} else if closes {
			depth--
		}
		b.WriteString(part)
		column += len(part) + 1
	}
	return b.String()
}

// spelt is a name as the page has it.
func spelt(name string) string {
	switch name {
	case "Text", "string":
		return "String"
	case "Number", "int":
		return "Int"
	case "DocName", "ident":
		return "Ident"
	case "float", "keyword":
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return name
}

// either writes alternatives; those in parentheses alone are among them.
func either(e *ebnf.Expression) string {
	var out []string
	for _, s := range e.Alternatives {
		if g := s.Terms[0].Group; len(s.Terms) == 1 && g != nil && s.Terms[0].Repetition == "" {
			out = append(out, either(g.Expr))
		} else {
			out = append(out, sequence(s))
		}
	}
	return strings.Join(out, " | ")
}

// sequence leaves guards out: they only say how far the parser looks ahead.
func sequence(s *ebnf.Sequence) string {
	var out []string
	for _, t := range s.Terms {
		if t.Group == nil || t.Group.Lookahead == ebnf.LookaheadAssertionNone {
			out = append(out, term(t))
		}
	}
	return strings.Join(out, " ")
}

func term(t *ebnf.Term) string {
	open, close := "", ""
	switch t.Repetition {
	case "?":
		open, close = "[ ", " ]"
	case "*":
		open, close = "{ ", " }"
	}
	switch {
	case t.Group == nil && t.Literal != "":
		return open + t.Literal + close
	case t.Group == nil:
		return open + spelt(t.Name+t.Token) + close
	case open == "" && len(t.Group.Expr.Alternatives) > 1:
		if last, ok := trailing(t.Group.Expr); ok {
			return `[ "," ] ` + last
		}
		open, close = "( ", " )"
	}
	return open + either(t.Group.Expr) + close
}

// trailing finds the bracket that closes a list with or without a comma before
// it: `"," ")" | ")"`.
func trailing(e *ebnf.Expression) (string, bool) {
	last := either(&ebnf.Expression{Alternatives: e.Alternatives[1:]})
	return last, either(&ebnf.Expression{Alternatives: e.Alternatives[:1]}) == `"," `+last
}

// TestGrammarDerives holds that the grammar derives what the parser reads.
func TestGrammarDerives(t *testing.T) {
	for _, path := range append(corpus(t, "programs/*.tfe"), corpus(t, "reject/E3*.tfe")...) {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		r := recognizer{productions: make(map[string]*ebnf.Expression), memo: make(map[derivation][]int)}
		for _, p := range wholeGrammar(t) {
			r.productions[p.Production] = p.Expression
		}
		all := lex(path, string(source))
		freeFields(all)
		r.tokens = slices.DeleteFunc(all, func(t lexer.Token) bool { return elides(t.Type) || t.EOF() })
		require.Contains(t, r.production("File", 0), len(r.tokens), path)
	}
}

// A recognizer finds where what it reads from a place can end, as sets.
type recognizer struct {
	productions map[string]*ebnf.Expression
	tokens      []lexer.Token
	memo        map[derivation][]int
}

type derivation struct {
	production string
	at         int
}

func (r *recognizer) production(name string, at int) []int {
	e := r.productions[name]
	if e == nil {
		return r.token(at, func(t lexer.Token) bool { return t.Type == kinds[name] })
	}
	key := derivation{name, at}
	ends, ok := r.memo[key]
	if !ok {
		ends = r.expression(e, at)
		r.memo[key] = ends
	}
	return ends
}

var kinds = map[string]lexer.TokenType{
	"Ident": ident, "ident": ident, "Text": stringToken, "string": stringToken,
	"Number": intToken, "int": intToken, "float": floatToken, "keyword": keyword,
}

func (r *recognizer) token(at int, is func(lexer.Token) bool) []int {
	if at < len(r.tokens) && is(r.tokens[at]) {
		return []int{at + 1}
	}
	return nil
}

func (r *recognizer) expression(e *ebnf.Expression, at int) []int {
	var ends []int
	for _, s := range e.Alternatives {
		here := []int{at}
		for _, t := range s.Terms {
			here = r.each(t, here)
		}
		ends = union(ends, here)
	}
	return ends
}

// each reads a term, as often as it may stand, from every one of some places.
func (r *recognizer) each(t *ebnf.Term, from []int) []int {
	if t.Group != nil && t.Group.Lookahead != 0 {
		return from
	}
	var ends []int
	if t.Repetition != "" {
		ends = from
	}
	for len(from) > 0 {
		var next []int
		for _, at := range from {
			next = union(next, r.once(t, at))
		}
		from = slices.DeleteFunc(next, func(at int) bool { return slices.Contains(ends, at) })
		ends = union(ends, from)
		if t.Repetition != "*" {
			break
		}
	}
	return ends
}

func (r *recognizer) once(t *ebnf.Term, at int) []int {
	switch {
	case t.Group != nil:
		return r.expression(t.Group.Expr, at)
	case t.Literal != "":
		return r.token(at, func(token lexer.Token) bool { return token.Value == strings.Trim(t.Literal, `"`) })
	}
	return r.production(t.Name+t.Token, at)
}

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// TestGrammarIsRead holds that the parser reads what the grammar derives.
func TestGrammarIsRead(t *testing.T) {
	w := writer{productions: make(map[string]*ebnf.Expression), depths: make(map[string]int)}
	for _, p := range wholeGrammar(t) {
		w.productions[p.Production] = p.Expression
	}
	w.measure()
	for seed := range uint64(300) {
		w.random, w.words = rand.New(rand.NewPCG(seed, 1)), nil
		w.production("File", 9+int(seed%12))
		source := strings.Join(w.words, " ")
		_, errs := File("x.tfe", []byte(source))
		require.Empty(t, printed(errs, source), "seed %d: %s", seed, source)
	}
}

// A writer derives random sentences.
type writer struct {
	productions map[string]*ebnf.Expression
	depths      map[string]int // of the least deep sentence of a production
	random      *rand.Rand
	words       []string
}

const unbounded = 1000

// measure finds depths as a fixed point.
func (w *writer) measure() {
	for name := range w.productions {
		w.depths[name] = unbounded
	}
	for range w.productions {
		for name, e := range w.productions {
			w.depths[name] = 1 + w.depth(e)
		}
	}
}

func (w *writer) depth(e *ebnf.Expression) int {
	least := unbounded
	for _, s := range e.Alternatives {
		least = min(least, w.depthOf(s))
	}
	return least
}

func (w *writer) depthOf(s *ebnf.Sequence) int {
	deepest := 0
	for _, t := range s.Terms {
		switch {
		case t.Repetition != "" || t.Group != nil && t.Group.Lookahead != 0:
		case t.Group != nil:
			deepest = max(deepest, w.depth(t.Group.Expr))
		default:
			deepest = max(deepest, w.depths[t.Name])
		}
	}
	return deepest
}

func (w *writer) production(name string, fuel int) {
	if e := w.productions[name]; e != nil {
		w.expression(e, fuel-1)
		return
	}
	w.token(name)
}

func (w *writer) token(kind string) {
	some := map[string][]string{
		"Ident": {"a", "b", "players", "step"}, "ident": {"c", "d"}, "Text": {`"t"`, `"./m"`}, "string": {`"u"`},
		"Number": {"0", "12", "0xff"}, "int": {"7", "1_000"}, "float": {"0.5", "1e3"}, "keyword": {"in", "yield"},
	}[kind]
	w.words = append(w.words, some[w.random.IntN(len(some))])
}

// expression takes any alternative that the fuel admits, else the least deep.
func (w *writer) expression(e *ebnf.Expression, fuel int) {
	within := slices.DeleteFunc(slices.Clone(e.Alternatives), func(s *ebnf.Sequence) bool { return w.depthOf(s) > max(fuel, w.depth(e)) })
	for _, t := range within[w.random.IntN(len(within))].Terms {
		w.term(t, fuel)
	}
}

func (w *writer) term(t *ebnf.Term, fuel int) {
	times := 1
	switch {
	case t.Group != nil && t.Group.Lookahead != 0 || t.Repetition != "" && fuel < 0:
		return
	case t.Repetition == "?":
		times = w.random.IntN(2)
	case t.Repetition == "*":
		times = w.random.IntN(3)
	}
	for range times {
		switch {
		case t.Group != nil:
			w.expression(t.Group.Expr, fuel)
		case t.Literal != "":
			w.words = append(w.words, strings.Trim(t.Literal, `"`))
		default:
			w.production(t.Name+t.Token, fuel)
		}
	}
}
