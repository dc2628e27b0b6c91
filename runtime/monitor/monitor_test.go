package monitor

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

func get(t *testing.T, m *Monitor, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.Code, string(body)
}

// A player lives from the beginning, and is ready while it takes runs.
func TestHealth(t *testing.T) {
	m := New(Of{Player: "s0"})
	want := func(path string, code int, body string) {
		t.Helper()
		gotCode, gotBody := get(t, m, path)
		require.Equal(t, code, gotCode)
		require.Equal(t, body+"\n", gotBody)
	}
	want("/healthz", 200, "lives")
	want("/readyz", 503, "does not listen yet")
	m.Listening()
	want("/readyz", 200, "ready")
	m.Spent(true)
	want("/readyz", 503, "takes part in no further runs: --runs allows more")
	m.Spent(false)
	want("/readyz", 200, "ready")
	m.Stopping()
	want("/readyz", 503, "is stopping")
	want("/healthz", 200, "lives")
}

func TestRunsAreCounted(t *testing.T) {
	m := New(Of{Player: "s0", Version: "1", Expires: time.Unix(2e9, 0)})
	m.Refused()
	m.Declined("average")
	m.Begun("average")(Done)
	m.Begun("average")(Peer)
	m.Begun("median")
	m.Rounds("average", 7)
	require.NoError(t, testutil.GatherAndCompare(m.registry, strings.NewReader(`
# HELP tfec_certificate_expiry_timestamp_seconds When this player's certificate ends, in seconds since 1970.
# TYPE tfec_certificate_expiry_timestamp_seconds gauge
tfec_certificate_expiry_timestamp_seconds 2e+09
# HELP tfec_info What runs here.
# TYPE tfec_info gauge
tfec_info{player="s0",version="1"} 1
# HELP tfec_refused_connections_total Connections that were refused: strangers, wrong certificates, runs that are not theirs.
# TYPE tfec_refused_connections_total counter
tfec_refused_connections_total 1
# HELP tfec_rounds_total Rounds of runs that were done: the longest chains of messages that ended here.
# TYPE tfec_rounds_total counter
tfec_rounds_total{computation="average"} 7
# HELP tfec_runs_in_flight Runs that this player takes part in now.
# TYPE tfec_runs_in_flight gauge
tfec_runs_in_flight{computation="average"} 0
tfec_runs_in_flight{computation="median"} 1
# HELP tfec_runs_total Runs that ended here, by outcome: done, failed, peer (another player failed), stopped (by the operator), declined (did not begin).
# TYPE tfec_runs_total counter
tfec_runs_total{computation="average",outcome="declined"} 1
tfec_runs_total{computation="average",outcome="done"} 1
tfec_runs_total{computation="average",outcome="peer"} 1
`), "tfec_certificate_expiry_timestamp_seconds", "tfec_info", "tfec_refused_connections_total", "tfec_rounds_total", "tfec_runs_in_flight", "tfec_runs_total"))
}

func TestMessagesAreCountedByPeer(t *testing.T) {
	m := New(Of{Player: "a"})
	links := local.Connect([]string{"a", "b"})
	a := m.Link(links[0])
	require.NoError(t, a.Send(t.Context(), 1, link.Header{Step: 1}, make([]byte, 3), make([]byte, 4)))
	_, _, err := links[1].Recv(t.Context(), 0, 7)
	require.NoError(t, err)
	require.NoError(t, links[1].Send(t.Context(), 0, link.Header{Step: 1}, make([]byte, 9)))
	_, _, err = a.Recv(t.Context(), 1, 9)
	require.NoError(t, err)
	require.NoError(t, links[1].Close(nil))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, _, err = a.RecvAny(ctx, 1, 9)
	require.Error(t, err, "what does not come is not counted")
	require.NoError(t, testutil.GatherAndCompare(m.registry, strings.NewReader(`
# HELP tfec_received_bytes_total Payload bytes received from each player.
# TYPE tfec_received_bytes_total counter
tfec_received_bytes_total{peer="b"} 9
# HELP tfec_received_messages_total Messages received from each player.
# TYPE tfec_received_messages_total counter
tfec_received_messages_total{peer="b"} 1
# HELP tfec_sent_bytes_total Payload bytes sent to each player.
# TYPE tfec_sent_bytes_total counter
tfec_sent_bytes_total{peer="b"} 7
# HELP tfec_sent_messages_total Messages sent to each player.
# TYPE tfec_sent_messages_total counter
tfec_sent_messages_total{peer="b"} 1
`), "tfec_received_bytes_total", "tfec_received_messages_total", "tfec_sent_bytes_total", "tfec_sent_messages_total"))
}

// Nobody watches by default.
func TestNilMonitor(t *testing.T) {
	var m *Monitor
	m.Listening()
	m.Refused()
	m.Declined("average")
	m.Begun("average")(Done)
	m.Rounds("average", 1)
	m.Stopping()
	l := local.Connect([]string{"a", "b"})[0]
	require.Same(t, l, m.Link(l))
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ addr, want string }{
		{":9440", "127.0.0.1:9440"},
		{"0.0.0.0:9440", "0.0.0.0:9440"},
		{"[::1]:9440", "[::1]:9440"},
	} {
		got, err := Address(c.addr)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	_, err := Address("9440")
	require.EqualError(t, err, `cannot serve metrics on "9440": want HOST:PORT, or :PORT for this machine alone`)
}
