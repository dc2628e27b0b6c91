// Package op is the one table of the language's primitives: the prelude's
// names with their forms, and the operators. The checker, the interpreter,
// the generator, the reports and the documentation read it.
package op

// A Class restricts the element types of an operand.
type Class string

const (
	Any  Class = "any"
	Num  Class = "num" // integers and fixed
	Ord  Class = "ord" // num, bool, date, enum
	Bool Class = "bool"
	Fix  Class = "fixed"
)

// An Op is one primitive.
type Op struct {
	Name  string
	Class Class
	Form  string // as in the reference: "num[S] -> num"
	Doc   string
	// Partial operations have no value for some operands (R14).
	Partial bool
	// Within is, of a draw that is not exactly from its distribution, by how much it
	// differs in statistical distance: 2^-Within at most.
	Within int
	// ClearOnly operations stand only where one player holds everything.
	ClearOnly bool
	// TestOnly operations stand only in test blocks.
	TestOnly bool
}

// Lookup finds a primitive by its name in the source.
func Lookup(name string) (*Op, bool) {
	o, ok := byName[name]
	return o, ok
}

// Table returns all primitives, in the order of the reference.
func Table() []Op { return table }

var byName = func() map[string]*Op {
	m := make(map[string]*Op)
	for i := range table {
		m[table[i].Name] = &table[i]
	}
	return m
}()

