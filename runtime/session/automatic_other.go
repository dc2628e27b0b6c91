// Where the owner of a folder cannot be checked there is no automatic authority.

//go:build !unix

package session

import "errors"

func runtimeFolder() string { return "" }

func automatic(_, _, _ string) (*Identity, error) {
	return nil, errors.New("there is no automatic authority on this system: give --tls with a folder of keys (`tfec keys`)")
}
