// Command asm writes the assembly of package prg and its declarations:
//
//	go run ./internal/asm .
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// rounds of AES-256; there is a round key more.
const rounds = 14

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: asm directory")
		os.Exit(2)
	}
	files, err := generate()
	for name, text := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate returns the text of all files, by name.
func generate() (map[string][]byte, error) {
	g := build.NewContext()
	g.ConstraintExpr("!purego")
	expand(g)
	counters(g)
	f, err := g.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(f); err != nil {
		return nil, err
	}
	cfg, files := printer.Config{Name: "internal/asm", Pkg: "prg"}, map[string][]byte{}
	for end, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		if files["aes_amd64"+end], err = p.Print(f); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// begin starts a function whose parameters do not escape.
func begin(g *build.Context, name, params, doc string) {
	g.Function(name)
	g.Pragma("noescape")
	g.SignatureExpr("func(" + params + ")")
	g.Doc(name + " " + doc)
}

// expand emits the key schedule of AES-256 (FIPS 197, section 5.2; Gueron 2010,
// Intel Advanced Encryption Standard New Instructions Set).
func expand(g *build.Context) {
	begin(g, "expandKey", "schedule, key *byte", "sets the 15 round keys of a key of 32 bytes.")
	schedule, key := g.Load(g.Param("schedule"), g.GP64()), g.Load(g.Param("key"), g.GP64())
	even, odd, word, shifted := g.XMM(), g.XMM(), g.XMM(), g.XMM()
	place := func(i int) operand.Mem { return operand.Mem{Base: schedule, Disp: 16 * i} }
	g.VMOVDQU(operand.Mem{Base: key}, even)
	g.VMOVDQU(operand.Mem{Base: key, Disp: 16}, odd)
	g.VMOVDQU(even, place(0))
	g.VMOVDQU(odd, place(1))
	// next makes the round key after two of which it follows the first.
	next := func(i int, first, last reg.Register, constant, lane uint64) {
		g.VAESKEYGENASSIST(operand.Imm(constant), last, word)
		g.VPSHUFD(operand.Imm(lane), word, word)
		g.VMOVDQU(first, shifted)
		for range 3 {
			g.VPSLLDQ(operand.Imm(4), shifted, shifted)
			g.VPXOR(shifted, first, first)
		}
		g.VPXOR(word, first, first)
		g.VMOVDQU(first, place(i))
	}
	for i := 2; i <= rounds; i++ {
		if i%2 == 0 {
			next(i, even, odd, 1<<(i/2-1), 0xff)
		} else {
			next(i, odd, even, 0, 0xaa)
		}
	}
	g.RET()
}

// counters emits the cipher of consecutive counters, sixteen blocks at a time.
func counters(g *build.Context) {
	begin(g, "encryptCounters", "dst *byte, batches int, schedule *byte, c *[24]uint64",
		"sets dst to batches of 16 blocks: the encrypted counters from c on. c has four counters, what comes to them from one vector to the next, and where each byte of a block comes from.")
	dst, n := g.Load(g.Param("dst"), g.GP64()), g.Load(g.Param("batches"), g.GP64())
	schedule, c := g.Load(g.Param("schedule"), g.GP64()), g.Load(g.Param("c"), g.GP64())
	field := func(i int) reg.VecVirtual {
		v := g.ZMM()
		g.VMOVDQU64(operand.Mem{Base: c, Disp: 64 * i}, v)
		return v
	}
	counter, step, order := field(0), field(1), field(2)
	keys := make([]reg.VecVirtual, rounds+1)
	for i := range keys {
		keys[i] = g.ZMM()
		g.VBROADCASTI32X4(operand.Mem{Base: schedule, Disp: 16 * i}, keys[i])
	}
	g.Label("batch")
	blocks := make([]reg.VecVirtual, 4)
	for i := range blocks {
		blocks[i] = g.ZMM()
		g.VPSHUFB(order, counter, blocks[i])
		g.VPXORQ(keys[0], blocks[i], blocks[i])
		g.VPADDQ(step, counter, counter)
	}
	for _, k := range keys[1:rounds] {
		for _, b := range blocks {
			g.VAESENC(k, b, b)
		}
	}
	for i, b := range blocks {
		g.VAESENCLAST(keys[rounds], b, b)
		g.VMOVDQU64(b, operand.Mem{Base: dst, Disp: 64 * i})
	}
	g.ADDQ(operand.U32(256), dst)
	g.DECQ(n)
	g.JNZ(operand.LabelRef("batch"))
	g.VZEROUPPER()
	g.RET()
}
