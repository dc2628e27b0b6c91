package exec_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
)

// A dealer, and whoever gives inputs in a loop, run ahead of the servers by 64 MiB and
// a message, and no further: these take nothing until it is held back, and then it never
// has more than that in memory.
func TestLead(t *testing.T) {
	const dealt = `players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

computation lead[n](x: int64[n] @ alice, y: int64[n] @ bob) -> z: int64 @ bob {
  var p = x
  for i in 0..12 {
    p = p * y
  }
  return reveal(sum(p)) to bob
}
`
	const given = `players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

computation lead[n](x: int64[n] @ alice, y: int64[n] @ bob) -> z: int64 @ bob {
  var total = y
  for i in 0..12 {
    let more = local alice { yield x + i }
    total = total + more
  }
  return reveal(sum(total)) to bob
}
`
	t.Run("alice", func(t *testing.T) { runsAhead(t, given, "aby3", func(*ir.Program) int { return 0 }) })
	for _, name := range capability.Names() {
		if row, _ := capability.Lookup(name); row.Helpers > 0 {
			t.Run(name, func(t *testing.T) {
				runsAhead(t, dealt, name, func(p *ir.Program) int { return p.Protocol.Helpers[0] })
			})
		}
	}
}

func runsAhead(t *testing.T, source, protocol string, ahead func(*ir.Program) int) {
	const n, most = 1 << 20, 64 << 20
	path := filepath.Join(t.TempDir(), "lead.tfe")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	p := load(t, path, protocol).Programs[0]
	lead := &lead{player: ahead(p), unread: make([]int, len(p.Players)), held: make(chan struct{})}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, err := runtime.SimulateObserved(ctx, exec.Programs(p), func(string, runtime.Input) (clear.Tensor, error) {
		return clear.Zero(clear.Int64, n), nil
	}, runtime.Observer{Link: func(l link.Link) link.Link { return &leading{l, lead} }})
	require.NoError(t, err)
	assert.Greater(t, lead.most, most, "it is ahead")
	assert.LessOrEqual(t, lead.most, most+8*n)
	assert.Zero(t, lead.unread[p.Protocol.Roles[0]], "everything is taken at last")
}

// A lead is what a player has sent to each other that none has asked for.
type lead struct {
	player int
	held   chan struct{} // closed when it has to wait

	mu     sync.Mutex
	unread []int
	most   int
	once   sync.Once
}

func (l *lead) add(player, bytes int) (unread int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unread[player] += bytes
	l.most = max(l.most, l.unread[player])
	return l.unread[player]
}

// leading is a player's link, watched: messages of vectors alone.
type leading struct {
	link.Link
	*lead
}

const vectors = 1 << 20

func (l *leading) Pace(ctx context.Context, to int, most int) error {
	if l.add(to, 0) > most {
		l.once.Do(func() { close(l.held) })
	}
	return l.Link.Pace(ctx, to, most)
}

func (l *leading) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	bytes := 0
	for _, part := range parts {
		bytes += len(part)
	}
	if l.Self() == l.player && bytes >= vectors {
		l.add(to, bytes)
	}
	return l.Link.Send(ctx, to, h, parts...)
}

func (l *leading) Recv(ctx context.Context, from int, size int) (link.Header, []byte, error) {
	if from == l.player && size >= vectors {
		select {
		case <-l.held:
		case <-ctx.Done():
		}
		l.add(l.Self(), -size)
	}
	return l.Link.Recv(ctx, from, size)
}
