package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/runtime/session"
	"github.com/tfec-lang/tfec/runtime/sharefile"
)

func keysCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "keys",
		Short: "Make the keys and certificates that players prove their names with",
		Long: `Each player makes its own key where it stays (request) and sends the request to
whoever was agreed to sign (init once, then sign for each). Name and role are
fields of the certificate: a player takes part in runs, a client starts them, a
coordinator only relays.`,
		Example: `  tfec keys init -o ca
  tfec keys request server0 -o keys
  tfec keys sign keys/server0/server0.csr --ca ca
  tfec keys renew keys/server0
  tfec keys demo --config config.json -o keys`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(keysInitCommand(), keysRequestCommand(), keysSignCommand(), keysRenewCommand(), keysDemoCommand())
	return c
}

func keysInitCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "init",
		Short:   "Make the authority that signs, once",
		Example: "  tfec keys init -o ca",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := session.InitCA(out); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s holds the authority; keep %s secret\n", out, filepath.Join(out, "ca.key"))
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "ca", "`FOLDER` to write")
	return c
}

func keysRequestCommand() *cobra.Command {
	var out, role string
	c := &cobra.Command{
		Use:   "request NAME",
		Short: "Make a key, which stays here, and the request to have it signed",
		Long: `Writes NAME.key, which stays, and NAME.csr, which is sent. A player gets share.key as
well, under which it keeps the share files of its runs.`,
		Example: "  tfec keys request server0\n  tfec keys request operator --role client",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path, err := session.Request(out, args[0], role)
			if err != nil {
				return err
			}
			if role == session.RolePlayer {
				if err := sharefile.EnsureKey(filepath.Dir(path)); err != nil {
					return err
				}
			}
			sayRequested(c, path)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "keys", "`FOLDER` of the keys; this one goes to a folder of its name in it")
	c.Flags().StringVar(&role, "role", session.RolePlayer, "`ROLE` of its bearer: player, client or coordinator")
	return c
}

func keysSignCommand() *cobra.Command {
	var ca string
	c := &cobra.Command{
		Use:     "sign REQUEST…",
		Short:   "Sign requests, whose names and roles you have checked",
		Example: "  tfec keys sign server0.csr --ca ca",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, csr := range args {
				path, until, err := session.Sign(ca, csr)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: valid until %s; send it back, to lie beside its key\n", path, until.UTC().Format(time.DateOnly))
			}
			return nil
		},
	}
	c.Flags().StringVar(&ca, "ca", "ca", "`FOLDER` of the authority")
	return c
}

func keysRenewCommand() *cobra.Command {
	var newKey bool
	c := &cobra.Command{
		Use:   "renew FOLDER",
		Short: "Request another certificate for the name and role of the one in FOLDER",
		Long: `For a certificate that expires, or has expired. The key stays, or with --new-key
there is a new one, beside the old one, which serves until the certificate is back:
of several, a player takes the one that expires last. Certificates are read when a
player starts.`,
		Example: "  tfec keys renew keys/server0\n  tfec keys renew keys/server0 --new-key",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path, err := session.Renew(args[0], newKey)
			if err != nil {
				return err
			}
			sayRequested(c, path)
			return nil
		},
	}
	c.Flags().BoolVar(&newKey, "new-key", false, "make a new key, too")
	return c
}

// sayRequested says what is to be done with a request.
func sayRequested(c *cobra.Command, path string) {
	fmt.Fprintf(c.OutOrStdout(), "send %s to whoever signs; put the certificate that comes back into %s\n",
		path, filepath.Dir(path))
}

func keysDemoCommand() *cobra.Command {
	var config, out string
	c := &cobra.Command{
		Use:     "demo",
		Short:   "Make everybody's keys in one place: for tests",
		Example: "  tfec keys demo --config config.json -o keys",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			hostmap, err := session.LoadHostmap(config)
			if err != nil {
				return err
			}
			if err := session.Demo(hostmap, out); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s holds the keys of everybody: for tests only, since whoever reads it is everybody\n", out)
			return nil
		},
	}
	c.Flags().StringVar(&config, "config", "config.json", "hostmap `FILE`")
	c.Flags().StringVarP(&out, "out", "o", "keys", "`FOLDER` to write")
	return c
}
