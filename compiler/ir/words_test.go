package ir_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/compiler/ir"
)

func TestFailure(t *testing.T) {
	for _, c := range []struct {
		i    ir.Instr
		want string
	}{
		{ir.Instr{Op: ir.OpDiv}, "division by zero"},
		{ir.Instr{Op: ir.OpMod}, "division by zero"},
		{ir.Instr{Op: ir.OpIndex}, "index out of range"},
		{ir.Instr{Op: ir.OpUpdate}, "index out of range"},
		{ir.Instr{Op: ir.OpParse}, "a text is no value of its type"},
		{ir.Instr{Op: ir.OpFor}, "the step of a loop must be at least 1"},
		{ir.Instr{Op: ir.OpAssert, Name: "rows are sorted"}, "rows are sorted"},
		{ir.Instr{Op: ir.OpAssert}, "assertion does not hold"},
	} {
		assert.Equal(t, c.want, c.i.Failure())
	}
}

func TestVerb(t *testing.T) {
	assert.Equal(t, "divide", ir.OpDiv.Verb())
	assert.Equal(t, "share", ir.OpShare.Verb())
}
