package check

// Draws at random (R18): one player's own in `local p`, drawn jointly and known
// to nobody, or jointly for everybody to see.

import (
	"math/big"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// draw checks random_bit(d, …), random_uniform(lo, hi, d, …), random_laplace(b,
// d, …) and random_normal(b, d, …), each also with `_shared`, and
// random_public(d, …).
func (f *frame) draw(e *ast.Call, want types.Elem) value {
	name := strings.TrimSuffix(f.callee, "_shared")
	parameters := map[string]int{"random_uniform": 2, "random_laplace": 1, "random_normal": 1}[name]
	place, ok := f.drawnAt(e)
	if !ok {
		f.arguments(e)
		return poison(e)
	}
	if len(e.Args) < parameters || len(e.Args) > parameters+4 {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`%s` takes %s", f.callee, drawForms[name])
	}
	out := value{Type: types.Scalar(types.Of(types.Bool), place), early: f.pc.local != nil, affine: nil}
	if name != "random_bit" {
		out.Elem = f.c.prog.Precision
		if want.Kind == types.Fixed {
			out.Elem = want
		}
		if out.bounds, ok = f.drawnFrom(e, out.Elem, e.Args[:parameters]); !ok {
			return poison(e)
		}
	}
	for _, a := range e.Args[parameters:] {
		if a.Name != nil {
			return f.fail(a, "E101", "by position", "`%s` has no parameter `%s`", f.callee, a.Name.Name)
		}
		n, ok := f.dimensionOf(a)
		if !ok || f.pc.local == nil && !f.knownLength(a, n, "the length of what is drawn jointly") {
			return poison(e)
		}
		out.Shape = append(out.Shape, n)
	}
	if place.IsShared() {
		out.met = &meeting{expr: e}
	}
	return out
}

var drawForms = map[string]string{
	"random_bit":     "the dimensions of what is drawn, at most four",
	"random_uniform": "the ends of a range, and the dimensions of what is drawn",
	"random_laplace": "a scale, and the dimensions of what is drawn",
	"random_normal":  "a standard deviation, and the dimensions of what is drawn",
	"random_public":  "the dimensions of what is drawn, at most four",
}

// drawnAt is who knows a draw, or E311.
func (f *frame) drawnAt(e *ast.Call) (types.Place, bool) {
	jointly := strings.HasSuffix(f.callee, "_shared") || f.callee == "random_public"
	switch {
	case f.pc.secret:
		f.errorf("E311", e, "a draw cannot stand under a secret condition").Label = "condition " + f.secretCondition()
	case jointly && f.pc.local != nil:
		f.errorf("E311", e, "`%s` is drawn by the computing players together, not by %s", f.callee, f.pc.local.Name).Label = "inside `local`"
	case !jointly && f.pc.local == nil:
		f.nobodyDraws(e)
	case f.callee == "random_public":
		return types.PublicPlace, true
	case jointly:
		return types.SharedPlace, true
	default:
		return types.At(types.SetOf(f.pc.player)), true
	}
	return types.Place{}, false
}

func (f *frame) nobodyDraws(e *ast.Call) {
	d := f.errorf("E311", e, "`%s` draws at random, and nothing says who", f.callee)
	d.Label = "outside `local`"
	d.Hint = "draw it in `local p { … }`, or jointly, known to nobody: `" + f.callee + "_shared`"
}

// drawnFrom evaluates the parameters of a distribution, which are constants, and
// says between what its values lie.
func (f *frame) drawnFrom(e *ast.Call, elem types.Elem, args []*ast.Arg) (bounds, bool) {
	var ks []*big.Rat
	for _, a := range args {
		v := f.expr(a.Value, elem)
		if v.bad() {
			return bounds{}, false
		}
		if v.konst == nil || v.konst.Num == nil {
			f.errorf("E209", a.Value, "the parameters of `%s` are constants", f.callee).Label = f.c.full(v.Type)
			return bounds{}, false
		}
		ks = append(ks, v.konst.Num)
	}
	b := bounds{new(big.Rat), big.NewRat(1, 1), true}
	switch {
	case len(ks) == 2 && ks[0].Cmp(ks[1]) >= 0:
		f.errorf("E505", e, "`%s` draws from a range that is empty", f.callee).Label = number(ks[0], elem) + ".." + number(ks[1], elem)
		return b, false
	case len(ks) == 2:
		b.low, b.high = ks[0], ks[1]
	case len(ks) == 1 && ks[0].Sign() <= 0:
		f.errorf("E505", e, "the scale of `%s` is positive", f.callee).Label = number(ks[0], elem)
		return b, false
	case len(ks) == 1:
		most := new(big.Int).Lsh(big.NewInt(1), uint(LaplaceBits(ks[0], elem.F)))
		if strings.HasPrefix(f.callee, "random_normal") {
			levels, _ := NormalLevels(ks[0], elem.F)
			most.Lsh(big.NewInt(NormalMost), uint(levels))
		}
		b.high = new(big.Rat).SetFrac(most, units(elem.F))
		b.low = new(big.Rat).Neg(b.high)
	}
	return f.fit(e, elem, b)
}

// LaplaceBits is how many bits a geometric part of a Laplace draw of scale b has,
// in units of 2^-f: more have a probability below 2^-41.
func LaplaceBits(b *big.Rat, f int) int {
	most := new(big.Rat).Mul(b, new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(29), units(f)))) // 41 ln 2 < 29
	bits := 0
	for new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(bits))).Cmp(most) < 0 {
		bits++
	}
	return bits
}

func units(f int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(f)) }

// NormalMost bounds each of the parts of a normal draw.
const NormalMost = 52

// NormalLevels says how a normal draw of standard deviation b is made, in units
// of 2^-f: of so many independent parts of the variance given, the k-th times
// 2^k. A part's variance is at least 8 where there are several, and below 40.
func NormalLevels(b *big.Rat, f int) (levels int, variance *big.Rat) {
	all := new(big.Rat).Mul(b, new(big.Rat).SetInt(units(f)))
	all.Mul(all, all)
	variance = all
	for levels = 1; ; levels++ {
		sum := new(big.Int).Sub(units(2*(levels+1)), big.NewInt(1)) // three times 1 + 4 + 16 + …
		next := new(big.Rat).Mul(all, new(big.Rat).SetFrac(big.NewInt(3), sum))
		if next.Cmp(big.NewRat(8, 1)) < 0 {
			return levels, variance
		}
		variance = next
	}
}
