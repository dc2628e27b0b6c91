//go:build !amd64 || purego

package prg

const vectors = false

func expandKey(*byte, *byte) { panic("no AES on vectors") }

func encryptCounters(*byte, int, *byte, *[24]uint64) { panic("no AES on vectors") }
