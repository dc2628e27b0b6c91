package report

// The text form of the projection: a table with a column for each player.

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// String writes the rows with a column for each player; players that do the
// same share one: "s0 (s1, s2 alike)".
func (s *Steps) String() string {
	groups := s.alike()
	table := make([][]string, len(s.Rows)+1)
	table[0] = []string{""}
	for _, g := range groups {
		table[0] = append(table[0], s.title(g))
	}
	for k, r := range s.Rows {
		table[k+1] = []string{number(r.Step)}
		for _, g := range groups {
			table[k+1] = append(table[k+1], cell(r, g[0]))
		}
	}
	return fmt.Sprintf("%s, %s\n", s.Computation, s.File) + layOut(table)
}

func (s *Steps) title(group []int) string {
	text := s.Players[group[0]]
	if len(group) > 1 {
		var others []string
		for _, k := range group[1:] {
			others = append(others, s.Players[k])
		}
		text += " (" + list(others) + " alike)"
	}
	return text
}

func number(step int) string {
	if step == 0 {
		return "   "
	}
	return fmt.Sprintf("%3d", step)
}

func cell(r Row, player int) string {
	if r.Does[player] == "" {
		return "."
	}
	return strings.Repeat("  ", r.Depth) + r.Does[player]
}

// alike groups the players whose columns are the same.
func (s *Steps) alike() [][]int {
	var groups [][]int
	for k := range s.Players {
		at := slices.IndexFunc(groups, func(g []int) bool { return s.same(g[0], k) })
		if at < 0 {
			groups = append(groups, []int{k})
		} else {
			groups[at] = append(groups[at], k)
		}
	}
	return groups
}

func (s *Steps) same(a, b int) bool {
	return !slices.ContainsFunc(s.Rows, func(r Row) bool { return r.Does[a] != r.Does[b] })
}

// layOut pads the columns of a table to the widest of their cells.
func layOut(table [][]string) string {
	width := make([]int, len(table[0]))
	for _, row := range table {
		for k, text := range row {
			width[k] = max(width[k], utf8.RuneCountInString(text))
		}
	}
	var b strings.Builder
	for _, row := range table {
		var line strings.Builder
		for k, text := range row {
			fmt.Fprintf(&line, "%-*s  ", width[k], text)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
