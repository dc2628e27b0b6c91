// Command tfec checks, runs and builds secure computations written in .tfe.
// One file here is one command; design/running.md, section 7, lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit statuses of running.md, section 7.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the whole command; it returns the exit status.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return status(root.Execute(), errs)
}

// interruptible is done at a signal that asks the process to end. Before it is
// called, as while a program is checked, a signal ends the process itself.
func interruptible() (ctx context.Context, stop func()) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "tfec",
		Short:         "protoc for secure multi-party computation",
		Long:          "tfec checks computations written in .tfe, tells each party what it will learn,\nruns them simulated or networked, and writes one readable Go program per player.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(
		buildCommand(), generateCommand(), runCommand(), checkCommand(), fmtCommand(), testCommand(), explainCommand(),
		reportCommand(), costCommand(), projectCommand(), docCommand(), importCommand(), lspCommand(), playerCommand(), bindCommand(), keysCommand(), deployCommand(), hostmapCommand(), traceCommand(), versionCommand(),
	)
	classifyUsage(root)
	return root
}

// classifyUsage makes wrong flags and arguments of every command usage
// errors, which exit with status 2.
func classifyUsage(c *cobra.Command) {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{c, err} })
	if args := c.Args; args != nil {
		c.Args = func(c *cobra.Command, a []string) error {
			if err := args(c, a); err != nil {
				return usageError{c, err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		classifyUsage(sub)
	}
}

// A usageError is a command line that cannot be carried out.
type usageError struct {
	command *cobra.Command
	error
}

func (e usageError) Unwrap() []error { return []error{e.error} }

// errReported says that everything about a failure was already printed.
var errReported = errors.New("reported")

// A hinter is an error that knows what to do about it.
type hinter interface{ Hint() string }

// hinted adds a hint to an error.
type hinted struct {
	error
	hint string
}

func (e hinted) Hint() string  { return e.hint }
func (e hinted) Unwrap() error { return e.error }

// status prints err as running.md says and returns the exit status.
func status(err error, errs io.Writer) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	for _, e := range flatten(err) {
		fmt.Fprintf(errs, "tfec: error: %v\n", e)
	}
	var h hinter
	if errors.As(err, &h) && h.Hint() != "" {
		fmt.Fprintf(errs, "tfec: hint: %s\n", h.Hint())
	}
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(errs, "tfec: hint: `%s -h` shows how\n", usage.command.CommandPath())
		return exitUsage
	}
	return exitFailed
}

// flatten returns the errors of an errors.Join, at any depth.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}
