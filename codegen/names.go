package codegen

// Names: every name of a program becomes a valid Go name that collides with
// nothing, the same one whoever generates it.

import (
	"fmt"
	"go/token"
	"strings"
	"unicode"
)

// A scope hands out Go names, each once. Names of the language are ASCII, so
// that appending `_` always leads to a free one.
type scope map[string]bool

// take returns name, with as many `_` behind it as it takes to be free.
func (s scope) take(name string) string {
	for s[name] || token.IsKeyword(name) {
		name += "_"
	}
	s[name] = true
	return name
}

// newScope returns a scope in which the names are taken.
func newScope(taken ...string) scope {
	s := make(scope)
	for _, name := range taken {
		s[name] = true
	}
	return s
}

// predeclared are Go's own names: no value of a program hides one.
var predeclared = []string{
	"any", "append", "bool", "byte", "cap", "clear", "close", "comparable", "complex", "complex128",
	"complex64", "copy", "delete", "error", "false", "float32", "float64", "imag", "int", "int16",
	"int32", "int64", "int8", "iota", "len", "make", "max", "min", "new", "nil", "panic", "print",
	"println", "real", "recover", "rune", "string", "true", "uint", "uint16", "uint32", "uint64",
	"uint8", "uintptr", "_", "init", "main",
}

// identifier makes a Go identifier of a name: what is no letter, digit or `_`
// becomes `_`.
func identifier(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, name)
	if name == "" || unicode.IsDigit(rune(name[0])) {
		name = "x" + name
	}
	return name
}

// exported makes an exported Go name of a name: train_linear is TrainLinear, and
// the field sales.amount SalesAmount.
func exported(name string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '.' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if s := b.String(); s != "" && unicode.IsUpper(rune(s[0])) {
		return s
	}
	return "X" + b.String()
}

// Package returns the name of the package that is generated for a source
// file, which is its folder's name as well: that of the file without `.tfe`,
// where it is a valid one.
func Package(source string) string {
	name := strings.TrimLeft(identifier(strings.TrimSuffix(source, ".tfe")), "_")
	if name == "" || unicode.IsDigit(rune(name[0])) {
		name = "x" + name
	}
	return newScope("vendor", "testdata", "internal", "main").take(name)
}

// fileName returns the name of the root package's file. A name that means
// something to the go tool (x_test.go, x_linux.go) gets a `_` behind it.
func fileName(source string) string {
	name := Package(source)
	if i := strings.LastIndexByte(name, '_'); i >= 0 && strings.Contains(constraints, " "+name[i+1:]+" ") {
		name += "_"
	}
	return name + ".go"
}

// constraints are the endings of file names that decide whether the go tool
// reads a file: `test`, operating systems and architectures.
const constraints = " test" +
	" aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos" +
	" 386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le" +
	" ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm "

// checkPlayers refuses players that a file system, or a hostmap, may take for
// one another.
func checkPlayers(players []string) error {
	seen := make(map[string]string)
	for _, name := range players {
		folded := strings.ToLower(strings.ReplaceAll(name, "-", "_"))
		if other, ok := seen[folded]; ok {
			return fmt.Errorf("cannot generate code: players %s and %s differ only in case or in `_` and `-`", other, name)
		}
		seen[folded] = name
	}
	return nil
}
