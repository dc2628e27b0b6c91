// Package ast holds the syntax tree of a .tfe file, one struct per production
// of the grammar in lang/spec.md. It knows nothing of meaning: names are
// unresolved, numbers are text.
//
// The tags are the grammar of participle, which lang/parse builds its parser
// from: the tags of a struct, read in the order of its fields, are its
// production. Every list in brackets admits a trailing comma, which the guard
// (?! ',' ')' ) keeps apart from the comma before another element. Structs
// without tags are what lang/parse reads by hand: declarations with types,
// types, statements and expressions.
package ast

// Pos is a position in a source file. Line and Column start at 1; Column
// counts characters, Offset counts bytes.
type Pos struct {
	Filename string
	Offset   int
	Line     int
	Column   int
}

// Span is the extent of a node: from its first character to the first
// character after its last token.
type Span struct {
	Pos    Pos
	EndPos Pos
}

// Extent returns the span; it makes every node a Node.
func (s Span) Extent() Span { return s }

// A Node is any part of the tree.
type Node interface{ Extent() Span }

// An Ident is a name where it is defined or used. As an expression it is a
// use of a variable, size, constant, parameter, enum or module.
type Ident struct {
	Span
	Name string `parser:"@Ident"`
}

// A Text is a string literal as it was written, quotes and escapes included.
type Text struct {
	Span
	Raw string `parser:"@String"`
}

// A Doc is the run of `///` lines before a declaration, player, parameter,
// field or output, without the slashes and the one space after them.
type Doc []string

// A Comment is one `//` or `///` line, kept for the formatter.
type Comment struct {
	Span
	Text string // with its slashes
	// Own says that no token stands before it on its line.
	Own bool
	// Doc says that the line is part of a node's Doc. A `///` line that
	// documents nothing is a comment like any other.
	Doc bool
}

// A File is one source file.
type File struct {
	Span
	Name     string // the path as it was typed
	Source   string
	Doc      Doc
	Edition  *Number   `parser:"( 'edition' @@ )?"` // nil: none given
	Imports  []*Import `parser:"@@*"`
	Decls    []Decl    `parser:"@@*"` // in order of the text
	Comments []*Comment
	Broken   []Broken // declarations with a syntax error, which Decls lacks
}

// A Broken is what is known of a declaration with a syntax error: the word
// that it starts with, and the name it would give; "" where that is unknown.
type Broken struct{ Word, Name string }

type Import struct {
	Span
	As   *Ident `parser:"'import' @@?"` // nil: the last element of the path
	Path *Text  `parser:"@@"`
}

// A Decl is a *Players, *Group, *Protocol, *Precision, *Const, *Enum,
// *Record, *Fn, *Computation or *Test.
type Decl interface {
	Node
	decl()
}

type Players struct {
	Span
	Doc   Doc
	Names []*DocName `parser:"'players' @@ ( ',' @@ )*"`
}

// A DocName is a name with the doc comment before it.
type DocName struct {
	Span
	Doc  Doc
	Name *Ident `parser:"@@"`
}

type Group struct {
	Span
	Doc     Doc
	Name    *Ident   `parser:"'group' @@ '='"`
	Members []*Ident `parser:"'{' @@ ( (?! ',' '}' ) ',' @@ )* ( ',' '}' | '}' )"`
}

type Protocol struct {
	Span
	Doc     Doc
	Name    *Ident    `parser:"'protocol' @@"`
	Roles   []*Ident  `parser:"'(' @@ ( (?! ',' ')' ) ',' @@ )*"`                        // the computing players
	Helpers []*Ident  `parser:"( ';' @@ ( (?! ',' ')' ) ',' @@ )* )? ( ',' ')' | ')' )"` // after `;`: dealer
	Options []*Option `parser:"( 'with' @@ ( ',' @@ )* )?"`
}

type Option struct {
	Span
	Name  *Ident      `parser:"@@ '='"`
	Value OptionValue `parser:"@@"` // `local` is an Ident of that name
}

// An OptionValue is a literal or an *Ident.
type OptionValue interface{ Expr }

type Precision struct {
	Span
	Doc  Doc
	Type *Type
}

