package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
)

func main() {
	var files []string
	filepath.WalkDir(os.Args[1], func(p string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(p, ".tfe") {
			files = append(files, p)
		}
		return nil
	})
	slices.Sort(files)
	for _, f := range files {
		src, _ := os.ReadFile(f)
		if len(os.Args) > 2 && !strings.Contains(string(src), "for ") && !strings.Contains(string(src), "while ") {
			continue
		}
		u, diags, err := compiler.Check(f, compiler.Options{})
		fmt.Println("==", f, err)
		for _, d := range diags {
			fmt.Println(d)
		}
		if u == nil {
			continue
		}
		show := func(p *ir.Program) {
			if p != nil {
				fmt.Println(p.String())
			}
		}
		for _, p := range u.Programs {
			show(p)
		}
		for _, t := range u.Tests {
			show(t.Program)
			show(t.Given)
			show(t.Expect)
		}
	}
}
