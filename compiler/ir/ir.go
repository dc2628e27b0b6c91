// Package ir is a computation as one flat, typed, numbered list of
// instructions with structured loops and branches: what every pass after the
// checker reads, and what projection cuts into one list a player.
//
// Functions are inlined and loops over groups unrolled, so a value stands for
// one thing at one set of holders. Every instruction that is carried out by
// players keeps its step number in every player's list; a message is tagged
// with it.
//
// Representation on shares: bool is packed bits, every other element is a
// ring element. Conversions between the two are instructions (Convert).
package ir

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/types"
)

// A Program is one computation. After projection it is one player's part of
// it: the same header, fewer instructions.
type Program struct {
	File     string // base name of the source
	Name     string // the computation
	Doc      []string
	Digest   string   // hex SHA-256 of the canonical source with its imports
	Players  []Player // the computation's P, in order of declaration
	Protocol Protocol
	Enums    []Enum // those whose values it has
	Sizes    []Size
	Where    []Cond
	Inputs   []Input
	Outputs  []Output
	Reveals  []Disclosure
	Values   []Info // indexed by Value; Values[0] is unused
	Body     Block
	// Player is the index of the player that this is a projection for, or -1.
	Player int
	// Whole is, in a projection, the body that it was cut from: it tells which
	// step another player is at.
	Whole Block
}

// A Player is a participant; its index in Program.Players is its bit in
// every types.Set of the program.
type Player struct {
	Name string
	Doc  []string
}

type Protocol struct {
	Name    string
	Roles   []int // indices into Players
	Helpers []int
	Ring    int  // bits
	Exact   bool // truncations round down always
}

// An Enum is the names of an element's values, 0, 1 and so on.
type Enum struct {
	Name   string
	Values []string
}

// A Size is a size of the header, bound by the data at run time.
type Size struct {
	Name string
	Min  int64 // what the owners check: 1, or what `where` says
}

// A Cond is one condition of `where`, checked exactly once all sizes are
// known: Left Rel Right.
type Cond struct {
	Text        string // as in the program: "n + m <= 100_000"
	Left, Right types.Size
	Rel         string // == != <= >= < >
	Pos         Pos
}

// An Input is one value that a player loads. A bundle `pay @ each staff` is
// one Input a member, with Member set. Where its first dimension is padded the
// player loads at most so many rows, and the runtime adds the others.
type Input struct {
	Name   string
	Member string // "": not a bundle
	Rows   int    // of a record's field, `sales.amount`: how many dimensions are the record's
	// Columns is the enum whose values the last dimension counts: their names are
	// those of the columns of a file. "": none.
	Columns string
	Value   Value // what the Input instruction defines
	Elem    types.Elem
	Shape   types.Shape
	Owner   types.Place // one player, or public
	Range   *Range
	Doc     []string
}

// Padded reports that the player may load fewer rows than the program works on.
func (x Input) Padded() bool { return len(x.Shape) > 0 && x.Shape[0].Padded() }

// A Range bounds an input's cells, both ends included, as the element's
// integer representation (fixed: scaled by 2^F). Text is as written.
type Range struct {
	Low, High *big.Int
	Text      string
}

// An Output is one value that its receivers end up with.
type Output struct {
	Name    string
	Member  string
	Rows    int    // as of an input
	Columns string // as of an input
	Value   Value
	Elem    types.Elem
	Shape   types.Shape
	To      types.Place
	Doc     []string
}

// A Disclosure is one label under `discloses` with the reveal it names.
type Disclosure struct {
	Label string
	Elem  types.Elem
	Shape types.Shape // the loops around it included
	To    types.Place
	Pos   Pos
	Doc   []string
}

// A Value is an index into Program.Values.
type Value int

// Info describes a value.
type Info struct {
	Name  string // the program's name, or t1, t2, …; unique in the program
	Elem  types.Elem
	Shape types.Shape
	Place types.Place // shared: nobody holds it in clear
	// Var marks a variable: defined by Copy (its initialiser) and assigned
	// again by Copy. Every other value is defined by exactly one instruction.
	Var bool
	// Temp marks a value that the program has no name for: Number names it.
	Temp bool
}

// Pos is where an instruction comes from; File is "" for Program.File, else
// the module.
type Pos struct {
	File      string
	Line, Col int
}

// A Block is a list of instructions.
type Block []*Instr

