//go:build !unix

package runtime

// noCoreFiles does nothing where the system writes no core files.
func noCoreFiles() {}
