package onnx

// The text of a program.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/parse"
)

// input declares an input of the model, as numbers whatever their type.
func (g *importer) input(pb *onnxpb.ValueInfoProto) error {
	t := pb.GetType().GetTensorType()
	if t == nil || t.Shape == nil {
		return errors.New("no array of a known number of dimensions")
	}
	switch onnxpb.TensorProto_DataType(t.GetElemType()) {
	case onnxpb.TensorProto_FLOAT, onnxpb.TensorProto_DOUBLE, onnxpb.TensorProto_INT64, onnxpb.TensorProto_INT32, onnxpb.TensorProto_UINT8, onnxpb.TensorProto_INT8, onnxpb.TensorProto_FLOAT16:
	default:
		return fmt.Errorf("elements of type %s; want numbers", strings.ToLower(onnxpb.TensorProto_DataType(t.GetElemType()).String()))
	}
	var s shape
	for k, d := range t.Shape.Dim {
		size, err := g.size(d, k)
		if err != nil {
			return err
		}
		s = append(s, size)
	}
	if len(s) == 0 || len(s) > maxRank {
		return fmt.Errorf("%d dimensions; want 1 to %d", len(s), maxRank)
	}
	if _, err := s.product(); err != nil {
		return err
	}
	name := unused(identifier(pb.GetName(), "x"), g.taken, reserved)
	g.taken[name] = true
	v := value{name: name, stored: s, shape: s}
	g.inputs = append(g.inputs, v)
	g.values[pb.GetName()] = v
	return nil
}

// size is a dimension of an input: a number, or a size of the program.
func (g *importer) size(d *onnxpb.TensorShapeProto_Dimension, axis int) (dim, error) {
	if v := d.GetDimValue(); v > 0 {
		if v > maxElements {
			return dim{}, fmt.Errorf("a dimension of %d", v)
		}
		return dim{int(v), ""}, nil
	}
	param := d.GetDimParam()
	name := g.sizeName(param, axis)
	for _, given := range []string{param, name} {
		if n, ok := g.Sizes[given]; ok {
			return dim{n, ""}, nil
		}
	}
	if !g.taken[name] {
		g.taken[name] = true
		g.sizes = append(g.sizes, name)
	}
	return dim{1, name}, nil
}

// sizeName is n for the batch, which comes first, by whichever name the model calls it
// in its first input; what has no name is one size wherever it stands at the same place.
func (g *importer) sizeName(param string, axis int) string {
	if param == "" {
		param = fmt.Sprintf("size_%d", axis)
	}
	name, known := g.open[param]
	switch {
	case known:
		return name
	case axis == 0 && !slices.Contains(slices.Collect(maps.Values(g.open)), "n"):
		name = "n"
	default:
		name = unused(identifier(param, fmt.Sprintf("size_%d", axis)), g.taken, reserved)
	}
	g.open[param] = name
	return name
}

// unopened reports numbers for sizes that no input has.
func (g *importer) unopened() error {
	for _, name := range slices.Sorted(maps.Keys(g.Sizes)) {
		if _, known := g.open[name]; !known && !slices.Contains(slices.Collect(maps.Values(g.open)), name) {
			return fmt.Errorf("no size of an input is called `%s`; open are %s", name, strings.Join(slices.Sorted(maps.Keys(g.open)), ", "))
		}
	}
	return nil
}

// output is an expression for what the model returns: labels as the model counts
// them where they are whole numbers, as places among the names otherwise.
func (g *importer) output(v value) (output, error) {
	if v.constant != nil {
		return output{}, errors.New("a constant, which needs no computation")
	}
	expr, err := shaped(v, v.shape)
	if err != nil {
		return output{}, err
	}
	o := output{expr: expr, kind: v.kind, shape: v.shape}
	switch {
	case v.labels == nil:
	case v.labels.texts != nil:
		var list []string
		for k, text := range v.labels.texts {
			list = append(list, fmt.Sprintf("%d %s", k, oneLine(text)))
		}
		o.doc = "The place of the class: " + strings.Join(list, ", ") + "."
	default:
		labels, err := v.labels.whole()
		if err != nil {
			return output{}, err
		}
		if isRange(labels) {
			return o, nil
		}
		o.expr = fmt.Sprintf("int32(dot(int64(onehot(%s, %d)), [%s]))", expr, len(labels), sizes(labels).list())
	}
	return o, nil
}

// oneLine is a text that fits in a comment.
func oneLine(text string) string { return identifier(text, "class") }

func (o output) typ() string {
	return map[kind]string{number: "fixed", index: "int32", truth: "bool"}[o.kind] + dimensions(o.shape)
}