type Const struct {
	Span
	Doc   Doc
	Name  *Ident
	Type  *Type // nil: inferred
	Value Expr
}

type Enum struct {
	Span
	Doc    Doc
	Name   *Ident   `parser:"'enum' @@"`
	Values []*Ident `parser:"'{' @@ ( (?! ',' '}' ) ',' @@ )* ( ',' '}' | '}' )"`
}

type Record struct {
	Span
	Doc    Doc
	Name   *Ident
	Fields []*Param
}

type Fn struct {
	Span
	Doc       Doc
	Name      *Ident
	Generics  []*Generic
	Params    []*Param
	Result    *Type // nil: none
	Discloses []*Disclosed
	Body      *Block
}

type Computation struct {
	Span
	Doc       Doc
	Name      *Ident
	Generics  []*Generic
	Params    []*Param
	Tuple     bool // outputs were written in parentheses
	Outputs   []*Output
	Discloses []*Disclosed
	Where     []Expr
	Body      *Block
}

// A Generic is a size, or a type of a class: `n`, `T: num`.
type Generic struct {
	Span
	Name  *Ident
	Class *Ident // nil: a size
}

// A Param is an input, a parameter or a record's field.
type Param struct {
	Span
	Doc   Doc
	Name  *Ident
	Type  *Type
	Range *Range // nil: none
}

type Output struct {
	Span
	Doc  Doc
	Name *Ident
	Type *Type
}

// A Disclosed is one line under `discloses`; Label is `converged` or `fit.l`.
type Disclosed struct {
	Span
	Doc   Doc
	Label []*Ident
	Type  *Type
}

// A Range is `lo..hi` or, inclusive, `lo..=hi`.
type Range struct {
	Span
	Low       Sum
	Inclusive bool
	High      Sum
}

// A Sum is an Expr without a comparison, `and`, `or`, `not`, `if` or `each`
// outside parentheses.
type Sum interface{ Expr }

type Type struct {
	Span
	Tuple     []*Type // set: a tuple type, and Name is nil
	Module    *Ident  // nil: not qualified
	Name      *Ident
	Args      []*Number // fixed(I, F)
	Shape     []*Dim
	Placement *Placement // nil: none written
}

type Dim struct {
	Span
	Upto bool
	Size Sum
}

// A Placement is `public`, `shared`, `each G`, `{a, b}` or one name.
type Placement struct {
	Span
	Kind  PlacementKind
	Names []*Ident // EachOf: the group; Set: the members; One: the name
}

type PlacementKind int

const (
	Public PlacementKind = iota + 1
	Shared
	EachOf
	Set
	One
)

type Test struct {
	Span
	Doc     Doc
	Title   *Text     `parser:"'test' @@"`
	Of      *Ident    `parser:"'of' @@"`
	Givens  []*Given  `parser:"'{' @@*"`
	Expects []*Expect `parser:"@@* '}'"`
}

type Given struct {
	Span
	Name   *Ident `parser:"'given' @@"`
	Member *Ident `parser:"( '[' @@ ']' )?"` // pay[e0]; nil: none
	Value  Expr   `parser:"'=' @@"`
}

// An Expect is `expect cond [within tol]` or `expect abort ["text"]`.
type Expect struct {
	Span
	Abort  bool  `parser:"'expect' ( @'abort'"`
	Text   *Text `parser:"@@?"`
	Cond   Expr  `parser:"| @@"`
	Within Expr  `parser:"( 'within' @@ )? )"`
}

// A Block is a braced list of statements; Return and Yield stand last.
type Block struct {
	Span
	Stmts []Stmt
}

// A Stmt is a *Let, *Var, *For, *While, *If, *Assert, *Local, *Assign,
// *ExprStmt, *Return or *Yield.
type Stmt interface {
	Node
	stmt()
}

type Let struct {
	Span
	Tuple bool
	Names []*Ident // more than one, or Tuple: a tuple pattern
	Type  *Type    // nil: inferred
	Value Expr
}

type Var struct {
	Span
	Name  *Ident
	Type  *Type
	Value Expr
}

// A For is a loop over a group (To is nil) or over From..To.
type For struct {
	Span
	Name      *Ident
	From      Expr // the group's name where To is nil
	Inclusive bool
	To        Expr
	Step      Expr
	Body      *Block
}

