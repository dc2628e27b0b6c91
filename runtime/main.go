package runtime

// The command of a generated player.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

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
func Main(programs ...*Program) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(serveMain(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, programs))
}

// serveMain is Main without the process; it returns the exit status.
func serveMain(ctx context.Context, args []string, in io.Reader, out, errs io.Writer, programs []*Program) int {
	c := serveCommand(programs)
	c.SetArgs(args)
	c.SetIn(in)
	c.SetOut(out)
	c.SetErr(errs)
	return exitStatus(programs[0].Player, c.ExecuteContext(ctx), errs)
}

func serveCommand(programs []*Program) *cobra.Command {
	var o ServeOptions
	c := &cobra.Command{
		Use:           programs[0].Player,
		Short:         fmt.Sprintf("%s's part of %s", programs[0].Player, programs[0].File),
		Long:          describePrograms(programs),
		Example:       "  " + example(programs),
		Version:       fmt.Sprintf("%s, compiler %s, runtime %s", programs[0].Digest, programs[0].Compiler, Version),
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

// describePrograms says what the player does: its computations with their
// inputs and outputs.
func describePrograms(programs []*Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s takes part in the computations of %s (digest %s).\n", programs[0].Player, programs[0].File, programs[0].Digest)
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
	return strings.TrimSpace(b.String())
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
func example(programs []*Program) string {
	line := programs[0].Player + " --config config.json"
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
