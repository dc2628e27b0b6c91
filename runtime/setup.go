package runtime

// The three rounds before a run and the exchange after it (spec.md, section
// 13). Each round is compared before the next is sent, and nothing that
// depends on an input but its sizes leaves a player before all of
// them have passed. Every player compares the same messages, so that all of
// them stop together.

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// setUp is rounds one and two: who takes part in what, then the sizes.
func (p *Party) setUp() {
	loadErr := p.load()
	p.greet()
	p.agreeOnSizes(loadErr)
	if err := checkWhere(p.prog.Where, p.sizes); err != nil {
		abort.Now(err)
	}
	if err := p.prog.checkShapes(p.inputs, p.sizes); err != nil {
		p.refuse(err)
	}
	p.pad()
}

// load loads and checks this player's inputs; all reasons against them at once.
func (p *Party) load() error {
	inputs, err := p.session.Load(p.prog)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range p.prog.Stored {
		errs = append(errs, p.loadShares(name, inputs))
	}
	for _, in := range p.prog.Inputs {
		errs = append(errs, checkInput(in, inputs))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	p.inputs = inputs
	p.sizes, err = p.prog.measure(inputs)
	return err
}

// loadShares takes the shares of an input, at a computing player. What the
// set-up asks of it is its type and shape.
func (p *Party) loadShares(name string, inputs Values) error {
	var columns []Input
	for _, in := range p.prog.Inputs {
		if in.Shared && binding.Root(in.Name) == name {
			columns = append(columns, in)
		}
	}
	if columns == nil {
		return nil // computes nothing
	}
	if _, ok := inputs[columns[0].Name]; ok {
		for _, in := range columns {
			p.stored[in.Name] = p.engine.AsShare(inputs[in.Name])
		}
		return nil
	}
	s, err := p.session.Stored(name)
	for _, in := range columns {
		x := s.Shares[in.Name]
		if err != nil {
			x = mpc.Share{Elem: in.Elem, Shape: make([]int, len(in.Shape))} // says no more than err
		} else if len(x.Comp) != p.engine.Components() {
			err = fmt.Errorf("input %s: the share file has %d components, want %d", in.Name, len(x.Comp), p.engine.Components())
		}
		p.stored[in.Name], inputs[in.Name] = x, clear.Tensor{Elem: x.Elem, Shape: x.Shape}
	}
	p.origins[name] = s.Origin
	return err
}

// A part is something that all players of a run must have in common.
type part struct{ name, value string }

func (p *Party) parts() []part {
	prog := p.prog
	return []part{
		{"wire version", wireVersion},
		{"runtime", Version},
		{"compiler", prog.Compiler},
		{"source", prog.Digest},
		{"computation", prog.Computation},
		{"protocol", prog.Protocol.String()},
		{"list of players", strings.Join(prog.Players, ", ")},
		{"list of certificates", strings.Join(p.session.Fingerprints, ", ")},
	}
}

// A hello is what one player says in round one: its parts, a nonce, and its
// contributions to the keys of the sets that it and the reader are in. All but
// the contributions is the same for every reader.
type hello struct {
	parts  []string
	common []byte // parts and nonce, as sent
	keys   []byte
}

const (
	nonceSize  = 32
	keySize    = len(prg.Key{})
	helloLimit = 1 << 18
)

// greet is round one.
func (p *Party) greet() {
	p.recorder.Begin(0, helloRound)
	defer p.recorder.End(0)
	hellos := make([]hello, len(p.prog.Players))
	hellos[p.self] = p.newHello()
	net := p.net(place{0, helloRound})
	for to := range p.others() {
		net.Send(to, hellos[p.self].common, p.contributions(hellos[p.self].keys, to))
	}
	for from := range p.others() {
		h, err := parseHello(net.recvAny(from, helloLimit), len(p.parts()))
		if err != nil {
			abort.Now(p.noHello(from))
		}
		hellos[from] = h
	}
	p.compareHellos(hellos)
	p.transcript = transcript(hellos)
	p.keys = prg.New(p.deriveKeys(hellos))
}

func (p *Party) newHello() hello {
	h := hello{keys: random(keySize * len(p.sets))}
	for _, part := range p.parts() {
		h.parts = append(h.parts, part.value)
		h.common = binary.BigEndian.AppendUint32(h.common, uint32(len(part.value)))
		h.common = append(h.common, part.value...)
	}
	h.common = append(h.common, random(nonceSize)...)
	return h
}

// errHello is a hello of another form: another version of the runtime.
var errHello = errors.New("sent no hello of this version of the runtime")

// noHello is the failure of the player who sent it.
func (p *Party) noHello(from int) error {
	return openly("%w", &link.PeerError{Player: p.prog.Players[from], Err: errHello})
}

// parseHello reads a hello of so many parts.
func parseHello(b []byte, parts int) (hello, error) {
	var h hello
	rest := b
	for range parts {
		if len(rest) < 4 {
			return h, errHello
		}
		n := binary.BigEndian.Uint32(rest)
		rest = rest[4:]
		if uint64(n) > uint64(len(rest)) {
			return h, errHello
		}
		h.parts = append(h.parts, string(rest[:n]))
		rest = rest[n:]
	}
	if len(rest) < nonceSize {
		return h, errHello
	}
	h.common, h.keys = b[:len(b)-len(rest)+nonceSize], rest[nonceSize:]
	return h, nil
}

// compareHellos ends the run if another player differs in a part.
func (p *Party) compareHellos(hellos []hello) {
	for i, part := range p.parts() {
		for from := range p.others() {
			if got := hellos[from].parts[i]; got != part.value {
				abort.Now(openly("%s and %s do not run the same program: the %s differs (%s and %s)",
					p.prog.Player, p.prog.Players[from], part.name, excerpt(part.value), excerpt(got)))
			}
		}
	}
}

// excerpt quotes what may be long, or come from elsewhere.
func excerpt(s string) string {
	const limit = 40
	if len(s) > limit {
		return fmt.Sprintf("%q…", s[:limit])
	}
	return fmt.Sprintf("%q", s)
}

// transcript is the hash over all hellos, which salts the keys of the run.
func transcript(hellos []hello) []byte {
	h := sha256.New()
	for _, hello := range hellos {
		sum := sha256.Sum256(hello.common)
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

// contributions picks from this player's keys those of the sets that it and
// the player to are in.
func (p *Party) contributions(keys []byte, to int) []byte {
	var picked []byte
	for i, set := range p.sets {
		if slices.Contains(set.Players(), to) {
			picked = append(picked, keys[i*keySize:(i+1)*keySize]...)
		}
	}
	return picked
}

// deriveKeys makes the key of each set from its members' contributions, in the
// order of the players, and that of hash64.
func (p *Party) deriveKeys(hellos []hello) prg.Keys {
	contributed := make(map[prg.Set][][]byte)
	for player, h := range hellos {
		for _, set := range p.sets {
			if !slices.Contains(set.Players(), player) {
				continue
			}
			if len(h.keys) < keySize {
				abort.Now(p.noHello(player))
			}
			contributed[set] = append(contributed[set], h.keys[:keySize])
			h.keys = h.keys[keySize:]
		}
		if len(h.keys) > 0 {
			abort.Now(p.noHello(player))
		}
	}
	keys := make(prg.Keys)
	for set, c := range contributed {
		key, err := prg.Derive(set, c, p.transcript)
		if err != nil {
			abort.Now(err)
		}
		keys[set] = key
	}
	if c, ok := contributed[p.hash]; ok {
		key, err := prg.DeriveHash(p.hash, c, p.transcript)
		if err != nil {
			abort.Now(err)
		}
		p.hashBy = clear.HashKey(key[:])
	}
	return keys
}

// agreeOnSizes is round two: a first ready bit and, where it is set, the sizes
// of the player's own inputs. loadErr is why this player is not ready.
func (p *Party) agreeOnSizes(loadErr error) {
	replies := p.exchange(sizeRound, p.encodeSizes(loadErr == nil))
	if loadErr != nil {
		abort.Now(loadErr)
	}
	p.expectReady(replies)
	for i, s := range p.prog.Sizes {
		n, err := p.prog.agree(s, i, replies, cmp.Or(p.session.MaxSize, maxSize))
		if err != nil {
			abort.Now(err)
		}
		p.sizes[s.Name] = n
	}
	if p.session.Agreed != nil {
		p.session.Agreed(p.sizes)
	}
}

// maxSize bounds what others say, before memory is made for it, where the
// operator sets no limit of its own.
const maxSize = 1 << 32

// agree returns the value of size i, which every player that knows it must
// have in common. It is limit at most.
func (prog *Program) agree(s SizeName, i int, replies [][]byte, limit int64) (int64, error) {
	value, owner := int64(0), ""
	for player, b := range replies {
		n, known := decodeSize(b, i)
		name := prog.Players[player]
		switch {
		case !known:
		case n < s.Min || n > maxSize:
			return 0, openly("size %s is %d at %s, and must be %d to %d", s.Name, n, name, s.Min, maxSize)
		case n > limit:
			return 0, openly("size %s is %d at %s, and %s takes part in runs with sizes up to %d (--max-size)", s.Name, n, name, prog.Player, limit)
		case owner == "":
			value, owner = n, name
		case n != value:
			return 0, openly("size %s differs: %d at %s, %d at %s", s.Name, value, owner, n, name)
		}
	}
	if owner == "" {
		return 0, openly("size %s is bound by no input", s.Name)
	}
	return value, nil
}

// sizeBytes is the length of one size in round two: whether the sender knows
// it, and what it is.
const sizeBytes = 1 + 8

func (p *Party) encodeSizes(ready bool) []byte {
	b := make([]byte, 1+sizeBytes*len(p.prog.Sizes))
	if !ready {
		return b
	}
	b[0] = 1
	for i, s := range p.prog.Sizes {
		if n, known := p.sizes[s.Name]; known {
			at := b[1+sizeBytes*i:]
			at[0] = 1
			binary.BigEndian.PutUint64(at[1:], uint64(n))
		}
	}
	return b
}

func decodeSize(b []byte, i int) (n int64, known bool) {
	at := b[1+sizeBytes*i:]
	return int64(binary.BigEndian.Uint64(at[1:])), at[0] == 1
}

// Start is round three, after the early checks: a second ready bit, with
// digests of all that was agreed on and of each public input. Nothing is
// shared before.
func (p *Party) Start() {
	if p.session.Admit != nil {
		if err := p.session.Admit(p.sizes); err != nil {
			p.refuse(err)
		}
	}
	agreed := []part{{"what was agreed in the set-up", string(p.encodeSizes(true))}}
	for _, in := range p.prog.Inputs {
		if in.Public {
			x := p.inputs[in.Name]
			agreed = append(agreed, part{"public input " + in.Name, fmt.Sprint(x.Shape) + content(x)})
		}
	}
	everybody := len(agreed)
	for _, name := range p.prog.Stored {
		agreed = append(agreed, part{"share file of " + name, p.origins[name]})
	}
	message := []byte{1}
	for _, a := range agreed {
		message = append(message, p.digest(a)...)
	}
	replies := p.exchange(startRound, message)
	p.expectReady(replies)
	for player, b := range replies {
		for i, a := range agreed {
			if i >= everybody && !(p.computes(p.self) && p.computes(player)) {
				continue // no share files to compare
			}
			if at := 1 + sha256.Size*i; !bytes.Equal(b[at:at+sha256.Size], message[at:at+sha256.Size]) {
				abort.Now(openly("%s and %s differ in %s", p.prog.Player, p.prog.Players[player], a.name))
			}
		}
	}
	p.started, p.clock, p.latest = true, 0, 0
	p.stats.SetUp = p.traffic()
	p.recorder.Started()
}

// content is the elements of x, the same in every process.
func content(x clear.Tensor) string {
	if x.Elem == clear.String {
		return x.String()
	}
	return string(packed(x))
}

// helps reports whether a player is a helper of the protocol.
func (p *Party) helps(player int) bool {
	return slices.Contains(p.prog.Protocol.Helpers, p.prog.Players[player])
}

// computes reports whether a player is a computing player.
func (p *Party) computes(player int) bool {
	return slices.Contains(p.prog.Protocol.Roles, p.prog.Players[player])
}

// digest hides nothing, but tells nothing to whoever does not have the run's
// transcript either.
func (p *Party) digest(a part) []byte {
	h := sha256.New()
	h.Write(p.transcript)
	h.Write([]byte(a.name + "\x00" + a.value))
	return h.Sum(nil)
}

// Fail ends the run because an early check or an assert does not hold. Before
// Start the others learn that this player stopped, and not why.
func (p *Party) Fail(step int, text string) {
	err := fmt.Errorf("%s, at %s", text, p.prog.Describe(uint32(step)))
	if !p.started {
		p.refuse(err)
	}
	abort.Now(err)
}

// refuse takes part in round three without being ready.
func (p *Party) refuse(err error) {
	public := 0
	for _, in := range p.prog.Inputs {
		if in.Public {
			public++
		}
	}
	p.exchange(startRound, make([]byte, 1+sha256.Size*(1+public+len(p.prog.Stored))))
	abort.Now(err)
}

// finish is the last exchange: outputs count once every player has come here.
func (p *Party) finish() {
	p.stats.Body = p.traffic().Minus(p.stats.SetUp)
	p.settle()
	p.stats.Rounds = int(p.clock)
	p.recorder.Finished(p.stats.Rounds)
	p.expectReady(p.exchange(lastRound, []byte{1}))
}

// exchange sends message to everybody, and returns the messages of equal
// length of all players, this one's too.
func (p *Party) exchange(round uint32, message []byte) [][]byte {
	p.recorder.Begin(0, int(round))
	defer p.recorder.End(0)
	net := p.net(place{0, round})
	for to := range p.others() {
		net.Send(to, message)
	}
	replies := make([][]byte, len(p.prog.Players))
	replies[p.self] = message
	for from := range p.others() {
		replies[from] = net.Recv(from, len(message))
	}
	return replies
}

// expectReady ends the run if a player's ready bit is not set.
func (p *Party) expectReady(replies [][]byte) {
	var names []string
	for player, b := range replies {
		if b[0] != 1 {
			names = append(names, p.prog.Players[player])
		}
	}
	if names != nil {
		abort.Now(openly("%s %w", strings.Join(names, ", "), link.ErrStopped))
	}
}

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}
