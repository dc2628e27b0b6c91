// Package page writes a run as one HTML page: players as lanes with what they
// did and when, messages between them, rounds, and what each source line cost.
// The page loads nothing and sends nothing: its content security policy allows
// the one script and the one style sheet that are in it, by their hashes.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/trace"
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

//go:embed page.js
var script string

// page is the template. Tables are written here, so that they can be read
// without the script; the script draws the lanes from data.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"duration": duration, "bytes": bytes, "count": count, "join": strings.Join}).Parse(markup))
})

// A content is what the template shows.
type content struct {
	Policy string
	Style  template.CSS
	Script template.JS
	Run    *trace.Run
	Facts  []fact
	Lines  []lineRow
	People []playerRow
	Left   int // spans and messages that were not recorded
	Data   data
}

// Write writes the page of a run.
func Write(w io.Writer, r *trace.Run) error {
	lines := inProgram(r.Lines())
	c := content{
		Policy: fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'", hash(script), hash(style)),
		Style:  template.CSS(style), Script: template.JS(script),
		Run: r, Facts: facts(r), Lines: lineRows(r, lines), People: playerRows(r), Data: newData(r, lines),
	}
	for _, x := range r.Records {
		c.Left += x.Left
	}
	return page().Execute(w, c)
}

// hash is the source expression of an element's content, in a policy.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// duration writes a time with three digits.
func duration(d time.Duration) string {
	switch {
	case d >= 100*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.3g s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.3g ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.3g µs", d.Seconds()*1e6)
}

// bytes writes a number of bytes with three digits.
func bytes(n uint64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if float64(n) >= unit.size {
			return fmt.Sprintf("%.3g %s", float64(n)/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// count writes an integer in groups of three digits.
func count(n any) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}
