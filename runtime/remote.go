package runtime

// Runs among players that are started elsewhere, from a Go program.

import (
	"context"
	"errors"
	"os"

	"github.com/tfec-lang/tfec/runtime/session"
)

// A Hostmap says where each player listens; it has a Save method.
type Hostmap = session.Hostmap

// LoadHostmap reads a hostmap from a file.
func LoadHostmap(path string) (Hostmap, error) {
	h, err := session.LoadHostmap(path)
	if err != nil {
		return Hostmap{}, err
	}
	return *h, nil
}

// Credentials are a client's. The zero value works among players on loopback
// addresses, of one user.
type Credentials struct {
	TLS      string // folder with the client's key and certificates
	Insecure bool   // no TLS
}

// Remote has the coordinator of a hostmap run the computation of prog, any
// player's part of it, and returns when every player has finished. Inputs and
// outputs stay with the players. TFE_EVENTS, TFE_TRACE and TFE_EVENTS_DIR in the
// environment ask for files of it, as they do of `tfec run`.
func Remote(ctx context.Context, hosts Hostmap, c Credentials, prog *Program) error {
	if err := hosts.Check(prog.Players); err != nil {
		return err
	}
	inspect, err := InspectionOf(os.Getenv)
	if err != nil {
		return err
	}
	id, err := session.Credentials(&hosts, hosts.Client(), c.TLS, c.Insecure)
	if err != nil {
		return err
	}
	run := prog.Traced("")
	Locate(run, &hosts)
	request := session.StartRequest{File: prog.File, Computation: prog.Computation, Digest: prog.Digest, Protocol: prog.Protocol.String(), Record: inspect.Level()}
	err = session.Start(ctx, &hosts, id, request, func(e session.Event) {
		_ = Gather(run, e) // a record that cannot be one is missing in the files
	})
	_, failed := inspect.Finish(run, err)
	return errors.Join(err, failed)
}
