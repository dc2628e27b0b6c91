// Package prg makes the pseudo-random streams of a run: AES-256 in counter
// mode, keyed for each set of players and run, separated by step, occurrence
// and purpose. A stream can be asked for once.
//
// The counter block is step (32 bits), occurrence (32), purpose (24) and the
// block number (40), big-endian; so two streams of a key never share a block.
package prg

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Set names the players that share a key, as sorted indices joined: use Of.
type Set string

// Of returns the set of the players with these indices.
func Of(players ...int) Set {
	players = slices.Clone(players)
	slices.Sort(players)
	var names []string
	for _, p := range slices.Compact(players) {
		names = append(names, strconv.Itoa(p))
	}
	return Set(strings.Join(names, ","))
}

// Players returns the members, ascending; of a Set that Of made.
func (s Set) Players() []int {
	var players []int
	for name := range strings.SplitSeq(string(s), ",") {
		p, err := strconv.Atoi(name)
		if err != nil {
			return nil
		}
		players = append(players, p)
	}
	return players
}

// A Purpose separates the streams of one step. Only its lowest 24 bits count.
type Purpose uint32

// Purposes is how many there are.
const Purposes Purpose = 1 << 24

// A Key is the secret of one set for one run.
type Key [32]byte

// Keys are the keys that one player has in a run.
type Keys map[Set]Key

// Derive makes the key of a set for a run: HKDF-SHA256 over the random
// contributions of all its members, in the order of the members, salted with
// the hash of everything that all players said before. Each contribution has
// the length of a Key, or Derive refuses it: with equal lengths no two lists
// of contributions read as the same secret.
func Derive(set Set, contributions [][]byte, transcript []byte) (Key, error) {
	return derive("tfec stream key ", set, contributions, transcript)
}

// DeriveHash makes the key of hash64 in the same way: apart from that of the
// set's streams.
func DeriveHash(set Set, contributions [][]byte, transcript []byte) (Key, error) {
	return derive("tfec hash key ", set, contributions, transcript)
}

func derive(label string, set Set, contributions [][]byte, transcript []byte) (Key, error) {
	var secret []byte
	for i, c := range contributions {
		if len(c) != len(Key{}) {
			return Key{}, fmt.Errorf("cannot derive key of players %s: contribution %d has %d bytes, want %d", set, i, len(c), len(Key{}))
		}
		secret = append(secret, c...)
	}
	key, err := hkdf.Key(sha256.New, secret, transcript, label+string(set), len(Key{}))
	return Key(key), err
}

// A Source hands out one player's streams of a run.
type Source struct {
	mu     sync.Mutex
	blocks map[Set]blockCipher
	// next is the lowest occurrence that may still be asked for. Occurrences
	// of a step ascend, so that a loop takes no memory.
	next map[name]uint64
	// watch is told what is drawn; nil but in tests.
	watch func(Drawn)
}

// Drawn is a part of a stream: its words from First up to End.
type Drawn struct {
	Set              Set
	Step, Occurrence uint32
	Purpose          Purpose
	First, End       uint64
}

// Watch has f told of all words that are drawn from now on, by several goroutines at once,
// so that tests can hold that none serves twice.
func (s *Source) Watch(f func(Drawn)) { s.watch = f }

type name struct {
	set     Set
	step    uint32
	purpose Purpose
}

// New returns the source of a run.
func New(keys Keys) *Source {
	return newSource(keys, vectors)
}

func newSource(keys Keys, vectors bool) *Source {
	s := &Source{blocks: make(map[Set]blockCipher), next: make(map[name]uint64)}
	for set, key := range keys {
		s.blocks[set] = newBlockCipher(key, vectors)
	}
	return s
}

// Stream returns the stream of a set for one occurrence of a step. It refuses
// a stream that it has handed out, or one of an earlier occurrence: a mask
// that is used twice tells the difference of what it masks.
func (s *Source) Stream(set Set, step, occurrence uint32, purpose Purpose) (*Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	block, ok := s.blocks[set]
	if !ok {
		return nil, fmt.Errorf("cannot draw for players %s: no key", set)
	}
	if purpose >= Purposes {
		return nil, fmt.Errorf("cannot draw for players %s: purpose %d of %d", set, purpose, Purposes)
	}
	n := name{set, step, purpose}
	if uint64(occurrence) < s.next[n] {
		return nil, fmt.Errorf("cannot draw for players %s twice: step %d, occurrence %d, purpose %d", set, step, occurrence, purpose)
	}
	s.next[n] = uint64(occurrence) + 1
	st := &Stream{block: block}
	if s.watch != nil {
		st.watch = func(first, end uint64) { s.watch(Drawn{set, step, occurrence, purpose, first, end}) }
	}
	binary.BigEndian.PutUint32(st.iv[0:], step)
	binary.BigEndian.PutUint32(st.iv[4:], occurrence)
	binary.BigEndian.PutUint32(st.iv[8:], uint32(purpose)<<8)
	return st, nil
}

