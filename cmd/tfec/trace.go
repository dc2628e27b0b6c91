package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/runtime/trace"
	"github.com/tfec-lang/tfec/runtime/trace/page"
)

// traceEnding is that of the files that TFE_TRACE=1 writes.
const traceEnding = ".trace.json"

func traceCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "trace FILE",
		Short: "Write one HTML page of a run, of the trace that TFE_TRACE=1 left",
		Long: `The page shows players as lanes, with rounds, messages and waiting, and what each
line of the program cost. It is one file, which loads nothing.`,
		Example: `  TFE_TRACE=1 tfec run average.tfe
  tfec trace /tmp/tensorboard/average1/average1.trace.json
  tfec trace average1.trace.json -o run.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			run, err := readTrace(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				out = strings.TrimSuffix(args[0], traceEnding) + ".html"
			}
			if out == "-" {
				return page.Write(c.OutOrStdout(), run)
			}
			if err := writePage(out, run); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), out)
			return err
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "write to `FILE`, - for standard output (default: beside the trace)")
	return c
}

func readTrace(path string) (*trace.Run, error) {
	run, err := trace.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, readError(path, err)
	case err != nil:
		return nil, hinted{fmt.Errorf("%s: %w", path, err), "`TFE_TRACE=1 tfec run FILE` leaves one"}
	}
	return run, nil
}

func writePage(path string, run *trace.Run) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := page.Write(w, run); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
