package runtime

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/session"
)

// disclosing is a loop of three passes, in which the owner learns 4100, 4101 and 4102
// of what it has shared, and everybody twice as much: 8200, 8202 and 8204.
func disclosing() []*Program {
	players := []string{"owner", "s0", "s1", "s2"}
	var programs []*Program
	for _, name := range players {
		run := func(p *Party) {
			p.Start()
			for range p.Passes(1, 0, 3, 1) {
				x := p.Shared(2, "owner", clear.Int64)
				p.Open(3, x, "owner")
				p.Open(5, p.Add(4, x, x), players...)
			}
		}
		if name == "owner" {
			run = func(p *Party) {
				p.Start()
				for k := range p.Passes(1, 0, 3, 1) {
					p.Share(2, clear.Int(clear.Int64, 4100+k))
					p.Opened(3, clear.Int64)
					p.Opened(5, clear.Int64)
				}
			}
		}
		programs = append(programs, &Program{File: "t.tfe", Computation: "t", Digest: "00ff", Compiler: "0.1.0", Player: name, Players: players,
			Protocol: Protocol{Name: "aby3", Roles: players[1:], Ring: 64},
			Steps: []Step{{Number: 1, Op: "for", Line: 1, Name: "k"}, {Number: 2, Op: "share", Line: 2}, {Number: 3, Op: "open", Line: 3, Name: "secret", To: []int{0}},
				{Number: 4, Op: "add", Line: 4}, {Number: 5, Op: "open", Line: 5, Name: "known", To: []int{0, 1, 2, 3}}}, Run: run})
	}
	return programs
}

// What a player is not entitled to by the header is in nothing that it says or keeps;
// what everybody is entitled to one of them tells.
func TestAccountsTellNoMoreThanTheHeader(t *testing.T) {
	programs := disclosing()
	links := local.Connect(programs[0].Players)
	logs, accounts, told := make([]bytes.Buffer, len(programs)), make([]*account, len(programs)), make([][]progress.Value, len(programs))
	var listed []byte
	var wg sync.WaitGroup
	for i, prog := range programs {
		clock := time.Now()
		now := func() time.Time { clock = clock.Add(progress.LogEvery); return clock }
		run := session.Run{Series: true, Progress: func(progress.Place) {}, Listed: func(series []byte) { listed = series },
			Disclosed: func(x progress.Value) { told[i] = append(told[i], x) }}
		accounts[i] = newAccount(prog, run, slog.New(slog.NewTextHandler(&logs[i], nil)), now)
		p, err := NewParty(prog, Session{Link: links[i], Load: func(*Program) (Values, error) { return nil, nil },
			Progress: accounts[i].progress, Disclosed: accounts[i].disclosed})
		require.NoError(t, err)
		wg.Go(func() { require.NoError(t, p.Run(t.Context(), prog.Run)) })
	}
	wg.Wait()
	for i, a := range accounts {
		a.end()
		require.Contains(t, logs[i].String(), "k 3 of 3, ")
		require.Contains(t, logs[i].String(), "known 8202, at step")
		require.NotContains(t, logs[i].String(), "known 8204, at", "nothing is said after the last message")
	}
	require.Contains(t, logs[0].String(), "secret 4102")
	for i := range programs[1:] {
		require.NotContains(t, logs[i+1].String(), "secret")
		require.NotContains(t, logs[i+1].String(), "410")
		require.Len(t, accounts[i+1].learnt.Series, 1)
	}
	require.Equal(t, progress.Numbers{4100, 4101, 4102}, accounts[0].learnt.Series[0].Values)
	require.Equal(t, []progress.Value{{Label: "known", Text: "8200"}, {Label: "known", Text: "8202"}, {Label: "known", Text: "8204"}}, slices.Concat(told...))
	var heard progress.Book
	require.NoError(t, heard.Decode(listed, []string{"known"}))
	require.Equal(t, []*progress.Series{{Label: "known", Every: 1, Values: []float64{8200, 8202, 8204}}}, heard.Series)
}

// A line every so often, however many messages pass.
func TestAccountLogsNowAndThen(t *testing.T) {
	var log bytes.Buffer
	clock := time.Now()
	a := newAccount(disclosing()[0], session.Run{Progress: func(progress.Place) {}}, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return clock })
	for range 100 {
		clock = clock.Add(progress.LogEvery / 10)
		a.progress(progress.PlaceAt(3, nil))
	}
	require.Equal(t, 10, strings.Count(log.String(), "\n"))
}
