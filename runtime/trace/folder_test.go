package trace

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Runs that end at once have folders of their own, numbered without a gap.
func TestFoldersAreNotShared(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			folder, err := NewFolder(dir, "average")
			if assert.NoError(t, err) {
				_, err = sample(t).WriteChrome(folder)
				assert.NoError(t, err)
				_, err = sample(t).WriteChrome(folder)
				assert.ErrorIs(t, err, os.ErrExist, "a file is never overwritten")
			}
		})
	}
	wg.Wait()
	for _, name := range []string{"average1", "average2", "average20"} {
		assert.FileExists(t, filepath.Join(dir, name, name+".trace.json"))
	}
	assert.NoDirExists(t, filepath.Join(dir, "average21"))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "average3")))
	folder, err := NewFolder(dir, "average")
	require.NoError(t, err)
	assert.Equal(t, "average21", filepath.Base(folder), "the number of a run that was removed is not given again")
}

func TestTags(t *testing.T) {
	for tag, ok := range map[string]bool{"average": true, "größe_2.a-b": true, "": false, "..": false, "a/b": false, ".hidden": false, "a b": false, "-x": false, "a\n": false} {
		assert.Equal(t, ok, CheckTag(tag) == nil, "%q", tag)
		_, err := NewFolder(t.TempDir(), tag)
		assert.Equal(t, ok, err == nil, "%q", tag)
	}
}
