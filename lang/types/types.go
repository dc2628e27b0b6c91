// Package types holds what a value is: its element, its shape and its
// placement, the set of players that hold it in clear (spec.md,
// section 6). It decides equality and joins; rules stand in compiler/check.
package types

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"strings"
)

// A Kind is the class of an element type.
type Kind uint8

const (
	Invalid Kind = iota // the type of an expression that is in error
	Bool
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Fixed
	Enum
	Record
	Date
	Float
	String
)

var kindNames = [...]string{"invalid", "bool", "int8", "int16", "int32", "int64",
	"uint8", "uint16", "uint32", "uint64", "fixed", "enum", "record", "date", "float", "string"}

func (k Kind) String() string { return kindNames[k] }

// An Elem is an element type. It is comparable: equal elements are ==.
type Elem struct {
	Kind Kind
	I, F int    // Fixed: integer and fractional bits, the sign not counted. Enum: I values
	Name string // Enum, Record: the declared name
}

// FixedOf returns fixed(i, f).
func FixedOf(i, f int) Elem { return Elem{Kind: Fixed, I: i, F: f} }

// Of returns the element of a kind that has no parameters.
func Of(k Kind) Elem { return Elem{Kind: k} }

// Bits returns the width of an element: 1 for bool, 8 to 64 for integers,
// 1 + I + F for fixed, 32 for date and enum; a string is a word of 64.
func (e Elem) Bits() int {
	switch e.Kind {
	case Bool:
		return 1
	case Int8, Uint8:
		return 8
	case Int16, Uint16:
		return 16
	case Int32, Uint32, Date, Enum:
		return 32
	case Int64, Uint64, Float, String:
		return 64
	case Fixed:
		return 1 + e.I + e.F
	}
	return 0
}

// IsInt reports int8 to uint64.
func (e Elem) IsInt() bool { return e.Kind >= Int8 && e.Kind <= Uint64 }

// Unsigned reports uint8 to uint64.
func (e Elem) Unsigned() bool { return e.Kind >= Uint8 && e.Kind <= Uint64 }

// IsNum reports integers and fixed: what the class num admits.
func (e Elem) IsNum() bool { return e.IsInt() || e.Kind == Fixed }

// IsReal reports what has arithmetic: numbers, and float.
func (e Elem) IsReal() bool { return e.IsNum() || e.Kind == Float }

// Shareable reports whether values of the element may be secret-shared.
func (e Elem) Shareable() bool { return e.Kind != Float && e.Kind != String && e.Kind != Invalid }

// Bounds returns the least and the greatest value of an integer, date, enum or
// fixed element as its integer representation (fixed: scaled by 2^F). A float
// and a string may be any 64 bits.
func (e Elem) Bounds() (lo, hi *big.Int) {
	one := big.NewInt(1)
	if e.Kind == Enum {
		return new(big.Int), big.NewInt(int64(e.I) - 1)
	}
	if e.Unsigned() || e.Kind == Bool || !e.Shareable() {
		hi = new(big.Int).Lsh(one, uint(e.Bits()))
		return new(big.Int), hi.Sub(hi, one)
	}
	hi = new(big.Int).Lsh(one, uint(e.Bits()-1))
	return new(big.Int).Neg(hi), new(big.Int).Sub(hi, one)
}

func (e Elem) String() string {
	switch e.Kind {
	case Fixed:
		return fmt.Sprintf("fixed(%d, %d)", e.I, e.F)
	case Enum, Record:
		return e.Name
	}
	return e.Kind.String()
}

// MaxPlayers is how many players one program may name.
const MaxPlayers = 256

// A Set is a set of players by their index in the `players` line. It is
// comparable, and the zero value is empty.
type Set [MaxPlayers / 64]uint64

// SetOf returns the set of the players named.
func SetOf(players ...int) Set {
	var s Set
	for _, p := range players {
		s[p/64] |= 1 << (p % 64)
	}
	return s
}

