// Package tfec is a toolchain for secure multi-party computation: "protoc for
// MPC". A computation is written in a small typed language, .tfe, in which
// every value says which players hold it and every disclosure stands in the
// signature; tfec checks it and writes one readable Go program per player,
// linked against a runtime of MPC protocols that runs simulated in one process
// or networked over gRPC.
//
// The way of a program through the folders:
//
//	average.tfe
//	  lang/parse        text to syntax tree (lang/ast); lang/format is its inverse
//	  compiler/check    names, types, shapes, placements, disclosures; lang/diag says what is wrong
//	  compiler/lower    one flat list of instructions (compiler/ir); compiler/opt
//	  compiler/project  one list a player
//	  codegen           one Go program a player, importing runtime
//	  internal/exec     or the same list, carried out in this process
//
// and of a value at run time:
//
//	runtime/binding   a file, stdin or a literal to a tensor in clear
//	runtime           Party: set-up, steps, last exchange
//	runtime/clear     operations in clear, at the holders
//	runtime/mpc       secure operations, over the kernel of a protocol
//	runtime/protocol  aby3, plain; runtime/ring and runtime/prg below them
//	runtime/link      messages between players: local, rpc
//	runtime/session   hostmap, keys, coordinator
//
// compiler/interp is the reference that every other backend is held to. The
// page lang/spec.md says what the language is; those of design/ say what is
// meant: language.md, running.md, architecture.md, protocols.md and style.md.
package tfec
