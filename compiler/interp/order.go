package interp

// Order and selection, each by its definition.

import (
	"math/big"
	"slices"
)

// firstOf is the lowest index of the least (sign -1) or greatest (sign 1).
func firstOf(sign int, x []*big.Int) *big.Int {
	best := 0
	for k := range x {
		if x[k].Cmp(x[best]) == sign {
			best = k
		}
	}
	return big.NewInt(int64(best))
}

// before is how many of the elements with the indices in line come before the
// k-th of them: those with lesser keys, and those of equal keys that stand
// before it.
func before(keys []Tensor, line []int, k int) int64 {
	n := int64(0)
	for j := range line {
		if c := compareKeys(keys, line[j], line[k]); c < 0 || c == 0 && j < k {
			n++
		}
	}
	return n
}

func compareKeys(keys []Tensor, a, b int) int {
	for _, x := range keys {
		if c := x.Data[a].Cmp(x.Data[b]); c != 0 {
			return c
		}
	}
	return 0
}

// ranks is the place of each element along the last axis.
func ranks(keys []Tensor) []int64 {
	shape := keys[0].Shape
	out := make([]int64, len(keys[0].Data))
	n := int(shape[len(shape)-1])
	for from := 0; from < len(out); from += n {
		line := make([]int, n)
		for k := range line {
			line[k] = from + k
		}
		for k := range line {
			out[from+k] = before(keys, line, k)
		}
	}
	return out
}

func rank(o *operation) Tensor {
	at := ranks(o.args)
	return o.tensor(func(k int) *big.Int { return big.NewInt(at[k]) })
}

func sorted(o *operation) Tensor {
	x := o.args[0]
	n := int(o.shape[len(o.shape)-1])
	out := make([]*big.Int, len(x.Data))
	for k, at := range ranks(o.args) {
		out[k/n*n+int(at)] = x.Data[k]
	}
	return Tensor{o.elem, o.shape, out}
}

func permute(o *operation) Tensor {
	x := o.args[1]
	row := count(o.shape[1:])
	out := make([]*big.Int, len(x.Data))
	for k, at := range o.args[0].Data {
		copy(out[int(at.Int64())*row:], x.Data[k*row:(k+1)*row])
	}
	return Tensor{o.elem, o.shape, out}
}

func carry(o *operation) Tensor {
	x, last := o.args[0], -1
	row := count(o.shape[1:])
	out := slices.Clone(x.Data)
	for k, known := range o.args[1].Data {
		if known.Sign() != 0 {
			last = k
		}
		if last >= 0 {
			copy(out[k*row:(k+1)*row], x.Data[last*row:])
		}
	}
	return Tensor{o.elem, o.shape, out}
}

func topK(o *operation) Tensor {
	data := slices.SortedFunc(slices.Values(o.args[0].Data), (*big.Int).Cmp)
	return o.tensor(func(k int) *big.Int { return data[len(data)-1-k] })
}

// merge takes the lesser of both fronts, as if the operands were sorted.
func merge(o *operation) Tensor {
	data := slices.Concat(o.args[0].Data, o.args[1].Data)
	slices.SortFunc(data, (*big.Int).Cmp)
	return Tensor{o.elem, o.shape, data}
}

func distinct(o *operation) Tensor {
	for k, v := range o.args[0].Data {
		if slices.ContainsFunc(o.args[0].Data[:k], func(w *big.Int) bool { return v.Cmp(w) == 0 }) {
			return o.tensor(func(int) *big.Int { return bit(false) })
		}
	}
	return o.tensor(func(int) *big.Int { return bit(true) })
}

// row is the number of the row of x that an index names, or -1.
func row(x Tensor, at *big.Int) int {
	if at.Sign() < 0 || at.Cmp(big.NewInt(x.Shape[0])) >= 0 {
		return -1
	}
	return int(at.Int64())
}

func lookup(o *operation) Tensor {
	x := o.args[0]
	n := count(x.Shape[1:])
	return o.tensor(func(k int) *big.Int {
		at := row(x, o.args[1].Data[k/n])
		if at < 0 {
			return new(big.Int)
		}
		return x.Data[at*n+k%n]
	})
}

func store(o *operation) Tensor {
	x := o.args[0]
	out := slices.Clone(x.Data)
	if at := row(x, o.args[1].Data[0]); at >= 0 {
		copy(out[at*count(x.Shape[1:]):], o.args[2].Data)
	}
	return Tensor{o.elem, o.shape, out}
}
