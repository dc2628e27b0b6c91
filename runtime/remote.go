package runtime

// Runs among players that are started elsewhere, from a Go program.

import (
	"context"

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
// outputs stay with the players.
func Remote(ctx context.Context, hosts Hostmap, c Credentials, prog *Program) error {
	if err := hosts.Check(prog.Players); err != nil {
		return err
	}
	id, err := session.Credentials(&hosts, hosts.Client(), c.TLS, c.Insecure)
	if err != nil {
		return err
	}
	request := session.StartRequest{File: prog.File, Computation: prog.Computation, Digest: prog.Digest, Protocol: prog.Protocol.String()}
	return session.Start(ctx, &hosts, id, request, nil)
}