// A Stream is a sequence of pseudo-random bytes that the players of its set
// draw alike. Each fill starts at a new block of the cipher.
type Stream struct {
	block blockCipher
	iv    [aes.BlockSize]byte // of block number 0
	used  uint64              // blocks
	watch func(first, end uint64)
}

// Fill sets every word of dst.
func (s *Stream) Fill(dst []uint64) {
	t := s.Take(len(dst))
	ring.Split(len(dst), func(lo, hi int) { t.From(lo).Fill(dst[lo:hi]) })
}

// Words returns n words.
func (s *Stream) Words(n int) []uint64 {
	dst := make([]uint64, n)
	s.Fill(dst)
	return dst
}

// Take sets the next n words aside: any part of them can be drawn, by several
// goroutines at once.
func (s *Stream) Take(n int) Taken {
	t := Taken{block: s.block, iv: s.iv, first: s.used, watch: s.watch}
	s.used += uint64(n+1) / wordsPerBlock
	return t
}

// Drawn is the number of bytes that were taken, whole blocks.
func (s *Stream) Drawn() int { return int(s.used) * aes.BlockSize }

// Taken is words of a stream.
type Taken struct {
	block blockCipher
	iv    [aes.BlockSize]byte
	first uint64 // block
	watch func(first, end uint64)
}

const wordsPerBlock = aes.BlockSize / 8

// From returns what draws the words from one on.
func (t Taken) From(word int) *Cursor { return &Cursor{Taken: t, word: uint64(word)} }

// A Cursor draws words one after the other.
type Cursor struct {
	Taken
	word   uint64        // the next
	stream cipher.Stream // from that word on; nil while it is at a block, and with batches
	out    [aes.BlockSize]byte
}

// few is the number of words below which blocks are drawn one by one: to set a
// stream up costs as much.
const few = 16

// Fill sets every word of dst.
func (c *Cursor) Fill(dst []uint64) {
	if c.watch != nil {
		first := c.first*wordsPerBlock + c.word
		c.watch(first, first+uint64(len(dst)))
	}
	if c.block.schedule != nil {
		ring.FillBytes(dst, c.fillBatches)
		return
	}
	if c.stream == nil && len(dst) <= few && c.word%wordsPerBlock == 0 {
		c.fillFew(dst)
		return
	}
	if c.stream == nil {
		c.setCounter()
		c.stream = cipher.NewCTR(c.block, c.iv[:])
		skip := 8 * (c.word % wordsPerBlock)
		c.stream.XORKeyStream(c.out[:skip], zeros[:skip])
	}
	c.word += uint64(len(dst))
	ring.FillBytes(dst, c.fillBytes)
}

// fillBatches draws whole batches to their place; of what is left, one more.
func (c *Cursor) fillBatches(dst []byte) {
	var more [batchSize]byte
	for len(dst) > 0 {
		c.setCounter()
		n, skip := len(dst)&^(batchSize-1), 8*(c.word%wordsPerBlock)
		if n > 0 && skip == 0 {
			c.block.batches(dst[:n], &c.iv)
		} else {
			c.block.batches(more[:], &c.iv)
			n = copy(dst, more[skip:])
		}
		c.word += uint64(n / 8)
		dst = dst[n:]
	}
}

func (c *Cursor) fillFew(dst []uint64) {
	for i := range dst {
		if i%wordsPerBlock == 0 {
			c.setCounter()
			c.block.Encrypt(c.out[:], c.iv[:])
			c.word += wordsPerBlock
		}
		dst[i] = binary.LittleEndian.Uint64(c.out[8*(i%wordsPerBlock):])
	}
	// Of the last block, half may be left.
	c.word -= uint64(len(dst) % wordsPerBlock)
}

// setCounter makes iv that of the next word.
func (c *Cursor) setCounter() {
	block := c.first + c.word/wordsPerBlock
	// 40 bits: 16 TiB, more than a step can hold in memory.
	c.iv[11] = byte(block >> 32)
	binary.BigEndian.PutUint32(c.iv[12:], uint32(block))
}

// zeros stays in the cache: what is added to it is the stream itself.
var zeros [1 << 13]byte

func (c *Cursor) fillBytes(dst []byte) {
	for len(dst) > 0 {
		n := min(len(dst), len(zeros))
		c.stream.XORKeyStream(dst[:n], zeros[:n])
		dst = dst[n:]
	}
}
