package runtime

// Sizes: measured at the owners, agreed by all, and checked exactly.

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/runtime/binding"
)

// eval computes a size exactly. A name that sizes lacks is a fault of the
// compiler: it binds every name by an input.
func (s Size) eval(sizes map[string]int64) *big.Int {
	sum := new(big.Int)
	for _, t := range s {
		k := big.NewInt(t.Coef)
		for _, v := range t.Vars {
			k.Mul(k, big.NewInt(sizes[v]))
		}
		sum.Add(sum, k)
	}
	return sum
}

// String writes a size as in a program: `n + m - 1`, `2 * n * d`.
func (s Size) String() string {
	var b strings.Builder
	for i, t := range s {
		k := t.Coef
		switch {
		case i > 0 && k < 0:
			b.WriteString(" - ")
			k = -k
		case i > 0:
			b.WriteString(" + ")
		}
		factors := t.Vars
		if k != 1 || len(factors) == 0 {
			factors = append([]string{strconv.FormatInt(k, 10)}, factors...)
		}
		b.WriteString(strings.Join(factors, " * "))
	}
	return b.String()
}

// name returns the size name that a dimension binds: one that stands alone.
func (s Size) name() (string, bool) {
	if len(s) == 1 && s[0].Coef == 1 && len(s[0].Vars) == 1 {
		return s[0].Vars[0], true
	}
	return "", false
}

// vars returns the size names of s, each once.
func (s Size) vars() []string {
	var names []string
	for _, t := range s {
		names = append(names, t.Vars...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// holds checks a condition of `where`.
func (c Cond) holds(sizes map[string]int64) bool {
	order := c.Left.eval(sizes).Cmp(c.Right.eval(sizes))
	switch c.Rel {
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
	case ">=":
		return order >= 0
	}
	return false
}

// checkWhere returns the failure of the first condition that does not hold, with
// the sizes that it mentions: "where n + m <= 10 does not hold: n = 7, m = 8".
func checkWhere(conds []Cond, sizes map[string]int64) error {
	for _, c := range conds {
		if c.holds(sizes) {
			continue
		}
		return openly("where %s does not hold: %s", c.Text, values(slices.Concat(c.Left, c.Right).vars(), sizes))
	}
	return nil
}

// describeSizes lists all sizes of the run.
func (p *Party) describeSizes() string {
	var names []string
	for _, s := range p.prog.Sizes {
		names = append(names, s.Name)
	}
	return values(names, p.sizes)
}

// values writes sizes as "n = 7, m = 8".
func values(names []string, sizes map[string]int64) string {
	var list []string
	for _, n := range names {
		list = append(list, fmt.Sprintf("%s = %d", n, sizes[n]))
	}
	return strings.Join(list, ", ")
}

// measure returns the sizes that inputs bind, and every reason for which their
// owner must refuse them by itself: two lengths for one name, one below the
// least that the program takes, or one that does not follow from the others.
func (prog *Program) measure(inputs Values) (map[string]int64, error) {
	sizes, from := make(map[string]int64), make(map[string]string)
	var errs []error
	for _, in := range prog.Inputs {
		for d, s := range in.Shape {
			name, ok := s.name()
			ok = ok && !in.pads(d)
			n := int64(inputs[in.Name].Shape[d])
			switch {
			case !ok:
			case from[name] == "":
				sizes[name], from[name] = n, in.Name
			case sizes[name] != n:
				errs = append(errs, fmt.Errorf("size %s is %d in %s and %d in %s", name, sizes[name], from[name], n, in.Name))
			}
		}
	}
	for _, s := range prog.Sizes {
		if n, ok := sizes[s.Name]; ok && n < s.Min {
			errs = append(errs, fmt.Errorf("input %s: size %s is %d, and must be at least %d", from[s.Name], s.Name, n, s.Min))
		}
	}
	errs = append(errs, prog.checkColumns(inputs))
	if errors.Join(errs...) == nil {
		errs = append(errs, prog.checkShapes(inputs, sizes))
	}
	return sizes, errors.Join(errs...)
}

// checkColumns compares how many rows the columns of a padded table have; those
// of other tables bind sizes.
func (prog *Program) checkColumns(inputs Values) error {
	first := make(map[string]Input)
	var errs []error
	for _, in := range prog.Inputs {
		if !in.Upto || in.Rows == 0 {
			continue
		}
		table := binding.Root(in.Name)
		if _, ok := first[table]; !ok {
			first[table] = in
		}
		want, got := inputs[first[table].Name].Shape[0], inputs[in.Name].Shape[0]
		if got != want {
			errs = append(errs, fmt.Errorf("table %s: %d rows in %s and %d in %s", table, want, first[table].Name, got, in.Name))
		}
	}
	return errors.Join(errs...)
}

// checkShapes compares the inputs with those of their dimensions that follow
// from sizes: a player's own before it is ready, all others once all are known.
func (prog *Program) checkShapes(inputs Values, sizes map[string]int64) error {
	var errs []error
	for _, in := range prog.Inputs {
		for d, s := range in.Shape {
			known := !slices.ContainsFunc(s.vars(), func(v string) bool { _, ok := sizes[v]; return !ok })
			got, want := int64(inputs[in.Name].Shape[d]), s.eval(sizes)
			switch order := big.NewInt(got).Cmp(want); {
			case !known:
			case in.pads(d) && order > 0:
				errs = append(errs, fmt.Errorf("input %s: got %d rows, and there may be at most %s", in.Name, got, want))
			case !in.pads(d) && order != 0:
				errs = append(errs, fmt.Errorf("input %s: dimension %d is %d, and must be %s", in.Name, d+1, got, want))
			}
		}
	}
	return errors.Join(errs...)
}

// checkInput compares a loaded value with its declaration: type, number of
// dimensions, and range.
func checkInput(in Input, inputs Values) error {
	x, ok := inputs[in.Name]
	switch {
	case !ok:
		return fmt.Errorf("input %s is missing", in.Name)
	case x.Elem != in.Elem:
		return fmt.Errorf("input %s: got %s, want %s", in.Name, x.Elem, in.Elem)
	case len(x.Shape) != len(in.Shape):
		return fmt.Errorf("input %s: got %d dimensions, want %d", in.Name, len(x.Shape), len(in.Shape))
	case in.Range == nil:
		return nil
	}
	for i, v := range x.Data {
		if !in.Range.Holds(v) {
			return fmt.Errorf("input %s: element %d: value %s is outside %s", in.Name, i, in.Elem.Text(v), in.Range.Text)
		}
	}
	return nil
}
