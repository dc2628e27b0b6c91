package lsp

// Places in a text: the protocol counts lines from 0 and UTF-16 code units,
// the compiler bytes. Files are named by URI there and by path here.

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tfec-lang/tfec/lang/ast"
)

// offset is the byte at a position; one behind the end of a line or of the text
// is that end.
func offset(text string, p position) int {
	at := 0
	for range p.Line {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
	for units := 0; at < len(text) && text[at] != '\n'; {
		r, n := utf8.DecodeRuneInString(text[at:])
		if units += utf16.RuneLen(r); units > p.Character {
			break
		}
		at += n
	}
	return at
}

// positionAt is the position of a byte.
func positionAt(text string, at int) position {
	at = max(0, min(at, len(text)))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	p := position{Line: strings.Count(text[:at], "\n")}
	for _, r := range text[start:at] {
		p.Character += utf16.RuneLen(r)
	}
	return p
}

func spanOf(text string, s ast.Span) span {
	return span{positionAt(text, s.Pos.Offset), positionAt(text, max(s.Pos.Offset, s.EndPos.Offset))}
}

// path is the file that a URI names; another kind of URI names itself.
func path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return uri
	}
	p := u.Path
	if len(p) > 2 && p[0] == '/' && p[2] == ':' { // /c:/…
		p = p[1:]
	}
	return filepath.Clean(filepath.FromSlash(p))
}

// uriOf is the URI of a file.
func uriOf(path string) string {
	if !filepath.IsAbs(path) {
		return path
	}
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}
