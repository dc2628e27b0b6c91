package deploy

import (
	"archive/tar"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"
)

func TestImage(t *testing.T) {
	dir := t.TempDir()
	write := func(file, program string) (name string, data []byte) {
		path := filepath.Join(dir, file)
		name, err := WriteImage(path, "tfec-alice", []byte(program))
		require.NoError(t, err)
		data, err = os.ReadFile(path)
		require.NoError(t, err)
		return name, data
	}
	name, data := write("a.tar", "the program")
	again, same := write("b.tar", "the program")
	require.Equal(t, name, again)
	require.Equal(t, data, same, "the same bytes, whenever it is written")
	other, _ := write("c.tar", "another program")
	require.NotEqual(t, name, other, "the tag is of the contents")
	require.Regexp(t, `^tfec-alice:[0-9a-f]{12}$`, name)

	image, err := tarball.ImageFromPath(filepath.Join(dir, "a.tar"), nil)
	require.NoError(t, err)
	config, err := image.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, v1.Config{User: "65532:65532", Entrypoint: []string{"/player"}, WorkingDir: "/state"}, config.Config)
	require.Equal(t, "linux", config.OS)
	require.True(t, config.Created.IsZero())

	content := mutate.Extract(image)
	defer content.Close()
	files := tar.NewReader(content)
	program, err := files.Next()
	require.NoError(t, err)
	require.Equal(t, "player", program.Name)
	require.Equal(t, int64(0o755), program.Mode)
	require.Zero(t, program.Uid, "its user cannot change it")
	text, err := io.ReadAll(files)
	require.NoError(t, err)
	require.Equal(t, "the program", string(text))
	state, err := files.Next()
	require.NoError(t, err)
	require.Equal(t, "state", filepath.Clean(state.Name))
	require.Equal(t, [3]int64{0o700, 65532, 65532}, [3]int64{state.Mode, int64(state.Uid), int64(state.Gid)})
	_, err = files.Next()
	require.ErrorIs(t, err, io.EOF, "nothing else")
}
