package onnx

// Convolutions and pools over images, of one or two dimensions.

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A window is how a convolution or a pool goes over an image.
type window struct {
	kernel, stride, dilation  []int
	top, left, bottom, right  int
	ceiling                   bool
	rows, columns, outH, outW int
}

// windowOf reads the attributes of a convolution or pool over images of the
// shape s, of one or two dimensions each; of one, the image has one row.
func windowOf(n *node, s shape, kernel []int) (*window, error) {
	dims := len(s) - 2
	if dims != 1 && dims != 2 {
		return nil, fmt.Errorf("an input of shape %v; want batch, channel, height and width, or batch, channel and length", s)
	}
	sizes, ok := s[2:].fixed()
	if !ok || s[1].size != "" {
		return nil, fmt.Errorf("an input of shape %v; give its sizes with --size", s)
	}
	if given := n.ints("kernel_shape"); kernel == nil {
		kernel = given
	} else if len(given) > 0 && !slices.Equal(given, kernel) {
		return nil, fmt.Errorf("kernels of %v, and weights of %v", given, kernel)
	}
	w := &window{kernel: kernel, stride: n.intsOr("strides", dims, 1), dilation: n.intsOr("dilations", dims, 1), ceiling: n.int("ceil_mode", 0) != 0}
	pads := n.intsOr("pads", 2*dims, 0)
	if len(w.kernel) != dims || len(w.stride) != dims || len(w.dilation) != dims || len(pads) != 2*dims {
		return nil, fmt.Errorf("kernel %v, strides %v, dilations %v and pads %v over an input of shape %v", w.kernel, w.stride, w.dilation, pads, s)
	}
	for _, v := range slices.Concat(w.kernel, w.stride, w.dilation) {
		if v < 1 || v > maxElements {
			return nil, fmt.Errorf("kernel %v, strides %v and dilations %v", w.kernel, w.stride, w.dilation)
		}
	}
	before, after, err := w.pads(n.text("auto_pad", "NOTSET"), sizes, pads)
	if err != nil {
		return nil, err
	}
	if dims == 1 {
		sizes, before, after = append([]int{1}, sizes...), append([]int{0}, before...), append([]int{0}, after...)
		w.kernel, w.stride, w.dilation = append([]int{1}, w.kernel...), append([]int{1}, w.stride...), append([]int{1}, w.dilation...)
	}
	w.top, w.left, w.bottom, w.right = before[0], before[1], after[0], after[1]
	w.rows, w.columns = sizes[0], sizes[1]
	return w, w.measure()
}

// pads are what stands before and after each dimension.
func (w *window) pads(auto string, sizes, given []int) (before, after []int, err error) {
	dims := len(sizes)
	for k, size := range sizes {
		total := 0
		switch auto {
		case "NOTSET", "VALID":
			before, after = append(before, 0), append(after, 0)
			if auto == "NOTSET" {
				before[k], after[k] = given[k], given[k+dims]
			}
			if before[k] < 0 || after[k] < 0 || before[k] > maxElements || after[k] > maxElements {
				return nil, nil, fmt.Errorf("pads %v", given)
			}
			continue
		case "SAME_UPPER", "SAME_LOWER":
			total = max(0, ((size+w.stride[k]-1)/w.stride[k]-1)*w.stride[k]+w.reach(k)-size)
		default:
			return nil, nil, fmt.Errorf("auto_pad %s", auto)
		}
		less, more := total/2, total-total/2
		if auto == "SAME_LOWER" {
			less, more = more, less
		}
		before, after = append(before, less), append(after, more)
	}
	return before, after, nil
}

// reach is how many places a kernel spans.
func (w *window) reach(k int) int { return (w.kernel[k]-1)*w.dilation[k] + 1 }

// measure finds the size of the result, and pads for a division that rounds up.
func (w *window) measure() error {
	places := func(size, before int, after *int, k int) (int, error) {
		room := size + before + *after - w.reach(k)
		if room < 0 {
			return 0, fmt.Errorf("a kernel of %d over %d places", w.reach(k), size+before+*after)
		}
		out := room/w.stride[k] + 1
		if w.ceiling && room%w.stride[k] != 0 && out*w.stride[k] < size+before {
			*after += w.stride[k] - room%w.stride[k]
			out++
		}
		return out, nil
	}
	var err error
	if w.outH, err = places(w.rows, w.top, &w.bottom, 0); err != nil {
		return err
	}
	w.outW, err = places(w.columns, w.left, &w.right, 1)
	return err
}

// step is the stride of both dimensions; of one with a single result it does not
// matter.
func (w *window) step() (int, error) {
	switch {
	case w.outH == 1:
		return w.stride[1], nil
	case w.outW > 1 && w.stride[0] != w.stride[1]:
		return 0, fmt.Errorf("strides %v; want equal ones", w.stride)
	}
	return w.stride[0], nil
}

// even is the padding of a language's convolution: the same on all sides.
func (w *window) even() bool { return w.top == w.left && w.top == w.bottom && w.top == w.right }

// images is a value as batch, channel, height and width.
func images(v value) value {
	if len(v.shape) == 3 {
		v.shape = shape{v.shape[0], v.shape[1], {1, ""}, v.shape[2]}
	}
	return v
}

