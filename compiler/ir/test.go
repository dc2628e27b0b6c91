package ir

import "fmt"

// A Test is a test block as three programs: Given computes the inputs in
// clear, Program is run on them, and Expect judges what came out.
type Test struct {
	Title   string
	Pos     Pos
	Program *Program
	// Given has no inputs; its outputs, all public, are named as the inputs of
	// Program: `a`, `pay[e0]`.
	Given *Program
	// Expect has the outputs of Program and what was given as public inputs,
	// and one public bool a line: `expect1`, `expect2`, …
	Expect  *Program
	Expects []Expect // those lines, in order
	// Abort is set where the run must end with this error; "" is any.
	Abort *string
}

// An Expect is one line of a test, as it is written. Expect of the test has an
// output for each of Parts too, by PartName.
type Expect struct {
	Text  string
	Pos   Pos
	Parts []string // the sides of a comparison, else the names in a condition
}

// PartName is the output that has part k of line n, both from 1.
func PartName(n, k int) string { return fmt.Sprintf("expect%d.%d", n, k) }
