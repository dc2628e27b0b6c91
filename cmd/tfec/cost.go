package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/advise"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// costFlags are the flags of tfec cost.
type costFlags struct {
	source
	set     []string
	net     string
	compare bool
	json    bool
}

func costCommand() *cobra.Command {
	var f costFlags
	c := &cobra.Command{
		Use:   "cost FILE [COMPUTATION]",
		Short: "Say how many rounds and bytes a computation takes",
		Long: `Rounds and payload bytes, by step and by player, as polynomials in the sizes, and
of loops by pass. A run measures the same, exactly. Where operations on whole
vectors would take fewer rounds than a loop, the report has them. With --set sizes
become numbers; --net estimates the time on a lan (0.1 ms round trip, 10 Gbit/s)
or a wan (40 ms, 352 Mbit/s). --compare shows all protocols side by side, each with
the players of the program's protocol line: what each takes online and ahead, and
estimated times on both nets.`,
		Example: "  tfec cost average.tfe\n  tfec cost --set n=10000,m=500 --net wan average.tfe\n  tfec cost --set n=10000,m=500 --compare average.tfe",
		Args:    cobra.RangeArgs(1, 2),
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	f.flags(c)
	c.Flags().StringSliceVar(&f.set, "set", nil, "give sizes, and public inputs of one whole number: `NAME=NUMBER,…`")
	c.Flags().StringVar(&f.net, "net", "", "estimate the time on this `NET`, lan or wan")
	c.Flags().BoolVar(&f.compare, "compare", false, "show all protocols side by side")
	c.Flags().BoolVar(&f.json, "json", false, "write JSON")
	return c
}

func (f *costFlags) run(c *cobra.Command, args []string) error {
	set, err := f.sizes()
	if err != nil {
		return usageError{c, err}
	}
	net, err := f.chosenNet()
	if err != nil {
		return usageError{c, err}
	}
	if f.compare {
		return f.compared(c, args, set)
	}
	unit, err := f.load(c, args[0])
	if err != nil {
		return err
	}
	p, err := computation(c, unit, args[0], args[1:])
	if err != nil {
		return err
	}
	r, err := cost.Of(p, set)
	if err != nil {
		return err
	}
	advise.Add(r, unit, compiler.Options{Protocol: f.protocol}, p, set)
	if net != nil {
		if err := r.Estimate(*net); err != nil {
			return hinted{err, "give all sizes: " + example(p)}
		}
	}
	return show(c, r, f.json)
}

// compared shows the costs on every protocol. What is wrong with the program
// itself is said as ever; a protocol that it does not go on has a line that says why.
func (f *costFlags) compared(c *cobra.Command, args []string, set map[string]int64) error {
	if f.protocol != "" || f.net != "" {
		return usageError{c, errors.New("cannot use --protocol or --net with --compare, which has them all")}
	}
	unit, err := f.load(c, args[0])
	if err != nil {
		return err
	}
	if _, err := computation(c, unit, args[0], args[1:]); err != nil {
		return err
	}
	var table cost.Comparison
	for _, name := range capability.Names() {
		unit, list, err := compiler.Load(args[0], compiler.Options{Protocol: name, SkipTests: true})
		if err != nil {
			return readError(args[0], err)
		}
		if k := slices.IndexFunc(list, func(d diag.Diagnostic) bool { return !d.Warning() }); k >= 0 {
			table.Refuse(name, list[k].Message)
			continue
		}
		p, err := computation(c, unit, args[0], args[1:])
		if err != nil {
			return err
		}
		if err := table.Add(p, set); err != nil {
			return err
		}
	}
	return show(c, &table, f.json)
}

// example sets every size of a program, as text.
func example(p *ir.Program) string {
	set := cost.Example(p)
	var text []string
	for _, s := range p.Sizes {
		text = append(text, fmt.Sprintf("%s=%d", s.Name, set[s.Name]))
	}
	return "--set " + strings.Join(text, ",")
}

// sizes reads NAME=NUMBER.
func (f *costFlags) sizes() (map[string]int64, error) {
	set := make(map[string]int64)
	for _, s := range f.set {
		name, text, _ := strings.Cut(s, "=")
		v, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
		if err != nil || name == "" {
			return nil, fmt.Errorf("cannot read --set %q: want NAME=NUMBER", s)
		}
		set[name] = v
	}
	return set, nil
}

func (f *costFlags) chosenNet() (*cost.Net, error) {
	if f.net == "" {
		return nil, nil
	}
	net, err := cost.NetOf(f.net)
	return &net, err
}
