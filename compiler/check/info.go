package check

// What the checker finds out, for the passes after it. The ast is not
// touched: facts about an expression stand in the tables of the Body that it
// was checked in, since one text is checked once per distinct tuple of
// argument placements (R15) and once per member of a group loop.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// A Program is a checked file with the modules that it imports.
type Program struct {
	File         *ast.File
	Modules      []*ast.File // in the order in which the text first imports them
	Players      []*Player   // as declared; the index is the bit in every types.Set
	Groups       []*Group
	Protocol     *Protocol // nil in a module
	Precision    types.Elem
	Enums        []*Enum
	Records      []*Record
	Computations []*Computation
	Tests        []*Test
	Uncalled     []*Body // of functions that nothing calls: with public arguments, with shared ones
	Digest       string  // of the canonical text of all files, in hexadecimal
}

// Files returns all files, the program's own first.
func (p *Program) Files() []*ast.File { return append([]*ast.File{p.File}, p.Modules...) }

// FileOf returns the file that a position is in.
func (p *Program) FileOf(pos ast.Pos) *ast.File {
	for _, m := range p.Modules {
		if m.Name == pos.Filename {
			return m
		}
	}
	return p.File
}

// PlayerNames returns the names in order of declaration.
func (p *Program) PlayerNames() []string {
	names := make([]string, len(p.Players))
	for i, q := range p.Players {
		names[i] = q.Name
	}
	return names
}

// Bodies visits every body that was checked, each once: those of computations,
// tests and uncalled functions, then those that they call and have for each
// member.
func (p *Program) Bodies(visit func(*Body)) {
	seen := make(map[*Body]bool)
	var enter func(*Body)
	enter = func(b *Body) {
		if b == nil || seen[b] {
			return
		}
		seen[b] = true
		visit(b)
		for _, call := range b.Calls {
			enter(call.Body)
		}
		for _, members := range b.Members {
			for _, m := range members {
				enter(m)
			}
		}
	}
	for _, c := range p.Computations {
		enter(c.Body)
	}
	for _, t := range p.Tests {
		enter(t.Body)
		for _, call := range t.Of.Body.Calls { // a call that stands in no text
			enter(call.Body)
		}
	}
	for _, b := range p.Uncalled {
		enter(b)
	}
}

type Player struct {
	Name string
	Doc  ast.Doc
}

type Group struct {
	Name    string
	Members []int // players, in the order of the group
}

// An Enum is a declared set of values, ordered as declared; a value is its
// position.
type Enum struct {
	Decl   *ast.Enum
	Name   string
	Values []string
}

// A Record is a declared record: its fields in order.
type Record struct {
	Decl   *ast.Record
	Name   string
	Fields []*Field
}

// A Field is one field of a record. Its type has an element and a shape; the
// placement is that of the record.
type Field struct {
	Decl  *ast.Param
	Name  string
	Type  types.Type
	Range *Interval // as declared, or nil
	// Columns is the enum whose values the last dimension counts, written
	// `size(Region)`, or nil.
	Columns *Enum
}

