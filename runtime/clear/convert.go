package clear

// Convert returns x in another type. To bool: not zero; from bool: 0 and 1;
// fixed to integer: toward zero; to fewer fractional bits: toward minus
// infinity. A value that t does not hold wraps; of float see fromFloats.
func Convert(x Tensor, t Type) Tensor {
	u := x.Elem
	up, down := max(t.F-u.F, 0), max(u.F-t.F, 0)
	switch {
	case u == t:
		return x
	case t == Float:
		return toFloats(x)
	case u == Float:
		return fromFloats(x, t)
	case t.Kind == BoolKind:
		return each(t, x, func(a uint64) uint64 { return bit(a != 0) })
	case u.Kind == FixedKind && t.Kind != FixedKind:
		return each(t, x, func(a uint64) uint64 {
			negative, m := magnitude(a, true)
			if negative {
				return -(m >> down)
			}
			return m >> down
		})
	}
	return each(t, x, func(a uint64) uint64 { return uint64(int64(a<<up) >> down) })
}
