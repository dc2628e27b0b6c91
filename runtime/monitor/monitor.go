// Package monitor is what the operator of a player watches it with: Prometheus
// metrics, whether the process lives and is ready, and OpenTelemetry spans.
// Labels are names of
// players, computations and outcomes, and values are counts, bytes and seconds:
// what the player's record of a run says, and never anything of a value. Of
// the process as a whole, memory and processor time are there as well, which
// also depend on what an owner computes in clear: so the address is the
// operator's own, on this machine unless a host is named.
package monitor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tfec-lang/tfec/runtime/link"
)

// A Monitor counts what one serving player does. Its methods may be called
// by several goroutines; those of a nil Monitor do nothing.
type Monitor struct {
	registry *prometheus.Registry
	ready    readiness

	runs     *prometheus.CounterVec   // by computation and outcome
	inFlight *prometheus.GaugeVec     // by computation
	seconds  *prometheus.HistogramVec // by computation
	rounds   *prometheus.CounterVec   // by computation
	refused  prometheus.Counter
	bytes    direction
	messages direction
}

// A direction is a counter for each peer and way.
type direction struct{ sent, received *prometheus.CounterVec }

// Of is who is watched.
type Of struct {
	Player, Version string
	Expires         time.Time // of the certificate; zero: there is none
}

// An Outcome is how a run ended at this player: a class, and no reason.
type Outcome string

// The outcomes.
const (
	Done     Outcome = "done"
	Failed   Outcome = "failed"   // here
	Peer     Outcome = "peer"     // at another player, or with it
	Stopped  Outcome = "stopped"  // by this player's operator
	Declined Outcome = "declined" // it did not begin here
)

// New returns the monitor of one player.
func New(of Of) *Monitor {
	m := &Monitor{
		registry: prometheus.NewRegistry(),
		runs:     counters("runs_total", "Runs that ended here, by outcome: done, failed, peer (another player failed), stopped (by the operator), declined (did not begin).", "computation", "outcome"),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "runs_in_flight", Help: "Runs that this player takes part in now."}, []string{"computation"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "run_seconds", Help: "How long runs took that were done.",
			Buckets: prometheus.ExponentialBuckets(0.01, 4, 10)}, []string{"computation"}),
		rounds:   counters("rounds_total", "Rounds of runs that were done: the longest chains of messages that ended here.", "computation"),
		refused:  prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "refused_connections_total", Help: "Connections that were refused: strangers, wrong certificates, runs that are not theirs."}),
		bytes:    newDirection("bytes_total", "Payload bytes"),
		messages: newDirection("messages_total", "Messages"),
	}
	m.registry.MustRegister(m.runs, m.inFlight, m.seconds, m.rounds, m.refused, m.bytes.sent, m.bytes.received, m.messages.sent, m.messages.received,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.constant("info", "What runs here.", 1, prometheus.Labels{"player": of.Player, "version": of.Version})
	if !of.Expires.IsZero() {
		m.constant("certificate_expiry_timestamp_seconds", "When this player's certificate ends, in seconds since 1970.", float64(of.Expires.Unix()), nil)
	}
	return m
}

const namespace = "tfec"

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func newDirection(name, what string) direction {
	return direction{counters("sent_"+name, what+" sent to each player.", "peer"), counters("received_"+name, what+" received from each player.", "peer")}
}

// constant registers what does not change.
func (m *Monitor) constant(name, help string, value float64, labels prometheus.Labels) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels},
		func() float64 { return value }))
}

// Refused counts a connection that was refused.
func (m *Monitor) Refused() {
	if m != nil {
		m.refused.Inc()
	}
}

// Declined counts a run that was asked for and did not begin here.
func (m *Monitor) Declined(computation string) {
	if m != nil {
		m.runs.WithLabelValues(computation, string(Declined)).Inc()
	}
}

// Begun counts a run, until ended is called with its outcome.
func (m *Monitor) Begun(computation string) (ended func(Outcome)) {
	if m == nil {
		return func(Outcome) {}
	}
	began := time.Now()
	m.inFlight.WithLabelValues(computation).Inc()
	return func(o Outcome) {
		m.inFlight.WithLabelValues(computation).Dec()
		m.runs.WithLabelValues(computation, string(o)).Inc()
		if o == Done {
			m.seconds.WithLabelValues(computation).Observe(time.Since(began).Seconds())
		}
	}
}

// Rounds adds the rounds of a run.
func (m *Monitor) Rounds(computation string, n int) {
	if m != nil {
		m.rounds.WithLabelValues(computation).Add(float64(n))
	}
}

// Link counts what passes through l, as it passes.
func (m *Monitor) Link(l link.Link) link.Link {
	if m == nil {
		return l
	}
	return newCounting(m, l)
}