func (s Set) Has(p int) bool { return s[p/64]>>(p%64)&1 == 1 }

func (s Set) With(p int) Set { return s.Union(SetOf(p)) }

func (s Set) Union(t Set) Set {
	for i := range s {
		s[i] |= t[i]
	}
	return s
}

func (s Set) Intersect(t Set) Set {
	for i := range s {
		s[i] &= t[i]
	}
	return s
}

func (s Set) Minus(t Set) Set {
	for i := range s {
		s[i] &^= t[i]
	}
	return s
}

func (s Set) Empty() bool { return s == Set{} }

// Contains reports t ⊆ s.
func (s Set) Contains(t Set) bool { return t.Minus(s).Empty() }

func (s Set) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// First returns the lowest member, or -1.
func (s Set) First() int {
	for i, w := range s {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// Members returns the members in order of declaration.
func (s Set) Members() []int {
	out := slices.Grow([]int(nil), s.Len())
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			out = append(out, i*64+bits.TrailingZeros64(w))
		}
	}
	return out
}

// A Place is a placement: who holds a value in clear. The zero value is
// `@ shared`: nobody. Public is everybody, whatever P is.
type Place struct {
	Public  bool
	Holders Set    // empty where Public
	Each    string // a bundle over this group: one value per member
}

// SharedPlace, PublicPlace and At are the three kinds of placement.
var (
	SharedPlace = Place{}
	PublicPlace = Place{Public: true}
)

// At returns the placement at the players of s.
func At(s Set) Place { return Place{Holders: s} }

// IsShared reports that nobody holds the value in clear.
func (p Place) IsShared() bool { return !p.Public && p.Holders.Empty() && p.Each == "" }

// Join returns the placement of an operation on p and q: the intersection.
func (p Place) Join(q Place) Place {
	switch {
	case p.Public:
		return q
	case q.Public:
		return p
	}
	return Place{Holders: p.Holders.Intersect(q.Holders)}
}

// Flows reports whether a value at p may be used where one at q is expected:
// every holder of q is one of p.
func (p Place) Flows(q Place) bool {
	switch {
	case p.Each != "" || q.Each != "":
		return p == q
	case p.Public:
		return true
	case q.Public:
		return false
	}
	return p.Holders.Contains(q.Holders)
}

// Set returns the holders, given everybody that the computation names.
func (p Place) Set(everybody Set) Set {
	if p.Public {
		return everybody
	}
	return p.Holders
}

// Format writes the placement with its `@`'s right-hand side: `public`,
// `shared`, `each staff`, `alice`, `{alice, bob}`.
func (p Place) Format(players []string) string {
	switch {
	case p.Each != "":
		return "each " + p.Each
	case p.Public:
		return "public"
	case p.Holders.Empty():
		return "shared"
	}
	var names []string
	for _, i := range p.Holders.Members() {
		names = append(names, players[i])
	}
	if len(names) == 1 {
		return names[0]
	}
	return "{" + strings.Join(names, ", ") + "}"
}

// A Type is the full type of a value.
type Type struct {
	Elem  Elem
	Shape Shape
	Place Place
	// Tuple is set for the result of a function with several results; Elem
	// and Shape are then unused.
	Tuple []Type
}

// Scalar returns the type of a single value.
func Scalar(e Elem, p Place) Type { return Type{Elem: e, Place: p} }

// Plain writes element and shape: `fixed(24, 16)[n]`.
func (t Type) Plain() string {
	if t.Tuple != nil {
		parts := make([]string, len(t.Tuple))
		for i, u := range t.Tuple {
			parts[i] = u.Plain()
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return t.Elem.String() + t.Shape.String()
}

// Format writes the whole type: `fixed(24, 16)[n] @ shared`.
func (t Type) Format(players []string) string {
	return t.Plain() + " @ " + t.Place.Format(players)
}
