// The listener: /metrics, /healthz and /readyz.

package monitor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Address is where ADDR listens: on this machine alone unless it names a host.
func Address(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("cannot serve metrics on %q: want HOST:PORT, or :PORT for this machine alone", addr)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// readiness is why a player is not ready to take part in runs.
type readiness struct{ listening, spent, stopping atomic.Bool }

// Listening says that runs are taken from now on, Stopping that none are.
func (m *Monitor) Listening() {
	if m != nil {
		m.ready.listening.Store(true)
	}
}

func (m *Monitor) Stopping() {
	if m != nil {
		m.ready.stopping.Store(true)
	}
}

// Spent says whether the runs that the operator allows are used up.
func (m *Monitor) Spent(is bool) {
	if m != nil {
		m.ready.spent.Store(is)
	}
}

func (r *readiness) reason() error {
	switch {
	case r.stopping.Load():
		return errors.New("is stopping")
	case !r.listening.Load():
		return errors.New("does not listen yet")
	case r.spent.Load():
		return errors.New("takes part in no further runs: --runs allows more")
	}
	return nil
}

// Handler answers /metrics; /healthz, which is well while the process lives;
// and /readyz, which is while the player takes part in runs.
func (m *Monitor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: answerTime}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "lives") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := m.ready.reason(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}

// answerTime bounds a request, and what of one is left when the player ends.
const answerTime = 5 * time.Second

// Serve answers on l until stop is called.
func (m *Monitor) Serve(l net.Listener) (stop func()) {
	s := &http.Server{Handler: m.Handler(), ReadTimeout: answerTime, WriteTimeout: 2 * answerTime, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l) // ends by stop
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), answerTime)
		defer cancel()
		if s.Shutdown(ctx) != nil {
			s.Close()
		}
		<-ended
	}
}
