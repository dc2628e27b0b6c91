package runtime

import (
	"fmt"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
)

func newKernel(p Protocol, self int, roles []int, players int) (mpc.Kernel, []prg.Set, error) {
	return nil, nil, fmt.Errorf("cannot run %s: this runtime has no such protocol", p)
}
