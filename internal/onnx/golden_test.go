package onnx_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/internal/onnx"
)

// TestText holds what is written for some of the models.
func TestText(t *testing.T) {
	for _, name := range []string{"sklearn_logistic", "pytorch_block"} {
		model, err := onnx.Read(filepath.Join("testdata/models", name, "model.onnx"))
		require.NoError(t, err)
		o := options()
		o.Name, o.Receiver = onnx.Identifier(name), "client"
		program, err := onnx.Import(model, o)
		require.NoError(t, err)
		golden.Tree(t, filepath.Join("testdata/text", name), program.Texts(o))
	}
}

// TestWrite holds that all files are written, and nothing but them.
func TestWrite(t *testing.T) {
	model, err := onnx.Read("testdata/models/sklearn_logistic/model.onnx")
	require.NoError(t, err)
	o := options()
	program, err := onnx.Import(model, o)
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "out")
	require.NoError(t, program.Write(folder, o))
	var names []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	}))
	require.ElementsMatch(t, []string{"net.tfe", "predict.tfe", "vendor.toml", "weights/offset.npy", "weights/scale.npy", "weights/dense1_weight.npy", "weights/dense1_bias.npy"}, names)
	for path, mode := range map[string]os.FileMode{"weights": 0o700 | os.ModeDir, "weights/scale.npy": 0o600} {
		info, err := os.Stat(filepath.Join(folder, path))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode(), path)
	}
	require.EqualError(t, program.Write(folder, o), folder+" is not empty, and nothing is overwritten: remove it, or name another folder with -o")
	data, err := os.ReadFile(filepath.Join(folder, "weights/scale.npy"))
	require.NoError(t, err)
	require.Len(t, data, 64+4*4+64, "a header of a multiple of 64 bytes, and four numbers")
}
