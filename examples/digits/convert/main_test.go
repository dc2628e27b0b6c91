package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConvert(t *testing.T) {
	images := []byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}
	npy, err := convert(images)
	require.NoError(t, err)
	assert.Equal(t, 128+6, len(npy))
	assert.Contains(t, string(npy), "'shape': (2, 3)")
	assert.Equal(t, []byte{1, 2, 3, 4, 5, 6}, npy[128:])
	npy, err = convert([]byte{0, 0, 8, 1, 0, 0, 0, 2, 7, 9})
	require.NoError(t, err)
	assert.Contains(t, string(npy), "'shape': (2,)")
}

func TestConvertRefuses(t *testing.T) {
	for name, idx := range map[string][]byte{
		"empty":      {},
		"no bytes":   {0, 0, 13, 1, 0, 0, 0, 0},
		"no header":  {0, 0, 8, 3, 0, 0, 0, 2},
		"cut":        {0, 0, 8, 1, 0, 0, 0, 2, 7},
		"too long":   {0, 0, 8, 1, 0, 0, 0, 1, 7, 9},
		"no numbers": {0, 0, 8, 0, 0, 0, 0, 0},
	} {
		_, err := convert(idx)
		assert.Error(t, err, name)
	}
}
