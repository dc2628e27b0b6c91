package exec_test

// Who learns what, found out by running: one input is changed, and what each
// player is sent in clear, and the course of the run, are compared. That is
// held to the header of the program, read from its text, and to its report.
// Neither checker nor report takes part in it.

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/internal/random"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/progress"
)

var mutated = flag.Uint64("mutated", 60, "how many random source programs to mutate")

// A subject is a program with what its text and its report say of it.
type subject struct {
	text   string
	p      *ir.Program
	header map[string]types.Set // who may learn an output or label
	report *report.Report
}

// compile returns nil for a program that is refused. What only a pass behind
// the checker refuses has passed a checker that should have known.
func compile(t *testing.T, path, text string) *subject {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	unit, diags, err := compiler.Load(path, compiler.Options{})
	require.NoError(t, err)
	for _, d := range diags {
		require.NotEqual(t, "E901", d.Code, "%s: %v\n%s", d.Message, d.Notes, text)
	}
	if diags.HasErrors() {
		return nil
	}
	p := unit.Programs[0]
	verify(t, p)
	return &subject{text, p, signature(unit.File, p), report.Of(p, report.Header{Declared: unit.Checked.PlayerNames()})}
}

// signature reads the header of a program: the names of its outputs and
// disclosures with who learns them.
func signature(file *ast.File, p *ir.Program) map[string]types.Set {
	groups := make(map[string][]*ast.Ident)
	out := make(map[string]types.Set)
	audience := func(at *ast.Placement) (to types.Set) {
		if at.Kind == ast.Public {
			return p.Everybody()
		}
		for _, n := range at.Names {
			for _, member := range append(groups[n.Name], n) {
				if k := slices.Index(p.PlayerNames(), member.Name); k >= 0 {
					to = to.With(k)
				}
			}
		}
		return to
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.Group:
			groups[d.Name.Name] = d.Members
		case *ast.Computation:
			if d.Name.Name != p.Name {
				continue
			}
			for _, x := range d.Outputs {
				out[x.Name.Name] = audience(x.Type.Placement)
			}
			for _, x := range d.Discloses {
				out[x.Label[len(x.Label)-1].Name] = audience(x.Type.Placement)
			}
		}
	}
	return out
}

// root is the name of an input, output or label without member and field.
func root(key string) string {
	if k := strings.IndexAny(key, "[."); k >= 0 {
		return key[:k]
	}
	return key
}

// A sight is a value that players see in clear.
type sight struct {
	name string
	to   types.Set
}

// watched is the program with an output for each value that is opened or sent:
// the sum of its passes, each with another weight.
func (s *subject) watched() (*ir.Program, map[string]sight) {
	p, sights := *s.p, make(map[string]sight)
	p.Values = slices.Clone(p.Values)
	w := &watcher{p: &p, sights: sights}
	body := w.block(s.p.Body)
	p.Body = slices.Concat(w.before, body, w.after)
	for _, x := range p.Outputs {
		if !x.To.IsShared() {
			sights[ir.Key(x.Name, x.Member)] = sight{x.Name, p.Keepers(x.To)}
		}
	}
	return &p, sights
}

type watcher struct {
	p             *ir.Program
	sights        map[string]sight
	before, after ir.Block
}

// block is a copy of a block in which what is seen is noted.
func (w *watcher) block(b ir.Block) (out ir.Block) {
	for _, i := range b {
		copied := *i
		copied.Body, copied.Else = w.block(i.Body), w.block(i.Else)
		out = append(out, &copied)
		if i.Op == ir.OpOpen || i.Op == ir.OpReveal {
			key := fmt.Sprintf("@%d", i.Step)
			w.sights[key] = sight{i.Name, i.To.Set(w.p.Everybody())}
			out = append(out, w.note(key, i.Dst)...)
		}
	}
	return out
}

