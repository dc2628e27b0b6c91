//go:build !unix

package durable

import "os"

// Lock cannot be had here: whoever starts two players of one folder must see to
// it.
func Lock(*os.File) error { return nil }
