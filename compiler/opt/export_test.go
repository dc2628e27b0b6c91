package opt

import (
	"fmt"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// RunVerified is Run, with the program verified after each pass.
func RunVerified(p *ir.Program) error {
	for _, q := range passes {
		q.run(p)
		p.Number()
		if err := ir.Verify(p); err != nil {
			return fmt.Errorf("after %s: %w", q.name, err)
		}
	}
	return nil
}
