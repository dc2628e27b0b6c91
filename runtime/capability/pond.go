package capability

// What each call of pond sends: see the doc comments of package pond. The servers
// are 0 and 1, the dealer is 2.

// pondMessages: most calls are a step, of which the dealer corrects one server's
// shares, and the servers tell each other their masked parts.
func pondMessages(c Call) []Stage {
	switch m := c.Param; c.Action {
	case Deal:
		return []Stage{pondInput(c.Dealer, c.element())}
	case Open:
		return []Stage{pondOpening(c.To, m)}
	case Refresh:
		return []Stage{told(c.element())}
	case Product:
		product := step(0, c.Ring, c.Ring)
		if m == 0 {
			return []Stage{product}
		}
		return []Stage{product, step(1, c.Ring+m, c.Ring)}
	case Truncate:
		return []Stage{step(1, c.Ring+m, c.Ring)}
	case DivPublic:
		return []Stage{step(1, 2*c.Ring, c.Ring)}
	case And:
		return []Stage{step(0, 1, 1)}
	case Negative:
		return pondComparison(m-1, 1, func(blocks int) int { return 2*blocks - 1 }, func(pairs int) int { return 2*pairs - 1 })
	case IsZero:
		return pondComparison(m, 0, func(blocks int) int { return blocks }, func(pairs int) int { return pairs })
	case Bits:
		return pondDecomposition(m - 1)
	case BitsToRing:
		return []Stage{step(0, c.Ring, c.Ring)}
	case SelectBits:
		return []Stage{step(1, 2*c.Ring, c.Ring)}
	case Tables:
		return []Stage{step(1, c.Ring*m, c.Ring*c.Result)}
	case Shuffle:
		m = c.element()
		return []Stage{{ahead(0, m), ahead(1, m), message(0, 1, m)}, told(m)}
	}
	return nil
}

// ahead is what the dealer sends to a server.
func ahead(to, bits int) Message { return Message{From: 2, To: to, Bits: bits, Ahead: true} }

// told: the servers tell each other.
func told(bits int) Stage { return Stage{message(0, 1, bits), message(1, 0, bits)} }

// step: one server gets a correction, and both tell each other their parts.
func step(to, dealt, bits int) Stage { return append(Stage{ahead(to, dealt)}, told(bits)...) }

// pondInput: a server tells the other, any other player both.
func pondInput(from, bits int) Stage {
	var s Stage
	for server := range 2 {
		if server != from {
			s = append(s, message(from, server, bits))
		}
	}
	return s
}

// pondOpening: a server gets the other's part, any other player both.
func pondOpening(to []int, bits int) Stage {
	var s Stage
	for _, p := range to {
		for server := range 2 {
			if server != p {
				s = append(s, message(server, p, bits))
			}
		}
	}
	return s
}

// levelled is a stage of the dealt monomials of width bits in blocks of four and of
// further bits, and then levels of And, of which the corrections go to the servers
// in turn.
func levelled(width, further, masked int, ands []int) []Stage {
	monomials, _ := inBlocks(width)
	stages := []Stage{step(0, monomials+further, masked)}
	for level, n := range ands {
		stages = append(stages, step((level+1)%2, n, n))
	}
	return stages
}

// inBlocks counts the monomials of width bits in blocks of four, and the blocks.
func inBlocks(width int) (monomials, blocks int) {
	for ; width > 0; width -= 4 {
		monomials += 1<<min(width, 4) - 1
		blocks++
	}
	return monomials, blocks
}

// pondComparison over width bits: some bits of each block are masked, then a level of the
// tree is one And.
func pondComparison(width, further int, masked, ands func(int) int) []Stage {
	_, blocks := inBlocks(width)
	var levels []int
	for rest := blocks; rest > 1; rest -= rest / 2 {
		levels = append(levels, ands(rest/2))
	}
	return levelled(width, further, masked(blocks), levels)
}

// pondDecomposition of a number with carries into width bits.
func pondDecomposition(width int) []Stage {
	_, blocks := inBlocks(width)
	var levels []int
	for half := 1; half < blocks; half *= 2 {
		levels = append(levels, prefixed(width, blocks, half))
	}
	return levelled(width, 1, 2*width-min(width, 4), levels)
}

// prefixed counts the And of a level of the prefix tree that joins groups of half
// each: of all bits of an upper half, twice where there is more than the lowest block
// below them.
func prefixed(width, blocks, half int) int {
	ands := 0
	for i := half; i < blocks; i++ {
		if group := i / half; group%2 == 1 {
			ands += min(4, width-4*i) * min(group, 2)
		}
	}
	return ands
}
