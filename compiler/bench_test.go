package compiler_test

// What `tfec check` costs: a program of a thousand lines, as people write them.

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
)

// units are what the program has of each in turn; %[1]d tells one from the next.
var units = []string{training, auction}

// training has a function, a loop over arrays of fixed, selects, a disclosure
// and arithmetic in clear.
const training = `
fn gradient%[1]d[n, d](x: fixed[n, d], err: fixed[n]) -> fixed[d] {
  return dot(transpose(x), err) / n
}

/// One of many computations over the rows of two owners.
computation train%[1]d[n, d](
  /// the features, scaled
  x: fixed[n, d] @ alice in -4.0..4.0,
  y: fixed[n] @ bob in -4.0..4.0,
  offer: int32 @ alice in 0..1_000_000,
  reserve: int32 @ bob in 1..1_000_000,
) -> (
  model: fixed[d] @ carol,
  price: int32 @ {alice, bob},
)
  discloses sold: bool @ public
  where n >= 50, n <= 100_000
{
  var w: fixed[d] = zeros(d)
  for e in 0..10 {
    w -= 0.1 * gradient%[1]d(x, dot(x, w) - y)
  }
  let won = offer >= reserve
  let pay = if won then max(offer, reserve) else 0
  let open = reveal(won) to public as sold
  let level = (sum(x) + sum(y)) / n    // in clear where they are
  let rows = count(y > 0.5)
  let scale = if level > 0.25 and rows > 3 then 2.0 else 1.0
  let checked = if open then pay else 0
  return reveal(w * scale) to carol, reveal(checked) to {alice, bob}
}
`

// auction has a record, a function of records, nested loops, secret `if`
// statements over several variables, a `local` block and a test.
const auction = `
record Offer%[1]d {
  price: int32 in 0..100_000,
  amount: int32 in 0..1000,
}

fn dearer%[1]d(x: Offer%[1]d, y: Offer%[1]d) -> Offer%[1]d {
  return if x.price > y.price then x else y
}

/// What two owners trade, row by row.
computation match%[1]d[n](
  asks: Offer%[1]d[n] @ alice,
  bids: Offer%[1]d[n] @ bob,
) -> (best: Offer%[1]d @ {alice, bob}, volume: int64 @ carol, rounds: int32 @ alice)
  where n >= 1, n <= 1000
{
  var best = bids[0]
  var traded: int64 = 0
  var rounds: int32 = 0
  for i in 0..n {
    if bids[i].price >= asks[i].price {
      traded += int64(min(bids[i].amount, asks[i].amount))
      best = dearer%[1]d(best, bids[i])
    } else {
      for j in 0..3 {
        rounds = min(rounds + 1, 1000)
      }
    }
  }
  local carol {
    print("matched")
  }
  return reveal(best) to {alice, bob}, reveal(traded) to carol, reveal(rounds) to alice
}

test "one row" of match%[1]d {
  given asks = [Offer%[1]d(price: 10, amount: 5)]
  given bids = [Offer%[1]d(price: 12, amount: 3)]
  expect best.price == 12
  expect volume == 3
}
`

func thousandLines() []byte {
	var b bytes.Buffer
	b.WriteString("/// A long program.\nplayers alice, bob, carol, s0, s1, s2\nprotocol aby3(s0, s1, s2)\nprecision fixed(24, 12)\n")
	for i := 0; bytes.Count(b.Bytes(), []byte("\n")) < 1000; i++ {
		fmt.Fprintf(&b, units[i%len(units)], i)
	}
	return b.Bytes()
}

// longFile writes the program of a thousand lines.
func longFile(t testing.TB) string {
	path := filepath.Join(t.TempDir(), "long.tfe")
	require.NoError(t, os.WriteFile(path, thousandLines(), 0o600))
	return path
}

// BenchmarkCheck is what the command does once it has started, which collects
// garbage as rarely. Beside the mean it tells the least, which others that run on
// the machine disturb least.
func BenchmarkCheck(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	path := longFile(b)
	b.ReportAllocs()
	least(b, func() {
		_, diags, err := compiler.Check(path, compiler.Options{})
		require.NoError(b, err)
		require.Empty(b, diags)
	})
}

// BenchmarkCheckProcess is the command, from its start to its end; beside the
// time that passes it tells the time that the processors spend on it.
func BenchmarkCheckProcess(b *testing.B) {
	path, command := longFile(b), filepath.Join(b.TempDir(), "tfec")
	out, err := exec.Command("go", "build", "-o", command, "github.com/tfec-lang/tfec/cmd/tfec").CombinedOutput()
	require.NoError(b, err, "%s", out)
	var cpu time.Duration
	least(b, func() {
		check := exec.Command(command, "check", path)
		out, err := check.CombinedOutput()
		require.NoError(b, err, "%s", out)
		cpu += check.ProcessState.UserTime() + check.ProcessState.SystemTime()
	})
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// least measures f, and reports the least time that it takes too.
func least(b *testing.B, f func()) {
	shortest := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		f()
		shortest = min(shortest, time.Since(start))
	}
	b.ReportMetric(float64(shortest.Nanoseconds()), "least-ns/op")
}

// A check is as fast as it allocates little. The bound is a tenth above what it
// takes.
func TestCheckAllocatesLittle(t *testing.T) {
	path := longFile(t)
	got := testing.AllocsPerRun(3, func() {
		_, diags, err := compiler.Check(path, compiler.Options{})
		require.NoError(t, err)
		require.Empty(t, diags)
	})
	assert.Less(t, got, 213_000.0)
}

// The time of a check grows with the program: four times as many sizes with a
// fact each, one fact from the next, take no more than a few times the work.
func TestCheckGrowsWithFacts(t *testing.T) {
	work := func(n int) float64 {
		var sizes, inputs, facts []string
		for i := range n {
			sizes = append(sizes, fmt.Sprintf("n%d", i))
			inputs = append(inputs, fmt.Sprintf("x%d: int64[n%d] @ alice in 0..10", i, i))
			facts = append(facts, fmt.Sprintf("n%d <= n%d", i, max(0, i-1)))
		}
		path := filepath.Join(t.TempDir(), "facts.tfe")
		source := fmt.Sprintf("players alice, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\ncomputation f[%s](%s) -> out: int64 @ alice\n  where %s\n{\n  return sum(x0)\n}\n",
			strings.Join(sizes, ", "), strings.Join(inputs, ", "), strings.Join(facts, ", "))
		require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
		return testing.AllocsPerRun(1, func() {
			_, diags, err := compiler.Check(path, compiler.Options{})
			require.NoError(t, err)
			require.Empty(t, diags)
		})
	}
	few, many := work(200), work(800)
	assert.Less(t, many, 5*few)
}
