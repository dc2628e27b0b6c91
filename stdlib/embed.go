// Package stdlib holds the standard library: modules written in the language
// itself, which a program imports as "std/NAME".
package stdlib

import "embed"

// Files are the modules, by file name: `stats.tfe` is "std/stats".
//
//go:embed *.tfe
var Files embed.FS
