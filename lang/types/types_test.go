package types_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	. "github.com/tfec-lang/tfec/lang/types"
)

var players = []string{"alice", "bob", "carol"}

func at(p ...int) Place { return At(SetOf(p...)) }

func TestElem(t *testing.T) {
	for e, want := range map[Elem]struct {
		text      string
		bits      int
		low, high string
	}{
		Of(Bool):        {"bool", 1, "0", "1"},
		Of(Int8):        {"int8", 8, "-128", "127"},
		Of(Uint64):      {"uint64", 64, "0", "18446744073709551615"},
		Of(Int64):       {"int64", 64, "-9223372036854775808", "9223372036854775807"},
		FixedOf(24, 16): {"fixed(24, 16)", 41, "-1099511627776", "1099511627775"},
	} {
		low, high := e.Bounds()
		assert.Equal(t, want.text, e.String())
		assert.Equal(t, want.bits, e.Bits())
		assert.Equal(t, want.low, low.String())
		assert.Equal(t, want.high, high.String())
	}
	assert.True(t, Of(Uint8).IsInt() && Of(Uint8).Unsigned() && Of(Uint8).IsNum())
	assert.False(t, Of(Fixed).IsInt() || Of(Bool).IsNum() || Of(Int8).Unsigned())
	assert.False(t, Of(String).Shareable() || Of(Float).Shareable() || Of(Invalid).Shareable())
	assert.True(t, Of(Date).Shareable())
}

func TestSet(t *testing.T) {
	s := SetOf(3, 70, 255)
	assert.Equal(t, []int{3, 70, 255}, s.Members())
	assert.Equal(t, 3, s.Len())
	assert.Equal(t, 3, s.First())
	assert.Equal(t, -1, Set{}.First())
	assert.True(t, s.Has(70))
	assert.False(t, s.Has(71))
	assert.Equal(t, SetOf(70), s.Intersect(SetOf(70, 71)))
	assert.Equal(t, SetOf(3, 255), s.Minus(SetOf(70)))
	assert.True(t, s.Contains(SetOf(3)))
	assert.False(t, SetOf(3).Contains(s))
	assert.True(t, s.Contains(Set{}))
}

// TestJoin is the table of lang/spec.md, section 6.
func TestJoin(t *testing.T) {
	for _, c := range []struct{ x, y, want Place }{
		{PublicPlace, PublicPlace, PublicPlace},
		{at(0), PublicPlace, at(0)},
		{at(0), at(0), at(0)},
		{at(0), at(1), SharedPlace},
		{at(0, 1), at(0), at(0)},
		{at(0, 1), at(0, 2), at(0)},
		{SharedPlace, PublicPlace, SharedPlace},
		{SharedPlace, at(0), SharedPlace},
	} {
		assert.Equal(t, c.want, c.x.Join(c.y))
		assert.Equal(t, c.want, c.y.Join(c.x))
	}
}

func TestFlows(t *testing.T) {
	staff := Place{Each: "staff"}
	for _, c := range []struct {
		from, to Place
		want     bool
	}{
		{PublicPlace, at(0), true},
		{PublicPlace, SharedPlace, true},
		{at(0, 1), at(0), true},
		{at(0), at(0, 1), false},
		{at(0), PublicPlace, false},
		{SharedPlace, at(0), false},
		{at(0), SharedPlace, true},
		{staff, staff, true},
		{staff, SharedPlace, false},
		{PublicPlace, staff, false},
	} {
		assert.Equal(t, c.want, c.from.Flows(c.to), "%v to %v", c.from, c.to)
	}
}

func TestPlaceText(t *testing.T) {
	for want, p := range map[string]Place{
		"public": PublicPlace, "shared": SharedPlace, "bob": at(1), "{alice, carol}": at(2, 0), "each staff": {Each: "staff"},
	} {
		assert.Equal(t, want, p.Format(players))
	}
	assert.True(t, SharedPlace.IsShared())
	assert.False(t, PublicPlace.IsShared() || at(0).IsShared() || Place{Each: "staff"}.IsShared())
	everybody := SetOf(0, 1, 2)
	assert.Equal(t, everybody, PublicPlace.Set(everybody))
	assert.Equal(t, SetOf(1), at(1).Set(everybody))
}

func TestTypeText(t *testing.T) {
	fixed := Type{Elem: FixedOf(24, 16), Shape: Shape{Name("n")}, Place: at(0)}
	assert.Equal(t, "fixed(24, 16)[n] @ alice", fixed.Format(players))
	assert.Equal(t, "(fixed(24, 16)[n], bool)", Type{Tuple: []Type{fixed, Scalar(Of(Bool), PublicPlace)}}.Plain())
}
