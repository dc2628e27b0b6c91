package interp

// What the set-up of a run checks: inputs against their declarations, sizes,
// and where.

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// setUp returns the sizes that the inputs bind.
func setUp(p *ir.Program, in map[string]Tensor) (map[string]int64, error) {
	var errs []error
	for _, x := range p.Inputs {
		errs = append(errs, checkInput(x, in))
	}
	for name := range in {
		if !slices.ContainsFunc(p.Inputs, func(x ir.Input) bool { return ir.Key(x.Name, x.Member) == name }) {
			errs = append(errs, fmt.Errorf("%s has no input %s", p.Name, name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sizes, err := measure(p, in)
	if err != nil {
		return nil, err
	}
	if err := checkWhere(p, sizes); err != nil {
		return nil, err
	}
	return sizes, checkShapes(p, in, sizes)
}

// checkInput compares a value with its declaration: element, number of
// dimensions, range.
func checkInput(x ir.Input, in map[string]Tensor) error {
	key := ir.Key(x.Name, x.Member)
	v, ok := in[key]
	switch {
	case !ok:
		return fmt.Errorf("input %s is missing", key)
	case v.Elem != x.Elem:
		return fmt.Errorf("input %s: got %s, want %s", key, v.Elem, x.Elem)
	case len(v.Shape) != len(x.Shape):
		return fmt.Errorf("input %s: got %d dimensions, want %d", key, len(v.Shape), len(x.Shape))
	case x.Range == nil:
		return nil
	}
	for k, d := range v.Data {
		if d.Cmp(x.Range.Low) < 0 || d.Cmp(x.Range.High) > 0 {
			return fmt.Errorf("input %s: element %d: value %s is outside %s", key, k, text(x.Elem, d), x.Range.Text)
		}
	}
	return nil
}

// measure binds each size by the dimensions that are its name alone.
func measure(p *ir.Program, in map[string]Tensor) (map[string]int64, error) {
	sizes, from := make(map[string]int64), make(map[string]string)
	var errs []error
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		for d, s := range x.Shape {
			got := in[key].Shape[d]
			n, ok := s.Var()
			switch {
			case !ok:
			case from[n] == "":
				sizes[n], from[n] = got, key
			case sizes[n] != got:
				errs = append(errs, fmt.Errorf("size %s is %d in %s and %d in %s", n, sizes[n], from[n], got, key))
			}
		}
	}
	for _, s := range p.Sizes {
		switch got, ok := sizes[s.Name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("size %s is bound by no input", s.Name))
		case got < s.Min:
			errs = append(errs, fmt.Errorf("input %s: size %s is %d, and must be at least %d", from[s.Name], s.Name, got, s.Min))
		}
	}
	return sizes, errors.Join(append(errs, sameRows(p, in))...)
}

// sameRows compares the columns of padded tables.
func sameRows(p *ir.Program, in map[string]Tensor) error {
	rows, from := make(map[string]int64), make(map[string]string)
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		table, _, column := strings.Cut(key, ".")
		switch got := in[key].Shape; {
		case !column || !x.Padded():
		case from[table] == "":
			rows[table], from[table] = got[0], key
		case got[0] != rows[table]:
			return fmt.Errorf("table %s: %d rows in %s and %d in %s", table, rows[table], from[table], got[0], key)
		}
	}
	return nil
}

// checkWhere checks the conditions exactly, whatever the numbers.
func checkWhere(p *ir.Program, sizes map[string]int64) error {
	for _, c := range p.Where {
		if holds(value(c.Left, sizes).Cmp(value(c.Right, sizes)), c.Rel) {
			continue
		}
		var parts []string
		for _, v := range c.Left.Add(c.Right).Vars() {
			parts = append(parts, fmt.Sprintf("%s = %d", v, sizes[v]))
		}
		return fmt.Errorf("where %s does not hold: %s", c.Text, strings.Join(parts, ", "))
	}
	return nil
}

// value is a size as an exact number.
func value(s types.Size, sizes map[string]int64) *big.Int {
	sum := new(big.Int)
	for _, t := range s.Terms() {
		k := big.NewInt(t.Coef)
		for _, v := range t.Vars {
			k.Mul(k, big.NewInt(sizes[v]))
		}
		sum.Add(sum, k)
	}
	return sum
}

// holds reads the outcome of a comparison: -1, 0 or 1.
func holds(order int, rel string) bool {
	switch rel {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// checkShapes compares the dimensions that are no names, once all sizes are
// known.
func checkShapes(p *ir.Program, in map[string]Tensor, sizes map[string]int64) error {
	var errs []error
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		for d, s := range x.Shape {
			got, want := in[key].Shape[d], value(s, sizes)
			if order := big.NewInt(got).Cmp(want); s.Padded() && order > 0 {
				errs = append(errs, fmt.Errorf("input %s: got %d rows, and there may be at most %s", key, got, want))
			} else if !s.Padded() && order != 0 {
				errs = append(errs, fmt.Errorf("input %s: dimension %d is %d, and must be %s", key, d+1, got, want))
			}
		}
	}
	return errors.Join(errs...)
}

// padded returns the inputs with all the rows that the program works on, and the
// masks of those that were padded.
func padded(p *ir.Program, in map[string]Tensor, sizes map[string]int64) (all, masks map[string]Tensor) {
	all, masks = maps.Clone(in), make(map[string]Tensor)
	for _, x := range p.Inputs {
		if !x.Padded() {
			continue
		}
		key := ir.Key(x.Name, x.Member)
		rows, n := in[key].Shape[0], value(x.Shape[0], sizes).Int64()
		y := Tensor{x.Elem, append([]int64{n}, in[key].Shape[1:]...), slices.Clone(in[key].Data)}
		for len(y.Data) < count(y.Shape) {
			y.Data = append(y.Data, filler(x))
		}
		m := Tensor{Elem: types.Of(types.Bool), Shape: []int64{n}}
		for k := range n {
			m.Data = append(m.Data, bit(k < rows))
		}
		all[key], masks[key] = y, m
	}
	return all, masks
}

// filler is the element of a row that is no data: 0 where the range admits it,
// else the lower end.
func filler(x ir.Input) *big.Int {
	if r := x.Range; r != nil && (r.Low.Sign() > 0 || r.High.Sign() < 0) {
		return r.Low
	}
	return new(big.Int)
}
