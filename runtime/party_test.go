package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/progress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var money = clear.Fixed(35, 12)

// average is corpus/programs/average.tfe, projected by hand.
func average() []*Program {
	players := []string{"alice", "bob", "carol", "s0", "s1", "s2"}
	servers := func(p *Party) {
		p.Start()
		total := p.Add(9, p.Shared(7, "alice", money), p.Shared(8, "bob", money))
		p.Open(11, p.Div(10, total, clear.Int(clear.Int64, p.Size("n")+p.Size("m"))), "carol")
	}
	steps := map[string]func(p *Party){
		"alice": func(p *Party) {
			t1 := clear.Sum(p.Input("a"), -1)
			p.Start()
			p.Share(7, t1)
		},
		"bob": func(p *Party) {
			t2 := clear.Sum(p.Input("b"), -1)
			p.Start()
			p.Share(8, t2)
		},
		"carol": func(p *Party) {
			p.Start()
			p.Output("avg", p.Opened(11, money))
		},
		"s0": servers, "s1": servers, "s2": servers,
	}
	salary := func(name, size string) []Input {
		return []Input{{Name: name, Elem: money, Shape: []Size{sizeOf(size)},
			Range: &Range{High: 100_000 << 12, Text: "0.0..100_000.0"}}}
	}
	inputs := map[string][]Input{"alice": salary("a", "n"), "bob": salary("b", "m")}
	var programs []*Program
	for _, name := range players {
		programs = append(programs, &Program{
			File: "average.tfe", Computation: "average", Digest: "00ff", Compiler: "0.1.0",
			Player: name, Players: players,
			Protocol: Protocol{Name: "aby3", Roles: players[3:], Ring: 64},
			Sizes:    []SizeName{{"n", 2}, {"m", 2}},
			Where: []Cond{{Text: "n + m <= 100_000", Left: slices.Concat(sizeOf("n"), sizeOf("m")), Rel: "<=",
				Right: Size{{Coef: 100_000}}}},
			Inputs: inputs[name],
			Steps: []Step{{Number: 7, Op: "share", Line: 13, Who: []int{0, 3, 4, 5}}, {Number: 8, Op: "share", Line: 13, Who: []int{1, 3, 4, 5}},
				{Number: 9, Op: "add", Line: 13, Who: []int{3, 4, 5}, Uses: []int{7, 8}}, {Number: 10, Op: "divide", Line: 14, Who: []int{3, 4, 5}, Uses: []int{9}},
				{Number: 11, Op: "open", Line: 14, Who: []int{2, 3, 4, 5}, Uses: []int{10}}},
			Run: steps[name],
		})
	}
	programs[2].Outputs = []Output{{Name: "avg", Elem: money}}
	return programs
}

func sizeOf(name string) Size { return Size{{Coef: 1, Vars: []string{name}}} }

func salaries(t *testing.T, v ...float64) clear.Tensor {
	x, err := clear.FromFloats(money, []int{len(v)}, v)
	require.NoError(t, err)
	return x
}

// load is the Loader of inputs in memory.
func (v Values) load(_ string, in Input) (clear.Tensor, error) {
	x, ok := v[in.Name]
	if !ok {
		return x, fmt.Errorf("input %s is missing", in.Name)
	}
	return x, nil
}

// honest is an input of two payrolls whose mean is 3000.
func honest(t *testing.T) Values {
	return Values{"a": salaries(t, 1000, 3000), "b": salaries(t, 2000, 2000, 7000)}
}

// runAll runs one party a program over links in memory, and returns what each
// of them says.
func runAll(t *testing.T, programs []*Program, in Values) (map[string]error, map[string]*Party) {
	return runOver(t, local.Connect(programs[0].Players), programs, in)
}

