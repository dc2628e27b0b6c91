package ir

// Reading the text form of a whole program back, line by line. A projection
// names values of others and cannot be read.

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"text/scanner"
	"unicode"

	"github.com/tfec-lang/tfec/lang/types"
)

// Parse reads the text form that String writes. It checks the form only;
// Verify checks the rest. Blank lines mean nothing.
func Parse(text string) (*Program, error) {
	r := &reader{
		p:      &Program{Values: make([]Info, 1), Player: -1},
		values: make(map[string]Value),
	}
	r.lines = strings.Split(text, "\n")
	body, err := r.program()
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", r.at, err)
	}
	r.p.Body = body
	r.link(body)
	return r.p, nil
}

// link fills the values of the header's inputs and outputs in.
func (r *reader) link(b Block) {
	for _, i := range b {
		switch i.Op {
		case OpInput:
			for k, x := range r.p.Inputs {
				if x.Name == i.Name && x.Member == i.Member {
					r.p.Inputs[k].Value = i.Dst
				}
			}
		case OpOutput:
			for k, x := range r.p.Outputs {
				if x.Name == i.Name && x.Member == i.Member {
					r.p.Outputs[k].Value = i.Args[0]
				}
			}
		}
		r.link(i.Body)
		r.link(i.Else)
	}
}

// A reader scans one line at a time. tok is the next token; the first error
// stays in err, and nothing is accepted after it.
type reader struct {
	p      *Program
	values map[string]Value
	lines  []string
	at     int // lines taken so far: the number of the current one
	s      scanner.Scanner
	tok    rune
	err    error
}

func (r *reader) program() (Block, error) {
	body, end := r.block()
	if r.err == nil && end != scanner.EOF {
		r.fail("`}` without a block")
	}
	return body, r.err
}

// next moves to the next line that is not blank, and reports whether there
// is one.
func (r *reader) next() bool {
	for r.err == nil && r.at < len(r.lines) {
		r.at++
		r.s.Init(strings.NewReader(r.lines[r.at-1]))
		r.s.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanStrings
		r.s.IsIdentRune = identRune
		r.s.Error = func(_ *scanner.Scanner, msg string) { r.fail("%s", msg) }
		if r.scan(); r.tok != scanner.EOF {
			return true
		}
	}
	return false
}

func identRune(ch rune, i int) bool {
	return ch == '_' || ch == '?' && i == 0 || unicode.IsLetter(ch) || i > 0 && (ch == '.' || unicode.IsDigit(ch))
}

func (r *reader) scan() { r.tok = r.s.Scan() }

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// accept takes the token if it reads so.
func (r *reader) accept(text string) bool {
	if r.err != nil || r.tok == scanner.EOF || r.s.TokenText() != text {
		return false
	}
	r.scan()
	return true
}

func (r *reader) expect(text string) {
	if !r.accept(text) {
		r.fail("got %q, want %q", r.s.TokenText(), text)
	}
}

// take takes a token of the class and returns its text.
func (r *reader) take(class rune) string {
	text := r.s.TokenText()
	if r.tok != class {
		r.fail("got %q, want %s", text, scanner.TokenString(class))
		return ""
	}
	r.scan()
	return text
}

func (r *reader) ident() string { return r.take(scanner.Ident) }

func (r *reader) str() string {
	s, err := strconv.Unquote(r.take(scanner.String))
	if err != nil {
		r.fail("bad string")
	}
	return s
}

func (r *reader) integer() *big.Int {
	minus := r.accept("-")
	v, ok := new(big.Int).SetString(r.take(scanner.Int), 10)
	if !ok {
		r.fail("bad number")
		return new(big.Int)
	}
	if minus {
		v.Neg(v)
	}
	return v
}

func (r *reader) number() int { return int(r.integer().Int64()) }

// list reads one or more elements separated by commas.
func (r *reader) list(element func()) {
	for element(); r.accept(","); {
		element()
	}
}

func (r *reader) player() int {
	name := r.ident()
	for i, q := range r.p.Players {
		if q.Name == name {
			return i
		}
	}
	r.fail("unknown player %q", name)
	return 0
}

func (r *reader) size() types.Size {
	sum := types.Int(0)
	for sign := int64(1); r.err == nil; {
		if r.accept("-") {
			sign = -sign
		}
		sum = sum.Add(r.product().Mul(types.Int(sign)))
		switch {
		case r.accept("+"):
			sign = 1
		case r.accept("-"):
			sign = -1
		default:
			return sum
		}
	}
	return sum
}

func (r *reader) product() types.Size {
	s := r.factor()
	for r.accept("*") {
		s = s.Mul(r.factor())
	}
	return s
}

func (r *reader) factor() types.Size {
	if r.tok == scanner.Ident {
		return types.Name(r.ident())
	}
	return types.Int(r.integer().Int64())
}