// framed puts a number around images.
func (g *importer) framed(v value, w *window, number float64) (value, error) {
	v, err := g.padded(v, 2, w.top, w.bottom, number)
	if err != nil {
		return v, err
	}
	return g.padded(v, 3, w.left, w.right, number)
}

// of is the shape of a result with so many channels, of the rank of the input.
func (w *window) of(input shape, channels int) shape {
	out := shape{input[0], {channels, ""}, {w.outH, ""}, {w.outW, ""}}
	if len(input) == 3 {
		return shape{out[0], out[1], out[3]}
	}
	return out
}

// convolve is a convolution, with the norm that follows it in its weights.
func convolve(g *importer, n *node, in []value) ([]value, error) {
	kernels, err := in[1].weights("kernels")
	if err != nil {
		return nil, err
	}
	if len(kernels.shape) < 3 {
		return nil, fmt.Errorf("kernels of shape %v", kernels.shape)
	}
	w, err := windowOf(n, in[0].shape, kernels.shape[2:])
	if err != nil {
		return nil, err
	}
	groups, channels := n.int("group", 1), in[0].shape[1].count
	outs := kernels.shape[0]
	if groups < 1 || channels != groups*kernels.shape[1] || outs%groups != 0 {
		return nil, fmt.Errorf("kernels of shape %v in %d groups, and an input of %d channels", kernels.shape, groups, channels)
	}
	bias, err := biasOf(in, outs)
	if err != nil {
		return nil, err
	}
	kernels = w.spread(kernels)
	kernels, bias = g.normalized(n, kernels, bias)
	x := images(in[0])
	if _, err := w.step(); err != nil {
		return nil, err
	}
	if !w.even() {
		if x, err = g.framed(x, w, 0); err != nil {
			return nil, err
		}
		w.top = 0
	}
	v, err := g.convolution(in, x, w, kernels, bias, groups)
	if err != nil {
		return nil, err
	}
	v.shape = w.of(in[0].shape, outs)
	return []value{v}, nil
}

// biasOf is what a convolution adds to each channel.
func biasOf(in []value, channels int) (*tensor, error) {
	if len(in) < 3 || in[2].missing() {
		return &tensor{shape: []int{channels}, floats: make([]float64, channels)}, nil
	}
	bias, err := in[2].weights("terms")
	if err != nil {
		return nil, err
	}
	return bias.row(channels)
}

// spread puts the holes of a dilation into kernels of two dimensions.
func (w *window) spread(kernels *tensor) *tensor {
	rows, columns := w.reach(0), w.reach(1)
	front := kernels.shape[0] * kernels.shape[1]
	out := &tensor{shape: []int{kernels.shape[0], kernels.shape[1], rows, columns}, floats: make([]float64, front*rows*columns)}
	for k := range front {
		for i := range w.kernel[0] {
			for j := range w.kernel[1] {
				out.floats[(k*rows+i*w.dilation[0])*columns+j*w.dilation[1]] = kernels.floats[(k*w.kernel[0]+i)*w.kernel[1]+j]
			}
		}
	}
	return out
}

// normalized multiplies a batch normalisation into the weights of the
// convolution before it, if nothing else reads what is between them.
func (g *importer) normalized(n *node, kernels, bias *tensor) (*tensor, *tensor) {
	next := g.follower(n, "BatchNormalization")
	if next == nil {
		return kernels, bias
	}
	factor, term, err := g.normOf(next, g.inputsOf(next))
	if err != nil || len(factor) != kernels.shape[0] {
		return kernels, bias // it is refused when its turn comes
	}
	k := &tensor{shape: kernels.shape, floats: slices.Clone(kernels.floats)}
	b := &tensor{shape: bias.shape, floats: slices.Clone(bias.floats)}
	each := len(k.floats) / len(factor)
	for i, f := range factor {
		for j := range each {
			k.floats[i*each+j] *= f
		}
		b.floats[i] = b.floats[i]*f + term[i]
	}
	g.fold(n, next)
	return k, b
}

// convolution writes a convolution of images that are padded on all sides alike.
func (g *importer) convolution(in []value, x value, w *window, kernels, bias *tensor, groups int) (value, error) {
	text, err := shaped(x, x.shape)
	if err != nil {
		return value{}, err
	}
	name := g.fresh("conv")
	depthwise := groups > 1 && kernels.shape[1] == 1 && kernels.shape[0] == groups
	if depthwise {
		kernels = kernels.shaped(groups, kernels.shape[2], kernels.shape[3])
	}
	weights, err := g.weight(in[1].name, name+"_weight", kernels.shape, kernels.floats)
	if err != nil {
		return value{}, err
	}
	biasName := ""
	if len(in) > 2 {
		biasName = in[2].name
	}
	terms, err := g.weight(biasName, name+"_bias", bias.shape, bias.floats)
	if err != nil {
		return value{}, err
	}
	g.imports["ml"] = true
	to := w.of(x.shape, bias.len())
	stride, err := w.step()
	if err != nil {
		return value{}, err
	}
	switch {
	case depthwise:
		return g.let(name, fmt.Sprintf("ml.depthwise(%s, %s, %s, %d, %d)", text, weights, terms, stride, w.top), to), nil
	case groups == 1:
		return g.let(name, fmt.Sprintf("ml.convolution(%s, %s, %s, %d, %d)", text, weights, terms, stride, w.top), to), nil
	}
	if text != x.name {
		x = g.let(g.fresh("array"), text, x.shape)
	}
	return g.grouped(name, x, w, weights, terms, kernels.shape, groups, stride), nil
}

