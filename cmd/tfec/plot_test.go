package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// Players learn at their own pace: a picture is in the order of the program all the
// same, with the outputs last.
func TestAPictureIsInTheOrderOfTheProgram(t *testing.T) {
	prog := &runtime.Program{
		Player:  "a",
		Players: []string{"a"},
		Steps:   []runtime.Step{{Number: 1, Name: "error", To: []int{0}}, {Number: 2, Op: "for", Name: "epoch"}, {Number: 3, Name: "right", To: []int{0}}},
		Outputs: []runtime.Output{{Name: "weight", Elem: clear.Float, Shape: []runtime.Size{{{Coef: 2}}}}},
	}
	path := filepath.Join(t.TempDir(), "order.svg")
	p, err := newPlot(path, []*runtime.Program{prog}, func(*runtime.Program, []int) bool { return true }, "")
	require.NoError(t, err)
	p.outputs([]*runtime.Program{prog}, &runtime.Result{Outputs: map[string]runtime.Values{"a": {"weight": clear.Zero(clear.Float, 2)}}})
	for _, label := range []string{"right", "error"} {
		p.disclosed(runtime.Disclosed{Label: label, Tells: true, Value: clear.Zero(clear.Float)})
	}
	require.NoError(t, p.write(nil))
	drawn, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Regexp(t, `(?s)>error<.*>right<.*>weight<`, string(drawn))
}

// A client draws what the program discloses to everybody, of what players tell it.
func TestAClientHearsWhatIsPublic(t *testing.T) {
	prog := &runtime.Program{Players: []string{"a", "b"}, Steps: []runtime.Step{{Number: 1, Name: "own", To: []int{0}}, {Number: 2, Name: "loss", To: []int{0, 1}}}}
	p, err := newPlot(filepath.Join(t.TempDir(), "heard.svg"), []*runtime.Program{prog}, func(p *runtime.Program, to []int) bool { return len(to) == len(p.Players) }, "")
	require.NoError(t, err)
	require.NoError(t, p.heard([]byte(`[{"Label":"loss","Every":1,"Values":[0.5]}]`)))
	for _, label := range []string{"loss", "own", "</text><script>"} {
		require.ErrorContains(t, p.heard([]byte(`[{"Label":"`+label+`","Every":1,"Values":[0.5]}]`)), "is no label of the program")
	}
	require.Len(t, p.book.Series, 1)
}