// An Instr is one instruction.
//
// Operands of a clear operation are all held by every player of Who. Operands
// of a secure operation (its Dst is shared) are shared or public; other clear
// values were shared by a Share before.
type Instr struct {
	Step int // from 1, in program order, unique
	Op   Op
	Dst  Value // 0: none
	Args []Value

	Const   []*big.Int  // Const: the elements, row by row, as integer representation
	Size    types.Size  // SizeOf
	Shift   int         // Mul, Dot: fractional bits truncated from the product
	Width   int         // secure comparisons, min, max, abs: see Compares; 0: what the types say
	Least   int         // Rsqrt: what the type asks for, or as much more as is proved
	Axis    int         // reductions, Concat: the axis; -1: all of them
	Slices  []Slice     // Index, Update
	Window  types.Shape // Windows and convolutions: height and width, stride, padding
	Parts   []string    // Print: the texts before, between and after the operands
	To      types.Place // Share: unused; Open, Reveal: the audience (all of it, holders included)
	Name    string      // Input, Valid, Output: the name; Open, Reveal: output or label; Draw: the primitive; Assert: the text
	Member  string      // Input, Valid, Output of a bundle
	Text    string      // the source line, trimmed, for generated comments
	Who     types.Set   // participants
	Pos     Pos
	Checked bool // a partial operation that was not proved: may fail, and stands before Start

	Body, Else Block // For, While, If; Body: Together, Chain
}

// A Slice is one position of x[i, a..b, :]: an index (Range false), or a
// range with From inclusive and To exclusive. From and To are scalar int64
// values; 0 means the end of the dimension. Len is the length of a range.
type Slice struct {
	Range    bool
	From, To Value
	Len      types.Size
}

// An Op says what an instruction does.
type Op string

// Structure, data movement and control. Everybody means Program.Players.
const (
	OpInput  Op = "input"  // Dst @ owner: load, cells and range already checked; shared: the computing players' share files
	OpValid  Op = "valid"  // Dst @ owner: bool, which rows of a padded input were loaded
	OpOutput Op = "output" // Args[0] @ receivers, or shared: written after the last exchange
	OpConst  Op = "const"  // Dst @ public: literal
	OpSizeOf Op = "sizeof" // Dst @ public int64: Size
	OpCopy   Op = "copy"   // Dst (a Var, or a value with fewer holders) = Args[0]
	OpStart  Op = "start"  // everybody is ready; nothing is shared before, nothing fails after
	OpDraw   Op = "draw"   // Dst bool: random bits, shared or of one player. Name: the primitive
	OpShare  Op = "share"  // Dst shared = Args[0] in clear; the first holder deals. Who: dealer, computing players
	OpOpen   Op = "open"   // Dst @ To = Args[0] shared. Who: computing players, To
	OpReveal Op = "reveal" // Dst @ holders ∪ To = Args[0] in clear; the first holder sends to those who lack it, the others keep theirs. Who: holders, To
	OpFor    Op = "for"    // Dst: loop variable, int64 public; Args: from, to (exclusive), step; Name: the variable's, where Dst has another
	OpWhile  Op = "while"  // Args: the condition variable, limit; Body assigns the condition variable again
	OpIf     Op = "if"     // Args[0]: bool, public or held by every participant
	// Body: branches that do not depend on each other, one an instruction or a
	// Chain; carried out in the rounds of the longest
	OpTogether Op = "together"
	OpChain    Op = "chain"  // in a Together: Body, one after the other
	OpAssert   Op = "assert" // Args[0]: bool in clear
)