// grouped writes the convolution of each group of channels, and joins them.
func (g *importer) grouped(name string, x value, w *window, weights, terms string, kernels []int, groups, stride int) value {
	expr := ""
	inputs, outs := kernels[1], kernels[0]/groups
	for k := range groups {
		part := fmt.Sprintf("ml.convolution(%s[:, %d..%d, :, :], %s[%d..%d], %s[%d..%d], %d, %d)", x.name, k*inputs, (k+1)*inputs,
			weights, k*outs, (k+1)*outs, terms, k*outs, (k+1)*outs, stride, w.top)
		if k == 0 {
			expr = part
			continue
		}
		expr = joinedAlong(expr, part, 1)
	}
	return g.let(name, expr, w.of(x.shape, kernels[0]))
}

// lowest stands around images whose greatest value is sought.
func (g *importer) lowest(v value) float64 {
	if v.positive {
		return 0
	}
	return -math.Ldexp(1, g.Whole-1)
}

func maxPool(g *importer, n *node, in []value) ([]value, error) {
	n.ignored("storage_order")
	w, err := windowOf(n, in[0].shape, nil)
	if err != nil {
		return nil, err
	}
	if len(n.out) > 1 && g.uses[n.out[1]] > 0 {
		return nil, errors.New("the places of the greatest values")
	}
	if w.dilation[0] != 1 || w.dilation[1] != 1 {
		return nil, fmt.Errorf("dilations %v; want 1", w.dilation)
	}
	x, err := g.framed(images(in[0]), w, g.lowest(in[0]))
	if err != nil {
		return nil, err
	}
	return g.pool("max", in[0], x, w)
}

func averagePool(g *importer, n *node, in []value) ([]value, error) {
	w, err := windowOf(n, in[0].shape, nil)
	if err != nil {
		return nil, err
	}
	padded := w.top+w.left+w.bottom+w.right > 0
	if padded && (n.int("count_include_pad", 0) == 0 || w.ceiling) {
		return nil, errors.New("padding that does not count in the means; want count_include_pad")
	}
	n.ignored("count_include_pad")
	if w.dilation[0] != 1 || w.dilation[1] != 1 {
		return nil, fmt.Errorf("dilations %v; want 1", w.dilation)
	}
	x, err := g.framed(images(in[0]), w, 0)
	if err != nil {
		return nil, err
	}
	return g.pool("avg", in[0], x, w)
}

// pool writes a pool over windows of images that are padded already.
func (g *importer) pool(which string, input, x value, w *window) ([]value, error) {
	text, err := shaped(x, x.shape)
	if err != nil {
		return nil, err
	}
	channels := x.shape[1].count
	stored := shape{x.shape[0], x.shape[1], {w.outH, ""}, {w.outW, ""}}
	stride, err := w.step()
	if err != nil {
		return nil, err
	}
	expr := fmt.Sprintf("%s_pool(%s, size: %d, stride: %d)", which, text, w.kernel[0], stride)
	if w.kernel[0] != w.kernel[1] {
		reduce := map[string]string{"max": "max", "avg": "mean"}[which]
		expr = fmt.Sprintf("transpose(%s(windows(%s, height: %d, width: %d, stride: %d), axis: 3))", reduce, text, w.kernel[0], w.kernel[1], stride)
		stored = shape{x.shape[0], x.shape[1], {w.outH * w.outW, ""}}
	}
	v := g.let(g.fresh(which+"_pool"), expr, stored)
	v.shape, v.positive = w.of(input.shape, channels), input.positive
	return []value{v}, nil
}

// globalPool is a number for each channel, in as many dimensions as before.
func globalPool(function string) operator {
	return func(g *importer, _ *node, in []value) ([]value, error) {
		s := in[0].shape
		if len(s) < 3 {
			return nil, fmt.Errorf("an input of shape %v", s)
		}
		view, err := s.merged(2, len(s))
		if err != nil {
			return nil, err
		}
		to := append(slices.Clone(s[:2]), onesShape(len(s)-2)...)
		expr := ""
		if len(s) == 4 && function == "mean" {
			text, err := shaped(in[0], s)
			if err != nil {
				return nil, err
			}
			g.imports["ml"] = true
			expr = fmt.Sprintf("ml.global_avg_pool(%s)", text)
		} else {
			text, err := shaped(in[0], view)
			if err != nil {
				return nil, err
			}
			expr = fmt.Sprintf("%s(%s, axis: 2)", function, text)
		}
		v := g.let(g.fresh("pool"), expr, s[:2])
		v.shape, v.positive = to, in[0].positive
		return []value{v}, nil
	}
}