var table = []Op{
	{Name: "sum", Class: Num, Form: "num[S] -> num",
		Doc: "Sum of all elements, or over one axis. Signed integers give int64, unsigned uint64."},
	{Name: "mean", Class: Num, Form: "num[S] -> fixed",
		Doc: "Sum divided by the number of elements."},
	{Name: "min", Class: Ord, Form: "ord[S] -> ord, or (ord, ord) elementwise",
		Doc: "The least element; of nothing, the greatest of the type."},
	{Name: "max", Class: Ord, Form: "ord[S] -> ord, or (ord, ord) elementwise",
		Doc: "The greatest element; of nothing, the least of the type."},
	{Name: "argmin", Class: Ord, Form: "ord[S] -> int32", Doc: "The lowest index of the least element."},
	{Name: "argmax", Class: Ord, Form: "ord[S] -> int32", Doc: "The lowest index of the greatest element."},
	{Name: "count", Class: Bool, Form: "bool[S] -> int64", Doc: "How many are true."},
	{Name: "any", Class: Bool, Form: "bool[S] -> bool", Doc: "Whether one is true."},
	{Name: "all", Class: Bool, Form: "bool[S] -> bool", Doc: "Whether all are true."},
	{Name: "abs", Class: Num, Form: "num[S] -> num[S]", Doc: "Absolute value."},
	{Name: "sign", Class: Num, Form: "num[S] -> int32[S]",
		Doc: "-1, 0 or 1."},
	{Name: "clamp", Class: Ord, Form: "(x: ord[S], lo, hi) -> ord[S]",
		Doc: "x limited to lo..hi; hi where lo exceeds it."},
	{Name: "select", Class: Any, Form: "(c: bool[S], a: T[S], b: T[S]) -> T[S]", Doc: "a where c is true, b elsewhere."},
	{Name: "sqrt", Class: Fix, Form: "fixed[S] -> fixed[S]", Partial: true,
		Doc: "Square root, of x >= 0. On shares, off by less than two units in the last place and 2^-27 of the result."},
	{Name: "rsqrt", Class: Fix, Form: "fixed[S] -> fixed[S]", Partial: true,
		Doc: "1 / sqrt(x), of x > 0; what lies below 2^(1 - 2I) counts as that, so that the type holds the result. On shares, off by less than two units in the last place and 2^-27 of the result."},
	{Name: "exp", Class: Fix, Form: "fixed[S] -> fixed[S]",
		Doc: "Exponential, where the type holds it. On shares, off by less than two units in the last place and 2^-26 of the result, 2^(F - 49) with many fractional bits F."},
	{Name: "log", Class: Fix, Form: "fixed[S] -> fixed[S]", Partial: true,
		Doc: "Natural logarithm, of x > 0. On shares, off by less than two units in the last place and 2^-27."},
	{Name: "sigmoid", Class: Fix, Form: "fixed[S] -> fixed[S]",
		Doc: "1 / (1 + exp(-x)), of any x. On shares, off by less than two units in the last place and 2^-28."},
	{Name: "tanh", Class: Fix, Form: "fixed[S] -> fixed[S]",
		Doc: "Hyperbolic tangent, of any x. On shares, off by less than two units in the last place and 2^-27."},
	{Name: "relu", Class: Fix, Form: "fixed[S] -> fixed[S]",
		Doc: "max(x, 0), exactly."},
	{Name: "softmax", Class: Fix, Form: "(x: fixed[S], axis: k) -> fixed[S]",
		Doc: "exp(x) over its sum along an axis. Off by less than eight units in the last place for each element along it."},
	{Name: "dot", Class: Num, Form: "(x: num[S, k], y: num[k] or num[k, m]) -> num[S] or num[S, m]; (num[S, n, k], num[S, k, m]) -> num[S, n, m]",
		Doc: "Product of vectors and matrices, of an array of them with one, or of two arrays of as many matrices; the inner dimensions are equal."},
	{Name: "outer", Class: Num, Form: "(num[n], num[m]) -> num[n, m]", Doc: "Outer product."},
	{Name: "transpose", Class: Any, Form: "T[S, n, m] -> T[S, m, n]", Doc: "Rows become columns."},
	{Name: "reshape", Class: Any, Form: "(x: T[S], d, …) -> T[d, …]", Doc: "The same elements, row by row, in another shape."},
	{Name: "reverse", Class: Any, Form: "T[S] -> T[S]", Doc: "Along the last axis."},
	{Name: "concat", Class: Any, Form: "(a: T[n, …], b: T[m, …], axis: k) -> T[n + m, …]", Doc: "One after the other along an axis (0)."},
	{Name: "cumsum", Class: Num, Form: "num[S] -> num[S]", Doc: "Running sums along the last axis."},
	{Name: "sort", Class: Ord, Form: "ord[S] -> ord[S]", Doc: "Ascending, stable, along the last axis."},
	{Name: "rank", Class: Ord, Form: "ord[S] -> int32[S]", Doc: "The place of each element in the sorted order."},
	{Name: "merge", Class: Ord, Form: "(ord[n], ord[m]) -> ord[n + m]", Doc: "Two sorted vectors as one."},
	{Name: "carry", Class: Any, Form: "(x: T[n, …], known: bool[n]) -> T[n, …]", Doc: "Rows where known is false become the last row before them where it is true; the first ones stay."},
	{Name: "sort_by", Class: Any, Form: "(key: ord[n], …, x: T[n, …]) -> T[n, …]", Doc: "Rows of x in the order of key, ties in that of the next key, if there are several."},
	{Name: "top_k", Class: Ord, Form: "(x: ord[n], k) -> ord[k]", Partial: true, Doc: "The k greatest, descending."},
	{Name: "conv2d", Class: Num, Form: "(x, w, stride: s, padding: p)", Doc: "Convolution: batch, channel, height, width; zeros around each image."},
	{Name: "conv2d_kernels", Class: Num, Form: "(x, y, height: h, width: w, stride: s, padding: p)", Doc: "What a conv2d of the images x makes of y, of the shape of its result, by its kernels, of h by w places."},
	{Name: "conv2d_images", Class: Num, Form: "(y, w, height: h, width: w, stride: s, padding: p)", Doc: "What a conv2d by the kernels w makes of y, of the shape of its result, by its images, of h by w pixels."},
	{Name: "windows", Class: Any, Form: "(x, height: h, width: w, stride: s, padding: p)", Doc: "The windows of images, as conv2d takes them: batch, window row by row, channel, h · w places."},
	{Name: "max_pool", Class: Ord, Form: "(x, size: k, stride: s)", Doc: "Greatest of each window."},
	{Name: "avg_pool", Class: Num, Form: "(x, size: k, stride: s)", Doc: "Mean of each window."},
	{Name: "zeros", Class: Num, Form: "(d, …) -> T[d, …]", Doc: "Zeros of the declared type, else fixed."},
	{Name: "ones", Class: Num, Form: "(d, …) -> T[d, …]", Doc: "Ones of the declared type, else fixed."},
	{Name: "full", Class: Any, Form: "(v: T, d, …) -> T[d, …]", Doc: "v everywhere."},
	{Name: "iota", Class: Num, Form: "(n) -> int64[n]", Doc: "0, 1, …, n - 1."},
	{Name: "onehot", Class: Any, Form: "(e: enum[S]) -> bool[S, k], or (i: int[S], k)", Doc: "True at the value, or at the index; out of range, nowhere."},
	{Name: "lookup", Class: Any, Form: "(x: T[n, …], i: int[S]) -> T[S, …]", Doc: "Rows at indices, oblivious; zero out of range."},
	{Name: "store", Class: Any, Form: "(x: T[n, …], i, v) -> T[n, …]", Doc: "Oblivious write; nothing out of range."},
	{Name: "gather", Class: Any, Form: "(b: T[S] @ each g) -> T[k, S] @ shared", Doc: "A bundle as an array."},
	{Name: "size", Class: Any, Form: "(x), (x, axis: k), (group), (enum) -> int64",
		Doc: "Number of elements of a vector or along an axis, of members, of values."},
	{Name: "index", Class: Any, Form: "(p) -> int64", Doc: "Position of a member in its group."},
	{Name: "rescale", Class: Fix, Form: "(x: fixed[S], F) -> fixed[S]", Doc: "Other precision."},
	{Name: "div_or", Class: Num, Form: "(a, b, d)",
		Doc: "a / b, d where b is zero."},
	{Name: "mod_or", Class: Num, Form: "(a, b, d)",
		Doc: "a % b, d where b is zero."},
	{Name: "pad", Class: Any, Form: "(x: T[?], n) -> (T[n], bool[n])", Partial: true, Doc: "To a public length, with its mask."},
	{Name: "print", Class: Any, Form: "(x, …)", ClearOnly: true, Doc: "Writes to the player's log."},
	{Name: "filter", Class: Any, Form: "(x: T[n], m: bool[n]) -> T[?]", ClearOnly: true, Doc: "The rows where m is true."},
	{Name: "unique", Class: Ord, Form: "(x: T[n]) -> T[?]", ClearOnly: true, Doc: "Each value once, ascending."},
	{Name: "distinct", Class: Ord, Form: "(x: T[n]) -> bool", Doc: "Whether no value stands twice."},
	{Name: "hash64", Class: Any, Form: "T[S] -> uint64[S]", ClearOnly: true, Doc: "SipHash-2-4 of integers, strings, enums, dates and bools, under a key of the run that those share at whose side it is called."},
	{Name: "parse", Class: Any, Form: "string[S] -> T[S]", ClearOnly: true, Partial: true, Doc: "Numbers or bools from text, of the declared type, else fixed."},
	{Name: "format", Class: Any, Form: "T[S] -> string[S]", ClearOnly: true, Doc: "The text of each element."},
	{Name: "valid", Class: Any, Form: "(x: T[upto n]) -> bool[n]", Doc: "The real rows of a padded value."},
	{Name: "shuffle", Class: Any, Form: "(x: T[n]) -> T[n]", ClearOnly: true, Doc: "Rows in random order, each order with the same probability."},
	{Name: "shuffle_shared", Class: Any, Form: "(x: T[n]) -> T[n]", Doc: "Rows in an order that nobody knows."},
	{Name: "random_uniform", Class: Fix, Form: "(lo, hi, d, …) -> fixed[d, …]", ClearOnly: true, Doc: "Each multiple of 2^-F in lo..hi with the same probability, to a unit in the last place."},
	{Name: "random_normal", Class: Fix, Within: 36, Form: "(b, d, …) -> fixed[d, …]", ClearOnly: true, Doc: "Multiples of 2^-F, x with a probability proportional to exp(-x^2 / 2 b^2), within 2^-36 of that distribution."},
	{Name: "random_laplace", Class: Fix, Within: 33, Form: "(b, d, …) -> fixed[d, …]", ClearOnly: true, Doc: "Multiples of 2^-F, x with a probability proportional to exp(-|x| / b), within 2^-33 of that distribution."},
	{Name: "random_bit", Class: Bool, Form: "(d, …) -> bool[d, …]", ClearOnly: true, Doc: "Fair coins."},
	{Name: "random_uniform_shared", Class: Fix, Form: "(lo, hi, d, …) -> fixed[d, …]", Doc: "As random_uniform, drawn jointly, known to nobody."},
	{Name: "random_normal_shared", Class: Fix, Within: 36, Form: "(b, d, …) -> fixed[d, …]", Doc: "As random_normal, drawn jointly, known to nobody."},
	{Name: "random_laplace_shared", Class: Fix, Within: 33, Form: "(b, d, …) -> fixed[d, …]", Doc: "As random_laplace, drawn jointly, known to nobody."},
	{Name: "random_bit_shared", Class: Bool, Form: "(d, …) -> bool[d, …]", Doc: "As random_bit, drawn jointly, known to nobody."},
	{Name: "random_public", Class: Fix, Form: "(d, …) -> fixed[d, …]", Doc: "Fractions, 0 to below 1: a coin toss that everybody sees, for each."},
	{Name: "grid", Class: Fix, Form: "(n, d, lo, hi) -> fixed[n, d]", TestOnly: true,
		Doc: "n × d values evenly from lo to hi, row by row."},
}
