package runtime

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	otlpcollector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/runtime/internal/abort"
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
	strange := filepath.Join(s.dir, "strange")
	require.NoError(t, session.Demo(&s.hosts, strange))
	require.Error(t, Remote(t.Context(), s.hosts, Credentials{TLS: filepath.Join(strange, "client")}, average()[0]), "of another authority")
	require.NoError(t, Remote(t.Context(), s.hosts, Credentials{TLS: filepath.Join(keys, "client")}, average()[0]))
	families := make(map[string]map[string]*dto.MetricFamily)
	for _, player := range players {
		address := <-logs[player].address
		require.Eventually(t, func() bool { // a player counts a run once it has said that it is done
			families[player] = scrape(t, address)
			return value(families[player], "tfec_runs_total", "done") == 1
		}, 10*time.Second, 10*time.Millisecond, player)
		ready := "ready\n"
		if player == "alice" || player == "bob" { // with inputs
			ready = "takes part in no further runs: --runs allows more\n"
		}
		require.Equal(t, ready, fetch(t, "http://"+address+"/readyz"))
	}
	stop()
	wg.Wait()
	for _, a := range players {
		for name, f := range families[a] {
			requireNames(t, players, name, f)
		}
		require.Equal(t, 0.0, value(families[a], "tfec_runs_in_flight", "average"), a)
		require.Positive(t, value(families[a], "tfec_certificate_expiry_timestamp_seconds", ""))
		for _, b := range players {
			sent, received := value(families[a], "tfec_sent_bytes_total", b), value(families[b], "tfec_received_bytes_total", a)
			require.Equal(t, sent, received, "%s to %s", a, b)
			require.Equal(t, a != b, sent > 0, "%s to %s", a, b)
		}
	}
	require.Positive(t, value(families["s0"], "tfec_rounds_total", "average"))
	require.Positive(t, value(families[s.hosts.Coordinator().Name], "tfec_refused_connections_total", ""))
}

// scrape reads the metrics at an address.
func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
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

// A collector is an OpenTelemetry collector that keeps what it is sent.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	spans map[string][]*otlp.Span // by the name of the service
}