func dimensions(s shape) string {
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

// program writes the files.
func (g *importer) program() (*Program, error) {
	if len(g.weights) == 0 && g.Receiver == g.Client {
		return nil, errors.New("the model has no weights: its client can compute it alone")
	}
	p := &Program{Weights: g.weights, Notes: g.notes}
	for _, v := range g.inputs {
		p.Inputs = append(p.Inputs, v.name)
	}
	var err error
	if p.Module, err = canonical(g.Name+".tfe", g.module()); err != nil {
		return nil, err
	}
	p.Compute, err = canonical("predict.tfe", g.computation())
	return p, err
}

// canonical is a text as tfec fmt writes it.
func canonical(name, text string) ([]byte, error) {
	file, errs := parse.File(name, []byte(text))
	if errs.HasErrors() {
		return nil, fmt.Errorf("%s does not parse: %s", name, errs[0].Message)
	}
	return format.File(file), nil
}

func (g *importer) module() string {
	var b strings.Builder
	fmt.Fprintf(&b, "/// The model %s, imported from ONNX%s. The text says how it computes and\n/// is known to everybody; its weights are the owner's.\nedition 1\n", oneLine(g.Name), g.producer())
	for _, name := range slices.Sorted(maps.Keys(g.imports)) {
		fmt.Fprintf(&b, "import \"std/%s\"\n", name)
	}
	if len(g.weights) > 0 {
		b.WriteString("\n/// What was learnt, a field each array.\nrecord Weights {\n")
		for _, w := range g.weights {
			size := dimensions(sizes(w.Shape))
			if w.Whole() {
				fmt.Fprintf(&b, "%s: int64%s in %d..=%d,\n", w.Name, size, w.Low, w.High)
				continue
			}
			fmt.Fprintf(&b, "%s: fixed%s,\n", w.Name, size)
		}
		b.WriteString("}\n")
	}
	fmt.Fprintf(&b, "\n/// %s of %s.\nfn predict%s(", strings.Join(g.outputNames(), ", "), strings.Join(g.inputNames(), ", "), g.generics())
	b.WriteString(strings.Join(g.parameters(func(v value) string { return "" }, "Weights"), ", "))
	fmt.Fprintf(&b, ") -> %s {\n", g.result())
	for _, line := range g.lines {
		b.WriteString(line + "\n")
	}
	var results []string
	for _, o := range g.outputs {
		results = append(results, o.expr)
	}
	fmt.Fprintf(&b, "return %s\n}\n", strings.Join(results, ", "))
	return b.String()
}

// producer says what wrote the model.
func (g *importer) producer() string {
	name := identifier(g.model.pb.GetProducerName(), "")
	if name == "" {
		return ""
	}
	return " as " + name + " wrote it"
}

func (g *importer) generics() string {
	if len(g.sizes) == 0 {
		return ""
	}
	return "[" + strings.Join(g.sizes, ", ") + "]"
}

// parameters are the inputs and the weights, which are of the type record.
func (g *importer) parameters(at func(value) string, record string) []string {
	var list []string
	for _, v := range g.inputs {
		list = append(list, fmt.Sprintf("%s: fixed%v%s", v.name, v.shape, at(v)))
	}
	if len(g.weights) > 0 {
		list = append(list, weightsName+": "+record)
	}
	return list
}

func (g *importer) inputNames() []string {
	var names []string
	for _, v := range g.inputs {
		names = append(names, v.name)
	}
	return names
}

func (g *importer) outputNames() []string {
	var names []string
	for _, o := range g.outputs {
		names = append(names, o.name)
	}
	return names
}

func (g *importer) result() string {
	var types []string
	for _, o := range g.outputs {
		types = append(types, o.typ())
	}
	if len(types) == 1 {
		return types[0]
	}
	return "(" + strings.Join(types, ", ") + ")"
}

// computation is the program of a client and an owner.
func (g *importer) computation() string {
	var b strings.Builder
	fmt.Fprintf(&b, "/// Predictions of the model %s: %s gives the input, %s the weights, and only\n/// %s learns what comes out.\nimport \"./%s\"\n\n", oneLine(g.Name), g.Client, g.Owner, g.Receiver, g.Name)
	fmt.Fprintf(&b, "players %s\nprotocol %s\nprecision fixed(%d, %d)\n\n", strings.Join(g.players(), ", "), g.Protocol, g.Whole, g.Fraction)
	fmt.Fprintf(&b, "computation predict%s(\n", g.generics())
	for _, p := range g.parameters(func(value) string { return " @ " + g.Client }, g.Name+".Weights @ "+g.Owner) {
		b.WriteString(p + ",\n")
	}
	fmt.Fprintf(&b, ") -> %s {\n", g.declared())
	call := fmt.Sprintf("%s.predict(%s)", g.Name, strings.Join(g.arguments(), ", "))
	if len(g.outputs) == 1 {
		fmt.Fprintf(&b, "return reveal(%s) to %s\n}\n", call, g.Receiver)
		return b.String()
	}
	var names, reveals []string
	taken := maps.Clone(g.taken)
	for _, o := range g.outputs {
		name := unused(o.name, taken, map[string]bool{g.Name: true})
		taken[name] = true
		names, reveals = append(names, name), append(reveals, fmt.Sprintf("reveal(%s) to %s", name, g.Receiver))
	}
	fmt.Fprintf(&b, "let (%s) = %s\nreturn %s\n}\n", strings.Join(names, ", "), call, strings.Join(reveals, ", "))
	return b.String()
}

// declared are the outputs of the computation, with what their numbers mean.
func (g *importer) declared() string {
	var outs []string
	for _, o := range g.outputs {
		doc := ""
		if o.doc != "" {
			doc = "\n/// " + o.doc + "\n"
		}
		outs = append(outs, fmt.Sprintf("%s%s: %s @ %s", doc, o.name, o.typ(), g.Receiver))
	}
	if len(outs) == 1 && g.outputs[0].doc == "" {
		return outs[0]
	}
	return fmt.Sprintf("(\n%s,\n)", strings.Join(outs, ",\n"))
}

func (g *importer) arguments() []string {
	names := g.inputNames()
	if len(g.weights) > 0 {
		names = append(names, weightsName)
	}
	return names
}

// players are all who take part, each once: those of the data, then those who
// compute.
func (g *importer) players() []string {
	_, roles, _ := strings.Cut(strings.TrimSuffix(g.Protocol, ")"), "(")
	list := append([]string{g.Client, g.Owner, g.Receiver}, strings.FieldsFunc(roles, func(r rune) bool { return strings.ContainsRune(",; ", r) })...)
	var out []string
	for _, p := range list {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
