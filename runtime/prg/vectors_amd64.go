//go:build !purego

package prg

import "golang.org/x/sys/cpu"

//go:generate go run ./internal/asm .

// vectors tells that the machine has encryptCounters.
var vectors = cpu.X86.HasAES && cpu.X86.HasAVX &&
	cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VAES