type While struct {
	Span
	Cond  Expr
	Limit Expr
	Body  *Block
}

type If struct {
	Span
	Cond Expr
	Then *Block
	Else Else // nil: none
}

// An Else is an *If or a *BlockStmt.
type Else interface{ Stmt }

// A BlockStmt is the block after `else`.
type BlockStmt struct {
	Span
	Body *Block
}

type Assert struct {
	Span
	Label *Ident // nil: none
	Cond  Expr
	Text  *Text
}

type Local struct {
	Span
	Player *Ident
	Body   *Block
}

// An Assign is `target = value` or `target += value`; the target is an
// *Ident, *Index or *Field.
type Assign struct {
	Span
	Target Expr
	Op     string // "=", "+=", "-=", "*=", "/="
	Value  Expr
}

// An ExprStmt is a call that stands alone.
type ExprStmt struct {
	Span
	Call *Call
}

type Return struct {
	Span
	Values []Expr
}

type Yield struct {
	Span
	Values []Expr
}

// An Expr is a *Number, *Text, *Bool, *Ident, *Unary, *Binary, *Cond, *Each,
// *Call, *Index, *Field, *Reveal, *LocalExpr, *Paren or *Array.
type Expr interface {
	Node
	expr()
}

type Number struct {
	Span
	Text  string `parser:"@( Int | BadNumber )"` // as written, with _ and 0x
	Float bool
}

type Bool struct {
	Span
	Value bool
}

// A Unary is `-x` or `not x`.
type Unary struct {
	Span
	Op string
	X  Expr
}

type Binary struct {
	Span
	Op    string // or and == != <= >= < > ~= + - * / %
	OpPos Pos
	X, Y  Expr
}

// A Cond is `if c then a else b`.
type Cond struct {
	Span
	If, Then, Else Expr
}

// An Each is `each p in group: body`.
type Each struct {
	Span
	Name  *Ident
	Group *Ident
	Body  Expr
}

type Call struct {
	Span
	Fn   Expr // *Ident or *Field (module.name); anything else is E001
	Args []*Arg
	As   *Ident // fit(x) as first
}

type Arg struct {
	Span
	Name  *Ident // nil: by position
	Value Expr
}

type Index struct {
	Span
	X      Expr
	Slices []*Slice
}

// A Slice is `:`, `..hi`, `lo..`, `lo..hi` or an index (From only, !Range).
type Slice struct {
	Span
	Range    bool
	From, To Expr
}

type Field struct {
	Span
	X    Expr
	Name *Ident
}

type Reveal struct {
	Span
	X  Expr
	To *Placement
	As *Ident
}

// A LocalExpr is `local p { … yield e }` as an expression.
type LocalExpr struct {
	Span
	Player *Ident
	Body   *Block
}

// A Paren is `(e)`, or a tuple where it has more than one element.
type Paren struct {
	Span
	Elems []Expr
}

type Array struct {
	Span
	Elems []Expr
}

func (*Players) decl()     {}
func (*Group) decl()       {}
func (*Protocol) decl()    {}
func (*Precision) decl()   {}
func (*Const) decl()       {}
func (*Enum) decl()        {}
func (*Record) decl()      {}
func (*Fn) decl()          {}
func (*Computation) decl() {}
func (*Test) decl()        {}

func (*Let) stmt()       {}
func (*Var) stmt()       {}
func (*For) stmt()       {}
func (*While) stmt()     {}
func (*If) stmt()        {}
func (*BlockStmt) stmt() {}
func (*Assert) stmt()    {}
func (*Local) stmt()     {}
func (*Assign) stmt()    {}
func (*ExprStmt) stmt()  {}
func (*Return) stmt()    {}
func (*Yield) stmt()     {}

func (*Number) expr()    {}
func (*Text) expr()      {}
func (*Bool) expr()      {}
func (*Ident) expr()     {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*Cond) expr()      {}
func (*Each) expr()      {}
func (*Call) expr()      {}
func (*Index) expr()     {}
func (*Field) expr()     {}
func (*Reveal) expr()    {}
func (*LocalExpr) expr() {}
func (*Paren) expr()     {}
func (*Array) expr()     {}
