package golden

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A recorder is a test that only notes that it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, store(dir, map[string][]byte{"older.go": nil}))
	require.NoError(t, store(dir, map[string][]byte{"a.go": []byte("one\n"), "p/b.go": []byte("two\n")}))
	for _, test := range []struct {
		name string
		got  map[string][]byte
		fail bool
	}{
		{"equal", map[string][]byte{"a.go": []byte("one\n"), "p/b.go": []byte("two\n")}, false},
		{"differs", map[string][]byte{"a.go": []byte("one\n"), "p/b.go": []byte("three\n")}, true},
		{"new", map[string][]byte{"a.go": []byte("one\n"), "p/b.go": []byte("two\n"), "c.go": nil}, true},
		{"gone", map[string][]byte{"a.go": []byte("one\n")}, true},
	} {
		r := &recorder{TB: t}
		compare(r, dir, test.got)
		assert.Equal(t, test.fail, r.failed, test.name)
	}
}

func TestPart(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(page, []byte("before\n<!-- a: by a test -->\none\n<!-- end of a -->\nafter\n"), 0o644))
	for got, fail := range map[string]bool{"one\n": false, "two\n": true, "": true} {
		r := &recorder{TB: t}
		Part(r, page, "a", got)
		assert.Equal(t, fail, r.failed, got)
	}
}

func TestNothingStored(t *testing.T) {
	r := &recorder{TB: t}
	compare(r, t.TempDir()+"/none", map[string][]byte{"x": nil})
	assert.True(t, r.failed)
}