// typ reads `fixed(24, 16)[n] @ alice`.
func (r *reader) typ() (types.Elem, types.Shape, types.Place) {
	e := r.elem()
	var s types.Shape
	if r.accept("[") {
		r.list(func() { s = append(s, r.dimension()) })
		r.expect("]")
	}
	r.expect("@")
	return e, s, r.place()
}

func (r *reader) dimension() types.Size {
	if r.accept("upto") {
		return types.Upto(r.size())
	}
	return r.size()
}

func (r *reader) elem() types.Elem {
	name := r.ident()
	if name == "fixed" {
		r.expect("(")
		i := r.number()
		r.expect(",")
		f := r.number()
		r.expect(")")
		return types.FixedOf(i, f)
	}
	for k := types.Bool; k <= types.String; k++ {
		if k.String() == name && k != types.Enum && k != types.Record {
			return types.Of(k)
		}
	}
	for _, e := range r.p.Enums {
		if e.Name == name {
			return e.Elem()
		}
	}
	r.fail("unknown element %q", name)
	return types.Elem{}
}

func (r *reader) place() types.Place {
	switch {
	case r.accept("public"):
		return types.PublicPlace
	case r.accept("shared"):
		return types.SharedPlace
	case r.accept("{"):
		var s types.Set
		if !r.accept("}") {
			r.list(func() { s = s.With(r.player()) })
			r.expect("}")
		}
		return types.At(s)
	}
	return types.At(types.SetOf(r.player()))
}

func (r *reader) key() (name, member string) {
	name = r.ident()
	if r.accept("[") {
		member = r.ident()
		r.expect("]")
		if r.accept(".") {
			name += "." + r.ident()
		}
	}
	return name, member
}

// headers reads one line of the header each; the leading word is taken.
var headers = map[string]func(*reader){
	"computation": (*reader).computation,
	"players": func(r *reader) {
		r.list(func() { r.p.Players = append(r.p.Players, Player{Name: r.ident()}) })
	},
	"protocol": (*reader).protocol,
	"size": func(r *reader) {
		name := r.ident()
		r.expect(">")
		r.expect("=")
		r.p.Sizes = append(r.p.Sizes, Size{Name: name, Min: r.integer().Int64()})
	},
	"enum": func(r *reader) {
		e := Enum{Name: r.ident()}
		r.expect("{")
		r.list(func() { e.Values = append(e.Values, r.ident()) })
		r.expect("}")
		r.p.Enums = append(r.p.Enums, e)
	},
	"where":    (*reader).where,
	"input":    (*reader).input,
	"output":   (*reader).output,
	"disclose": (*reader).disclose,
}

func (r *reader) computation() {
	r.p.Name = r.ident()
	r.expect("of")
	r.p.File = r.str()
	if r.accept("digest") {
		r.p.Digest = r.str()
	}
}

func (r *reader) protocol() {
	q := &r.p.Protocol
	q.Name = r.ident()
	r.expect("(")
	r.list(func() { q.Roles = append(q.Roles, r.player()) })
	if r.accept(";") {
		r.list(func() { q.Helpers = append(q.Helpers, r.player()) })
	}
	r.expect(")")
	r.expect("ring")
	q.Ring = r.number()
	q.Exact = r.accept("exact")
}

func (r *reader) where() {
	c := Cond{Left: r.size()}
	for strings.Contains("=!<>", r.s.TokenText()) && r.tok != scanner.EOF {
		c.Rel += r.s.TokenText()
		r.scan()
	}
	c.Right = r.size()
	r.expect("as")
	c.Text = r.str()
	c.Pos = r.pos()
	r.p.Where = append(r.p.Where, c)
}

func (r *reader) input() {
	var x Input
	x.Name, x.Member = r.key()
	r.expect(":")
	x.Elem, x.Shape, x.Owner = r.typ()
	x.Rows, x.Columns = r.rows(), r.columns()
	if r.accept("in") {
		x.Range = &Range{Low: r.integer()}
		r.expect(".")
		r.expect(".")
		x.Range.High = r.integer()
		r.expect("as")
		x.Range.Text = r.str()
	}
	r.p.Inputs = append(r.p.Inputs, x)
}

func (r *reader) rows() int {
	if !r.accept("rows") {
		return 0
	}
	return r.number()
}

func (r *reader) columns() string {
	if !r.accept("columns") {
		return ""
	}
	return r.ident()
}

func (r *reader) output() {
	var x Output
	x.Name, x.Member = r.key()
	r.expect(":")
	x.Elem, x.Shape, x.To = r.typ()
	x.Rows, x.Columns = r.rows(), r.columns()
	r.p.Outputs = append(r.p.Outputs, x)
}

// pos reads `line 13` or `line 13 of "std/stats"`.
func (r *reader) pos() Pos {
	r.expect("line")
	p := Pos{Line: r.number()}
	if r.accept("of") {
		p.File = r.str()
	}
	return p
}

func (r *reader) disclose() {
	x := Disclosure{Label: r.ident()}
	r.expect(":")
	x.Elem, x.Shape, x.To = r.typ()
	x.Pos = r.pos()
	r.p.Reveals = append(r.p.Reveals, x)
}

