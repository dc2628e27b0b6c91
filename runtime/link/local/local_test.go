package local_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/linktest"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

func TestLink(t *testing.T) {
	defer goleak.VerifyNone(t)
	linktest.Run(t, func(t *testing.T, players []string) []link.Link { return local.Connect(players) })
}
