package ir

// The integers that stand for elements which are no numbers.

import (
	"math"
	"math/big"
)

// Word is the integer for a string: that of its bytes, big-endian, after a byte
// 1; of the empty string, 0.
func Word(text string) *big.Int {
	if text == "" {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(append([]byte{1}, text...))
}

// WordText is the string that an integer stands for.
func WordText(v *big.Int) string {
	if v.Sign() == 0 {
		return ""
	}
	return string(v.Bytes()[1:])
}

// FloatBits is the integer for a float: its IEEE 754 bits.
func FloatBits(f float64) *big.Int { return new(big.Int).SetUint64(math.Float64bits(f)) }

// BitsFloat is the float that an integer stands for.
func BitsFloat(v *big.Int) float64 { return math.Float64frombits(v.Uint64()) }