func runOver(t *testing.T, links []link.Link, programs []*Program, in Values) (map[string]error, map[string]*Party) {
	errs, parties := make([]error, len(programs)), make(map[string]*Party)
	var wg sync.WaitGroup
	for i, prog := range programs {
		p, err := NewParty(prog, Session{Link: links[i], Load: func(prog *Program) (Values, error) { return loadEach(prog, false, in.load) }})
		require.NoError(t, err)
		parties[prog.Player] = p
		wg.Go(func() { errs[i] = p.Run(t.Context(), prog.Run) })
	}
	wg.Wait()
	byName := make(map[string]error)
	for i, prog := range programs {
		byName[prog.Player] = errs[i]
	}
	return byName, parties
}

func TestSimulate(t *testing.T) {
	r, err := Simulate(t.Context(), average(), honest(t).load)
	require.NoError(t, err)
	require.InDelta(t, 3000, r.Outputs["carol"]["avg"].Float(), 2.0/(1<<12))
	require.Len(t, r.Outputs, 1)
}

// Rounds and payload of the body are those of design/protocols.md: 16 bytes
// for each share, 32 for the division, 16 to open to carol.
func TestStats(t *testing.T) {
	r, err := Simulate(t.Context(), average(), honest(t).load)
	require.NoError(t, err)
	var rounds int
	var sent, received uint64
	for _, s := range r.Stats {
		rounds = max(rounds, s.Rounds)
		sent += s.Body.SentBytes
		received += s.Body.ReceivedBytes
		var steps link.Counter
		for _, c := range s.Steps {
			steps = steps.Plus(c)
		}
		require.Equal(t, s.Body, steps, s.Player)
	}
	require.Equal(t, 4, rounds)
	require.EqualValues(t, 16+16+32+16, sent)
	require.Equal(t, sent, received)
}

// alter changes the program of one player.
func alter(programs []*Program, player string, change func(*Program)) []*Program {
	change(programs[slices.Index(programs[0].Players, player)])
	return programs
}

