package monitor

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// tracing returns a tracer that exports to memory.
func tracing() (*Tracer, *tracetest.InMemoryExporter) {
	memory := tracetest.NewInMemoryExporter()
	p := sdk.NewTracerProvider(sdk.WithIDGenerator(ids{}), sdk.WithSyncer(memory))
	return &Tracer{p, p.Tracer("")}, memory
}

// A run of many steps leaves a bounded number of spans, and says how many it
// left out; a step without messages is none.
func TestSpansAreBounded(t *testing.T) {
	recorder := trace.NewRecorder("s0", trace.Spans)
	for i := range maxChildren + 7 {
		recorder.Begin(1, i) // in clear
		recorder.End(0)
	}
	recorder.Stop()
	tracer, memory := tracing()
	export := func(x *trace.Record) tracetest.SpanStubs {
		memory.Reset()
		tracer.Export(Ran{ID: [16]byte{1}, Computation: "average", Failed: true, Record: x, Step: func(n int) trace.Step { return trace.Step{Number: n, Op: "multiply", File: "a.tfe", Line: 3} }})
		return memory.GetSpans()
	}
	spans := export(recorder.Record())
	require.Len(t, spans, 1, "nothing was sent")
	require.Equal(t, "the run failed", spans[0].Status.Description)

	talking := trace.NewRecorder("s0", trace.Spans)
	for i := range maxChildren + 7 {
		talking.Begin(1, i)
		talking.Sent(1, header, 8)
		talking.End(0)
	}
	talking.Stop()
	spans = export(talking.Record())
	require.Len(t, spans, 1+maxChildren)
	root := spans[len(spans)-1]
	require.Equal(t, "run average", root.Name)
	require.Contains(t, root.Attributes, left(7))
	require.Equal(t, "multiply", spans[0].Name)
	require.Equal(t, byte(1), spans[0].SpanContext.TraceID()[0])
}

// What a failing export says goes to the player's log, and nowhere else.
func TestExportFailureIsLogged(t *testing.T) {
	var log strings.Builder
	e := &exporting{failing{}, slog.New(slog.NewTextHandler(&log, nil))}
	require.NoError(t, e.ExportSpans(t.Context(), nil))
	require.Contains(t, log.String(), `msg="cannot export spans" spans=0 reason="nobody there"`)
}

type failing struct{ sdk.SpanExporter }

func (failing) ExportSpans(context.Context, []sdk.ReadOnlySpan) error {
	return errors.New("nobody there")
}

func TestNilTracer(t *testing.T) {
	var tracer *Tracer
	tracer.Export(Ran{Record: &trace.Record{Began: time.Unix(0, 0)}})
	tracer.Close()
}

var header = link.Header{Step: 1}

func left(n int) attribute.KeyValue { return attribute.Int("tfec.spans_left", n) }
