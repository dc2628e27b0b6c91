package session

// A player that answers and does not read its orders.

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// A deafStream takes no message until it is left.
type deafStream struct {
	grpc.ClientStream
	ctx context.Context
}

func (s deafStream) SendMsg(any) error {
	<-s.ctx.Done()
	return s.ctx.Err()
}

// A readingStream takes messages.
type readingStream struct{ grpc.ClientStream }

func (readingStream) SendMsg(any) error { return nil }

// Neither the heartbeats of the others nor the end of the run wait for it, and
// it is named as the reason.
func TestMemberThatDoesNotRead(t *testing.T) {
	conn, err := grpc.NewClient("127.0.0.1:0", grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		deaf := &member{name: "bob", conn: conn, cancel: cancel, stream: deafStream{ctx: ctx}, sending: make(chan struct{}, 1), reports: make(chan report)}
		f := &following{coordination: &coordination{serving: &serving{Server: Server{PeerTimeout: 8 * time.Second}}, members: []*member{deaf}}}
		for range 7 {
			deaf.heard, deaf.moved = time.Now(), time.Now() // its engine is alive
			began := time.Now()
			require.NoError(t, f.beat())
			require.Equal(t, began, time.Now(), "nobody waits for a heartbeat to be taken")
			time.Sleep(time.Second)
		}
		deaf.heard, deaf.moved = time.Now(), time.Now()
		time.Sleep(time.Second)
		require.EqualError(t, f.beat(), "bob stopped in the set-up: it has read no order for 8s")
		began := time.Now()
		deaf.release(order{Kind: orderStop}, nil)
		require.Equal(t, farewellTime, time.Since(began))
		require.Error(t, ctx.Err(), "its stream has ended")
		synctest.Wait()
	})
}

// Who has waited long for players that have finished a moment ago is about to hear of it.
func TestLastToFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		named := func(name string) *member {
			return &member{name: name, stream: readingStream{}, sending: make(chan struct{}, 1), heard: began, moved: began, last: report{Step: 7}}
		}
		owner, server := named("owner"), named("s0")
		f := &following{coordination: &coordination{serving: &serving{Server: Server{PeerTimeout: time.Minute}}, members: []*member{owner, server}}}
		f.tell = func(Event) {}
		time.Sleep(time.Hour)
		require.NoError(t, f.note(note{server, report{Kind: reportDone}, false}))
		require.NoError(t, f.note(note{owner, report{Kind: reportAlive, Step: 7, Waiting: "s0"}, false}))
		require.NoError(t, f.beat())
		time.Sleep(time.Minute)
		require.NoError(t, f.note(note{owner, report{Kind: reportAlive, Step: 7, Waiting: "s0"}, false}))
		require.EqualError(t, f.beat(), "no player goes on: owner at step 7 waits for s0")
	})
}
