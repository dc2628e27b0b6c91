// How tightly operators bind.

package ast

// Levels of binding, from the loosest.
const (
	CondLevel    = iota // if, each
	OrLevel             // or
	AndLevel            // and
	NotLevel            // not
	CompareLevel        // == != <= >= < > ~=, which do not chain
	SumLevel            // + -
	TermLevel           // * / %
	NegateLevel         // -x
	PrimaryLevel        // names, literals, calls, brackets
)

var levels = map[string]int{
	"or": OrLevel, "and": AndLevel,
	"==": CompareLevel, "!=": CompareLevel, "<=": CompareLevel, ">=": CompareLevel,
	"<": CompareLevel, ">": CompareLevel, "~=": CompareLevel,
	"+": SumLevel, "-": SumLevel, "*": TermLevel, "/": TermLevel, "%": TermLevel,
}

// BinaryLevel is the level of a binary operator; ok says that op is one.
func BinaryLevel(op string) (level int, ok bool) {
	level, ok = levels[op]
	return level, ok
}

// Level is the level at which e binds.
func Level(e Expr) int {
	switch e := e.(type) {
	case *Cond, *Each:
		return CondLevel
	case *Binary:
		return levels[e.Op]
	case *Unary:
		if e.Op == "not" {
			return NotLevel
		}
		return NegateLevel
	}
	return PrimaryLevel
}
