package ir

// Lines of the source, as reports, messages and generated comments name them.

import (
	"encoding/json"
	"strconv"
)

// A Line is a line of a file; File is "" for the program's own, else it names
// the module: "std/stats", or a path from the program's folder.
type Line struct {
	File   string
	Number int
}

// At is the line of a position.
func (p Pos) At() Line { return Line{p.File, p.Line} }

// String is "13" in the program's file and "std/stats:13" in a module.
func (l Line) String() string {
	if l.File == "" {
		return strconv.Itoa(l.Number)
	}
	return l.In("")
}

// In is the line with its file, where main is the program's.
func (l Line) In(main string) string {
	if l.File != "" {
		main = l.File
	}
	return main + ":" + strconv.Itoa(l.Number)
}

// MarshalJSON gives a number in the program's file and a string in a module.
func (l Line) MarshalJSON() ([]byte, error) {
	if l.File == "" {
		return json.Marshal(l.Number)
	}
	return json.Marshal(l.String())
}
