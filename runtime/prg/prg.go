// Package prg makes the pseudo-random streams of a run: AES-256 in counter
// mode, keyed for each set of players and run, separated by step, occurrence
// and purpose. A stream can be asked for once.
package prg

// A Set names the players that share a key, as sorted indices joined: use Of.
type Set string

// A Purpose separates the streams of one step.
type Purpose uint8
