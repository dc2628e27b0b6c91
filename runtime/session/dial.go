// Dialing: with back-off while the other side is still starting, and an end
// with the reason.

package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/keepalive"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/stream"
)

// A dialer connects to the entries of a hostmap.
type dialer struct {
	id      *Identity
	timeout time.Duration
	// waiting, if set, is told once when an entry does not answer at once.
	waiting func(to Entry)
}

// retry is the back-off between attempts.
var retry = backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second}

// connect returns a connection on which both sides have accepted each other.
// A player that is not there yet is waited for, a refusal is final.
func (d *dialer) connect(ctx context.Context, to Entry) (*grpc.ClientConn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	last := &lastError{}
	failed := func(_ net.Addr, err error) {
		last.set(err)
		if isRefusal(err) {
			refuse(d.refused(to, err))
		}
	}
	conn, err := grpc.NewClient("passthrough:///"+to.Addr, d.options(to, last, failed)...)
	if err != nil {
		return nil, d.refused(to, err)
	}
	if err := d.ready(ctx, conn, to, last); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// shares returns a connection for the shares of a run, on which both sides have
// accepted each other. It waits as connect does, for a player that has gone for
// a moment.
func (d *dialer) shares(ctx context.Context, to Entry, run string) (stream.Conn, stream.Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	for delay := retry.BaseDelay; ; delay = min(2*delay, retry.MaxDelay) {
		conn, who, err := d.attempt(ctx, to, run)
		switch {
		case err == nil:
			p, err := sharer(who)
			if err != nil {
				conn.Close()
				return nil, p, d.refused(to, err)
			}
			return conn, p, nil
		case isRefusal(err):
			return nil, stream.Peer{}, d.refused(to, err)
		}
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return nil, stream.Peer{}, d.unreachable(ctx, to, err)
		}
	}
}

func (d *dialer) attempt(ctx context.Context, to Entry, run string) (stream.Conn, Peer, error) {
	raw, err := (&net.Dialer{KeepAliveConfig: probing}).DialContext(ctx, "tcp", to.Addr)
	if err != nil {
		return nil, Peer{}, err
	}
	t := &transport{id: d.id, want: to.Name, run: run, failed: func(net.Addr, error) {}}
	return t.shake(ctx, raw, t.client)
}

// probing is how a connection for shares that is silent is probed.
var probing = net.KeepAliveConfig{Enable: true, Idle: keepaliveTime, Interval: keepaliveTime / 5, Count: 5}

func (d *dialer) options(to Entry, last *lastError, failed func(net.Addr, error)) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(&transport{id: d.id, want: to.Name, failed: failed}),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			if err != nil {
				last.set(err)
			}
			return conn, err
		}),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: retry, MinConnectTimeout: handshakeTime}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveTime, Timeout: keepaliveTime}),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(), grpc.WithIdleTimeout(0),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxControl)),
	}
}

// keepaliveTime is after what silence a connection is probed, and how long the
// probe may take.
const keepaliveTime = 10 * time.Second

func (d *dialer) ready(ctx context.Context, conn *grpc.ClientConn, to Entry, last *lastError) error {
	told := false
	for {
		conn.Connect()
		state := conn.GetState()
		if state == connectivity.Ready {
			return nil
		}
		if state == connectivity.TransientFailure {
			if !told && d.waiting != nil {
				d.waiting(to)
			}
			told = true
		}
		if !conn.WaitForStateChange(ctx, state) {
			return d.unreachable(ctx, to, last.get())
		}
	}
}

func (d *dialer) unreachable(ctx context.Context, to Entry, last error) error {
	if cause := context.Cause(ctx); cause != context.DeadlineExceeded {
		return cause
	}
	return &link.PeerError{Player: to.Name, Err: fmt.Errorf("cannot be reached at %s after %v: %w", to.Addr, d.timeout, brief(last))}
}

func (d *dialer) refused(to Entry, err error) error {
	return &link.PeerError{Player: to.Name, Err: fmt.Errorf("%s cannot connect to it at %s: %w", d.id.Name, to.Addr, err)}
}

// brief leaves the name of the call and the address out of an error.
func brief(err error) error {
	var errno syscall.Errno
	switch {
	case err == nil:
		return errors.New("no answer")
	case errors.As(err, &errno):
		return errno
	}
	return err
}