func TestFailures(t *testing.T) {
	const stop = "alice stopped in the set-up"
	early := func(text string) func(*Program) {
		return func(prog *Program) {
			run := prog.Run
			prog.Run = func(p *Party) { p.Fail(7, text); run(p) }
		}
	}
	tests := []struct {
		name     string
		programs []*Program
		in       Values
		want     map[string]string // by player; "" stands for all others
		cause    string            // what a simulation says
	}{
		{
			"a value out of range", average(), Values{"a": salaries(t, 1000, 100_001), "b": salaries(t, 1, 2)},
			map[string]string{"alice": "input a: element 1: value 100001 is outside 0.0..100_000.0", "": stop},
			"alice: input a: element 1: value 100001 is outside 0.0..100_000.0",
		},
		{
			"a missing input", average(), Values{"b": salaries(t, 1, 2)},
			map[string]string{"alice": "input a is missing", "": stop},
			"alice: input a is missing",
		},
		{
			"an input of another type", average(), Values{"a": clear.FromInts(clear.Int64, []int{2}, 1, 2), "b": salaries(t, 1, 2)},
			map[string]string{"alice": "input a: got int64, want fixed(35, 12)", "": stop},
			"alice: input a: got int64, want fixed(35, 12)",
		},
		{
			"an input of another shape", average(), Values{"a": clear.Int(money, 1), "b": salaries(t, 1, 2)},
			map[string]string{"alice": "input a: got 0 dimensions, want 1", "": stop},
			"alice: input a: got 0 dimensions, want 1",
		},
		{
			"too few rows", average(), Values{"a": salaries(t, 1), "b": salaries(t, 1, 2)},
			map[string]string{"alice": "input a: size n is 1, and must be at least 2", "": stop},
			"alice: input a: size n is 1, and must be at least 2",
		},
		{
			"too few rows at two players", average(), Values{"a": salaries(t, 1), "b": salaries(t, 1)},
			map[string]string{
				"alice": "input a: size n is 1, and must be at least 2",
				"bob":   "input b: size m is 1, and must be at least 2",
				"":      "alice, bob stopped in the set-up",
			},
			"alice: input a: size n is 1, and must be at least 2\nbob: input b: size m is 1, and must be at least 2",
		},
		{
			"where", average(), Values{"a": clear.Zero(money, 99_000), "b": clear.Zero(money, 1001)},
			map[string]string{"": "where n + m <= 100_000 does not hold: m = 1001, n = 99000"},
			"where n + m <= 100_000 does not hold: m = 1001, n = 99000",
		},
		{
			"an early check", alter(average(), "alice", early("division by zero")), honest(t),
			map[string]string{"alice": "division by zero, at step 7 (share, average.tfe:13)", "": stop},
			"alice: division by zero, at step 7 (share, average.tfe:13)",
		},
		{
			"another source", alter(average(), "alice", func(p *Program) { p.Digest = "ff00" }), honest(t),
			map[string]string{
				"alice": `alice and bob do not run the same program: the source differs ("ff00" and "00ff")`,
				"bob":   `bob and alice do not run the same program: the source differs ("00ff" and "ff00")`,
				"s2":    `s2 and alice do not run the same program: the source differs ("00ff" and "ff00")`,
			}, "",
		},
		{
			"another compiler", alter(average(), "s2", func(p *Program) { p.Compiler = "0.2.0" }), honest(t),
			map[string]string{"alice": `alice and s2 do not run the same program: the compiler differs ("0.1.0" and "0.2.0")`}, "",
		},
		{
			"another protocol", alter(average(), "carol", func(p *Program) { p.Protocol.Roles = []string{"s1", "s0", "s2"} }), honest(t),
			map[string]string{"s0": `s0 and carol do not run the same program: the protocol differs ("aby3(s0, s1, s2) with ring = 64" and "aby3(s1, s0, s2) with ring = 64")`}, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			errs, parties := runAll(t, test.programs, test.in)
			for player, err := range errs {
				want, ok := test.want[player]
				if !ok {
					want = test.want[""]
				}
				require.ErrorContains(t, err, want, player)
				if want != "" {
					require.EqualError(t, err, want, player)
				}
				require.Zero(t, parties[player].Stats().Body, player)
				require.Empty(t, parties[player].Outputs(), player)
			}
			if test.cause != "" {
				_, err := Simulate(t.Context(), test.programs, test.in.load)
				require.EqualError(t, err, test.cause)
			}
		})
	}
}

// Two owners of one size name, and a dimension that is computed from a size.
func TestSizes(t *testing.T) {
	joint := func(second Size) []*Program {
		programs := average()
		for _, p := range programs {
			p.Sizes, p.Where = []SizeName{{"n", 1}}, nil
		}
		return alter(programs, "bob", func(p *Program) { p.Inputs[0].Shape[0] = second })
	}
	more := append(sizeOf("n"), Term{Coef: 1})
	tests := []struct {
		name   string
		second Size
		want   map[string]string
	}{
		{"equal names", sizeOf("n"), map[string]string{"": "size n differs: 2 at alice, 3 at bob"}},
		{"a constant", Size{{Coef: 10}}, map[string]string{
			"bob": "input b: dimension 1 is 3, and must be 10", "": "bob stopped in the set-up"}},
		{"a wrong sum", append(more, Term{Coef: 1}), map[string]string{
			"bob": "input b: dimension 1 is 3, and must be 4", "": "bob stopped in the set-up"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			errs, _ := runAll(t, joint(test.second), honest(t))
			for player, err := range errs {
				want, ok := test.want[player]
				if !ok {
					want = test.want[""]
				}
				require.EqualError(t, err, want, player)
			}
		})
	}
	conflict := alter(joint(sizeOf("m")), "bob", func(p *Program) {
		p.Inputs = append(p.Inputs, Input{Name: "c", Elem: money, Shape: []Size{sizeOf("m")}})
	})
	in := honest(t)
	in["c"] = salaries(t, 1)
	errs, _ := runAll(t, conflict, in)
	require.EqualError(t, errs["bob"], "size m is 3 in b and 1 in c")

	programs := joint(more)
	for _, p := range programs {
		p.Run = func(p *Party) { p.Start() }
	}
	_, err := Simulate(t.Context(), programs, honest(t).load)
	require.NoError(t, err)
}

