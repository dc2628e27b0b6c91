package runtime

// `@ shared` outputs and inputs as share files.

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tfec-lang/tfec/runtime/sharefile"
)

// A Shelf is where a player keeps the shares of one output: a folder, and the
// folder of the key that they are encrypted under.
type Shelf struct{ Dir, Keys string }

// Check finds out, before a run, whether an output can be kept.
func (s Shelf) Check(out Output) error {
	if s.Dir == "" {
		return fmt.Errorf("output %s is kept as shares: say where with --out %s=share:DIR", out.Name, out.Name)
	}
	return sharefile.Check(s.Dir, out.Name)
}

// Keep writes the shares of an output that a run left.
func (s Shelf) Keep(prog *Program, run string, out Output, shares Shares) error {
	x := shares[out.Name]
	return sharefile.Write(s.Dir, s.Keys, sharefile.Header{
		Source: prog.Digest, Computation: prog.Computation, Output: out.Name, Run: run,
		Protocol: prog.Protocol.String(), Elem: x.Elem, Shape: x.Shape, Player: prog.Player,
	}, x)
}

// Take reads the shares of an input, and compares where they come from with the
// program: an output of the same source, name and type, on the same protocol,
// kept by the same player.
func (s Shelf) Take(prog *Program, in Input) (Stored, error) {
	if s.Dir == "" {
		return Stored{}, fmt.Errorf("input %s is kept as shares: say where with --in %s=share:DIR", in.Name, in.Name)
	}
	h, x, err := sharefile.Read(s.Dir, s.Keys, in.Name)
	if err != nil {
		return Stored{}, err
	}
	var errs []error
	for _, c := range []struct{ what, got, want string }{
		{"the source", h.Source, prog.Digest},
		{"the output", h.Output, in.Name},
		{"the protocol", h.Protocol, prog.Protocol.String()},
		{"the player", h.Player, prog.Player},
		{"the type", h.Elem.String(), in.Elem.String()},
	} {
		if c.got != c.want {
			errs = append(errs, fmt.Errorf("share file %s: %s differs: it is of %s, the program has %s",
				sharefile.Path(s.Dir, in.Name), c.what, excerpt(c.got), excerpt(c.want)))
		}
	}
	h.Player = "" // what is left must be the same at all computing players
	origin, err := json.Marshal(h)
	return Stored{Share: x, Origin: string(origin)}, errors.Join(append(errs, err)...)
}
