package clear

// Numbers as text: decimals are read exactly, rounded once to nearest with
// ties to even, and printed as the shortest decimal that reads back as the
// same value. Only a float passes through a float64.

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The ways in which a text is no value of a type.
var (
	ErrSyntax   = errors.New("not a number")
	ErrBool     = errors.New("not true or false")
	ErrFraction = errors.New("not an integer")
	ErrRange    = errors.New("out of range")
	ErrText     = errors.New("not UTF-8")
)

// Parse reads a value of type t: a decimal with an optional exponent, `_`
// between digits as in a program, or true and false; of a string, what it is.
func Parse(t Type, text string) (uint64, error) {
	if t.Kind == BoolKind {
		switch text {
		case "true", "1":
			return 1, nil
		case "false", "0":
			return 0, nil
		}
		return 0, ErrBool
	}
	if t == String {
		if !utf8.ValidString(text) {
			return 0, ErrText
		}
		return Word(text), nil
	}
	d, err := parseDecimal(text)
	if err != nil {
		return 0, err
	}
	if t == Float {
		return parseFloat(text)
	}
	m, err := d.scale(t.F, t.Kind == FixedKind)
	if err != nil {
		return 0, err
	}
	return t.signedMagnitude(d.negative, m)
}

// signedMagnitude composes a representation and checks that t holds it.
func (t Type) signedMagnitude(negative bool, m uint64) (uint64, error) {
	low, high := t.Bounds()
	switch {
	case negative && m > -low, !negative && m > high:
		return 0, ErrRange
	case negative:
		return -m, nil
	}
	return m, nil
}

// parseFloat reads a decimal as the nearest float.
func parseFloat(text string) (uint64, error) {
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil {
		return 0, ErrRange
	}
	return math.Float64bits(f), nil
}

// A decimal is digits * 10^exponent.
type decimal struct {
	negative bool
	digits   string // without leading zeros
	exponent int
}

// maxExponent bounds the work that a short text can ask for.
const maxExponent = 1000

func parseDecimal(text string) (decimal, error) {
	var d decimal
	s := text
	switch {
	case strings.HasPrefix(s, "-"):
		d.negative, s = true, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > maxExponent || e < -maxExponent {
			return d, ErrSyntax
		}
		d.exponent, s = e, s[:i]
	}
	whole, fraction, dot := strings.Cut(s, ".")
	if !isDigits(whole) || dot && !isDigits(fraction) {
		return d, ErrSyntax
	}
	whole, fraction = strings.ReplaceAll(whole, "_", ""), strings.ReplaceAll(fraction, "_", "")
	d.digits = strings.TrimLeft(whole+fraction, "0")
	d.exponent -= len(fraction)
	return d, nil
}

// isDigits reports digits, with single `_` between them.
func isDigits(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '_' && i > 0 && i < len(s)-1 && s[i-1] != '_':
		default:
			return false
		}
	}
	return s != ""
}

// scale returns the magnitude times 2^f, rounded to nearest, ties to even; a
// value that is to be whole and is not is an error.
func (d decimal) scale(f int, round bool) (uint64, error) {
	if len(d.digits) > 18 || d.exponent > 0 || d.exponent < -18 {
		return d.scaleBig(f, round)
	}
	m, _ := strconv.ParseUint("0"+d.digits, 10, 64) // at most 18 digits
	den := pow10[-d.exponent]
	hi, lo := m>>(64-f), m<<f
	if hi > den/2 { // 2^63 and more, which no type with a fraction holds
		return 0, ErrRange
	}
	q, r := bits.Div64(hi, lo, den)
	if r != 0 && !round {
		return 0, ErrFraction
	}
	if r > den-r || r == den-r && q&1 == 1 {
		q++
	}
	return q, nil
}

// scaleBig is scale for numbers of any length.
func (d decimal) scaleBig(f int, round bool) (uint64, error) {
	num, _ := new(big.Int).SetString("0"+d.digits, 10) // digits only
	num.Lsh(num, uint(f))
	den := big.NewInt(1)
	ten := big.NewInt(10)
	if d.exponent >= 0 {
		num.Mul(num, ten.Exp(ten, big.NewInt(int64(d.exponent)), nil))
	} else {
		den.Exp(ten, big.NewInt(int64(-d.exponent)), nil)
	}
	q, r := num.QuoRem(num, den, new(big.Int))
	if r.Sign() != 0 && !round {
		return 0, ErrFraction
	}
	if c := r.Lsh(r, 1).Cmp(den); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsUint64() {
		return 0, ErrRange
	}
	return q.Uint64(), nil
}

