// Package typed is what stands between the Go values of a generated package's
// Inputs and Outputs and the tensors of a run. It does without reflection.
//
// A bool is a bool, an integer the Go integer of its width, a fixed or float a float64, a
// string a string.
// An array of n dimensions is n nested slices, whose rows must be of equal
// length.
package typed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// An Element is a Go type that stands for an element type of the language.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float64 | string
}

// Inputs collects the inputs of a run by name, and what is wrong with them. The
// zero value is empty.
type Inputs struct {
	tensors runtime.Values
	errs    map[string]error
}

// Simulate runs the programs of all players in this process, which is not
// secure, and returns the outputs of all of them: a value that several players
// receive is the same for each. An input that is missing, of no program or out
// of range is an error, as is whatever ends the run.
func (in *Inputs) Simulate(ctx context.Context, programs ...*runtime.Program) (runtime.Values, error) {
	if err := in.check(programs); err != nil {
		return nil, err
	}
	result, err := runtime.Simulate(ctx, programs, func(_ string, x runtime.Input) (clear.Tensor, error) {
		return in.tensors[x.Name], nil
	})
	if err != nil {
		return nil, err
	}
	out := make(runtime.Values)
	for _, received := range result.Outputs {
		maps.Copy(out, received)
	}
	return out, nil
}

