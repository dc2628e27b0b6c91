// The table of codes. Codes are stable: one that is no longer raised is not
// used again.

package diag

// A Code says why a program is refused, or what a warning is about.
type Code struct {
	Code   string // "E301"
	Reason string // one line, with names in backquotes
}

// Codes are all codes in order: E0 syntax, E1 names, E2 types and shapes, E3
// placements, E4 control flow, E5 numbers, E6 the protocol, E7 tests and
// bindings, W8 warnings, E9 what this compiler does not build yet.
var Codes = []Code{
	{"E001", "a token is missing or wrong; says what was expected and what was found"},
	{"E002", "comparisons do not chain"},
	{"E003", "a control or bidirectional character in the source"},
	{"E101", "unknown player, or unknown name; suggests the nearest one"},
	{"E102", "the name is already defined: no shadowing"},
	{"E103", "a module without `players` names a player"},
	{"E104", "an input with several named holders"},
	{"E105", "an input, output or disclosure without a placement"},
	{"E106", "a name that stands for something else than is needed: a player as a value, a value as a function, a `let` as a variable"},
	{"E107", "an import that cannot be read, imports itself, or is no module"},
	{"E108", "an edition that this compiler does not know"},
	{"E201", "two dimensions differ"},
	{"E202", "two dimensions cannot be proved equal; the hint is the `where` to add"},
	{"E203", "a length that depends on one player's data would be disclosed by sharing"},
	{"E204", "the operation does not take this element type"},
	{"E205", "operands have different fractional bits"},
	{"E206", "a type that exists only in clear would be shared"},
	{"E207", "a reduction over padded rows without a mask"},
	{"E208", "a wrong number of arguments, results or names"},
	{"E209", "a value that must be constant and is not"},
	{"E301", "a shared value is returned for an output that a player must hold"},
	{"E302", "a value held by one player is returned for an output of another"},
	{"E303", "a `local p` block uses what p does not hold"},
	{"E304", "a shared value is printed or used in clear"},
	{"E305", "a reveal that is not in the signature"},
	{"E306", "a declared disclosure that does not match its reveal, or never happens"},
	{"E307", "nothing to reveal: the audience already holds it"},
	{"E308", "a reveal under a secret condition"},
	{"E309", "an assignment loses holders that the variable declares"},
	{"E310", "a bundle used as an array"},
	{"E311", "a random draw without one owner"},
	{"E312", "an operation of one player alone where nothing says which player"},
	{"E401", "a loop condition that not every player knows"},
	{"E402", "a loop bound that not every player knows"},
	{"E403", "an index that the holder of the array does not know"},
	{"E404", "`return` or `yield` under a secret condition"},
	{"E405", "an assertion on a shared value"},
	{"E406", "recursion"},
	{"E407", "a `local` block or a print under a secret condition"},
	{"E408", "an operation in clear that could fail after data has been shared"},
	{"E409", "a path that does not end in `return` or, in a `local` expression, in `yield`"},
	{"E501", "a literal that rounds to zero in its type"},
	{"E502", "a value that can exceed its type under the declared ranges and `where`, or an int converted to fixed that may not fit, with the ranges that say so"},
	{"E503", "a precision too wide for the protocol's products"},
	{"E504", "a secret divisor that may be zero, outside a place that makes it total"},
	{"E505", "an argument that its parameter's or field's range does not admit"},
	{"E506", "a secret value under `sqrt` that may be negative, or under `rsqrt` or `log` that may be 0 or negative, outside a place that makes it total"},
	{"E601", "a protocol with wrong, repeated or missing roles"},
	{"E602", "no secure implementation of this operation in this protocol"},
	{"E701", "a test or a binding that does not give an input"},
	{"W801", "the receiver can compute another player's input from this output and its own input (a sum of its input and one other, an output of an input's shape)"},
	{"W802", "an output over rows without a `where` bound of 5 or more, or over rows that data chooses, and without a select on a count"},
	{"W803", "a disclosed condition that may repeat more than 100 times"},
	{"W804", "a value from others steers how long one player's clear code runs"},
	{"W805", "an import that nothing uses"},
	{"E901", "the language has it, but this compiler does not build it yet; or the compiler is at fault, and says so"},
}
