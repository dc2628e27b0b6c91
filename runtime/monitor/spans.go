// OpenTelemetry spans: a run, and in it each step at which the player sent or
// received.

package monitor

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// maxChildren bounds the spans of one run.
const maxChildren = 1000

// SpansWanted reports whether the environment names where spans go, as
// OpenTelemetry has it.
func SpansWanted() bool {
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// A Tracer exports the runs of one player as spans. The methods of a nil Tracer
// do nothing.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   otel.Tracer
}

// NewTracer returns the tracer of a player, which exports by OTLP over HTTP as
// the variables OTEL_EXPORTER_OTLP_* say. A collector that does not answer
// shows in the log alone.
func NewTracer(player, version string, log *slog.Logger) (*Tracer, error) {
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot export spans: %w", err)
	}
	// Nothing of the process and its host is a part of this, but what
	// OTEL_RESOURCE_ATTRIBUTES adds.
	of, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.namespace", "tfec"), attribute.String("service.name", player), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("cannot export spans: %w", err)
	}
	p := sdk.NewTracerProvider(sdk.WithResource(of), sdk.WithIDGenerator(ids{}), sdk.WithBatcher(&exporting{exporter, log}, sdk.WithMaxQueueSize(8*maxChildren)))
	return &Tracer{p, p.Tracer("github.com/tfec-lang/tfec/runtime/monitor")}, nil
}

// Close exports what is left, for a while.
func (t *Tracer) Close() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // its errors are logged where they arise
}

// exporting logs what goes wrong.
type exporting struct {
	sdk.SpanExporter
	log *slog.Logger
}

func (e *exporting) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.log.Warn("cannot export spans", "spans", len(spans), "reason", err.Error())
	}
	return nil
}

// ids gives the spans of one run, at all players, one trace: the run's.
type ids struct{}

// runKey is the key of a run's id in a context.
type runKey struct{}

func (ids) NewIDs(ctx context.Context) (id otel.TraceID, span otel.SpanID) {
	if run, ok := ctx.Value(runKey{}).([16]byte); ok {
		id = run
	}
	rand.Read(span[:])
	return id, span
}

func (ids) NewSpanID(context.Context, otel.TraceID) (span otel.SpanID) {
	rand.Read(span[:])
	return span
}

// A Ran is a run that has ended at a player.
type Ran struct {
	ID               [16]byte // also the trace's
	Computation, Tag string
	Failed           bool
	Record           *trace.Record          // its Shared part is what is exported
	Step             func(n int) trace.Step // what a step is
}

// Export makes spans of a run: one for the run, and in it one for each
// occurrence of a step at which the player sent or received, up to a limit.
func (t *Tracer) Export(r Ran) {
	if t == nil {
		return
	}
	x := r.Record.Shared(trace.Spans)
	ctx, root := t.tracer.Start(context.WithValue(context.Background(), runKey{}, r.ID), "run "+r.Computation, otel.WithTimestamp(x.Began), otel.WithAttributes(
		attribute.String("tfec.computation", r.Computation), attribute.String("tfec.tag", r.Tag), attribute.Int("tfec.rounds", x.Rounds),
		attribute.Int64("tfec.sent_bytes", int64(x.Traffic().SentBytes)), attribute.Int64("tfec.received_bytes", int64(x.Traffic().ReceivedBytes)),
		attribute.Int("tfec.spans_left", x.Left+max(len(x.Spans)-maxChildren, 0))))
	if r.Failed {
		root.SetStatus(codes.Error, "the run failed")
	}
	for _, s := range x.Spans[:min(len(x.Spans), maxChildren)] {
		t.step(ctx, x.Began, r.Step(s.Step), s)
	}
	root.End(otel.WithTimestamp(x.Began.Add(x.Total())))
}

// step is the span of one occurrence of a step.
func (t *Tracer) step(ctx context.Context, began time.Time, step trace.Step, s trace.Span) {
	begin := began.Add(s.Begin)
	_, span := t.tracer.Start(ctx, step.Op, otel.WithTimestamp(begin), otel.WithAttributes(
		attribute.Int("tfec.step", s.Step), attribute.String("tfec.line", step.Where()), attribute.Int("tfec.occurrence", s.Occurrence), attribute.Int("tfec.round", s.Round),
		attribute.Int64("tfec.sent_bytes", int64(s.Sent)), attribute.Int64("tfec.received_bytes", int64(s.Received)), attribute.Int64("tfec.waited_microseconds", s.Waited.Microseconds())))
	span.End(otel.WithTimestamp(begin.Add(s.Duration)))
}