// check returns all that is wrong with the inputs: first by player what the
// programs miss, then by name what does not fit.
func (in *Inputs) check(programs []*runtime.Program) error {
	var errs []error
	known := make(map[string]bool)
	for _, p := range programs {
		for _, x := range p.Inputs {
			if _, ok := in.tensors[x.Name]; !ok && !known[x.Name] {
				errs = append(errs, fmt.Errorf("%s: input %s is missing", p.Player, x.Name))
			}
			known[x.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.tensors)) {
		if err := in.errs[name]; err != nil {
			errs = append(errs, fmt.Errorf("input %s: %w", name, err))
		}
		if !known[name] {
			errs = append(errs, fmt.Errorf("no player has an input %s", name))
		}
	}
	return errors.Join(errs...)
}

// Tensor adds a value that has no other Go type: a fixed of more than 53 bits.
func Tensor(in *Inputs, name string, t clear.Type, x clear.Tensor) {
	if x.Elem != t {
		in.add(name, x, fmt.Errorf("got %s, want %s", x.Elem, t))
		return
	}
	in.add(name, x, nil)
}

// Scalar, Vector, Matrix, Array3 and Array4 add a value of so many dimensions.
// A float64 is rounded to nearest, ties to even; one that t does not hold is
// an error of Simulate.
func Scalar[T Element](in *Inputs, name string, t clear.Type, x T) {
	y, err := tensor(t, nil, []T{x})
	in.add(name, y, err)
}

func Vector[T Element](in *Inputs, name string, t clear.Type, x []T) { nested(in, name, t, x, vector) }

func Matrix[T Element](in *Inputs, name string, t clear.Type, x [][]T) {
	nested(in, name, t, x, matrix)
}

func Array3[T Element](in *Inputs, name string, t clear.Type, x [][][]T) {
	nested(in, name, t, x, array3)
}

func Array4[T Element](in *Inputs, name string, t clear.Type, x [][][][]T) {
	nested(in, name, t, x, array4)
}

func (in *Inputs) add(name string, x clear.Tensor, err error) {
	if in.tensors == nil {
		in.tensors, in.errs = make(runtime.Values), make(map[string]error)
	}
	in.tensors[name] = x
	if err != nil {
		in.errs[name] = err
	}
}

// nested adds nested slices, which flatten lays out row by row.
func nested[S any, T Element](in *Inputs, name string, t clear.Type, x S, flatten func(S) ([]int, []T, error)) {
	shape, data, err := flatten(x)
	if err != nil {
		in.add(name, clear.Tensor{}, err)
		return
	}
	y, err := tensor(t, shape, data)
	in.add(name, y, err)
}

func vector[T any](x []T) ([]int, []T, error)       { return []int{len(x)}, x, nil }
func matrix[T any](x [][]T) ([]int, []T, error)     { return stack(x, vector[T]) }
func array3[T any](x [][][]T) ([]int, []T, error)   { return stack(x, matrix[T]) }
func array4[T any](x [][][][]T) ([]int, []T, error) { return stack(x, array3[T]) }

// stack flattens rows of equal shape.
func stack[R, T any](x []R, flatten func(R) ([]int, []T, error)) ([]int, []T, error) {
	if len(x) == 0 {
		var none R
		inner, _, err := flatten(none)
		return append([]int{0}, inner...), nil, err
	}
	var shape []int
	var data []T
	for i, row := range x {
		s, d, err := flatten(row)
		if err != nil {
			return nil, nil, fmt.Errorf("row %d: %w", i, err)
		}
		if i > 0 && !slices.Equal(s, shape) {
			return nil, nil, fmt.Errorf("row %d has the shape %v, row 0 has %v", i, s, shape)
		}
		shape, data = s, append(data, d...)
	}
	return append([]int{len(x)}, shape...), data, nil
}

// tensor converts the elements of a tensor.
func tensor[T Element](t clear.Type, shape []int, x []T) (clear.Tensor, error) {
	switch x := any(x).(type) {
	case []float64:
		return clear.FromFloats(t, shape, x)
	case []bool:
		return clear.Bools(shape, x...), nil
	case []string:
		return strings(shape, x)
	case []int8:
		return ints(t, shape, x), nil
	case []int16:
		return ints(t, shape, x), nil
	case []int32:
		return ints(t, shape, x), nil
	case []int64:
		return ints(t, shape, x), nil
	case []uint8:
		return ints(t, shape, x), nil
	case []uint16:
		return ints(t, shape, x), nil
	case []uint32:
		return ints(t, shape, x), nil
	case []uint64:
		return ints(t, shape, x), nil
	}
	panic("unreachable: Element has no other types")
}

// strings are of UTF-8 alone.
func strings(shape []int, x []string) (clear.Tensor, error) {
	for i, text := range x {
		if _, err := clear.Parse(clear.String, text); err != nil {
			return clear.Tensor{}, fmt.Errorf("element %d is %w", i, err)
		}
	}
	return clear.FromStrings(shape, x...), nil
}

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

func ints[T integer](t clear.Type, shape []int, x []T) clear.Tensor {
	v := make([]int64, len(x))
	for i, a := range x {
		v[i] = int64(a)
	}
	return clear.FromInts(t, shape, v...)
}

// ToScalar, ToVector, ToMatrix, ToArray3 and ToArray4 are the Go value of a
// tensor of so many dimensions.
func ToScalar[T Element](x clear.Tensor) T {
	for _, e := range elements[T](x) {
		return e
	}
	var zero T
	return zero
}

func ToVector[T Element](x clear.Tensor) []T { return elements[T](x) }

func ToMatrix[T Element](x clear.Tensor) [][]T { return rows(x, ToVector[T]) }

func ToArray3[T Element](x clear.Tensor) [][][]T { return rows(x, ToMatrix[T]) }

func ToArray4[T Element](x clear.Tensor) [][][][]T { return rows(x, ToArray3[T]) }

// rows converts each row of a tensor.
func rows[R any](x clear.Tensor, row func(clear.Tensor) R) []R {
	var out []R
	for i := range x.Shape[0] {
		out = append(out, row(clear.Index(x, clear.At(int64(i)))))
	}
	return out
}

// elements converts the elements of a tensor.
func elements[T Element](x clear.Tensor) []T {
	out := make([]T, len(x.Data))
	switch out := any(out).(type) {
	case []float64:
		copy(out, x.Floats())
	case []bool:
		copy(out, x.Bools())
	case []string:
		copy(out, x.Strings())
	case []int8:
		fromInts(out, x)
	case []int16:
		fromInts(out, x)
	case []int32:
		fromInts(out, x)
	case []int64:
		fromInts(out, x)
	case []uint8:
		fromInts(out, x)
	case []uint16:
		fromInts(out, x)
	case []uint32:
		fromInts(out, x)
	case []uint64:
		fromInts(out, x)
	}
	return out
}

func fromInts[T integer](out []T, x clear.Tensor) {
	for i, v := range x.Data {
		out[i] = T(v)
	}
}
