package trace

// Files of a run: a folder each.

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckTag refuses a tag, the name of runs, that cannot name a folder.
func CheckTag(tag string) error {
	if n := utf8.RuneCountInString(tag); n < 1 || n > 100 || strings.ContainsFunc(tag, notInTag) || strings.Contains(".-", tag[:1]) {
		return fmt.Errorf("cannot name a run %q: want letters, digits, _, - and ., at most 100", tag)
	}
	return nil
}

func notInTag(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("_.-", r)
}

// NewFolder makes the folder of a run, dir/<tag><n>, with the first n that no
// run of the tag has taken, counted from 1. Nobody else may read it: when a
// player computes in clear, and for how long, is its own. It never gives one folder twice,
// whoever else makes folders in dir.
func NewFolder(dir, tag string) (string, error) {
	if err := CheckTag(tag); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	n, err := lastRun(dir, tag)
	if err != nil {
		return "", err
	}
	for {
		n++
		path := filepath.Join(dir, tag+strconv.Itoa(n))
		if err := os.Mkdir(path, 0o700); !os.IsExist(err) {
			return path, err
		}
	}
}

// lastRun is the largest n of a folder dir/<tag><n>.
func lastRun(dir, tag string) (int, error) {
	f, err := os.Open(dir)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1) // os.ReadDir sorts, and there may be many
	last := 0
	for _, name := range names {
		if text, ok := strings.CutPrefix(name, tag); ok {
			if n, err := strconv.Atoi(text); err == nil && strconv.Itoa(n) == text {
				last = max(last, n)
			}
		}
	}
	return last, err
}

// WriteChrome writes the run as folder/<folder's name>.trace.json, which must
// not exist, and returns its path.
func (r *Run) WriteChrome(folder string) (string, error) {
	path := filepath.Join(folder, filepath.Base(folder)+".trace.json")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := r.Chrome(f); err != nil {
		return "", err
	}
	return path, f.Close()
}
