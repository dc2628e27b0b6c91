//go:build purego || !amd64

package ring

// variants are those that this machine can run, the best last.
func variants() []*kernels { return []*kernels{plain} }
