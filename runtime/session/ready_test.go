package session

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/monitor"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// A player is ready while it takes runs: one with inputs until as many have
// shared something as its operator allows, and always if it has a program
// without.
func TestReadiness(t *testing.T) {
	c := newCast(t, trio...)
	watch := make(map[string]*monitor.Monitor)
	for _, name := range trio {
		watch[name] = monitor.New(monitor.Of{Player: name})
		p := program(name, trio, gossip(20))
		p.HasInputs = name != "alice"
		if name == "s1" {
			p.Run = once(func(context.Context, link.Link, Run) error { return errors.New("no inputs") })
		}
		programs := []Program{p}
		if name == "s0" {
			other := program(name, trio, gossip(20))
			other.Computation = "other"
			programs = append(programs, other)
		}
		c.serve(name, func(s *Server) { s.Monitor, s.Runs = watch[name], 2 }, programs...)
	}
	ready := func(player string) int {
		w := httptest.NewRecorder()
		watch[player].Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code
	}
	noted := average
	noted.Record = trace.Totals // has the client wait until the players have left the run
	require.EqualError(t, c.start(noted, nil), "s1 stopped in the set-up")
	for _, want := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		require.NoError(t, c.start(noted, nil))
		require.Equal(t, http.StatusOK, ready("alice"), "it has no inputs")
		require.Equal(t, http.StatusOK, ready("s0"), "it has a program without inputs")
		require.Equal(t, want, ready("s1"))
	}
}
