package capability

// The calls of division by a secret and of the functions of fixed: what package
// mpc says at their methods, with the same numbers.

import mathbits "math/bits"

// evaluation of a polynomial by blocks of four powers.
func evaluation(degree, out int) []Part {
	all, blocks := powers(min(4, degree)), (degree+3)/4
	if blocks == 1 {
		return append(all, truncation(60-out)...)
	}
	all = append(all, part(Truncate, 30))
	for range blocks - 2 {
		all = append(all, part(Product, 30))
	}
	return append(all, part(Product, 60-out))
}

// powers by doubling.
func powers(n int) []Part {
	var all []Part
	for have := 1; have < n; {
		more := min(have, n-have)
		all = append(all, times(more, part(Product, 30)))
		have += more
	}
	return all
}

func truncation(m int) []Part {
	if m == 0 {
		return nil
	}
	return calls(part(Truncate, m))
}

// A LengthCode is how the lengths of numbers are written, to look up functions
// of them: the length that numbers are brought to, less theirs, in low and high
// bits. All of them are set for 0 and for what is longer than Size, whose high bits
// so are those of nothing else.
type LengthCode struct{ Size, Longest, Low, High int }

// Lengths is the code of numbers that are brought to the longest length they can
// have.
func Lengths(longest int) LengthCode { return lengthCode(longest, longest, min(3, longest)) }

func lengthCode(size, longest, low int) LengthCode {
	return LengthCode{size, longest, low, mathbits.Len(uint(longest>>low + 1))}
}

// Bits of a code.
func (c LengthCode) Bits() int { return c.Low + c.High }

// Groups are what the codes of the lengths from shortest on begin with, before so
// many last bits: all from one number to another.
func (c LengthCode) Groups(shortest, last int) (from, to int) {
	return (c.Longest - c.Size) >> last, (c.Longest - shortest) >> last
}

// Shortest is the length of the shortest numbers but 0: see package mpc.
func Shortest(signed bool) int {
	if signed {
		return 0
	}
	return 1
}

// find is the code of numbers: their bits, and what codes these.
func (c LengthCode) find(width int, signed bool) []Part {
	shortest := Shortest(signed)
	return append(calls(part(Bits, width)), c.merges(shortest, width-1+shortest-c.Size)...)
}

// merges are a level of merges for each bit of the code, and so many bits of what is
// longer than Size.
func (c LengthCode) merges(shortest, longer int) []Part {
	var all []Part
	for bit := range c.Bits() {
		from, to := c.Groups(shortest, bit)
		if pairs := (to+1)/2 - (from+1)/2; pairs > 0 {
			all = append(all, times(pairs*(bit+1), part(And, 0)))
		}
	}
	for n := longer; n > 1; n -= n / 2 {
		all = append(all, times(n/2, part(And, 0)))
	}
	if longer > 0 {
		all = append(all, times(c.Bits(), part(And, 0)))
	}
	return all
}

// tables of the low bits and of the high ones, with so many functions in all.
func (c LengthCode) tables(functions int) Part {
	return tables(1<<c.Low-1+1<<c.High-1, functions)
}

// tables of so many values, but one of each that has no sign, and functions.
func tables(values, functions int) Part {
	return Part{Call: Call{Action: Tables, Param: values, Result: functions}, Times: 1}
}

// mantissa of a number that a factor brings to a length, and a polynomial of it.
func mantissa(longest, degree, out int) []Part {
	return append(calls(part(Product, max(0, longest-32))), evaluation(degree, out)...)
}

// power is 2^z, with as many bits of the whole part.
func power(bits int) []Part {
	all := calls(part(Truncate, 24), part(Truncate, 30), part(Bits, bits), tables(7+3, 2), part(Product, 0))
	return append(append(all, evaluation(9, 29)...), part(Product, 0))
}

// A Division is how a fixed is divided by a number: see package mpc.
type Division struct {
	LengthCode      // of the divisor
	Signed     bool // the divisor
	F          int  // its fractional bits
	Half       int  // bits of the lower half of the dividend
	Guard      int  // further bits that are kept until the end
	Starts     int  // of the shift to the right
}

// DivisionPlan is of a dividend below 2^size and a divisor of some bits, f of
// them fractional.
func DivisionPlan(size, bits int, signed bool, f int) Division {
	d := Division{Signed: signed, F: f, Guard: max(0, min(2, 59-size))}
	if signed {
		bits--
	}
	// A longer divisor leaves less than half a unit.
	bits = min(bits, 60, size+f+1)
	// The quotient has room for the low bits, all of which the length f has set.
	low := 3
	longest := func() int { return bits + (f-bits-1)&(1<<low-1) }
	for low > 1 && (size+d.Guard+1<<low > 61 || longest() > 61) {
		low--
	}
	d.LengthCode = lengthCode(bits, longest(), low)
	d.Half = (size + 1<<low) / 2
	d.Starts = (d.Longest-f)>>low + 1
	return d
}

// function of a fixed.
func (o Operation) function() []Part {
	x := o.Args[0]
	longest, bounded := x.Bits-1, max(x.Bits, x.F+6)+1
	n := longest + x.F
	var all []Part
	switch o.Name {
	case "sqrt":
		all = append(Lengths(longest).find(longest, false), Lengths(longest).tables(4), part(Product, 0))
		all = append(all, mantissa(longest, 10, 30)...)
		return append(all, part(Product, 30), part(Product, (60-n%2-n)/2+4*(longest>>3)))
	case "rsqrt":
		return RootPlan(x.Bits, x.F, o.Least).calls()
	case "log":
		all = append(Lengths(longest).find(longest, false), Lengths(longest).tables(4), part(Product, 0))
		all = append(all, mantissa(longest, 12, 40)...)
		return append(all, truncation(40-x.F)...)
	case "exp":
		all = append(calls(times(2, part(Negative, bounded)), times(2, part(SelectBits, 0))), power(6)...)
		return append(all, part(Truncate, 32), part(SelectBits, 0))
	}
	return LogisticPlan(x.Bits, x.F, map[string]int{"sigmoid": 0, "tanh": 1}[o.Name]).calls()
}

