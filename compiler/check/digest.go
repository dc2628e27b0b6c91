package check

// The digest by which players know that they run one program (spec.md,
// section 21).

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/tfec-lang/tfec/lang/format"
)

// digest is over the canonical text of the program, followed by that of each
// module with its length, in the order in which the texts first import them:
// which module an import brings follows from the texts.
func digest(p *Program) string {
	sum := sha256.New()
	sum.Write(format.Canonical(p.File))
	for _, m := range p.Modules {
		text := format.Canonical(m)
		fmt.Fprintf(sum, "\x00%d\x00", len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
