// Command asm writes the assembly of package ring and its declarations, in
// the variants AVX2 and AVX-512:
//
//	go run ./internal/asm .
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// topics are the pairs of files that the command writes.
var topics = []struct {
	name string
	emit func(*generator)
}{
	{"vector", vectors},
	{"matrix", matrices},
	{"bits", packedBits},
	{"wide", wide},
	{"residues", residues},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: asm directory")
		os.Exit(2)
	}
	files, err := generate()
	for name, text := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate returns the text of all files, by name.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, t := range topics {
		g := &generator{Context: build.NewContext()}
		g.ConstraintExpr("!purego")
		t.emit(g)
		f, err := g.Result()
		if err != nil {
			return nil, err
		}
		if err := pass.Compile.Execute(f); err != nil {
			return nil, err
		}
		cfg := printer.Config{Name: "internal/asm", Pkg: "ring"}
		for end, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
			if files[t.name+"_amd64"+end], err = p.Print(f); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}
