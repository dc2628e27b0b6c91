package runtime

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// three is a computation of three roles that share what they know: role 0 x,
// role 1 y. alice learns what they open.
func three(servers func(p *Party, x, y mpc.Share), alice func(p *Party)) []*Program {
	players := []string{"s0", "s1", "s2", "alice"}
	var programs []*Program
	for i, name := range players {
		run := func(p *Party) {
			p.Start()
			in := [2]mpc.Share{}
			for k := range in {
				if k == i {
					in[k] = p.Share(k+1, clear.FromInts(clear.Int64, []int{2}, int64(5+k), -3))
				} else {
					in[k] = p.Shared(k+1, players[k], clear.Int64, 2)
				}
			}
			servers(p, in[0], in[1])
		}
		if name == "alice" {
			run = func(p *Party) { p.Start(); alice(p) }
		}
		programs = append(programs, &Program{
			File: "f.tfe", Computation: "f", Player: name, Players: players,
			Protocol: Protocol{Name: "aby3", Roles: players[:3], Ring: 64}, Run: run,
			Outputs: []Output{{Name: "r", Elem: clear.Int64}},
		})
	}
	return programs
}

// rounds are those of a run after the two shares, and what alice learned.
func rounds(t *testing.T, programs []*Program) (int, Values) {
	t.Helper()
	r, err := Simulate(t.Context(), programs, Values{}.load)
	require.NoError(t, err)
	most := 0
	for _, s := range r.Stats {
		most = max(most, s.Rounds)
	}
	return most, r.Outputs["alice"]
}

// inTurn is Together one branch after the other.
func inTurn(_ *Party, branches ...func()) {
	for _, b := range branches {
		b()
	}
}

// Branches of different length, with branches inside, take the rounds of the
// longest; one after the other, their sum. The results are the same.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		name   string
		do     func(p *Party, branches ...func())
		rounds int
	}{
		// less 6, square 1, power 1, equal 6, conversions 2 each, shares and openings
		{"one after the other", inTurn, 20},
		// less 6 beside square 1, equal 6, and the opening; convert beside convert
		{"together", (*Party).Together, 11},
	} {
		servers := func(p *Party, x, y mpc.Share) {
			var less, equal, square, power mpc.Share
			c.do(p, func() { less = p.Lt(3, x, y) }, func() {
				square = p.Mul(4, x, x)
				c.do(p, func() { power = p.Mul(5, square, square) }, func() { equal = p.Eq(6, square, y) })
			}, func() { p.Open(7, x, "alice", "s0") })
			c.do(p, func() { less = p.Convert(8, less, clear.Int64) }, func() { equal = p.Convert(9, equal, clear.Int64) })
			c.do(p, func() { p.Open(10, p.Stack(11, less, equal, power), "alice") })
		}
		got, out := rounds(t, three(servers, func(p *Party) {
			p.Together(func() { p.Output("x", p.Opened(7, clear.Int64, 2)) })
			p.Output("r", p.Opened(10, clear.Int64, 3, 2))
		}))
		require.Equal(t, []int64{1, 0, 0, 0, 625, 81}, out["r"].Ints(), c.name)
		require.Equal(t, []int64{5, -3}, out["x"].Ints(), c.name)
		require.Equal(t, c.rounds, got, c.name)
	}
}

// A branch that is at another step than its peers is named, at all players,
// and no branch is left behind (TestMain looks for goroutines).
func TestTogetherAtOtherSteps(t *testing.T) {
	programs := three(func(p *Party, x, y mpc.Share) {
		other := 4
		if p.self == 1 {
			other = 5
		}
		p.Together(func() { p.Lt(3, x, y) }, func() { p.Lt(other, y, x) }, func() { p.Mul(6, x, y) })
	}, func(*Party) {})
	errs, _ := runAll(t, programs, Values{})
	require.Regexp(t, `s[012] is at step [345], s[012] expected [345]`, errs["s0"])
	for _, err := range errs {
		require.Error(t, err)
	}
}

// A failure in one branch ends the others, and the run.
func TestTogetherFails(t *testing.T) {
	programs := three(func(p *Party, x, y mpc.Share) {
		p.Together(func() { p.Lt(3, x, y) }, func() {
			p.Mul(4, x, y)
			p.Fail(5, "cannot go on")
		})
	}, func(*Party) {})
	errs, _ := runAll(t, programs, Values{})
	require.ErrorContains(t, errs["s1"], "cannot go on, at step 5")
}