// Public inputs are compared by their digests.
func TestPublicInput(t *testing.T) {
	programs := average()
	for _, p := range programs {
		p.Inputs = append(slices.Clone(p.Inputs), Input{Name: "limit", Elem: clear.Int32, Public: true})
	}
	in := honest(t)
	in["limit"] = clear.Int(clear.Int32, 7)
	_, err := Simulate(t.Context(), programs, in.load)
	require.NoError(t, err)
	_, err = Simulate(t.Context(), programs, func(player string, i Input) (clear.Tensor, error) {
		if player == "carol" && i.Public {
			return clear.Int(clear.Int32, 8), nil
		}
		return in.load(player, i)
	})
	require.ErrorContains(t, err, "carol and alice differ in public input limit")
}

// A player that is at another step is named, by both sides' steps.
func TestOtherStep(t *testing.T) {
	programs := alter(average(), "alice", func(prog *Program) {
		prog.Run = func(p *Party) { p.Start(); p.Share(8, clear.Sum(p.Input("a"), -1)) }
	})
	errs, _ := runAll(t, programs, honest(t))
	require.EqualError(t, errs["s1"], "alice is at step 8 (share, average.tfe:13), s1 expected 7")
	programs = alter(average(), "alice", func(prog *Program) {
		prog.Run = func(p *Party) { p.Start(); p.Share(8, p.Input("a")) }
	})
	errs, _ = runAll(t, programs, honest(t))
	require.EqualError(t, errs["s1"], "alice is at step 8 (share, average.tfe:13), s1 expected 7", "with another length, too")
	programs = alter(average(), "carol", func(prog *Program) {
		prog.Run = func(p *Party) { p.Start(); p.Opened(10, money) }
	})
	errs, _ = runAll(t, programs, honest(t))
	require.EqualError(t, errs["carol"], "s0 is at step 11 (open, average.tfe:14), carol expected 10")
}

// A step that runs in a loop, once too often on one side.
func TestOtherPass(t *testing.T) {
	programs := alter(average(), "alice", func(prog *Program) {
		prog.Run = func(p *Party) {
			p.Start()
			p.occurrences[7]++
			p.Share(7, clear.Sum(p.Input("a"), -1))
		}
	})
	errs, _ := runAll(t, programs, honest(t))
	require.EqualError(t, errs["s1"], "alice is at step 7 (share, average.tfe:13), pass 2, s1 expected pass 1")
}

// A player that ends in the middle: the others name it, the step and the line,
// and not why.
func TestPeerCloses(t *testing.T) {
	programs := alter(average(), "s1", func(prog *Program) {
		prog.Run = func(p *Party) {
			p.Start()
			p.Shared(7, "alice", money)
			p.Fail(9, "a secret reason")
		}
	})
	errs, _ := runAll(t, programs, honest(t))
	require.EqualError(t, errs["s1"], "a secret reason, at step 9 (add, average.tfe:13)")
	for player, err := range errs {
		require.Error(t, err, player)
		if player != "s1" {
			require.NotContains(t, err.Error(), "secret", player)
			require.Contains(t, err.Error(), "s1: stopped at step 7 (share, average.tfe:13)", player)
		}
	}
	_, err := Simulate(t.Context(), programs, honest(t).load)
	require.EqualError(t, err, "s1: a secret reason, at step 9 (add, average.tfe:13)")
}

// Nothing can be shared before everybody is ready.
func TestShareBeforeStart(t *testing.T) {
	programs := alter(average(), "alice", func(prog *Program) {
		prog.Run = func(p *Party) { p.Share(7, p.Input("a")) }
	})
	errs, _ := runAll(t, programs, honest(t))
	require.EqualError(t, errs["alice"], "step 7 (share, average.tfe:13) comes before the start of the run")
}

