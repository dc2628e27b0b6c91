package check

// The prelude: which check a primitive has.

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// builtin finds the check of a primitive; nil where its form is not known
// here, because it is not built.
func builtin(name string) func(*frame, *ast.Call, types.Elem) value {
	switch name {
	case "sum", "mean", "count", "any", "all":
		return (*frame).reduction
	case "min", "max":
		return (*frame).extremum
	case "abs":
		return (*frame).abs
	case "select":
		return (*frame).selectCall
	case "sqrt", "rsqrt", "exp", "log", "sigmoid", "tanh", "relu", "softmax":
		return (*frame).function
	case "sign":
		return (*frame).sign
	case "clamp":
		return (*frame).clamp
	case "div_or", "mod_or":
		return (*frame).divisionOr
	case "dot":
		return (*frame).dot
	case "transpose":
		return (*frame).transpose
	case "concat":
		return (*frame).concat
	case "zeros", "ones", "full":
		return (*frame).filled
	case "reshape":
		return (*frame).reshape
	case "reverse":
		return (*frame).reverse
	case "cumsum":
		return (*frame).cumsum
	case "outer":
		return (*frame).outer
	case "iota":
		return (*frame).iota
	case "conv2d":
		return (*frame).conv2d
	case "conv2d_kernels":
		return (*frame).conv2dKernels
	case "conv2d_images":
		return (*frame).conv2dImages
	case "windows":
		return (*frame).windowsCall
	case "max_pool", "avg_pool":
		return (*frame).pool
	case "filter":
		return (*frame).filter
	case "unique":
		return (*frame).unique
	case "pad":
		return (*frame).pad
	case "print":
		return (*frame).print
	case "hash64":
		return (*frame).hash64
	case "format":
		return (*frame).format
	case "parse":
		return (*frame).parse
	case "gather":
		return (*frame).gather
	case "size":
		return (*frame).sizeCall
	case "index":
		return (*frame).indexCall
	case "valid":
		return (*frame).validCall
	case "onehot":
		return (*frame).onehot
	case "random_bit", "random_uniform", "random_laplace", "random_normal", "random_bit_shared", "random_uniform_shared",
		"random_laplace_shared", "random_normal_shared", "random_public":
		return (*frame).draw
	case "rescale":
		return (*frame).rescale
	case "sort", "rank":
		return (*frame).sorting
	case "sort_by":
		return (*frame).sortBy
	case "top_k":
		return (*frame).topK
	case "merge":
		return (*frame).merge
	case "distinct":
		return (*frame).distinct
	case "shuffle", "shuffle_shared":
		return (*frame).shuffle
	case "argmin", "argmax":
		return (*frame).argExtremum
	case "grid":
		return (*frame).grid
	case "carry":
		return (*frame).carry
	case "lookup":
		return (*frame).lookup
	case "store":
		return (*frame).storeCall
	}
	return nil
}

func (f *frame) primitive(e *ast.Call, o *op.Op, want types.Elem) value {
	v := builtin(o.Name)(f, e, want)
	if !v.bad() && f.disturbed(e) {
		return poison(e)
	}
	return v
}

// argument evaluates the i-th of the arguments given, nil for a missing one.
func (f *frame) argument(args []*ast.Arg, i int, want types.Elem) value {
	return f.expr(args[i].Value, want)
}

// constantInt evaluates an argument that must be a constant, such as an axis.
func (f *frame) constantInt(a *ast.Arg, what string) (int, bool) {
	v := f.settle(f.expr(a.Value, types.Elem{}))
	if v.bad() {
		return 0, false
	}
	if !v.Elem.IsInt() || v.konst == nil || !v.konst.Num.IsInt() || !v.konst.Num.Num().IsInt64() {
		f.errorf("E209", a.Value, "%s is a constant", what).Label = f.c.full(v.Type)
		return 0, false
	}
	return int(v.konst.Num.Num().Int64()), true
}

func classText(c op.Class) string {
	switch c {
	case op.Num:
		return "numbers"
	case op.Bool:
		return "bools"
	case op.Fix:
		return "fixed"
	case op.Ord:
		return "values that are ordered"
	}
	return "any value"
}

func (f *frame) abs(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "abs", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if !x.Elem.IsNum() {
		return f.notNumber(e, "`abs`", x)
	}
	place, met, ok := f.join(e, "abs", x)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, x)
	if out.bounds, ok = f.fit(e, x.Elem, x.bounds.abs(), x); !ok {
		return poison(e)
	}
	return out
}

// selectCall checks select(c, a, b): both values are computed.
func (f *frame) selectCall(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "select", []string{"c", "a", "b"}, 3)
	if !ok {
		return poison(e)
	}
	c := f.argument(args, 0, types.Elem{})
	x, y := f.argument(args, 1, want), f.argument(args, 2, want)
	if bad(c, x, y) {
		return poison(e)
	}
	return f.selection(e, "`select`", c, x, y)
}