// note doubles the sum and adds v to it.
func (w *watcher) note(key string, v ir.Value) ir.Block {
	info := w.p.Values[v]
	if !info.Elem.IsNum() {
		info.Elem = int64s
	}
	scalar := info
	scalar.Shape = nil
	zero, sum, number := w.value(scalar), w.value(info), w.value(info)
	w.before = append(w.before, &ir.Instr{Op: ir.OpConst, Dst: zero, Const: []*big.Int{new(big.Int)}}, &ir.Instr{Op: ir.OpFill, Dst: sum, Args: []ir.Value{zero}})
	w.after = append(w.after, &ir.Instr{Op: ir.OpOutput, Name: key, Args: []ir.Value{sum}})
	add := func(x ir.Value) *ir.Instr { return &ir.Instr{Op: ir.OpAdd, Dst: sum, Args: []ir.Value{sum, x}} }
	return ir.Block{{Op: ir.OpConvert, Dst: number, Args: []ir.Value{v}}, add(sum), add(number)}
}

func (w *watcher) value(info ir.Info) ir.Value {
	w.p.Values = append(w.p.Values, info)
	return ir.Value(len(w.p.Values) - 1)
}

// inHeader checks that nothing is sent but what the header says.
func (s *subject) inHeader(t *testing.T) {
	_, sights := s.watched()
	for key, x := range sights {
		to, ok := s.header[root(x.name)]
		require.True(t, ok, "%s: %q is not in the header\n%s", key, x.name, s.text)
		require.True(t, to.Contains(x.to), "%s: %q goes to others than the header says\n%s", key, x.name, s.text)
	}
}

// leaks runs the program on inputs that differ in one.
func (s *subject) leaks(t *testing.T, r *rand.Rand) {
	s.inHeader(t)
	p, sights := s.watched()
	in := fewer(r, p, randomInputs(r, p))
	before, err := interp.Run(p, in)
	if err != nil {
		return // an early check
	}
	var course *course
	for _, x := range p.Inputs {
		other := s.changed(r, in, x)
		after, err := interp.Run(p, other)
		if err != nil {
			s.fails(t, err, x)
			continue
		}
		if x.Owner.Public {
			continue
		}
		known := true // whether all that everybody sees is the same
		for key, x2 := range sights {
			if before[key].Equal(after[key]) {
				continue
			}
			known = known && x2.to != p.Everybody()
			s.reported(t, x2, x)
		}
		if known {
			if course == nil {
				course = s.run(t, in)
			}
			course.same(t, s, s.run(t, other), x)
		}
	}
}

// fails holds that the report says of a run which ends for what x is, though it
// is loaded and in its range, that this tells of x.
func (s *subject) fails(t *testing.T, err error, x ir.Input) {
	t.Helper()
	require.True(t, slices.ContainsFunc(s.report.Aborts, func(a report.Abort) bool {
		return !strings.HasPrefix(a.Reason, "not loaded") &&
			slices.ContainsFunc(a.From, func(f report.Source) bool { return root(f.Input) == root(x.Name) })
	}), "the report does not say that %s can end a run: %v\n%s", x.Name, err, s.text)
}

// changed draws an input anew: all of it, or one cell.
func (s *subject) changed(r *rand.Rand, in map[string]interp.Tensor, x ir.Input) map[string]interp.Tensor {
	key, out := ir.Key(x.Name, x.Member), maps.Clone(in)
	drawn := inputs(r, s.p, func(z ir.Size) int64 { return s.size(in, z.Name) })
	drawn = fewer(r, s.p, drawn)
	if v := in[key]; r.IntN(2) == 0 && len(v.Data) > 0 && len(v.Data) == len(drawn[key].Data) {
		v.Data = slices.Clone(v.Data)
		k := r.IntN(len(v.Data))
		v.Data[k] = drawn[key].Data[k]
		drawn[key] = v
	}
	out[key] = drawn[key]
	return out
}

// size is what the inputs bind a size to.
func (s *subject) size(in map[string]interp.Tensor, name string) int64 {
	for _, x := range s.p.Inputs {
		for k, d := range x.Shape {
			if n, ok := d.Var(); ok && n == name && !(k == 0 && x.Padded()) {
				return in[ir.Key(x.Name, x.Member)].Shape[k]
			}
		}
	}
	return 2
}

// reported checks that the report says that a value depends on an input, to
// everybody who sees it.
func (s *subject) reported(t *testing.T, seen sight, x ir.Input) {
	for _, k := range seen.to.Members() {
		if s.p.Keepers(x.Owner).Has(k) {
			continue
		}
		require.True(t, slices.ContainsFunc(s.report.Disclosures, func(d report.Disclosure) bool {
			learns := d.Everybody || slices.Contains(d.To, s.p.Players[k].Name)
			return root(d.Name) == root(seen.name) && learns && slices.ContainsFunc(d.From, func(f report.Source) bool { return root(f.Input) == root(x.Name) })
		}), "the report does not say that %s learns of %s by %s\n%s", s.p.Players[k].Name, x.Name, seen.name, s.text)
	}
}