// A run that is cancelled ends everywhere.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	programs := alter(average(), "alice", func(prog *Program) {
		prog.Run = func(p *Party) { p.Start(); cancel(); p.Share(7, clear.Sum(p.Input("a"), -1)) }
	})
	_, err := Simulate(ctx, programs, honest(t).load)
	require.ErrorIs(t, err, context.Canceled)
}

// Clear values travel in the bits of their type.
func TestReveal(t *testing.T) {
	for _, x := range []clear.Tensor{
		clear.FromInts(money, []int{2, 2}, -1, 2, -3<<40, 4),
		clear.Bools([]int{3}, true, false, true),
		clear.FromInts(clear.Uint64, nil, -1),
		clear.FromInts(clear.Int8, []int{2}, -128, 127),
		clear.Zero(clear.Int32, 0),
	} {
		programs := average()
		for _, p := range programs {
			p.Run = func(p *Party) { p.Start() }
		}
		alter(programs, "alice", func(p *Program) { p.Run = func(p *Party) { p.Start(); p.Reveal(7, x, "bob", "carol") } })
		receive := func(p *Program) {
			p.Run = func(p *Party) { p.Start(); p.Output("x", p.Revealed(7, "alice", x.Elem, x.Shape...)) }
		}
		alter(alter(programs, "bob", receive), "carol", receive)
		r, err := Simulate(t.Context(), programs, honest(t).load)
		require.NoError(t, err)
		require.Equal(t, x.String(), r.Outputs["bob"]["x"].String())
		require.Equal(t, x.String(), r.Outputs["carol"]["x"].String())
	}
}

// Keys are fresh each run, and equal at exactly the members of a set.
func TestKeys(t *testing.T) {
	transcripts := make(map[string]bool)
	for range 2 {
		errs, parties := runAll(t, average(), honest(t))
		require.NoError(t, errors.Join(slices.Collect(maps.Values(errs))...))
		streams := make(map[prg.Set][]uint64)
		for _, p := range parties {
			transcripts[string(p.transcript)] = true
			for _, set := range p.sets {
				s, err := p.keys.Stream(set, 1000, 0, 0)
				require.NoError(t, err)
				words := s.Words(4)
				if other, ok := streams[set]; ok {
					require.Equal(t, other, words, set)
				}
				streams[set] = words
			}
		}
	}
	require.Len(t, transcripts, 2)
}

func TestNewParty(t *testing.T) {
	prog := average()[0]
	links := local.Connect(prog.Players)
	_, err := NewParty(prog, Session{Link: links[1]})
	require.EqualError(t, err, "cannot run as alice of [alice bob carol s0 s1 s2]: the link is 1 of [alice bob carol s0 s1 s2]")
	prog.Protocol.Name = "lake"
	_, err = NewParty(prog, Session{Link: links[0]})
	require.EqualError(t, err, "cannot start protocol lake: unknown")
	_, err = Simulate(t.Context(), average()[1:], nil)
	require.EqualError(t, err, "cannot simulate: no program for player alice")
}

// A peer that speaks another language is refused by name.
func TestStrangeHello(t *testing.T) {
	own := func() []byte { return (&Party{prog: average()[0]}).newHello().common }
	for name, hello := range map[string][]byte{
		"nothing":           nil,
		"noise":             []byte("GET / HTTP/1.1\r\n\r\n"),
		"no keys":           own(),
		"half a key":        append(own(), 1),
		"more than a hello": append(own(), make([]byte, 10_000)...),
	} {
		t.Run(name, func(t *testing.T) {
			links := local.Connect(average()[0].Players)
			for to := 1; to < 6; to++ {
				require.NoError(t, links[0].Send(t.Context(), to, link.Header{}, hello))
			}
			require.NoError(t, links[0].Close(nil))
			errs, _ := runOver(t, links[1:], average()[1:], honest(t))
			require.EqualError(t, errs["s0"], "alice: sent no hello of this version of the runtime")
			require.EqualError(t, errs["s1"], "alice: sent no hello of this version of the runtime")
		})
	}
}

