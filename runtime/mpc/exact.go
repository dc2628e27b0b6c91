package mpc

// Truncations that round down always.

import (
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Exact returns k with truncations whose result is the floor, `with trunc =
// exact`. Those of k give floor or ceiling, and a server that gets to know the
// result learns from the choice something of what was cut off.
//
// To each truncation by m bits comes one Negative of m + 1 bits and one
// BitsToRing: the sign of the remainder tells which of the two it was. A
// product is truncated after it is shared. Divisions by public numbers are
// those of k.
func Exact(k Kernel) Kernel { return exact{k} }

type exact struct{ Kernel }

func (k exact) Mul(net Net, x, y Share, shift int) Share {
	return k.floor(net, k.Kernel.Mul(net, x, y, 0), shift)
}

func (k exact) Inner(net Net, x, y, c Share, shift int) Share {
	return k.floor(net, k.Kernel.Inner(net, x, y, c, 0), shift)
}

func (k exact) Bilinear(net Net, x, y Share, f Bilinear, shift int) Share {
	return k.floor(net, k.Kernel.Bilinear(net, x, y, f, 0), shift)
}

func (k exact) Truncate(net Net, x Share, m int) Share { return k.floor(net, x, m) }

// floor divides by 2^m. What the kernel's quotient leaves lies above -2^m and
// below 2^m, and is negative where that is the ceiling.
func (k exact) floor(net Net, x Share, m int) Share {
	if m == 0 {
		return x
	}
	e := New(k.Kernel)
	q := k.Kernel.Truncate(further{net, 1}, x, m)
	up := k.Kernel.Negative(further{net, 2}, e.sub(x, scaleNumber(q, ring.Power(m))), m+1)
	return e.sub(q, k.Kernel.BitsToRing(further{net, 3}, up, x.Elem))
}

// A further call of the kernel within one has streams of its own.
type further struct {
	Net
	number prg.Purpose
}

func (f further) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	return f.Net.Stream(set, f.number*basePurposes+purpose)
}

// basePurposes bounds the purposes of one call of a protocol's own kernel.
const basePurposes = MaxPurpose / 4
