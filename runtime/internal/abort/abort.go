// Package abort ends a party's run from deep inside an operation, so that the
// generated code reads without an `if err != nil` after each step. The panic
// value is private: nothing but Catch recovers it, and Catch recovers nothing
// else.
package abort

type stop struct{ err error }

// Now ends the run with err. It must be called on the goroutine that deferred
// Catch.
func Now(err error) { panic(stop{err}) }

// Catch, deferred by whoever carries out the run, stores the error of Now in
// err. Any other panic goes on.
func Catch(err *error) {
	switch v := recover().(type) {
	case nil:
	case stop:
		*err = v.err
	default:
		panic(v)
	}
}
