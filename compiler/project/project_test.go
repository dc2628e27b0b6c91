package project_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/types"
)

const loop = `computation f of "f.tfe"
players alice, bob, s0
protocol plain(s0) ring 64
input a: int32 @ alice
output r: int32 @ bob

   1  a: int32 @ alice = input as a by alice line 1
   2  zero: int64 @ public = const 0 by public line 2
   3  two: int64 @ public = const 2 by public line 2
   4  one: int64 @ public = const 1 by public line 2
   5  start by public line 3
   6  i: int64 @ public = for zero, two, one by public line 4 {
   7    b: int32 @ alice = neg a by alice line 5
   8    c: bool @ public = eq i, zero by public line 6
   9    if c by public line 7 {
  10      x: int32 @ shared = share b by {alice, s0} line 8
      } else {
  11      y: int32 @ alice = neg b by alice line 9
      }
      }
`

func TestProject(t *testing.T) {
	p, err := ir.Parse(loop)
	require.NoError(t, err)
	before := p.String()
	for _, c := range []struct {
		player int
		want   []int
	}{
		{0, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{1, []int{2, 3, 4, 5, 6, 8}},        // the branch has nothing of bob's
		{2, []int{2, 3, 4, 5, 6, 8, 9, 10}}, // its else block is empty
	} {
		q := project.Project(p, c.player)
		assert.Equal(t, c.player, q.Player)
		assert.Equal(t, c.want, steps(q.Body, nil), p.Players[c.player].Name)
	}
	assert.Equal(t, before, p.String(), "the program itself is unchanged")
}

func TestLoopWithNothingInsideIsDropped(t *testing.T) {
	p, err := ir.Parse(loop)
	require.NoError(t, err)
	body := p.Body[5].Body
	p.Body[5].Body = slices.Delete(body, 1, 3) // only alice's negation is left
	assert.Equal(t, []int{2, 3, 4, 5}, steps(project.Project(p, 1).Body, nil))
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7}, steps(project.Project(p, 0).Body, nil))
}

// Every instruction stands in exactly its participants' programs, and each of
// these is a subsequence of the whole program.
func TestProjectionsCoverTheProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomProgram(t)
		all := steps(p.Body, nil)
		found := make(map[int]types.Set)
		for k, q := range project.All(p) {
			mine := steps(q.Body, nil)
			require.True(t, slices.IsSorted(mine), "a subsequence of the total order")
			for _, s := range mine {
				require.Contains(t, all, s)
				found[s] = found[s].With(k)
			}
		}
		each(p.Body, func(i *ir.Instr) {
			want := i.Who
			if i.Op.Structured() {
				want = inside(i)
			}
			require.Equal(t, want, found[i.Step], "step %d", i.Step)
		})
	})
}

// inside is the set of players with something to do in a loop or branch.
func inside(i *ir.Instr) types.Set {
	var s types.Set
	for _, b := range []ir.Block{i.Body, i.Else} {
		for _, j := range b {
			if j.Op.Structured() {
				s = s.Union(inside(j))
			} else {
				s = s.Union(j.Who)
			}
		}
	}
	return s
}

const players = 5

func randomProgram(t *rapid.T) *ir.Program {
	p := &ir.Program{Player: -1, Players: make([]ir.Player, players)}
	step := 0
	p.Body = randomBlock(t, &step, p.Everybody(), 3)
	return p
}

// randomBlock draws instructions whose participants are some of who.
func randomBlock(t *rapid.T, step *int, who types.Set, depth int) ir.Block {
	var b ir.Block
	for range rapid.IntRange(0, 4).Draw(t, "length") {
		*step++
		i := &ir.Instr{Step: *step, Op: ir.OpNeg, Who: who}
		if depth > 0 && rapid.Bool().Draw(t, "structured") {
			i.Op = rapid.SampledFrom([]ir.Op{ir.OpFor, ir.OpIf, ir.OpWhile}).Draw(t, "op")
			i.Body = randomBlock(t, step, who, depth-1)
			if i.Op == ir.OpIf {
				i.Else = randomBlock(t, step, who, depth-1)
			}
		} else if s := randomSet(t).Intersect(who); !s.Empty() {
			i.Who = s
		}
		b = append(b, i)
	}
	return b
}

func randomSet(t *rapid.T) types.Set {
	return types.SetOf(rapid.SliceOf(rapid.IntRange(0, players-1)).Draw(t, "who")...)
}

func each(b ir.Block, f func(*ir.Instr)) {
	for _, i := range b {
		f(i)
		each(i.Body, f)
		each(i.Else, f)
	}
}

func steps(b ir.Block, out []int) []int {
	each(b, func(i *ir.Instr) { out = append(out, i.Step) })
	return out
}
