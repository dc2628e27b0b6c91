package onnx

// Names of the program, made of the model's.

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/parse"
)

var apart = regexp.MustCompile(`[^A-Za-z0-9]+`)

// word is the form of a name of .tfe.
var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// maxName bounds a name that is taken over.
const maxName = 60

// identifier makes a name of .tfe of one of ONNX, or takes another where nothing
// of it is left.
func identifier(name, otherwise string) string {
	name = strings.Trim(apart.ReplaceAllString(strings.ToLower(name), "_"), "_")
	if name == "" || len(name) > maxName || name[0] >= '0' && name[0] <= '9' {
		return otherwise
	}
	return name
}

// Identifier is the name of a module for a file's.
func Identifier(file string) string {
	return unused(identifier(file, "net"), nil, map[string]bool{"predict": true, weightsName: true}, reserved)
}

// weightsName is what the program calls the record of weights.
const weightsName = "weights"

// reserved are names that mean something in every program.
var reserved = func() map[string]bool {
	names := map[string]bool{
		weightsName: true, "predict": true, "ml": true, "special": true, "tree": true, "n": true, "std": true,
		"bool": true, "fixed": true, "float": true, "string": true, "date": true,
		"int8": true, "int16": true, "int32": true, "int64": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true,
	}
	for word := range parse.Keywords() {
		names[word] = true
	}
	for _, o := range op.Table() {
		names[o.Name] = true
	}
	return names
}()

// unused is a name that stands in none of the sets, if need be with a number.
func unused(name string, sets ...map[string]bool) string {
	free := func(name string) bool {
		for _, set := range sets {
			if set[name] {
				return false
			}
		}
		return true
	}
	if free(name) {
		return name
	}
	for k := 2; ; k++ {
		if numbered := name + "_" + strconv.Itoa(k); free(numbered) {
			return numbered
		}
	}
}
