package runtime

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/session"
)

// An addressed is a log that says where metrics are served.
type addressed struct {
	bytes.Buffer
	address chan string
}

func (a *addressed) Write(line []byte) (int, error) {
	if _, address, ok := strings.Cut(string(line), `msg="serves metrics" address=`); ok {
		a.address <- strings.TrimSpace(address)
	}
	return a.Buffer.Write(line)
}

// What each player counts fits what the others count, and nothing but names
// are labels.
func TestMetrics(t *testing.T) {
	s := newStage(t)
	keys := filepath.Join(s.dir, "keys")
	require.NoError(t, session.Demo(&s.hosts, keys))
	ctx, stop := context.WithCancel(t.Context())
	var players []string
	logs := make(map[string]*addressed)
	var wg sync.WaitGroup
	for _, prog := range average() {
		o := s.options[prog.Player]
		logs[prog.Player] = &addressed{address: make(chan string, 1)}
		o.Stderr, o.Metrics, o.Once, o.Insecure, o.TLS = logs[prog.Player], "127.0.0.1:0", false, false, filepath.Join(keys, prog.Player)
		players = append(players, prog.Player)
		wg.Go(func() { require.NoError(t, Serve(ctx, *o, prog)) })
	}
	require.NoError(t, Remote(t.Context(), s.hosts, Credentials{TLS: filepath.Join(keys, "client")}, average()[0]))
	families := make(map[string]map[string]*dto.MetricFamily)
	for _, player := range players {
		families[player] = scrape(t, <-logs[player].address)
	}
	stop()
	wg.Wait()
	for _, a := range players {
		for name, f := range families[a] {
			requireNames(t, players, name, f)
		}
		require.Equal(t, 1.0, value(families[a], "tfec_runs_total", "done"), a)
		require.Equal(t, 0.0, value(families[a], "tfec_runs_in_flight", "average"), a)
		require.Positive(t, value(families[a], "tfec_certificate_expiry_timestamp_seconds", ""))
		for _, b := range players {
			sent, received := value(families[a], "tfec_sent_bytes_total", b), value(families[b], "tfec_received_bytes_total", a)
			require.Equal(t, sent, received, "%s to %s", a, b)
			require.Equal(t, a != b, sent > 0, "%s to %s", a, b)
		}
	}
	require.Positive(t, value(families["s0"], "tfec_rounds_total", "average"))
}

// scrape reads the metrics at an address, of a player that is ready.
func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	require.Equal(t, "ready\n", fetch(t, "http://"+address+"/readyz"))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(fetch(t, "http://"+address+"/metrics")))
	require.NoError(t, err)
	require.Contains(t, families, "go_goroutines")
	require.Contains(t, families, "process_open_fds")
	return families
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

// value is that of the metric with the label value, if it has labels; 0 without one.
func value(families map[string]*dto.MetricFamily, name, label string) float64 {
	for _, m := range families[name].GetMetric() {
		if label == "" || slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetValue() == label }) {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return 0
}

func requireNames(t *testing.T, players []string, name string, f *dto.MetricFamily) {
	t.Helper()
	known := map[string][]string{
		"peer": players, "player": players, "computation": {"average"},
		"outcome": {"done", "failed", "peer", "stopped", "declined"}, "version": {Version},
	}
	if !strings.HasPrefix(name, "tfec_") {
		return
	}
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			require.Contains(t, known[l.GetName()], l.GetValue(), "%s has the label %s", name, l.GetName())
		}
	}
}
