package ir

// Failure says why an early check or assert ended the run, in the words of
// every backend: for a Checked instruction, an assert, and a loop whose step is
// not positive.
func (i *Instr) Failure() string {
	switch i.Op {
	case OpDiv, OpMod:
		return "division by zero"
	case OpIndex, OpUpdate:
		return "index out of range"
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