// A size that no memory holds is refused before any is made for it.
func TestStrangeSize(t *testing.T) {
	prog := &Program{Players: []string{"alice", "bob"}}
	say := func(n int64) []byte {
		p := &Party{prog: &Program{Sizes: []SizeName{{"n", 1}}}, sizes: map[string]int64{"n": n}}
		return p.encodeSizes(true)
	}
	for _, n := range []int64{0, -1, 1<<32 + 1, math.MaxInt64} {
		_, err := prog.agree(SizeName{"n", 1}, 0, [][]byte{say(5), say(n)}, maxSize)
		require.EqualError(t, err, fmt.Sprintf("size n is %d at bob, and must be 1 to 4294967296", n))
	}
	_, err := prog.agree(SizeName{"n", 1}, 0, [][]byte{make([]byte, 10), make([]byte, 10)}, maxSize)
	require.EqualError(t, err, "size n is bound by no input")
	prog.Player = "s0"
	_, err = prog.agree(SizeName{"n", 1}, 0, [][]byte{say(5), say(5)}, 4)
	require.EqualError(t, err, "size n is 5 at alice, and s0 takes part in runs with sizes up to 4 (--max-size)")
}

// Progress tells of steps with messages alone, and of none before the start.
func TestProgress(t *testing.T) {
	programs := average()
	links := local.Connect(programs[0].Players)
	var wg sync.WaitGroup
	var told []int
	for i, prog := range programs {
		s := Session{Link: links[i], Load: func(prog *Program) (Values, error) { return loadEach(prog, false, honest(t).load) }}
		if prog.Player == "s0" {
			s.Progress = func(at progress.Place) { told = append(told, at.Step) }
		}
		p, err := NewParty(prog, s)
		require.NoError(t, err)
		wg.Go(func() { require.NoError(t, p.Run(t.Context(), prog.Run)) })
	}
	wg.Wait()
	require.NotContains(t, told, 9, "to add takes no message")
	require.True(t, slices.IsSorted(told))
	require.Equal(t, []int{10, 11}, slices.Compact(slices.DeleteFunc(told, func(step int) bool { return step < 10 })))
}

// Whatever a peer says in place of a hello is refused.
func FuzzHello(f *testing.F) {
	p := &Party{prog: average()[0]}
	own := p.newHello()
	f.Add(own.common)
	f.Add(own.common[:10])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parseHello(b, len(own.parts))
		if err == nil {
			require.Len(t, h.parts, len(own.parts))
			require.Equal(t, b, append(slices.Clone(h.common), h.keys...))
		}
	})
}

// The key of hash64 is known to those that hash, and to nobody else; what they
// contribute to it goes to nobody else either.
func TestHashKey(t *testing.T) {
	for _, hashers := range [][]string{{"alice", "bob"}, {"bob"}, {"alice", "s0"}, {"s0", "s1", "s2"}} {
		programs := average()
		for _, prog := range programs {
			prog.Hashers = hashers
		}
		errs, parties := runAll(t, programs, honest(t))
		require.NoError(t, errors.Join(slices.Collect(maps.Values(errs))...))
		keys := make(map[clear.HashKey]int)
		for _, p := range parties {
			hashes := slices.Contains(hashers, p.prog.Player)
			require.Equal(t, hashes, p.hashBy != clear.HashKey{}, "%s of %v", p.prog.Player, hashers)
			require.Equal(t, hashes, slices.Contains(p.sets, p.hash), "%s of %v", p.prog.Player, hashers)
			if hashes {
				keys[p.hashBy]++
			}
		}
		require.Len(t, keys, 1, "one key")
	}
}
