package onnx

import "github.com/tfec-lang/tfec/internal/onnx/onnxpb"

// Numbers reads a tensor of a test set.
func Numbers(pb *onnxpb.TensorProto) (shape []int, numbers []float64, err error) {
	t, err := new(Model).tensor(pb)
	if err != nil {
		return nil, nil, err
	}
	numbers, _ = t.numbers()
	return t.shape, numbers, nil
}
