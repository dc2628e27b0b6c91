package capability

// What each call of a protocol's kernel sends: the cost expressions. All
// rounds and bytes that anybody promises are derived from them.

import "slices"

// An Action is a call of a protocol's kernel.
type Action string

// The calls of a kernel that may send; all others are free.
const (
	Deal       Action = "deal"
	Open       Action = "open"
	Refresh    Action = "refresh"
	Product    Action = "product" // elementwise, inner or of matrices: elements of the result
	Truncate   Action = "truncate"
	DivPublic  Action = "divide by public numbers"
	And        Action = "and"
	Negative   Action = "negative"
	IsZero     Action = "is zero"
	Bits       Action = "bits"
	BitsToRing Action = "bits to ring"
	SelectBits Action = "select by bits"
	Tables     Action = "tables"
	Shuffle    Action = "shuffle"
)

// A Call is one call of a kernel. A player is the number of its role or, where
// it has none, any number from Protocol.Roles on; helpers have the first of these.
type Call struct {
	Action Action
	Ring   int // bits of a ring element
	// Param is the shift of Product (0: none) and Truncate, the width of
	// Negative, IsZero and Bits, and 1 of bits or 64 of numbers of Deal,
	// Open and Shuffle, of which all tensors together count; of Tables the values
	// of all tables, but one of each that has no sign.
	Param  int
	Result int   // Tables: functions
	Dealer int   // Deal
	To     []int // Open: who learns the value
}

// element is the bits of a Param of 1 or 64.
func (c Call) element() int {
	if c.Param == 1 {
		return 1
	}
	return c.Ring
}

// A Message goes from one player to another: Bits for each element of the
// call, without gaps.
type Message struct {
	From, To, Bits int
	// Ahead: from a helper, made ahead of the run of the others. It is no part of a chain
	// unless something has reached the helper, which it then comes after.
	Ahead bool
}

func message(from, to, bits int) Message { return Message{From: from, To: to, Bits: bits} }

// Bytes is the payload of the message of a call on n elements.
func (m Message) Bytes(n int) int { return (m.Bits*n + 7) / 8 }

// A Stage is messages that are all sent before any of them is received. Stages
// follow each other at each player; but a player that nothing reached yet sends
// those of a later stage at once. So rounds, the longest chain of messages, are
// at most the stages.
type Stage []Message

// exactMessages: a truncation rounds down by the sign of what it leaves, and
// comes after its product.
func exactMessages(messages func(Call) []Stage) func(Call) []Stage {
	return func(c Call) []Stage {
		var stages []Stage
		switch {
		case c.Action == Product && c.Param > 0:
			stages = messages(Call{Action: Product, Ring: c.Ring})
		case c.Action != Truncate:
			return messages(c)
		}
		return slices.Concat(stages, messages(Call{Action: Truncate, Ring: c.Ring, Param: c.Param}),
			messages(Call{Action: Negative, Ring: c.Ring, Param: c.Param + 1}), messages(Call{Action: BitsToRing, Ring: c.Ring}))
	}
}

// plainMessages: only what leaves or reaches the one role travels, in clear.
func plainMessages(c Call) []Stage {
	var s Stage
	switch c.Action {
	case Deal:
		if c.Dealer != 0 {
			s = Stage{message(c.Dealer, 0, c.Param)}
		}
	case Open:
		for _, to := range c.To {
			if to != 0 {
				s = append(s, message(0, to, c.Param))
			}
		}
	}
	if s == nil {
		return nil
	}
	return []Stage{s}
}

// aby3Messages: see design/protocols.md and the doc comments of package aby3.
func aby3Messages(c Call) []Stage {
	switch m := c.Param; c.Action {
	case Deal:
		m = c.element()
		if c.Dealer < 3 {
			return []Stage{input(c.Dealer, m)}
		}
		return []Stage{{message(c.Dealer, 2, m), message(c.Dealer, 1, m)}}
	case Open:
		return []Stage{opening(c.To, m)}
	case Refresh:
		return []Stage{rotation(c.element())}
	case Product:
		if m == 0 {
			return []Stage{rotation(c.Ring)}
		}
		return append([]Stage{exchange(2, c.Ring)}, division(c.Ring, 2, m)...)
	case Truncate:
		return division(c.Ring, 0, m)
	case DivPublic:
		return division(c.Ring, 0, c.Ring)
	case And:
		return []Stage{rotation(1)}
	case Negative:
		return comparison(m-1, 1, func(blocks int) int { return 2*blocks - 1 }, func(pairs int) int { return 2*pairs - 1 })
	case IsZero:
		return comparison(m, 0, func(blocks int) int { return blocks }, func(pairs int) int { return pairs })
	case Bits:
		return decomposition(m - 1)
	case BitsToRing:
		return []Stage{input(0, c.Ring), exchange(2, c.Ring)}
	case SelectBits:
		return []Stage{input(0, 2*c.Ring), exchange(2, c.Ring)}
	case Tables:
		return []Stage{input(0, c.Ring*m), exchange(2, c.Ring*c.Result)}
	case Shuffle:
		m = c.element()
		return []Stage{append(input(0, m), input(1, m)...), exchange(2, m)}
	}
	return nil
}

// input: a role shares what it alone knows.
func input(from, bits int) Stage { return Stage{message(from, (from+1)%3, bits)} }

// rotation: each role sends its part to the one before it.
func rotation(bits int) Stage {
	return Stage{message(0, 2, bits), message(1, 0, bits), message(2, 1, bits)}
}

// exchange: the two holders of a component tell each other their parts.
func exchange(component, bits int) Stage {
	before := (component + 2) % 3
	return Stage{message(component, before, bits), message(before, component, bits)}
}

// opening: a role gets the component that it lacks from the one before it,
// another player two of them from the first two roles.
func opening(to []int, bits int) Stage {
	var s Stage
	for _, p := range to {
		if p < 3 {
			s = append(s, message((p+2)%3, p, bits))
		} else {
			s = append(s, message(0, p, bits), message(1, p, bits))
		}
	}
	return s
}

// division against the holders of a component: the third role inputs a
// quotient and a bit, of which as many bits matter as the correction has.
func division(ring, component, correction int) []Stage {
	return []Stage{input((component+1)%3, ring+correction), exchange(component, correction)}
}

// decomposition of a number with carries into width bits, in blocks of four:
// the monomials and the highest bit are input, the carries within each block
// are reshared, then a level of the tree is one And.
func decomposition(width int) []Stage {
	blocks, monomials := 0, 1
	for rest := width; rest > 0; rest -= 4 {
		monomials += 1<<min(rest, 4) - 1
		blocks++
	}
	stages := []Stage{input(0, monomials), exchange(2, 2*width-min(width, 4))}
	for half := 1; half < blocks; half *= 2 {
		ands := 0
		for i := half; i < blocks; i++ {
			if group := i / half; group%2 == 1 {
				ands += min(4, width-4*i) * min(group, 2)
			}
		}
		stages = append(stages, rotation(ands))
	}
	return stages
}

// comparison over width bits in blocks of four: role 0 inputs the monomials of
// each block and further bits, some bits of each block are reshared, then a
// level of the tree is one And.
func comparison(width, further int, reshared, ands func(int) int) []Stage {
	blocks, monomials := 0, further
	for ; width > 0; width -= 4 {
		monomials += 1<<min(width, 4) - 1
		blocks++
	}
	stages := []Stage{input(0, monomials), exchange(2, reshared(blocks))}
	for ; blocks > 1; blocks -= blocks / 2 {
		stages = append(stages, rotation(ands(blocks/2)))
	}
	return stages
}
