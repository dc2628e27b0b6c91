package aby3_test

// Truncation never wraps, at the full width of products.

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

var products = flag.Int("products", 1<<20, "products that TestTruncationNeverWraps tries")

// Random products of every size up to 2^62, most of them near it, each under
// fresh shares, come out as floor or ceiling of their quotients:
//
//	go test -run TruncationNeverWraps -timeout 1h ./runtime/protocol/aby3 -products 1000000000
func TestTruncationNeverWraps(t *testing.T) {
	const batch = 1 << 18
	servers := make([]*conformance.Net, len(roles))
	for i, l := range local.Connect([]string{"s0", "s1", "s2"}) {
		keys := prg.Keys{}
		for _, set := range aby3.KeySets(roles, nil) {
			if slices.Contains(set.Players(), i) {
				keys[set] = sha256.Sum256([]byte(set))
			}
		}
		servers[i] = conformance.NewNet(l, prg.New(keys))
	}
	for run := range (*products + batch - 1) / batch {
		r := rand.New(rand.NewPCG(uint64(run), 62))
		shift := []int{16, 1, 8, 32, 47, 61}[run%6]
		x, y := make([]uint64, batch), make([]uint64, batch)
		for i := range x {
			x[i], y[i] = factors(r)
		}
		xs, ys := shared(r, x), shared(r, y)
		z, errs := make([]mpc.Share, len(servers)), make([]error, len(servers))
		var wg sync.WaitGroup
		for i, net := range servers {
			wg.Go(func() {
				defer abort.Catch(&errs[i])
				net.At(1, uint32(run))
				z[i] = aby3.New(ring.Z64, i, roles).Mul(net, xs[i], ys[i], shift)
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		for i := range x {
			got := int64(z[0].Comp[0][i] + z[0].Comp[1][i] + z[1].Comp[1][i])
			if floor := int64(x[i]*y[i]) >> shift; got != floor && got != floor+1 {
				t.Fatalf("run %d: %d * %d / 2^%d: got %d, want %d", run, int64(x[i]), int64(y[i]), shift, got, floor)
			}
		}
	}
}

// factors are two numbers of either sign whose product is below 2^62, and for
// most has 61 or 62 bits.
func factors(r *rand.Rand) (x, y uint64) {
	x = r.Uint64()>>(2+r.IntN(61)) | 1
	y = (1<<62 - 1) / x
	if r.IntN(4) == 0 {
		y = r.Uint64N(y + 1)
	} else {
		y -= r.Uint64N(y>>8 + 1)
	}
	if bits.Len64(x*y) > 62 {
		panic(fmt.Sprintf("%d * %d", x, y))
	}
	if sign := r.Uint64(); sign&1 != 0 {
		x = -x
	} else if sign&2 != 0 {
		y = -y
	}
	return x, y
}

// shared returns what each role holds of fresh shares of x.
func shared(r *rand.Rand, x []uint64) []mpc.Share {
	c := [3][]uint64{make([]uint64, len(x)), make([]uint64, len(x)), make([]uint64, len(x))}
	for i, v := range x {
		c[0][i], c[1][i] = r.Uint64(), r.Uint64()
		c[2][i] = v - c[0][i] - c[1][i]
	}
	out := make([]mpc.Share, len(c))
	for i := range out {
		out[i] = mpc.Share{Elem: clear.Int64, Shape: []int{len(x)}, Comp: [][]uint64{c[i], c[(i+1)%3]}}
	}
	return out
}