// Operations, clear and secure alike; broadcasting as in the language. The
// operands of add, sub, comparisons, select, min and max have equal elements
// (lowering converts before).
const (
	OpRefresh Op = "refresh" // Dst shared = Args[0] shared, in fresh shares
	OpNeg     Op = "neg"
	OpAdd     Op = "add"
	OpSub     Op = "sub"
	OpMul     Op = "mul" // Shift: F where both operands are fixed, else 0
	OpDiv     Op = "div" // fixed/fixed, fixed/int, int/int
	OpMod     Op = "mod"
	OpEq      Op = "eq"
	OpNe      Op = "ne"
	OpLt      Op = "lt"
	OpLe      Op = "le"
	OpGt      Op = "gt"
	OpGe      Op = "ge"
	OpAnd     Op = "and"
	OpOr      Op = "or"
	OpNot     Op = "not"
	OpSelect  Op = "select" // Args: condition bool, then, else; elementwise, condition broadcasts

	// to Dst's element; of a public value with a shared Dst, constant shares of
	// it, without communication
	OpConvert Op = "convert"
	// to the range of its type, of a number of fewer bits than the ring on shares: all
	// other operations leave integers right modulo 2^w only, and fixed that have
	// overflown where they are
	OpReduce Op = "reduce"

	// of fixed, by functions of the real numbers
	OpSqrt    Op = "sqrt"
	OpRsqrt   Op = "rsqrt" // of what is at least 2^Least units; of what is less, as of that
	OpExp     Op = "exp"
	OpLog     Op = "log"
	OpSigmoid Op = "sigmoid"
	OpTanh    Op = "tanh"

	OpSum Op = "sum" // over Axis; Dst's element is int64, uint64 or the fixed itself
	OpMin Op = "min" // one argument: over Axis; two: elementwise
	OpMax Op = "max"
	OpAbs Op = "abs"
	OpDot Op = "dot" // Shift as Mul; vector·vector to matrix·matrix, and as many matrices·matrices

	OpIndex  Op = "index"  // Dst = Args[0][Slices]
	OpUpdate Op = "update" // Dst (a Var) = Args[0] with [Slices] replaced by Args[1]
	OpStack  Op = "stack"  // Dst[k, …] from k Args of equal shape: array literals, gather
	OpConcat Op = "concat" // along Axis
	// Dst = Args[0] (a scalar) at every place of Dst's shape. Of OpFill, OpReshape,
	// OpIota and OpDraw the operands that follow are the dimensions of Dst that
	// data decides, in order: int64 scalars
	OpFill      Op = "fill"
	OpTranspose Op = "transpose" // the last two dimensions change places
	OpReshape   Op = "reshape"   // Dst = the elements of Args[0], row by row, in Dst's shape
	OpReverse   Op = "reverse"   // along the last axis
	OpCumSum    Op = "cumsum"    // running sums along the last axis
	OpIota      Op = "iota"      // Dst[n] int64: 0, 1, …
	// Dst[b, rows * columns, c, height * width] = the windows of
	// Args[0][b, c, h, w] from left to right and from top to bottom, every
	// stride; padding zeros stand around
	OpWindows Op = "windows"
	// Of images x[b, c, h, w], kernels w[k, c, height, width] and results y[b, k, rows,
	// columns] two give what they make of the third by the sums of x w over windows, as
	// OpWindows has them: Args are x and w, x and y, and y and w; Shift as Mul
	OpConvolve          Op = "convolve"
	OpConvolveToKernels Op = "convolve_to_kernels"
	OpConvolveToImages  Op = "convolve_to_images"
	OpOneHot            Op = "onehot" // Dst[…, j] = Args[0][…] == j; Args[0] is an integer or an enum
)

// Order and selection. Vectors are sorted along the last axis, rows by row;
// ties go by position.
const (
	OpSort     Op = "sort"     // ascending
	OpRank     Op = "rank"     // Dst int32: the place of each element; Args: keys of one shape, most significant first
	OpPermute  Op = "permute"  // Args: a permutation int32[n], x[n, …]: row i of x becomes row Args[0][i]
	OpCarry    Op = "carry"    // Args: x[n, …], bool[n]: a row where it is false becomes the last one before where it is true, if there is one
	OpTopK     Op = "top_k"    // Dst[k] = the k greatest of Args[0][n], descending; k <= n
	OpMerge    Op = "merge"    // Dst[n + m] from two sorted vectors
	OpDistinct Op = "distinct" // in clear only: whether no element of a vector stands twice
	OpShuffle  Op = "shuffle"  // the rows of Args[0] in an order that is drawn, at one player or where nobody knows it
	OpArgMin   Op = "argmin"   // over Axis: int32, the lowest index of equal ones; of nothing, 0
	OpArgMax   Op = "argmax"
	OpLookup   Op = "lookup" // Args: x[n, …], an index [S]: Dst[S, …], zero out of range
	OpStore    Op = "store"  // Args: x[n, …], a scalar index, a row: x with that row, unchanged out of range
)

// Operations in clear at one player. A size variable `?k` stands for a length
// that its data decides: the instruction whose result has it first gives it its
// value, and so does an index whose slice has that length.
const (
	OpFilter Op = "filter" // Dst[?k, …] = the rows of Args[0] where Args[1] is true
	OpUnique Op = "unique" // Dst[?k] = each element of the vector Args[0] once, ascending
	OpLength Op = "length" // Dst int64 = the length of Args[0] along Axis
	OpPad    Op = "pad"    // Dst[n, …] = the rows of Args[0] and then zeros; at most n are defined
	OpHash64 Op = "hash64" // Dst uint64 = SipHash-2-4 of each element, under the key of those that hash
	OpFormat Op = "format" // Dst string = the text of each element; of no enum
	OpParse  Op = "parse"  // Dst = numbers or bools from strings; a text that is none ends the run (Checked)
	OpPrint  Op = "print"  // Args and Parts, one line in the player's log
)
