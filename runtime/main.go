package runtime

// The command of a generated player.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/internal/heap"
	"github.com/tfec-lang/tfec/runtime/binding"
)

// Exit statuses.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// Main is the main function of one player's command: it serves the programs
// with the options of the command line, and exits.
func Main(programs ...*Program) { serveProcess(programs[0].Player, programs) }

// Coordinator is Main for a coordinator of that name that is no player.
func Coordinator(name string) { serveProcess(name, nil) }

func serveProcess(name string, programs []*Program) {
	heap.Relax()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(serveMain(ctx, name, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, programs))
}

// serveMain is serveProcess without the process; it returns the exit status.
func serveMain(ctx context.Context, name string, args []string, in io.Reader, out, errs io.Writer, programs []*Program) int {
	c := serveCommand(name, programs)
	c.SetArgs(args)
	c.SetIn(in)
	c.SetOut(out)
	c.SetErr(errs)
	return exitStatus(name, c.ExecuteContext(ctx), errs)
}

func serveCommand(name string, programs []*Program) *cobra.Command {
	o := ServeOptions{Player: name}
	c := &cobra.Command{
		Use:           name,
		Short:         short(name, programs),
		Long:          describePrograms(name, programs),
		Example:       "  " + example(name, programs),
		Version:       strings.TrimPrefix(join(programs, func(p *Program) string { return p.Digest + ", compiler " + p.Compiler })+", runtime "+Version, ", "),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.Inspect, err = InspectionOf(os.Getenv); err != nil {
				return err
			}
			o.Stdin, o.Stdout, o.Stderr = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
			return Serve(c.Context(), o, programs...)
		},
	}
	o.Flags(c.Flags())
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &UsageError{err} })
	args := c.Args
	c.Args = func(c *cobra.Command, a []string) error {
		if err := args(c, a); err != nil {
			return &UsageError{err}
		}
		return nil
	}
	return c
}

func short(name string, programs []*Program) string {
	if len(programs) == 0 {
		return name + ", a coordinator that is no player"
	}
	return fmt.Sprintf("%s's part of %s", name, join(programs, func(p *Program) string { return p.File }))
}

// join lists what programs have, each thing once.
func join(programs []*Program, of func(*Program) string) string {
	var all []string
	for _, p := range programs {
		if !slices.Contains(all, of(p)) {
			all = append(all, of(p))
		}
	}
	return strings.Join(all, ", ")
}

// describePrograms says what the player does: its computations with their
// inputs and outputs.
func describePrograms(name string, programs []*Program) string {
	if len(programs) == 0 {
		return name + " is a coordinator that is no player: it starts runs, and relays progress and failures."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s takes part in the computations of %s.\n", name,
		join(programs, func(p *Program) string { return fmt.Sprintf("%s (digest %s)", p.File, p.Digest) }))
	for _, prog := range programs {
		fmt.Fprintf(&b, "\n%s, %s\n", prog.Computation, prog.Protocol)
		for _, in := range prog.Inputs {
			limits := ""
			if in.Range != nil {
				limits = " in " + in.Range.Text
			}
			fmt.Fprintf(&b, "  input  %s: %s%s%s%s\n", in.Name, in.Elem, brackets(in.Shape), limits, remark(in.Doc))
		}
		for _, out := range prog.Outputs {
			fmt.Fprintf(&b, "  output %s: %s%s%s\n", out.Name, out.Elem, brackets(out.Shape), remark(out.Doc))
		}
	}
	b.WriteString("\nTFE_EVENTS=1 and TFE_TRACE=1 write what this player noted of each run, for\nTensorBoard and as a timeline, into $TFE_EVENTS_DIR (default /tmp/tensorboard).")
	return b.String()
}

func brackets(shape []Size) string {
	if len(shape) == 0 {
		return ""
	}
	var dims []string
	for _, s := range shape {
		dims = append(dims, s.String())
	}
	return "[" + strings.Join(dims, ", ") + "]"
}

func remark(doc string) string {
	if doc == "" {
		return ""
	}
	return "   " + strings.ReplaceAll(doc, "\n", " ")
}

// example is a command line with all inputs.
func example(name string, programs []*Program) string {
	line := name + " --config config.json"
	if len(programs) == 0 {
		return line
	}
	for _, value := range binding.Records(programs[0].Inputs, func(in Input) string { return in.Name }) {
		root := binding.Root(value[0].Name)
		name, _, _ := strings.Cut(root, "[") // a bundle's name stands for its only member here
		column := "#COLUMN"
		if root != value[0].Name {
			column = "" // the columns of a record are named by its fields
		}
		line += fmt.Sprintf(" --in %s=csv:FILE%s", name, column)
	}
	return line
}

// exitStatus prints what went wrong, one line an error, and the hint.
func exitStatus(name string, err error, errs io.Writer) int {
	if err == nil {
		return exitDone
	}
	for _, e := range flatten(err) {
		fmt.Fprintf(errs, "%s: error: %v\n", name, e)
	}
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) {
		fmt.Fprintf(errs, "%s: hint: %s\n", name, hinter.Hint())
	}
	var usage *UsageError
	if errors.As(err, &usage) {
		fmt.Fprintf(errs, "%s: hint: `%s -h` shows how\n", name, name)
		return exitUsage
	}
	return exitFailed
}
