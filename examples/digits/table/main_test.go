package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	got, err := table(fstest.MapFS{
		"logs/a-sgd.log":          {Data: []byte("a sgd epoch 1: 35 s, right = 9400\na sgd epoch 2: 55 s, right = 9569\n")},
		"logs/d-adam-clear.log":   {Data: []byte("d adam clear epoch 1: 7 s, owner: right = 9612\n")},
		"logs/not-one-of-all.log": {Data: []byte("anything")},
	})
	require.NoError(t, err)
	assert.Equal(t, `
| network | by | 1 | 2 | 3 | 4 | 5 | in clear, 5 | minutes |
|---|---|---|---|---|---|---|---|---|
| `+"`a.tfe`"+` | sgd | 94.00 % | 95.69 % | | | | | 1.5 |
| `+"`d.tfe`"+` | adam | | | | | | | |

`, got)
}

func TestLogsOfOtherShape(t *testing.T) {
	for name, text := range map[string]string{
		"an epoch is missing": "a sgd epoch 2: 35 s, right = 9400\n",
		"it failed":           "a sgd epoch 1: 35 s, \n",
	} {
		_, err := table(fstest.MapFS{"logs/a-sgd.log": {Data: []byte(text)}})
		assert.ErrorContains(t, err, "logs/a-sgd.log: not of epoch 1", name)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "README.md")
	require.NoError(t, os.WriteFile(name, []byte("before\n"), 0o644))
	assert.ErrorContains(t, write(dir), "has no lines")
	require.NoError(t, os.WriteFile(name, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644))
	require.NoError(t, write(dir))
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Regexp(t, "(?s)^before\n<!-- table -->\n\n.*\n\n<!-- /table -->\nafter\n$", string(got))
}
