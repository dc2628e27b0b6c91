package onnx

// The operators that are imported. One file each has the ones of a kind.

import "math"

// An operator makes values of a node's inputs. Its error says what is missing.
type operator func(g *importer, n *node, in []value) ([]value, error)

var operators map[string]operator

func init() {
	add := arithmetic("sum", "+", func(x, y float64) float64 { return x + y })
	greater := arithmetic("greater", "max", math.Max)
	less := arithmetic("less", "min", math.Min)
	operators = map[string]operator{
		// Element by element.
		"Add": add, "Sum": several(add),
		"Sub": arithmetic("difference", "-", func(x, y float64) float64 { return x - y }),
		"Mul": arithmetic("product", "*", func(x, y float64) float64 { return x * y }),
		"Div": arithmetic("quotient", "/", func(x, y float64) float64 { return x / y }),
		"Max": several(greater), "Min": several(less),
		"Relu": relu, "LeakyRelu": leakyRelu, "PRelu": prelu, "Clip": clip,
		"Sigmoid": sigmoid, "Tanh": unary("tanh", "tanh($)"),
		"HardSigmoid": hardSigmoid, "HardSwish": hardSwish,
		"Elu":      elu("elu", 1, 1),
		"Selu":     elu("selu", 1.6732632423543772, 1.0507009873554805),
		"Softplus": unary("softplus", "relu($) + log(1.0 + exp(-abs($)))"),
		"Gelu":     gelu, "Erf": erf,
		"Erfc": erfc, "Exp": exponential, "Abs": unary("abs", "abs($)"), "Neg": unary("negative", "-$"),
		"Sqrt": root, "Reciprocal": reciprocal, "Pow": pow, "Not": not,
		// Layers.
		"Gemm": gemm, "MatMul": matMul, "Conv": convolve,
		"MaxPool": maxPool, "AveragePool": averagePool,
		"GlobalAveragePool": globalPool("mean"), "GlobalMaxPool": globalPool("max"),
		"BatchNormalization": batchNorm, "LayerNormalization": layerNorm,
		// Along axes.
		"Softmax": softmax, "LogSoftmax": logSoftmax,
		"ReduceMean": reduction("mean", "mean"), "ReduceSum": reduction("total", "sum"),
		"ReduceSumSquare": sumOfSquares, "ReduceLogSumExp": logSumExp,
		"ReduceMax": reduction("greatest", "max"), "ReduceMin": reduction("least", "min"),
		"ArgMax": place("place", "argmax"), "ArgMin": place("place", "argmin"),
		// Moves of elements.
		"Identity": identity, "Dropout": identity, "Cast": cast,
		"Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
		"Transpose": transpose, "Concat": concatenation, "Slice": slice, "Gather": gather, "Split": split,
		"Pad": padding, "Expand": expand,
		// Constants.
		"Constant": constantNode, "ConstantOfShape": constantOfShape, "Shape": shapeOf,
		// Classical models.
		"ai.onnx.ml.LinearRegressor": linearRegressor, "ai.onnx.ml.LinearClassifier": linearClassifier,
		"ai.onnx.ml.Scaler": scaler, "ai.onnx.ml.Normalizer": normalizer, "ai.onnx.ml.ZipMap": zipMap,
		"ai.onnx.ml.TreeEnsembleRegressor": treeRegressor, "ai.onnx.ml.TreeEnsembleClassifier": treeClassifier,
		"ai.onnx.ml.LabelEncoder": labelEncoder, "ai.onnx.ml.ArrayFeatureExtractor": extractor,
	}
}

// instead says what to do about operators that are often met.
var instead = map[string]string{
	"LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
	"Loop": control, "If": control, "Scan": control,
	"QuantizeLinear": quantized, "DequantizeLinear": quantized, "QLinearConv": quantized, "ConvInteger": quantized, "MatMulInteger": quantized,
	"InstanceNormalization":    "use BatchNormalization or LayerNormalization",
	"ConvTranspose":            "use Conv",
	"ai.onnx.ml.SVMClassifier": "use a linear model, a tree or a network",
	"ai.onnx.ml.SVMRegressor":  "use a linear model, a tree or a network",
	"ai.onnx.ml.OneHotEncoder": "leave the encoding to the owner of the input",
	"ai.onnx.ml.Imputer":       "leave missing values to the owner of the input",
	"ai.onnx.ml.TreeEnsemble":  "export it for version 3 of ai.onnx.ml, as TreeEnsembleClassifier or TreeEnsembleRegressor",
}

const (
	recurrent = "write the steps out, or use convolutions"
	control   = "export the model without control flow, for inputs of a fixed shape"
	quantized = "export the model before its quantization"
)

func insteadOf(op string) string {
	if text := instead[op]; text != "" {
		return text
	}
	return "express it by operators that are: `tfec import -h` lists them"
}
