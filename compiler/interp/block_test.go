package interp_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
)

const given = `computation double of "f.tfe"
players p
protocol plain(p) ring 64
output x: int32 @ public

   1  x: int32 @ public = const 21 by public line 9
   2  start by public line 9
   3  output x as x by public line 9
`

const double = `computation double of "f.tfe"
players p
protocol plain(p) ring 64
input x: int32 @ p in 0..100 as "0..=100"
output y: int32 @ p

   1  x: int32 @ p = input as x by p line 1
   2  y: int32 @ p = add x, x by p line 2
   3  start by public line 2
   4  output y as y by p line 3
`

const expect = `computation double of "f.tfe"
players p
protocol plain(p) ring 64
input x: int32 @ public
input y: int32 @ public
output expect1: bool @ public
output expect2: bool @ public

   1  x: int32 @ public = input as x by public line 9
   2  y: int32 @ public = input as y by public line 9
   3  e1: bool @ public = gt y, x by public line 10
   4  e2: bool @ public = eq y, x by public line 11
   5  start by public line 11
   6  output e1 as expect1 by public line 11
   7  output e2 as expect2 by public line 11
`

func testBlock(t *testing.T, expects int, abort ...string) *ir.Test {
	b := &ir.Test{Title: "a title", Program: program(t, double), Given: program(t, given), Expect: program(t, expect)}
	b.Expects = []ir.Expect{{Text: "y > x"}, {Text: "y == x"}}[:expects]
	for _, text := range abort {
		b.Abort = &text
	}
	return b
}

func TestRunTest(t *testing.T) {
	r := interp.RunTest(testBlock(t, 1))
	assert.True(t, r.Passed())
	assert.Equal(t, "42", r.Outputs["y"].String())

	r = interp.RunTest(testBlock(t, 2))
	assert.False(t, r.Passed())
	assert.NoError(t, r.Err)
	assert.Equal(t, []interp.Failure{{Expect: ir.Expect{Text: "y == x"}}}, r.Failed)
}

func TestRunTestThatAborts(t *testing.T) {
	fails := func(*ir.Program, map[string]interp.Tensor) (map[string]interp.Tensor, error) {
		return nil, errors.New("alice: division by zero")
	}
	for _, c := range []struct {
		block *ir.Test
		run   interp.Runner
		want  string
	}{
		{testBlock(t, 0, "by zero"), fails, ""},
		{testBlock(t, 0, ""), fails, ""},
		{testBlock(t, 0, "out of range"), fails, `got the error "alice: division by zero", want "out of range"`},
		{testBlock(t, 0, "by zero"), interp.Run, `the run did not end in an error, want "by zero"`},
		{testBlock(t, 1), fails, "alice: division by zero"},
	} {
		r := interp.RunTestOn(c.block, c.run)
		assert.Equal(t, c.want == "", r.Passed())
		if c.want != "" {
			assert.EqualError(t, r.Err, c.want)
		}
	}
}
