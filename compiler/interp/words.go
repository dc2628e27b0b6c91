package interp

// Text and hashes of elements.

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// hash64 is a function that has no more to do with that of a run, whose key is
// fresh, than that equal elements have equal hashes.
func hash64(_ *operation, x ...*big.Int) *big.Int {
	sum := sha256.Sum256([]byte(x[0].String()))
	return new(big.Int).SetBytes(sum[:8])
}

func formatted(o *operation, x ...*big.Int) *big.Int {
	if o.args[0].Elem.Kind == types.Date {
		return ir.Word(time.Unix(0, 0).UTC().AddDate(0, 0, int(x[0].Int64())).Format(time.DateOnly))
	}
	return ir.Word(text(o.args[0].Elem, x[0]))
}

func parsed(o *operation, x ...*big.Int) *big.Int {
	v, _ := parse(o.elem, ir.WordText(x[0]))
	return v
}

// decimals are the numbers in a text: digits may be grouped by `_`.
// An exponent has at most three digits, or is 1000.
var decimals = regexp.MustCompile(`^[-+]?\d+(_\d+)*(\.\d+(_\d+)*)?([eE][-+]?0*(\d{1,3}|1000))?$`)

// parse reads an element: a bool, or a decimal that is rounded once.
func parse(e types.Elem, s string) (*big.Int, error) {
	if e.Kind == types.Bool {
		switch s {
		case "true", "1":
			return big.NewInt(1), nil
		case "false", "0":
			return new(big.Int), nil
		}
		return new(big.Int), fmt.Errorf("%q is not true or false", s)
	}
	if !decimals.MatchString(s) {
		return new(big.Int), fmt.Errorf("%q is not a number", s)
	}
	r, _ := new(big.Rat).SetString(strings.ReplaceAll(s, "_", ""))
	if e.Kind == types.Float {
		f, _ := r.Float64()
		if math.IsInf(f, 0) {
			return new(big.Int), fmt.Errorf("%q is out of range", s)
		}
		return ir.FloatBits(f), nil
	}
	if e.Kind != types.Fixed && !r.IsInt() {
		return new(big.Int), fmt.Errorf("%q is not an integer", s)
	}
	v := nearest(r.Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(e.F)))))
	if lo, hi := e.Bounds(); v.Cmp(lo) < 0 || v.Cmp(hi) > 0 {
		return new(big.Int), fmt.Errorf("%q is out of range", s)
	}
	return v, nil
}

// firstUnread says which text is none of the type, with its row.
func (o *operation) firstUnread() error {
	x := o.args[0]
	for k, v := range x.Data {
		_, err := parse(o.elem, ir.WordText(v))
		switch {
		case err != nil && len(x.Shape) > 0:
			return fmt.Errorf("row %d: %w", k/count(x.Shape[1:])+1, err)
		case err != nil:
			return err
		}
	}
	return nil
}
