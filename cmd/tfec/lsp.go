package main

import (
	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/internal/lsp"
)

func lspCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lsp",
		Short: "Answer an editor: diagnostics, hover, completion, definitions, renaming",
		Long: `Lsp speaks the Language Server Protocol on standard input and output. An editor
starts it; docs/editors.md says how. It reads files and writes none.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, done := interruptible()
			defer done()
			return lsp.Serve(ctx, c.InOrStdin(), c.OutOrStdout())
		},
	}
}
