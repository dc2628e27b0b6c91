package capability

// The calls of division by a secret and of the functions of fixed: what package
// mpc says at their methods, with the same numbers.

// evaluation of a polynomial: powers by doubling, one truncation.
func evaluation(degree, out int) []Part {
	var all []Part
	for n := 1; n < degree; {
		more := min(n, degree-n)
		all = append(all, times(more, part(Product, 30)))
		n += more
	}
	return append(all, truncation(60-out)...)
}

func truncation(m int) []Part {
	if m == 0 {
		return nil
	}
	return calls(part(Truncate, m))
}

// lengths of numbers: their bits, each spread to those below, as numbers.
func lengths(width int) []Part {
	all := calls(part(Bits, width))
	for d := 1; d < width; d *= 2 {
		all = append(all, times(width-d, part(And, 0)))
	}
	return append(all, times(width, part(BitsToRing, 0)))
}

// mantissa of a number of a length, and a polynomial of it.
func mantissa(longest, degree, out int) []Part {
	return append(truncation(max(0, longest-32)), evaluation(degree, out)...)
}

// power is 2^z, with as many bits of the whole part.
func power(bits int) []Part {
	all := calls(part(Truncate, 24), part(Truncate, 30), part(Bits, bits), times(5, part(BitsToRing, 0)),
		times(2, part(Product, 0)), part(Product, 0), part(Product, 0))
	return append(append(all, evaluation(9, 29)...), part(Product, 0))
}

// function of a fixed.
func (o Operation) function() []Part {
	x := o.Args[0]
	longest, bounded := x.Bits-1, max(x.Bits, x.F+6)+1
	var all []Part
	switch o.Name {
	case "sqrt":
		all = append(lengths(longest), part(Product, 0))
		all = append(all, mantissa(longest, 10, 30)...)
		return append(all, part(Product, 60-(longest+x.F)/2))
	case "log":
		all = append(lengths(longest), part(Product, 0))
		all = append(all, mantissa(longest, 12, 40)...)
		return append(all, truncation(40-x.F)...)
	case "exp":
		all = append(calls(times(2, part(Negative, bounded)), times(2, part(SelectBits, 0))), power(6)...)
		return append(all, part(Truncate, 32), part(SelectBits, 0))
	}
	all = append(calls(times(3, part(Negative, bounded)), times(3, part(SelectBits, 0))), power(5)...)
	all = append(append(all, part(Truncate, 31)), evaluation(12, 30)...)
	all = append(all, part(SelectBits, 0))
	if o.Name == "tanh" {
		return append(all, truncation(30-x.F)...)
	}
	return append(all, part(Truncate, 31-x.F))
}

// divideFixed: a fixed by a number, see divisionPlan of package mpc.
func (o Operation) divideFixed() []Part {
	y, size := o.Args[1], o.Result.Bits-1
	longest := y.Bits
	all := lengths(y.Bits)
	if y.Kind != Unsigned {
		longest--
		all = append(all, times(2, part(Product, 0)))
	}
	longest = min(longest, 60)
	half, guard := (size+1)/2, max(0, min(2, 59-size))
	step := max(1, 60-size-guard)
	groups := max(0, longest-y.F)/step + 1
	all = append(all, times(2, part(Product, 0)))
	all = append(all, mantissa(longest, 12, 30)...)
	all = append(all, part(Truncate, half), times(2, part(Product, 0)), part(Truncate, half))
	all = append(all, truncation(max(0, 30-half-guard))...)
	for range groups - 1 {
		all = append(all, part(Truncate, step))
	}
	all = append(all, times(groups, part(Product, 0)))
	return append(all, truncation(step-1+guard)...)
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
	bit := Operation{Args: []Operand{{Kind: Unsigned, Bits: x.Bits}, {Kind: Unsigned, Bits: x.Bits}}}
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
