// Package onnxpb is the format of ONNX models, generated from the ONNX project's
// own definition.
package onnxpb

//go:generate go run ../../protoc onnx.proto