// A Root is how the reciprocal of a square root is computed: see package mpc. Its code
// is that of the length in pairs of bits, from the highest down to the one with the
// bit Least; all of it is set for what is less.
type Root struct {
	LengthCode
	Width  int // of the argument
	F      int
	Least  int
	Lowest int // the length up to the end of the last pair
	Degree int
	Shift  int // of the product of the two factors of the result
}

// LeastRoot is the least bit of arguments whose reciprocal roots a fixed type of bits
// holds, f of them fractional: below half of it.
func LeastRoot(bits, f int) int { return max(0, f-2*(bits-1-f)+1) }

// RootPlan is of a fixed type, and of arguments below 2^least as of that. The
// polynomial leaves out less than half a unit of the greatest result, or 2^-27.
func RootPlan(bits, f, least int) Root {
	r := Root{Width: bits, F: f, Least: least, Degree: 4}
	pairs := (bits - least) / 2
	r.LengthCode = LengthCode{Size: pairs, Longest: pairs, Low: mathbits.Len(uint(pairs))}
	r.Lowest = bits - 1 - 2*(pairs-1)
	greatest := 3*f - r.Lowest // twice the bits of a result over those of its mantissa
	for _, most := range []int{13, 26, 39} {
		if greatest > most {
			r.Degree += 4
		}
	}
	r.Shift = 60 - (max(0, greatest)+1)/2
	return r
}

func (r Root) calls() []Part {
	all := calls(part(Bits, r.Width))
	if pairs := (r.Width - 1 - r.Least) / 2; pairs > 0 {
		all = append(all, times(pairs, part(And, 0)))
	}
	all = append(append(all, r.merges(1, 1)...), r.tables(3), part(Product, max(0, r.Width-32)))
	return append(append(all, evaluation(r.Degree, 30)...), part(Product, r.Shift))
}

// A Logistic is how the sigmoid is computed: see package mpc.
type Logistic struct {
	Width  int // of the argument
	F      int
	Index  int // bits of a piece's number
	Above  int // bits of the argument above these
	Degree int
	Double int // 1: twice the result is wanted
}

// LogisticPlan is of 2^double times an argument of a fixed type. Pieces go on
// until e^-x is less than half a unit, and what the polynomials leave out is
// less than 0.6 units, or than 2^-28.
func LogisticPlan(bits, f, double int) Logistic {
	l := Logistic{Width: bits + double, F: f, Double: double}
	l.Index = 3
	for _, most := range []int{9, 20} {
		if f+double > most {
			l.Index++
		}
	}
	l.Index = max(1, min(l.Index, l.Width-1-f))
	l.Above = max(0, l.Width-1-f-l.Index)
	l.Degree = 2
	for _, most := range []int{10, 14, 18, 21, 26} {
		if f+double > most {
			l.Degree++
		}
	}
	return l
}

func (l Logistic) calls() []Part {
	all := calls(part(Bits, l.Width))
	for n := l.Above; n > 1; n -= n / 2 {
		all = append(all, times(n/2, part(And, 0)))
	}
	if l.Above > 0 {
		all = append(all, times(l.Index, part(And, 0)))
	}
	all = append(append(all, tables(1<<l.Index, 3+l.Degree), part(Product, 0)), powers((l.Degree+1)/2)...)
	return append(all, part(Product, 30), part(Product, 60-l.F-l.Double))
}

// divideFixed: a fixed by a number, see package mpc.
func (o Operation) divideFixed() []Part {
	y := o.Args[1]
	d := DivisionPlan(o.Result.Bits-1, y.Bits, y.Kind != Unsigned, y.F)
	lookup := d.tables(1 + d.Starts)
	if d.Signed {
		lookup.Param++ // the low bits with a sign
	}
	all := append(d.find(y.Bits, d.Signed), lookup, part(Product, 0))
	all = append(all, mantissa(d.Longest, 12, 30)...)
	all = append(all, part(Product, 0), part(Truncate, d.Half), part(Product, d.Half),
		part(Product, max(0, 30-d.Half-d.Guard)), part(Product, 1<<d.Low-1))
	for range d.Starts - 1 {
		all = append(all, part(Truncate, 1<<d.Low))
	}
	if d.Starts == 1 {
		return append(all, truncation(d.Guard)...)
	}
	return append(all, part(Product, d.Guard))
}

// divideIntegers is long division: a comparison and a choice for each bit.
func (o Operation) divideIntegers() []Part {
	x := o.Args[0]
	signed := x.Kind == Signed
	var all []Part
	if signed {
		all = calls(times(2, part(Negative, x.Bits)), times(2, part(SelectBits, 0)))
	}
	all = append(all, part(Bits, x.Bits), times(x.Bits, part(BitsToRing, 0)))
	bit := Operation{Ring: o.Ring, Args: []Operand{{Kind: Unsigned, Bits: x.Bits}, {Kind: Unsigned, Bits: x.Bits}}}
	for range x.Bits {
		all = append(append(all, bit.less()...), part(SelectBits, 0))
	}
	if o.Name == "div" {
		all = append(all, times(x.Bits, part(BitsToRing, 0)))
	}
	all = append(all, part(IsZero, x.Bits), part(SelectBits, 0))
	if signed {
		all = append(all, part(SelectBits, 0))
	}
	return all
}