func newCollector(t *testing.T) *collector {
	c := &collector{spans: make(map[string][]*otlp.Span)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		var request otlpcollector.ExportTraceServiceRequest
		require.NoError(t, proto.Unmarshal(body, &request))
		require.Equal(t, "/v1/traces", r.URL.Path)
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, of := range request.ResourceSpans {
			name := ""
			for _, a := range of.Resource.Attributes {
				require.Contains(t, []string{"service.name", "service.namespace", "service.version", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"}, a.Key)
				if a.Key == "service.name" {
					name = a.Value.GetStringValue()
				}
			}
			for _, s := range of.ScopeSpans {
				c.spans[name] = append(c.spans[name], s.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// serveAll has the average run once, by a client.
func (s *stage) serveAll(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, prog := range average() {
		o := s.options[prog.Player]
		o.Once = false
		wg.Go(func() { require.NoError(t, Serve(ctx, *o, prog)) })
	}
	require.NoError(t, Remote(t.Context(), s.hosts, Credentials{Insecure: true}, average()[0]))
	stop()
	wg.Wait()
}

var runID = regexp.MustCompile(`msg="took part in a run" run=([0-9a-f]{32})`)

// The spans of a run are one trace, which has the run's id: at each player one
// for the run, and in it those steps at which the player sent or received.
func TestSpans(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	s := newStage(t)
	for _, o := range s.options {
		o.Spans = true
	}
	s.serveAll(t)
	require.Len(t, c.spans, len(s.options))
	for player, spans := range c.spans {
		run := runID.FindStringSubmatch(s.stderr[player].String())
		require.NotNil(t, run, player)
		i := slices.IndexFunc(spans, func(x *otlp.Span) bool { return len(x.ParentSpanId) == 0 })
		require.GreaterOrEqual(t, i, 0, player)
		root := spans[i]
		require.Equal(t, "run average", root.Name)
		for _, x := range spans {
			require.Equal(t, run[1], hex.EncodeToString(x.TraceId))
			require.LessOrEqual(t, root.StartTimeUnixNano, x.StartTimeUnixNano)
			require.GreaterOrEqual(t, root.EndTimeUnixNano, x.EndTimeUnixNano)
			for _, a := range x.Attributes {
				require.True(t, strings.HasPrefix(a.Key, "tfec."), a.Key)
			}
			if x != root {
				require.Equal(t, root.SpanId, x.ParentSpanId)
				require.Positive(t, number(x, "tfec.sent_bytes")+number(x, "tfec.received_bytes"), "%s at %s", x.Name, player)
			}
		}
		require.Equal(t, 1, named(spans, root.Name))
	}
	require.Positive(t, named(c.spans["alice"], "set-up and last exchange"))
	require.Zero(t, named(c.spans["alice"], "input"), "what alice computes in clear is no span")
	require.Positive(t, named(c.spans["alice"], "share"))
}

func named(spans []*otlp.Span, name string) (n int) {
	for _, x := range spans {
		if x.Name == name {
			n++
		}
	}
	return n
}

func number(x *otlp.Span, name string) int64 {
	for _, a := range x.Attributes {
		if a.Key == name {
			return a.Value.GetIntValue()
		}
	}
	return 0
}

// A collector that refuses is said in the log, and the run goes on.
func TestSpansThatNobodyTakes(t *testing.T) {
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refusing.URL)
	s := newStage(t)
	s.options["s0"].Spans = true
	s.serveAll(t)
	require.Contains(t, s.stderr["s0"].String(), `msg="cannot export spans"`)
	require.NotContains(t, s.stderr["s1"].String(), "spans")
}

// Where spans go is told by OpenTelemetry's own variables.
func TestSpansWanted(t *testing.T) {
	wanted := func() bool {
		var o ServeOptions
		o.Flags(pflag.NewFlagSet("", pflag.ContinueOnError))
		return o.Spans
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	require.False(t, wanted())
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
	require.True(t, wanted())
}

// How a run ended is counted as a class: at the player that failed, at those
// that followed it, and where it did not begin.
func TestOutcomes(t *testing.T) {
	for _, test := range []struct {
		name        string
		change      func(t *testing.T, s *stage, s0 *Program)
		at          string // where it goes wrong
		want, other string
	}{
		{"wrong input", func(t *testing.T, s *stage, _ *Program) { s.write(t, "a.csv", "name,gross\nann,none\n") }, "alice", "failed", "peer"},
		{"own refusal", func(_ *testing.T, s *stage, _ *Program) { s.options["s0"].MaxSize = 2 }, "s0", "failed", "peer"},
		{"in the last step", func(_ *testing.T, _ *stage, s0 *Program) {
			steps := s0.Run
			s0.Run = func(p *Party) {
				steps(p)
				abort.Now(errors.New("broken"))
			}
		}, "s0", "failed", "peer"},
		{"not this client", func(_ *testing.T, s *stage, _ *Program) { s.options["s0"].Clients = []string{"nobody"} }, "s0", "declined", "declined"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			programs := average()
			test.change(t, s, programs[slices.IndexFunc(programs, func(p *Program) bool { return p.Player == "s0" })])
			ctx, stop := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			logs := make(map[string]*addressed)
			for _, prog := range programs {
				o := s.options[prog.Player]
				logs[prog.Player] = &addressed{address: make(chan string, 1)}
				o.Stderr, o.Metrics, o.Once = logs[prog.Player], "127.0.0.1:0", false
				wg.Go(func() { require.NoError(t, Serve(ctx, *o, prog)) })
			}
			require.Error(t, Remote(t.Context(), s.hosts, Credentials{Insecure: true}, average()[0]))
			addresses := make(map[string]string)
			for player, log := range logs {
				addresses[player] = <-log.address
			}
			for player, address := range addresses {
				want := test.other
				if player == test.at {
					want = test.want
				}
				require.Eventually(t, func() bool { return value(scrape(t, address), "tfec_runs_total", want) == 1 }, 10*time.Second, 10*time.Millisecond, "%s: %s", player, want)
				require.Zero(t, value(scrape(t, address), "tfec_runs_in_flight", "average"))
				require.Zero(t, value(scrape(t, address), "tfec_rounds_total", "average"), "a run that was not done")
			}
			stop()
			wg.Wait()
		})
	}
}
