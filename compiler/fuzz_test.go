package compiler_test

import (
	"encoding/binary"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/diag"
)

// patience is how long one input may take, on a machine that is busy.
const patience = 20 * time.Second

// seeds are the texts of all programs of the tests, sound or not.
func seeds(f *testing.F) []string {
	var out []string
	for _, pattern := range []string{"testdata/*.tfe", "check/testdata/*.tfe", "../corpus/*/*.tfe", "../internal/exec/testdata/*/*.tfe"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.NotEmpty(f, paths, pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(f, err)
			out = append(out, string(text))
		}
	}
	return out
}

// FuzzSource sends any bytes through the whole front end.
func FuzzSource(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(compiles)
}

// FuzzEdits sends programs through the front end of which a few tokens were
// changed: most still parse, so that this looks behind the parser. Each edit is
// four bytes: where (two), what to do, and with which word.
func FuzzEdits(f *testing.F) {
	texts := seeds(f)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range texts {
		f.Add(uint16(i), []byte{})
		f.Add(uint16(i), binary.LittleEndian.AppendUint64(nil, random.Uint64()))
	}
	f.Fuzz(func(t *testing.T, seed uint16, edits []byte) {
		if len(edits) > 24 {
			return
		}
		words := tokens.FindAllString(texts[int(seed)%len(texts)], -1)
		for ; len(edits) >= 4 && len(words) > 1; edits = edits[4:] {
			words = edit(words, edits)
		}
		compiles(t, strings.Join(words, ""))
	})
}

// tokens cuts a text into its tokens, each with the white space before it.
var tokens = regexp.MustCompile(`\s*(//[^\n]*\n?|"[^"\n]*"|\w+(\.\d+)?|\.\.=?|[-=!<>~+*/]=|->|\S)|\s+`)

// vocabulary is what an edit may put into a text.
var vocabulary = strings.Fields(`let var for in while limit if then else return yield assert local reveal each as and or not true
	false public shared upto alice bob carol s0 fixed int8 int32 int64 uint64 bool float string date a b c x y i n m p
	0 1 2 -1 0.5 100000000000000000000 ( ) [ ] { } , . .. ..= : + - * / % == < >= = @ to sum mean min max argmax sort sort_by top_k
	dot transpose reshape concat cumsum rank merge onehot lookup store select clamp sqrt rsqrt exp log softmax size zeros iota
	div_or mod_or pad filter unique valid shuffle_shared random_bit random_public date("2024-02-29") conv2d abs distinct`)

func edit(words []string, how []byte) []string {
	at := (int(how[0])<<8 | int(how[1])) % (len(words) - 1)
	word := " " + vocabulary[int(how[3])%len(vocabulary)]
	out := slices.Clone(words)
	switch how[2] % 12 {
	case 0:
		return slices.Delete(out, at, at+1)
	case 1:
		out[at] = word
	case 2:
		return slices.Insert(out, at, word)
	case 3:
		out[at], out[at+1] = out[at+1], out[at]
	case 4: // another word of the same text
		out[at] = words[(at+int(how[3])+1)%len(words)]
	case 5: // a piece once more
		end := min(at+1+int(how[3]), len(words))
		return slices.Insert(out, end, words[at:end]...)
	default: // a word of its kind, which is most likely to be well typed
		if same := alike(words, words[at]); len(same) > 0 {
			out[at] = same[int(how[3])%len(same)]
		}
	}
	return out
}

// alike lists the words of a text, and the usual ones, of the kind of a word.
func alike(words []string, word string) []string {
	for _, kind := range kinds {
		if kind.MatchString(word) {
			return slices.DeleteFunc(slices.Concat(words, usual), func(w string) bool { return !kind.MatchString(w) })
		}
	}
	return nil
}

var kinds = []*regexp.Regexp{
	regexp.MustCompile(`^\s*(\+|-|\*|/|%)$`),
	regexp.MustCompile(`^\s*(==|!=|<|<=|>|>=)$`),
	regexp.MustCompile(`^\s*\d+$`),
	regexp.MustCompile(`^\s*\d+\.\d+$`),
	regexp.MustCompile(`^\s*[a-z_]\w*$`),
}

var usual = strings.Fields(`+ - * / % == != < <= > >= 0 1 2 3 7 200 0.0 0.5 2.0 public shared min max sum mean abs sign relu sqrt
	sort rank reverse cumsum count any all argmin argmax int32 int64 fixed`)

// compiles holds of every text: it is refused with errors that each name a
// place in it, or all its computations are sound programs; in bounded time.
func compiles(t *testing.T, text string) {
	hung := time.AfterFunc(patience, func() { panic("the front end does not end:\n" + text) })
	defer hung.Stop()
	read := func(path string) ([]byte, error) {
		if path == "main.tfe" {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	u, diags, err := compiler.Load("main.tfe", compiler.Options{Read: read})
	require.NoError(t, err)
	for _, d := range diags {
		requirePlace(t, u, d, text)
	}
	if diags.HasErrors() {
		return
	}
	require.Len(t, u.Programs, len(u.Checked.Computations), "%s", text)
	require.Len(t, u.Tests, len(u.Checked.Tests), "%s", text)
	for _, p := range u.Programs {
		require.NoError(t, ir.Verify(p), "%s", text)
		require.Len(t, project.All(p), len(p.Players))
	}
}

// requirePlace checks that d is of the table, speaks of the program, and
// names a place in one of its files.
func requirePlace(t *testing.T, u *compiler.Unit, d diag.Diagnostic, text string) {
	t.Helper()
	at, end := d.Span.Pos, d.Span.EndPos
	_, known := diag.Lookup(d.Code)
	require.True(t, known, "%+v\n%s", d, text)
	require.NotEmpty(t, d.Message, "%s", text)
	// What the verifier of the ir refuses is a mistake of the compiler.
	require.NotRegexp(t, "cannot optimize|this computation is not built yet", d.Message, "%v\n%s", d.Notes, text)
	require.True(t, at.Line > 0 && at.Column > 0 && 0 <= at.Offset && at.Offset <= end.Offset, "%+v\n%s", d, text)
	if at.Filename == "main.tfe" {
		require.LessOrEqual(t, end.Offset, len(text), "%+v\n%s", d, text)
	} else {
		require.NotEmpty(t, u.Source(at.Filename), "%+v\n%s", d, text)
	}
}
