package ir

// The words for people: what a step does, and why it failed.

// Failure says why an early check or assert ended the run, in the words of
// every backend: for a Checked instruction, an assert, and a loop whose step is
// not positive.
func (i *Instr) Failure() string {
	switch i.Op {
	case OpDiv, OpMod:
		return "division by zero"
	case OpSqrt:
		return "root of a negative value"
	case OpRsqrt:
		return "reciprocal root of a value that is not positive"
	case OpLog:
		return "logarithm of a value that is not positive"
	case OpIndex, OpUpdate:
		return "index out of range"
	case OpPad:
		return "more rows than the padded length"
	case OpParse:
		return "a text is no value of its type"
	case OpFor:
		return "the step of a loop must be at least 1"
	case OpAssert:
		if i.Name != "" {
			return i.Name
		}
		return "assertion does not hold"
	}
	return "no value for these operands"
}

// SumsProducts reports that elements of the result are sums of products of elements of
// the two operands.
func (o Op) SumsProducts() bool {
	return o == OpDot || o == OpConvolve || o == OpConvolveToKernels || o == OpConvolveToImages
}

// Verb says what the operation does, as it stands in messages about a step:
// "step 10 (divide, average.tfe:14)".
func (o Op) Verb() string {
	if v, ok := verbs[o]; ok {
		return v
	}
	return string(o)
}

// verbs are those that are not the operation's own name.
var verbs = map[Op]string{
	OpSizeOf: "size", OpValid: "rows", OpConst: "constant", OpNeg: "negate", OpSub: "subtract", OpMul: "multiply",
	OpDiv: "divide", OpMod: "remainder", OpEq: "compare", OpNe: "compare", OpLt: "compare", OpLe: "compare",
	OpGt: "compare", OpGe: "compare", OpDot: "product", OpConvolve: "convolve", OpConvolveToKernels: "convolve", OpConvolveToImages: "convolve", OpUpdate: "assign",
}
