package bench

// The servers: what each does, and how the first has the others do it.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A row is a protocol, whose servers, with its helpers, are all players.
type row struct{ *capability.Protocol }

// rows are all protocols; of most benchmarks, one.
var (
	rows = func() (all []row) {
		for _, name := range capability.Names() {
			p, _ := capability.Lookup(name)
			all = append(all, row{p})
		}
		return all
	}()
	aby3 = rows[slices.Index(capability.Names(), "aby3")]
)

func (p row) players() int { return p.Roles + p.Helpers }

func (p row) helper(player int) bool { return player >= p.Roles }

func (p row) roles() (all []int) {
	for i := range p.players() {
		all = append(all, i)
	}
	return all
}

func (p row) names() (all []string) {
	for i := range p.players() {
		all = append(all, fmt.Sprint("server", i))
	}
	return all
}

func (p row) engine(self int) *mpc.Engine {
	k, err := protocol.New(p.Name, int(ring.Z64), self, p.roles())
	if err != nil {
		panic(err)
	}
	return mpc.New(k)
}

// A server carries out operations between the links of a team.
type server struct {
	row    row
	engine *mpc.Engine
	source *prg.Source
	net    steps
	link   link.Link
	alone  bool // in its process

	step, occurrence uint32
	dealt            int // the operation whose inputs these are, plus 1
	inputs           []mpc.Share
}

// steps is a Net that goes from step to step.
type steps interface {
	mpc.Net
	At(step, occurrence uint32)
}

func newServer(p row, l link.Link) *server {
	source := prg.New(keys(p, l.Self()))
	return &server{row: p, engine: p.engine(l.Self()), source: source, net: conformance.NewNet(l, source), link: l}
}

// keys need not be secret here.
func keys(p row, self int) prg.Keys {
	sets, err := protocol.KeySets(p.Name, p.roles(), nil)
	if err != nil {
		panic(err)
	}
	keys := prg.Keys{}
	for i, set := range sets {
		for _, p := range set.Players() {
			if p == self {
				keys[set] = prg.Key{byte(i)}
			}
		}
	}
	return keys
}

// next is the Net of the operation's next call.
func (s *server) next() mpc.Net {
	s.step++
	s.net.At(s.step, s.occurrence)
	return s.net
}

// execute carries an operation out once.
func (s *server) execute(op operation, inputs []mpc.Share) {
	s.step = 0
	s.occurrence++
	op.run(s, inputs)
}

// deal returns this server's shares of an operation's inputs, the same numbers
// each time, as they come out of operations.
func (s *server) deal(op operation) []mpc.Share {
	s.step = 0
	s.occurrence++
	r, self := rand.New(rand.NewPCG(1, 2)), s.link.Self()
	var all []mpc.Share
	for _, in := range op.inputs {
		var x mpc.Share
		if self == 0 {
			x = s.engine.Share(s.next(), in.tensor(r))
		} else {
			x = s.engine.Shared(s.next(), 0, in.elem, in.shape...)
		}
		all = append(all, s.engine.Refresh(s.next(), x))
	}
	return all
}

// pass is a round in which each server sends so many bytes to the next.
func (s *server) pass(message []byte) {
	s.step = 0
	s.occurrence++
	n, self, players := s.next(), s.link.Self(), s.row.players()
	n.Stage()
	n.Send((self+1)%players, message)
	n.Recv((self+players-1)%players, len(message))
}

// operationOf is an operation by its number in both lists.
func operationOf(i int) operation {
	if i < len(operations) {
		return operations[i]
	}
	return growing[i-len(operations)]
}

// A task is what the first server has all servers do: an operation, whose inputs
// are shared first, or rounds of so many bytes.
type task struct{ op, times, rounds, bytes int }

func (t task) encode() []byte {
	var b []byte
	for _, v := range []int{t.op, t.times, t.rounds, t.bytes} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

func decode(b []byte) task {
	at := func(i int) int { return int(binary.LittleEndian.Uint64(b[8*i:])) }
	return task{at(0), at(1), at(2), at(3)}
}

// carryOut does a task and returns the processor time that it took here.
func (s *server) carryOut(t task) (cpu time.Duration, err error) {
	defer abort.Catch(&err)
	if t.rounds == 0 && s.dealt != t.op+1 {
		s.inputs, s.dealt = s.deal(operationOf(t.op)), t.op+1
	}
	begin := used()
	for range t.times {
		s.execute(operationOf(t.op), s.inputs)
	}
	message := make([]byte, t.bytes)
	for range t.rounds {
		s.pass(message)
	}
	return used() - begin, nil
}

// follow does what the first server says, until it leaves.
func (s *server) follow(ctx context.Context) error {
	for {
		_, b, err := s.link.RecvAny(ctx, 0, 100)
		if err != nil || len(b) == 0 {
			return err
		}
		cpu, err := s.carryOut(decode(b))
		if err != nil {
			return err
		}
		if !s.alone {
			cpu = 0 // the first server's process counts it
		}
		if err := s.link.Send(ctx, 0, link.Header{}, binary.LittleEndian.AppendUint64(nil, uint64(cpu))); err != nil {
			return err
		}
	}
}

// used is the processor time of this process.
func used() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// A team is three servers, seen from the first.
type team struct{ *server }

// do has all servers do a task, from the first word to the last, and returns
// the processor seconds of all.
func (t *team) do(b testing.TB, work task) (cpu float64) {
	sum, err := t.try(work)
	if err != nil {
		b.Fatal(err)
	}
	return sum.Seconds()
}

func (t *team) try(work task) (sum time.Duration, err error) {
	ctx := context.Background()
	for i := 1; i < t.row.players(); i++ {
		if err := t.link.Send(ctx, i, link.Header{}, work.encode()); err != nil {
			return 0, err
		}
	}
	if sum, err = t.carryOut(work); err != nil {
		return 0, err
	}
	for i := 1; i < t.row.players(); i++ {
		_, b, err := t.link.Recv(ctx, i, 8)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(binary.LittleEndian.Uint64(b))
	}
	return sum, nil
}

// dismiss lets the other servers go.
func (t *team) dismiss() error {
	var errs []error
	for i := 1; i < t.row.players(); i++ {
		errs = append(errs, t.link.Send(context.Background(), i, link.Header{}))
	}
	return errors.Join(errs...)
}

// inProcess is a team in this process, over links.
func inProcess(b testing.TB, p row, links []link.Link) *team {
	var following sync.WaitGroup
	for _, l := range links[1:] {
		following.Go(func() {
			if err := newServer(p, l).follow(context.Background()); err != nil {
				b.Error(fmt.Errorf("%s: %w", p.names()[l.Self()], err))
				l.Close(err)
			}
		})
	}
	t := &team{newServer(p, links[0])}
	b.Cleanup(func() {
		t.dismiss()
		following.Wait()
	})
	return t
}

func inMemory(b testing.TB, p row) *team { return inProcess(b, p, local.Connect(p.names())) }

// wan is the network that `tfec cost --net wan` assumes.
var wan = func() cost.Net {
	n, err := cost.NetOf("wan")
	if err != nil {
		panic(err)
	}
	return n
}()

func overWAN(b testing.TB, p row) *team {
	return inProcess(b, p, slow(local.Connect(p.names()), wan.RoundTrip/2, wan.BitsPerS/8))
}