// Enum finds an enum by its name.
func (p *Program) Enum(name string) *Enum {
	i := slices.IndexFunc(p.Enums, func(e *Enum) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return p.Enums[i]
}

// Record finds a record by its name.
func (p *Program) Record(name string) *Record {
	i := slices.IndexFunc(p.Records, func(r *Record) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return p.Records[i]
}

// Field finds a field by its name: its position, or -1.
func (r *Record) Field(name string) int {
	return slices.IndexFunc(r.Fields, func(f *Field) bool { return f.Name == name })
}

type Protocol struct {
	Capability *capability.Protocol
	Roles      []int
	Helpers    []int
	Ring       int
	Exact      bool // truncations round down always
}

// A Computation is one checked computation.
type Computation struct {
	Decl     *ast.Computation
	Players  types.Set // P: everybody it names, by signature, roles, groups, local blocks and calls
	Sizes    []*SizeVar
	Where    []Condition
	Public   []ast.Expr  // the conditions of where that are no comparisons of sizes
	Inputs   []*Variable // in the order of the header
	Outputs  []*Output
	Disclose []*Disclosed
	Body     *Body
}

// A SizeVar is a size of a header with the bounds that where gives it alone.
type SizeVar struct {
	Name string
	Min  int64  // 1 unless where says otherwise
	Max  *int64 // nil: unbounded
}

// A Condition is one comparison of where, in normal form, or one that the set-up
// makes unasked: how many elements an input has.
type Condition struct {
	At          ast.Node
	Text        string
	Left, Right types.Size
	Rel         string
}

type Output struct {
	Decl    *ast.Output
	Type    types.Type // Place.Each for a bundle
	Columns *Enum      // as of a Field
}

type Disclosed struct {
	Decl  *ast.Disclosed
	Label string // "converged", "fit.l"
	Type  types.Type
	Upto  []bool // for each dimension of Type.Shape: declared `upto`
}

// A Variable is anything a name can stand for inside a body.
type Variable struct {
	Name  string
	Decl  *ast.Ident // where it is defined
	Kind  VariableKind
	Type  types.Type // final: for a var, after the fixed point of R8
	Range *Interval  // inputs: the declared range
	// Columns is that of an input, as of a Field.
	Columns *Enum
	Const   *Const     // Constant: its value
	Size    types.Size // SizeName, and a ParamVar that is a size of the caller: as a size
	Group   *Group     // MemberVar, Bundle
	// Member is the player that a MemberVar stands for in this Body.
	Member int

	source   ast.Expr // of a let: its definition, for hints
	declared *ast.Var // of a var that declares its placement
	member   string   // of a var: the member's body that defines it
}

type VariableKind int

const (
	InputVar  VariableKind = iota + 1
	Bundle                 // an input @ each group
	ParamVar               // a function's parameter
	LetVar                 // let
	VarVar                 // var
	LoopVar                // for i in a..b: public int64
	MemberVar              // for p in group, each p in group
	SizeName               // a size of the header or of a fn
	ConstName              // a const declaration
)

// An Interval bounds values, both ends included, as exact numbers (a fixed
// value as itself, not scaled). An end over sizes is Least or Most: Low and High
// then are the least and the greatest that it can be.
type Interval struct {
	Low, High   *big.Rat
	Least, Most *types.Size
}

// OverSizes reports a range that is no range of constants.
func (i *Interval) OverSizes() bool { return i.Least != nil || i.Most != nil }

// A Const is an exact constant value: a number or a bool.
type Const struct {
	Num  *big.Rat // nil for a bool
	Bool bool
}

// A Body is a function or computation checked for one tuple of argument
// types, or the body of a group loop or `each` expression checked for one
// member. Tables hold what was found for the nodes inside, nested group
// bodies excluded.
type Body struct {
	Fn     *ast.Fn // nil: the computation's own body, or a member's
	Name   string
	Params []*Variable
	Result []types.Type // of return; for an each expression: the one value

	// Exprs has every expression that is a value.
	Exprs map[ast.Expr]*Expr
	// Vars resolves names, at their definition and at every use.
	Vars map[*ast.Ident]*Variable
	// Calls resolves calls of functions; calls of primitives are not in it
	// (lang/op.Lookup finds those by name).
	Calls map[*ast.Call]*Call
	// Constructs resolves calls that make a record.
	Constructs map[*ast.Call]*Record
	// Members are the bodies of a group loop (*ast.For) or each expression
	// (*ast.Each), one per member in order of the group.
	Members map[ast.Node][]*Body
	// Labels gives each reveal its output name or declared label, and the
	// placement that it is for.
	Reveals map[*ast.Reveal]*RevealInfo
	// Checked holds the partial operations that were not proved (R14): `/`
	// and `%` (*ast.Binary, *ast.Assign), indices and slices (*ast.Index),
	// steps (*ast.For), roots and logarithms (*ast.Call).
	// All their operands are early, so they are checked in the set-up; every
	// other partial operation is proved, or in total form under a
	// conditional that is not public.
	Checked map[ast.Node]bool
	// Lengths names the dimensions of a call (*ast.Arg) and the lengths of slices
	// (*ast.Slice) that are numbers of their holders.
	Lengths map[ast.Node]types.Size
	// Total holds the indices in arms that were not proved: out of range they
	// give zero, and write nothing (R10).
	Total map[ast.Node]bool
	// Outside holds the roots and logarithms on shares, under a conditional that
	// is not public, whose operands may lie outside the domain.
	Outside map[*ast.Call]bool
	// Runs says where each conditional (*ast.If, *ast.Cond) runs: public,
	// at the players that hold the condition and everything computed in its
	// arms, or shared: both arms, then a select. An `and` or `or` is no entry.
	Runs map[ast.Node]types.Place
	// Overflows are the values that may exceed their types for want of bounds.
	Overflows map[ast.Node]*Overflow

	spare []*Expr // for what Exprs will have
}

// An Expr is what was found about an expression that is a value.
type Expr struct {
	// Type is the final type: literals, constants, sizes and loop variables have
	// the type that their context gives them, so lowering converts where that
	// differs from the natural type. A value that flows to a place that fewer
	// players hold keeps its own placement; the receiving operation shares or
	// copies.
	Type types.Type
	// Const is the value of an expression that is constant (literals, const names
	// and operators over them), exact, before rounding; or nil.
	Const *Const
	// Size is the normal form of an expression that is a size: size names,
	// size(x), lengths, and + - * over them and constants; or nil.
	Size *types.Size

	adaptive bool // its context decides its type
}

// Type is the type of an expression; of one that is no value, that of an error.
func (b *Body) Type(e ast.Expr) types.Type {
	if x := b.Exprs[e]; x != nil {
		return x.Type
	}
	return types.Type{}
}

// Const is the value of a constant expression, or nil.
func (b *Body) Const(e ast.Expr) *Const {
	if x := b.Exprs[e]; x != nil {
		return x.Const
	}
	return nil
}

// Size is the normal form of an expression that is a size.
func (b *Body) Size(e ast.Expr) (types.Size, bool) {
	if x := b.Exprs[e]; x != nil && x.Size != nil {
		return *x.Size, true
	}
	return types.Size{}, false
}

// A Call is a call of a function, resolved.
type Call struct {
	Body *Body
	// Sizes binds the callee's size names, in the caller's sizes.
	Sizes map[string]types.Size
	// Lengths names, in the caller, the lengths of the results that data decides
	// in the callee.
	Lengths map[string]types.Size
}

// RevealInfo says what a reveal is for.
type RevealInfo struct {
	Label    string      // output's name or disclosed label; "" where nothing is disclosed
	Output   bool        // the label is an output's
	Audience types.Place // the placement written
	Nothing  bool        // inside a fn: the audience already holds the value
}

// A Test is a checked test block. Its expressions are evaluated in clear by
// the interpreter's harness; its tables stand in Body.
type Test struct {
	Decl  *ast.Test
	Title string
	Of    *Computation // of a function: one that calls it, with the result as outputs
	Body  *Body        // types of givens and expects; outputs are Vars of it
}
