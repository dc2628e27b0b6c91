package protocol

// The table of accuracies in docs/protocols.md.

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
)

var update = flag.Bool("update", false, "write the table of accuracies")

const (
	page      = "../../docs/protocols.md"
	tableHead = "<!-- accuracies: go test ./runtime/protocol -run TestAccuracyTable -update -->\n"
	tableEnd  = "<!-- end of accuracies -->\n"
)

// tabulated are the types of the table.
var tabulated = []clear.Type{clear.Fixed(24, 16), clear.Fixed(20, 18), clear.Fixed(31, 8), clear.Fixed(10, 10), clear.Fixed(4, 28)}

// Of each function of fixed, on each protocol, the table has the greatest error that
// the suite finds. All is a function of fixed seeds: what is measured again is the same.
func TestAccuracyTable(t *testing.T) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), tableHead)
	require.True(t, found)
	table, after, found := strings.Cut(rest, tableEnd)
	require.True(t, found)
	fresh := "\n" + strings.Join(rows(t), "") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+tableHead+fresh+tableEnd+after), 0o644))
		return
	}
	require.Equal(t, table, fresh)
}

// rows are a table in Markdown: a function of a type a row, a protocol a column.
func rows(t *testing.T) []string {
	names := capability.Names()
	columns := make(map[string][]conformance.Accuracy)
	for _, name := range names {
		for _, elem := range tabulated {
			columns[name] = append(columns[name], conformance.Accuracies(t, subject(name), elem)...)
		}
	}
	out := []string{"| of | function | " + strings.Join(names, " | ") + " |\n", "|---|---" + strings.Repeat("|---", len(names)) + "|\n"}
	for i, a := range columns[names[0]] {
		row := fmt.Sprintf("| %v | %s |", a.Elem, a.Function)
		for _, name := range names {
			row += fmt.Sprintf(" %.3g (%.2f) |", columns[name][i].Units, columns[name][i].Part)
		}
		out = append(out, row+"\n")
	}
	return out
}

// subject is a protocol of the registry, for the suite.
func subject(name string) conformance.Protocol {
	row, _ := capability.Lookup(name)
	m := makers[name]
	return conformance.Protocol{Name: name, Roles: row.Roles + row.Helpers, Helpers: row.Helpers, New: m.kernel, KeySets: m.keySets, Insecure: row.Insecure}
}