// A course is what a run looks like from outside: the steps at which each
// player sends or receives, and the messages of each step.
type course struct {
	steps    map[string][]int
	messages []map[int]any
}

func (s *subject) run(t *testing.T, in map[string]interp.Tensor) *course {
	t.Helper()
	c := &course{steps: make(map[string][]int)}
	var mu sync.Mutex
	_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		result, err := runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Progress: func(player string, at progress.Place) {
			mu.Lock()
			defer mu.Unlock()
			if n := len(c.steps[player]); n == 0 || c.steps[player][n-1] != at.Step {
				c.steps[player] = append(c.steps[player], at.Step)
			}
		}})
		if err == nil {
			for _, stats := range result.Stats {
				m := make(map[int]any)
				for step, n := range stats.Steps {
					m[step] = n
				}
				c.messages = append(c.messages, m)
			}
		}
		return result, err
	}, s.p, in)
	require.NoError(t, err, "%s", s.text)
	return c
}

// same compares two runs in which everybody saw the same: their course may
// differ at the owner of x alone, and messages nowhere.
func (c *course) same(t *testing.T, s *subject, d *course, x ir.Input) {
	t.Helper()
	for k, q := range s.p.Players {
		if !s.p.Keepers(x.Owner).Has(k) {
			require.Equal(t, c.steps[q.Name], d.steps[q.Name], "the steps of %s depend on %s\n%s", q.Name, x.Name, s.text)
		}
	}
	if !slices.ContainsFunc(orders, func(name string) bool { return strings.Contains(s.text, name+"(") }) {
		require.Equal(t, c.messages, d.messages, "messages depend on %s\n%s", x.Name, s.text)
	}
}

// orders are drawn at random on shares, and their rounds with them.
var orders = []string{"sort", "sort_by", "rank", "top_k", "unique"}

// TestNothingLeaks runs random programs, as they are and with one change each.
func TestNothingLeaks(t *testing.T) {
	const workers = 4
	for w := range uint64(workers) {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f.tfe")
			accepted, kinds := 0, make(map[string]int)
			for k := w; k < some(*mutated); k += workers {
				seed := *firstSource + k
				text, r := random.Program(seed).Text, rand.New(rand.NewPCG(seed, 17))
				if s := compile(t, path, text); s != nil {
					s.leaks(t, r)
					accepted += s.mutants(t, r, path, 2, kinds)
				}
			}
			assert.Greater(t, accepted, 0)
			t.Logf("%d mutants accepted, of %v", accepted, kinds)
		})
	}
}

// TestNothingLeaksFromTheCorpus changes what people wrote.
func TestNothingLeaksFromTheCorpus(t *testing.T) {
	for _, name := range []string{"average", "staff_average", "millionaires", "auction", "groupby"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("..", "..", "corpus", "programs", name+".tfe"))
			require.NoError(t, err)
			path, r := filepath.Join(t.TempDir(), "f.tfe"), rand.New(rand.NewPCG(1, 19))
			s := compile(t, path, string(text))
			require.NotNil(t, s)
			s.leaks(t, r)
			s.mutants(t, r, path, 10, make(map[string]int))
		})
	}
}

// mutants makes some mutants of each kind, and says how many are accepted. One
// with another header has another report.
func (s *subject) mutants(t *testing.T, r *rand.Rand, path string, most int, kinds map[string]int) (accepted int) {
	all := random.Mutants(s.text)
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	taken := make(map[string]int)
	for _, m := range all {
		if taken[m.Kind]++; taken[m.Kind] > most {
			continue
		}
		kinds[m.Kind]++
		mutant := compile(t, path, m.Text)
		if mutant == nil {
			continue
		}
		accepted++
		if m.Signature {
			require.NotEqual(t, text(t, s.report), text(t, mutant.report), "%s: the report is the same\n%s", m.Kind, m.Text)
		}
		mutant.leaks(t, r)
	}
	return accepted
}

func text(t *testing.T, r *report.Report) string {
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}
