package capability

// Which calls of the kernel an operation of a program makes, whatever the
// protocol: what package mpc says at each method of its Engine.

// A Kind is a class of elements.
type Kind string

const (
	Bool     Kind = "bool"
	Signed   Kind = "signed"
	Unsigned Kind = "unsigned"
	Fixed    Kind = "fixed"
)

// An Operand is what the costs of an operation depend on.
type Operand struct {
	Kind    Kind
	Bits, F int  // width of the type; fractional bits
	Public  bool // in clear at every computing player
}

// An Operation is one secure operation: its name (those of compiler/ir), its
// operands and, of a conversion, the result. Min, max, argmin and argmax are of
// two operands: a reduction is a tree of them, one operation for each halving.
type Operation struct {
	Name   string
	Args   []Operand
	Result Operand
	Ring   int // bits of a ring element
	Shift  int // mul, dot: bits by which products are truncated
	Width  int // comparisons, min, max, abs: the bits that matter; 0: those of the types
	Least  int // rsqrt: what is below 2^Least units counts as that
}

// A Part is a call of the kernel that an operation makes, on Times the
// elements of its result; First: of its first operand.
type Part struct {
	Call
	Times int
	First bool
}

// Calls returns the calls that an operation makes, in order.
func (o Operation) Calls() []Part {
	switch o.Name {
	case "refresh":
		if o.Args[0].Kind == Bool {
			return calls(part(Refresh, 1))
		}
		return calls(part(Refresh, 64))
	case "mul", "dot", "convolve", "convolve_to_kernels", "convolve_to_images":
		return o.product()
	case "div", "mod":
		return o.quotient()
	case "onehot":
		return calls(part(IsZero, o.Args[0].Bits))
	case "sqrt", "rsqrt", "exp", "log", "sigmoid", "tanh":
		return o.function()
	case "eq", "ne":
		if x := o.Args[0]; x.Kind != Bool {
			return calls(part(IsZero, o.bits(x.Bits)))
		}
	case "lt", "le", "gt", "ge":
		return o.less()
	case "and", "or":
		return o.and(o.Args...)
	case "select":
		return o.choose(o.Args[0], o.Args[1], o.Args[2])
	case "min", "max":
		if o.Args[0].Kind == Bool {
			return o.and(o.Args...)
		}
		return append(o.less(), o.choose(Operand{Kind: Bool, Bits: 1}, o.Args[0], o.Args[1])...)
	case "merge":
		x := o.Args[0]
		x.Public = false // a public operand becomes shares of itself
		return Operation{Name: "min", Args: []Operand{x, x}, Ring: o.Ring}.Calls()
	case "carry":
		return o.carry()
	case "permute", "lookup", "store":
		return o.selection()
	case "argmin", "argmax":
		return o.argument()
	case "abs":
		if x := o.Args[0]; x.Kind != Unsigned {
			return calls(part(Negative, o.bits(x.Bits)), part(SelectBits, 0))
		}
	case "reduce":
		return calls(times(2, part(Negative, o.Args[0].Bits+2)), times(2, part(BitsToRing, 0)))
	case "convert":
		return o.conversion()
	}
	return nil
}

// carry is what each level calls: which rows take another, and the choice.
func (o Operation) carry() []Part {
	switch {
	case o.Args[1].Public:
		return nil
	case o.Args[0].Kind == Bool:
		return calls(part(And, 0), part(And, 0))
	}
	return calls(part(And, 0), part(SelectBits, 0))
}

func calls(p ...Part) []Part { return p }

func part(a Action, param int) Part { return Part{Call: Call{Action: a, Param: param}, Times: 1} }

func times(n int, p Part) Part {
	p.Times = n
	return p
}

func (o Operation) product() []Part {
	switch {
	case !o.Args[0].Public && !o.Args[1].Public:
		return calls(part(Product, o.Shift))
	case o.Shift > 0:
		return calls(part(Truncate, o.Shift))
	}
	return nil
}

func (o Operation) quotient() []Part {
	x := o.Args[0]
	switch fixed := o.Result.Kind == Fixed; {
	case fixed && !o.Args[1].Public:
		return o.divideFixed()
	case fixed:
		return calls(part(DivPublic, 0))
	case !o.Args[1].Public:
		return o.divideIntegers()
	}
	floor := calls(part(DivPublic, 0), times(3, part(Negative, min(o.Ring, x.Bits+3))), times(3, part(BitsToRing, 0)))
	if x.Kind == Unsigned {
		return floor
	}
	return append(calls(part(Negative, x.Bits), part(BitsToRing, 0)), floor...)
}

// bits is the width of a comparison, given that of its types.
func (o Operation) bits(most int) int {
	if o.Width > 0 {
		return o.Width
	}
	return most
}

func (o Operation) less() []Part {
	x, y := o.Args[0], o.Args[1]
	switch {
	case x.Kind == Bool:
		return o.and(x, y)
	case x.Bits < o.Ring || o.Width > 0:
		return calls(part(Negative, o.bits(x.Bits+1)))
	}
	signs := 1 // of the difference, and of each operand that is shared
	for _, a := range []Operand{x, y} {
		if !a.Public {
			signs++
		}
	}
	return calls(times(signs, part(Negative, 64)), part(And, 0))
}

func (o Operation) and(args ...Operand) []Part {
	if args[0].Public || args[1].Public {
		return nil
	}
	return calls(part(And, 0))
}

func (o Operation) choose(c, x, y Operand) []Part {
	bothPublic := x.Public && y.Public
	switch {
	case x.Kind == Bool && (bothPublic || c.Public):
		return nil
	case x.Kind == Bool:
		return calls(part(And, 0))
	case bothPublic:
		p := part(BitsToRing, 0)
		p.First = o.Name == "select" // before it broadcasts
		return calls(p)
	case c.Public:
		return nil
	}
	return calls(part(SelectBits, 0))
}

// argument is a level of the tree of argmin or argmax: the value and its place
// are selected together, of bools apart.
func (o Operation) argument() []Part {
	if o.Args[0].Kind == Bool {
		return calls(part(And, 0), part(And, 0), part(SelectBits, 0))
	}
	return append(o.less(), times(2, part(SelectBits, 0)))
}

func (o Operation) conversion() []Part {
	from, to := o.Args[0], o.Result
	switch {
	case from.Kind == to.Kind && from.Bits == to.Bits && from.F == to.F:
		return nil
	case from.Kind == Bool:
		return calls(part(BitsToRing, 0))
	case to.Kind == Bool:
		return calls(part(IsZero, from.Bits))
	case to.F >= from.F:
		return nil
	case to.Kind == Fixed:
		return calls(part(Truncate, from.F-to.F))
	}
	return calls(part(Negative, from.Bits), part(BitsToRing, 0), part(Truncate, from.F),
		part(Negative, from.F+1), part(BitsToRing, 0))
}
