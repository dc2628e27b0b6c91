package protocol

// What the doc comments of operations say.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// operations are the methods of mpc.Kernel that compute on shares, and those that
// bring values into them and out of them.
var operations = strings.Fields("Deal Open Refresh Draw AddPublic Mul Inner Bilinear Truncate DivPublic And Negative IsZero Bits BitsToRing Tables SelectBits Shuffle")

// Every operation of a protocol that hides something says its rounds and bytes; and it,
// or its package, what its source is and what it relies on. What is local relies on
// nothing.
func TestDocComments(t *testing.T) {
	own := map[string]*regexp.Regexp{
		"rounds": regexp.MustCompile(`(?i)\brounds?\b|no communication`),
		"bytes":  regexp.MustCompile(`\b(bytes?|bits?)\b`),
	}
	packages := map[string]*regexp.Regexp{
		"source": regexp.MustCompile(`\b(19|20)\d\d\b`),
		"relies": regexp.MustCompile(`(?i)\brel(ies|y)\b|no communication|why (nobody|a role) learns`),
	}
	for _, name := range capability.Names() {
		if row, _ := capability.Lookup(name); row.Insecure {
			continue
		}
		// A protocol may be another one but for some operations: the first of these that has one.
		folders := []commented{comments(t, name), comments(t, "pond"), comments(t, "internal/dealer")}
		for _, operation := range operations {
			i := slices.IndexFunc(folders, func(c commented) bool { return c.methods[operation] != "" })
			if !assert.GreaterOrEqual(t, i, 0, "%s has %s", name, operation) {
				continue
			}
			text := folders[i].methods[operation]
			for what, pattern := range own {
				assert.Regexp(t, pattern, text, "%s of %s, %s", operation, name, what)
			}
			for what, pattern := range packages {
				assert.Regexp(t, pattern, text+folders[i].of, "%s of %s, %s", operation, name, what)
			}
		}
	}
}

// commented is a package's comment, and those of its Kernel's methods.
type commented struct {
	of      string
	methods map[string]string
}

func comments(t *testing.T, folder string) commented {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := commented{methods: make(map[string]string)}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		require.NoError(t, err)
		out.of += parsed.Doc.Text()
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			of := f.Recv.List[0].Type
			if star, pointer := of.(*ast.StarExpr); pointer {
				of = star.X
			}
			if id, ok := of.(*ast.Ident); ok && id.Name == "Kernel" {
				out.methods[f.Name.Name] = f.Doc.Text()
			}
		}
	}
	return out
}