// pow10 holds the powers of ten that fit 64 bits.
var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// Text writes a representation of type t as the shortest decimal that Parse
// reads as the same value.
func (t Type) Text(v uint64) string { return string(t.appendText(nil, v)) }

func (t Type) appendText(b []byte, v uint64) []byte {
	switch t.Kind {
	case BoolKind:
		return strconv.AppendBool(b, v != 0)
	case FixedKind:
		return appendFixed(b, v, t.F)
	case UnsignedKind:
		return strconv.AppendUint(b, v, 10)
	case FloatKind:
		return appendFloat(b, math.Float64frombits(v))
	case StringKind:
		return append(b, wordText(v)...)
	}
	return strconv.AppendInt(b, int64(v), 10)
}

// appendFloat writes the shortest decimal, with an exponent where it is far from
// 1: from 1e21, and below 1e-6.
func appendFloat(b []byte, f float64) []byte {
	format, size := byte('f'), math.Abs(f)
	if size >= 1e21 || size < 1e-6 && size != 0 {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// appendFixed writes v / 2^f with as few decimals as identify it: whole units
// are exact, so only the fraction, which is below 2^62, is searched.
func appendFixed(b []byte, v uint64, f int) []byte {
	negative, m := magnitude(v, true)
	if negative {
		b = append(b, '-')
	}
	b = strconv.AppendUint(b, m>>f, 10)
	fraction := m & (1<<f - 1)
	if fraction == 0 {
		return b
	}
	for n := 1; ; n++ {
		d := scaleDown(fraction, pow10[n], f)
		if back, _ := (decimal{digits: strconv.FormatUint(d, 10), exponent: -n}).scale(f, true); back == fraction {
			b = append(b, '.')
			text := strconv.FormatUint(d, 10)
			b = append(b, strings.Repeat("0", n-len(text))...)
			return append(b, text...)
		}
	}
}

// scaleDown returns v * p / 2^f to nearest, ties to even.
func scaleDown(v, p uint64, f int) uint64 {
	hi, lo := bits.Mul64(v, p)
	q, r := hi<<(64-f)|lo>>f, lo&(1<<f-1)
	half := uint64(1) << (f - 1)
	if r > half || r == half && q&1 == 1 {
		q++
	}
	return q
}

// String writes the tensor on one line, which is JSON too: 3000, [1, 2.5],
// [[true], [false]], "text"; null for a float that is no number.
func (x Tensor) String() string { return string(x.appendJSON(nil)) }

// MarshalJSON writes numbers in full, as String does.
func (x Tensor) MarshalJSON() ([]byte, error) { return x.appendJSON(nil), nil }

func (x Tensor) appendJSON(b []byte) []byte {
	if len(x.Shape) == 0 {
		return x.Elem.appendCell(b, x.Data[0])
	}
	b = append(b, '[')
	for i := range x.Shape[0] {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = x.row(i).appendJSON(b)
	}
	return append(b, ']')
}

// appendCell writes an element as json does.
func (t Type) appendCell(b []byte, v uint64) []byte {
	switch {
	case t == String:
		return appendQuoted(b, wordText(v))
	case t == Float && !finite(v):
		return append(b, "null"...)
	}
	return t.appendText(b, v)
}

// appendQuoted writes a text as json does; `<` stays what it is.
func appendQuoted(b []byte, text string) []byte {
	w := bytes.NewBuffer(b)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(text) // of a string, it never fails
	return bytes.TrimSuffix(w.Bytes(), []byte("\n"))
}

// finite reports a float that is neither infinite nor NaN.
func finite(v uint64) bool {
	f := math.Float64frombits(v)
	return f-f == 0
}

// row returns x[i].
func (x Tensor) row(i int) Tensor {
	n := count(x.Shape[1:])
	return Tensor{x.Elem, x.Shape[1:], x.Data[i*n : (i+1)*n]}
}
