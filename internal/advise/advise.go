// Package advise finds loops over the elements of vectors whose passes do not
// depend on each other, and writes them as operations on whole vectors: these
// take the rounds of one pass. Advice is given where the program still compiles
// with it and then takes fewer rounds.
package advise

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
)

// Add puts advice on the computation p of a unit into its cost report r, made
// with the same set. The unit was compiled with o.
func Add(r *cost.Report, u *compiler.Unit, o compiler.Options, p *ir.Program, set map[string]int64) {
	if r.Rounds == nil {
		return
	}
	for _, loop := range loops(u, p.Name) {
		after, ok := with(u, o, p.Name, loop)
		if !ok {
			continue
		}
		costs, err := cost.Of(after, set)
		if err != nil || costs.Rounds == nil || mayFail(after.Body) > mayFail(p.Body) || !fewer(after, p, set) {
			continue
		}
		at := loop.at.Pos
		r.Advice = append(r.Advice, cost.Advice{Line: ir.Pos{Line: at.Line, Col: at.Column}.At(), Instead: loop.instead, Rounds: *costs.Rounds})
	}
}

// mayFail counts the operations that can end a run: a loop of no pass reads
// nothing, and the slice in its place might be none.
func mayFail(b ir.Block) (n int) {
	for _, i := range b {
		if i.Checked {
			n++
		}
		n += mayFail(i.Body) + mayFail(i.Else)
	}
	return n
}

// fewer reports that a program takes fewer rounds than another, with examples
// for the sizes that are not set.
func fewer(after, before *ir.Program, set map[string]int64) bool {
	var rounds []int64
	for _, p := range []*ir.Program{after, before} {
		sizes := cost.Example(p)
		maps.Copy(sizes, set)
		r, err := cost.Of(p, sizes)
		if err != nil || r.Rounds == nil || !r.Rounds.Known {
			return false
		}
		rounds = append(rounds, r.Rounds.Value)
	}
	return rounds[0] < rounds[1]
}

// A rewrite is statements that take the place of a loop.
type rewrite struct {
	at      ast.Span
	instead []string
}

// loops are the rewrites in the bodies of a computation that stand in the main
// file, in order of the text.
func loops(u *compiler.Unit, computation string) []rewrite {
	found := make(map[int]rewrite)
	seen := make(map[*check.Body]bool)
	var enter func(*check.Body, *ast.Block)
	enter = func(b *check.Body, block *ast.Block) {
		if seen[b] {
			return
		}
		seen[b] = true
		if block.Pos.Filename == u.File.Name {
			for _, w := range rewrites(b, block, u.File.Source) {
				found[w.at.Pos.Offset] = w
			}
		}
		for _, c := range b.Calls {
			if c.Body != nil && c.Body.Fn != nil {
				enter(c.Body, c.Body.Fn.Body)
			}
		}
	}
	for _, c := range u.Checked.Computations {
		if c.Decl.Name.Name == computation {
			enter(c.Body, c.Decl.Body)
		}
	}
	var out []rewrite
	for _, at := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[at])
	}
	return out
}

func rewrites(b *check.Body, block *ast.Block, source string) (out []rewrite) {
	ast.Walk(block, func(n ast.Node) bool {
		loop, ok := n.(*ast.For)
		if !ok {
			return true
		}
		if instead, ok := vectorized(b, block, loop, source); ok {
			out = append(out, rewrite{loop.Span, instead})
			return false
		}
		return true
	})
	return out
}

// with compiles the unit's file with a rewrite in it.
func with(u *compiler.Unit, o compiler.Options, computation string, w rewrite) (*ir.Program, bool) {
	text := u.File.Source[:w.at.Pos.Offset] + strings.Join(w.instead, "\n") + u.File.Source[w.at.EndPos.Offset:]
	o.SkipTests = true
	read := o.Read
	if read == nil {
		read = os.ReadFile
	}
	o.Read = func(path string) ([]byte, error) {
		if path == u.File.Name {
			return []byte(text), nil
		}
		return read(path)
	}
	after, diags, err := compiler.Load(u.File.Name, o)
	if err != nil || diags.HasErrors() {
		return nil, false
	}
	i := slices.IndexFunc(after.Programs, func(p *ir.Program) bool { return p.Name == computation })
	return after.Programs[i], true
}
