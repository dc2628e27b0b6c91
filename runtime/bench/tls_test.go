package bench

// Servers of a session on loopback, with TLS, that hand their links to the
// benchmark.

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/session"
)

func connectTLS(b *testing.B) []link.Link {
	hosts, listeners := &session.Hostmap{}, make([]net.Listener, len(servers))
	for i, name := range servers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		listeners[i] = l
		hosts.Entries = append(hosts.Entries, session.Entry{Name: name, Addr: l.Addr().String()})
	}
	dir := b.TempDir()
	if err := session.Demo(hosts, dir); err != nil {
		b.Fatal(err)
	}
	links := make([]link.Link, len(servers))
	var connected, running sync.WaitGroup
	connected.Add(len(servers))
	end := make(chan struct{})
	for i, name := range servers {
		id, err := session.LoadIdentity(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		s := &session.Server{
			Player: name, Hostmap: hosts, Identity: id, Listener: listeners[i], Once: true,
			Programs: []session.Program{{
				File: "bench.tfe", Computation: "bench", Digest: "bench", Player: name, Players: servers,
				Run: func(_ context.Context, l link.Link, _ session.Run) error {
					links[i] = l
					connected.Done()
					<-end
					return nil
				},
			}},
		}
		running.Go(func() {
			if err := s.Serve(context.Background()); err != nil {
				b.Error(err)
			}
		})
	}
	connected.Wait()
	b.Cleanup(func() {
		close(end)
		running.Wait()
	})
	return links
}
