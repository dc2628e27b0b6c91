package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One binary for a player of several sources, even of one name; the same bytes
// wherever it is built.
func TestServer(t *testing.T) {
	sources := []Source{
		{"one/twice.tfe", program(t, "alice", "bob")},
		{"two/twice.tfe", program(t, "carol", "bob")},
		{"other.tfe", program(t, "alice", "dave")},
	}
	for player, want := range map[string]string{
		"bob":    "bob takes part in the computations of twice.tfe (digest 00ff).\n\ntwice, plain(bob) with ring = 64\n  input  x: int32\n\ntwice, ",
		"master": "master is a coordinator that is no player",
	} {
		var data [2][]byte
		for i := range data {
			path := filepath.Join(t.TempDir(), player)
			require.NoError(t, Server(t.Context(), sources, player, path))
			out, err := exec.Command(path, "-h").CombinedOutput()
			require.NoError(t, err, string(out))
			assert.Contains(t, string(out), want)
			data[i], err = os.ReadFile(path)
			require.NoError(t, err)
		}
		assert.True(t, string(data[0]) == string(data[1]), "%s differs from one folder to another", player)
	}
}
