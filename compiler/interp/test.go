package interp

// Test blocks: the inputs are given by one program, the outputs judged by
// another, both in clear; the computation between them runs here or on any
// other backend.

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/date"
)

// A Runner runs a whole computation as Run does.
type Runner func(p *ir.Program, in map[string]Tensor) (map[string]Tensor, error)

// A TestResult says what a test found. A test that passes has neither Failed
// nor Err.
type TestResult struct {
	Failed  []Failure         // the expectations that do not hold
	Err     error             // the run ended in an error, or did not where it should
	Outputs map[string]Tensor // of the computation, where it ended well
}

// A Failure is an expectation that does not hold, and what its parts were.
type Failure struct {
	ir.Expect
	Values []string
}

// Passed reports that everything held.
func (r TestResult) Passed() bool { return len(r.Failed) == 0 && r.Err == nil }

// RunTest runs a test block in clear.
func RunTest(t *ir.Test) TestResult { return RunTestOn(t, Run) }

// RunTestOn runs a test block whose computation is run by run.
func RunTestOn(t *ir.Test, run Runner) TestResult {
	in, err := Run(t.Given, nil)
	if err != nil {
		return TestResult{Err: fmt.Errorf("cannot evaluate what is given: %w", err)}
	}
	out, err := run(t.Program, in)
	if t.Abort != nil {
		return TestResult{Err: aborted(*t.Abort, err), Outputs: out}
	}
	if err != nil {
		return TestResult{Err: err}
	}
	failed, err := judge(t, in, out)
	return TestResult{Failed: failed, Err: err, Outputs: out}
}

// aborted compares the error of a run that must fail.
func aborted(want string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("the run did not end in an error, want %q", want)
	case !strings.Contains(err.Error(), want):
		return fmt.Errorf("got the error %q, want %q", err, want)
	}
	return nil
}

// judge evaluates the expectations and returns those that do not hold.
func judge(t *ir.Test, in, out map[string]Tensor) ([]Failure, error) {
	seen := make(map[string]Tensor) // an output hides an input of its name
	for _, x := range t.Expect.Inputs {
		key := ir.Key(x.Name, x.Member)
		v, ok := out[key]
		if !ok {
			v = in[key]
		}
		seen[key] = v
	}
	verdicts, err := Run(t.Expect, seen)
	if err != nil {
		return nil, fmt.Errorf("cannot evaluate what is expected: %w", err)
	}
	var failed []Failure
	for n, e := range t.Expects {
		if verdicts[fmt.Sprintf("expect%d", n+1)].isTrue() {
			continue
		}
		f := Failure{Expect: e}
		for k := range e.Parts {
			f.Values = append(f.Values, shown(t.Expect, verdicts[ir.PartName(n+1, k+1)]))
		}
		failed = append(failed, f)
	}
	return failed, nil
}

// shown writes a value as a program does: enums and dates too.
func shown(p *ir.Program, x Tensor) string {
	return x.joined(func(v *big.Int) string {
		switch x.Elem.Kind {
		case types.Enum:
			return p.Enum(x.Elem).Name + "." + p.Enum(x.Elem).Values[v.Int64()]
		case types.Date:
			return date.Text(v.Int64())
		}
		return text(x.Elem, v)
	})
}
