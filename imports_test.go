package tfec

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The import rules of design/architecture.md, over what `go list` says.

const module = "github.com/tfec-lang/tfec/"

type goPackage struct {
	ImportPath string
	Imports    []string
}

// importRule says what the packages under one of the prefixes may import
// beyond the standard library.
type importRule struct {
	packages []string
	may      []string // prefixes; a path without a dot in its first element is standard
}

var rules = []importRule{
	{[]string{"lang/parse"}, []string{module + "lang/", "github.com/alecthomas/participle/v2"}},
	{[]string{"lang"}, []string{module + "lang/"}},
	{[]string{"compiler"}, []string{module + "lang/", module + "stdlib", module + "compiler/", module + "runtime/capability", module + "runtime/date"}},
	{[]string{"codegen"}, []string{module + "lang/", module + "compiler/ir", module + "compiler/project", module + "runtime/capability", "github.com/dave/jennifer/jen"}},
	{[]string{"internal/lsp"}, []string{module + "lang/", module + "compiler", "github.com/sourcegraph/jsonrpc2"}},
	{[]string{"stdlib"}, nil},
	{[]string{"runtime/capability", "runtime/date"}, nil},
}

// passes in their order; none imports a later one. The driver, compiler, may
// import all of them.
var passes = []string{"load", "check", "ir", "lower", "opt", "project", "report", "interp", "cost", "explain"}

// owned says which packages alone may import a library.
var owned = map[string][]string{
	"github.com/alecthomas/participle/v2": {"lang/parse"},
	"github.com/dave/jennifer":            {"codegen"},
	"google.golang.org/grpc":              {"runtime/session"},
	"github.com/sourcegraph/jsonrpc2":     {"internal/lsp"},
	"gonum.org/v1/plot":                   {"runtime/bench/plot"},
	"github.com/wcharczuk/go-chart":       {"internal/picture"},
	"github.com/prometheus":               {"runtime/monitor"},
	"go.opentelemetry.io":                 {"runtime/monitor"},
	"google.golang.org/protobuf":          {"runtime/trace/tensorboard", "internal/protoc", "internal/onnx"},
	"github.com/bufbuild/protocompile":    {"internal/protoc"},
}

func TestImportRules(t *testing.T) {
	packages := listPackages(t)
	require.Greater(t, len(packages), 20, "go list found too few packages for this test to mean anything")
	for _, p := range packages {
		path := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			if rule := ruleFor(path); rule != nil && !standard(imported) && !anyPrefix(imported, rule.may) {
				t.Errorf("%s imports %s, which architecture.md does not allow", path, imported)
			}
			for library, users := range owned {
				if under(imported, library) && !slices.ContainsFunc(users, func(u string) bool { return under(path, u) }) {
					t.Errorf("%s imports %s; only %s may", path, library, strings.Join(users, ", "))
				}
			}
			if under(path, "runtime") && anyPrefix(imported, []string{module + "lang", module + "compiler", module + "codegen"}) {
				t.Errorf("%s imports %s: the runtime knows nothing of the compiler", path, imported)
			}
			if strings.HasPrefix(imported, "github.com/stretchr/testify") && !under(path, "internal") {
				t.Errorf("%s imports testify outside its tests", path)
			}
			if a, b := passOf(path), passOf(strings.TrimPrefix(imported, module)); a >= 0 && b > a {
				t.Errorf("%s imports a later pass, %s", path, imported)
			}
		}
	}
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	var packages []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

func ruleFor(path string) *importRule {
	for i := range rules {
		if slices.ContainsFunc(rules[i].packages, func(p string) bool { return under(path, p) }) {
			return &rules[i]
		}
	}
	return nil
}

func passOf(path string) int {
	return slices.IndexFunc(passes, func(p string) bool { return under(path, "compiler/"+p) })
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func anyPrefix(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(path, p) })
}