// block reads lines up to one that starts with `}`, or to the end of the
// text; it returns which of the two stopped it.
func (r *reader) block() (Block, rune) {
	var b Block
	for r.next() {
		switch {
		case r.accept("}"):
			return b, '}'
		case r.tok == scanner.Int:
			b = append(b, r.instr())
		default:
			r.headerLine()
		}
	}
	return b, scanner.EOF
}

func (r *reader) headerLine() {
	word := r.ident()
	read, ok := headers[word]
	if !ok {
		r.fail("unknown line %q", word)
		return
	}
	read(r)
	r.end()
}

func (r *reader) end() {
	if r.tok != scanner.EOF {
		r.fail("unexpected %q", r.s.TokenText())
	}
}

func (r *reader) instr() *Instr {
	i := &Instr{Step: r.number(), Axis: -1}
	r.head(i)
	r.operands(i)
	for r.attribute(i) {
	}
	r.expect("by")
	i.Who = r.place().Set(r.p.Everybody())
	i.Pos = r.pos()
	if i.Op.Structured() {
		r.blocks(i)
	} else {
		r.end()
	}
	return i
}

// head reads `[var] name [: type] =` and the operation.
func (r *reader) head(i *Instr) {
	isVar := r.accept("var")
	word := r.ident()
	switch {
	case r.accept(":"):
		info := Info{Name: word, Var: isVar}
		info.Elem, info.Shape, info.Place = r.typ()
		i.Dst = r.define(info)
		r.expect("=")
		word = r.ident()
	case r.accept("="):
		i.Dst = r.lookup(word)
		word = r.ident()
	}
	i.Op = Op(word)
}

func (r *reader) define(v Info) Value {
	if _, twice := r.values[v.Name]; twice {
		r.fail("%s is defined twice", v.Name)
	}
	r.p.Values = append(r.p.Values, v)
	r.values[v.Name] = Value(len(r.p.Values) - 1)
	return r.values[v.Name]
}

func (r *reader) lookup(name string) Value {
	v, ok := r.values[name]
	if !ok {
		r.fail("%q is not defined", name)
	}
	return v
}

// attributeWords are the words that may follow the operands.
var attributeWords = map[string]func(*reader, *Instr){
	"[": func(r *reader, i *Instr) {
		r.list(func() { i.Slices = append(i.Slices, r.slice()) })
		r.expect("]")
	},
	"window": func(r *reader, i *Instr) {
		r.expect("[")
		r.list(func() { i.Window = append(i.Window, r.size()) })
		r.expect("]")
	},
	"text":    func(r *reader, i *Instr) { r.list(func() { i.Parts = append(i.Parts, r.str()) }) },
	"shift":   func(r *reader, i *Instr) { i.Shift = r.number() },
	"width":   func(r *reader, i *Instr) { i.Width = r.number() },
	"least":   func(r *reader, i *Instr) { i.Least = r.number() },
	"axis":    func(r *reader, i *Instr) { i.Axis = r.number() },
	"to":      func(r *reader, i *Instr) { i.To = r.place() },
	"as":      func(r *reader, i *Instr) { i.Name, i.Member = r.key() },
	"checked": func(_ *reader, i *Instr) { i.Checked = true },
}

func (r *reader) attribute(i *Instr) bool {
	if i.Op == OpAssert && r.tok == scanner.String {
		i.Name = r.str()
		return true
	}
	read, ok := attributeWords[r.s.TokenText()]
	if !ok || r.tok == scanner.EOF || r.err != nil {
		return false
	}
	r.scan()
	read(r, i)
	return true
}

func (r *reader) operands(i *Instr) {
	switch i.Op {
	case OpInput, OpValid, OpDraw, OpStart, OpIota, OpTogether, OpChain:
	case OpPrint:
		if r.s.TokenText() != "text" {
			r.list(func() { i.Args = append(i.Args, r.lookup(r.ident())) })
		}
	case OpConst:
		r.list(func() { i.Const = append(i.Const, r.integer()) })
	case OpSizeOf:
		i.Size = r.size()
	default:
		r.list(func() { i.Args = append(i.Args, r.lookup(r.ident())) })
	}
}

func (r *reader) slice() Slice {
	var s Slice
	if r.tok == scanner.Ident {
		s.From = r.lookup(r.ident())
	}
	if !r.accept(":") {
		return s
	}
	s.Range = true
	if r.tok == scanner.Ident && r.s.TokenText() != "len" {
		s.To = r.lookup(r.ident())
	}
	r.expect("len")
	s.Len = r.dimension()
	return s
}

func (r *reader) blocks(i *Instr) {
	r.expect("{")
	r.end()
	i.Body = r.closed()
	if r.accept("else") {
		r.expect("{")
		r.end()
		i.Else = r.closed()
	}
	r.end()
}

func (r *reader) closed() Block {
	b, end := r.block()
	if r.err == nil && end != '}' {
		r.fail("a block is not closed")
	}
	return b
}
