// Command convert writes the four files of the MNIST digits, gzipped IDX, as the
// npy files that the owner's program reads:
//
//	go run ./convert FROM TO
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
)

// files are the names of the digits and of what is written.
var files = map[string]string{
	"train-images-idx3-ubyte.gz": "train-images.npy",
	"train-labels-idx1-ubyte.gz": "train-labels.npy",
	"t10k-images-idx3-ubyte.gz":  "test-images.npy",
	"t10k-labels-idx1-ubyte.gz":  "test-labels.npy",
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: convert FROM TO")
	}
	if err := convertAll(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func convertAll(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for idx, npy := range files {
		data, err := unzipped(filepath.Join(from, idx))
		if err != nil {
			return err
		}
		array, err := convert(data)
		if err != nil {
			return fmt.Errorf("%s: %w", idx, err)
		}
		if err := os.WriteFile(filepath.Join(to, npy), array, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func unzipped(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(z)
}

// bytesOf is the second half of the magic number of an IDX file of unsigned bytes.
const bytesOf = 8

// convert turns an IDX file of bytes into an npy file: a row an item.
func convert(idx []byte) ([]byte, error) {
	if len(idx) < 8 || idx[0] != 0 || idx[1] != 0 || idx[2] != bytesOf || idx[3] == 0 {
		return nil, fmt.Errorf("no IDX file of bytes")
	}
	head := 4 + 4*int(idx[3])
	if len(idx) < head {
		return nil, fmt.Errorf("ends in its header")
	}
	items, each := int(binary.BigEndian.Uint32(idx[4:])), 1
	for at := 8; at < head; at += 4 {
		each *= int(binary.BigEndian.Uint32(idx[at:]))
	}
	if len(idx)-head != items*each {
		return nil, fmt.Errorf("has %d bytes of data, not %d times %d", len(idx)-head, items, each)
	}
	shape := fmt.Sprintf("(%d,)", items)
	if idx[3] > 1 {
		shape = fmt.Sprintf("(%d, %d)", items, each)
	}
	return append(header(shape), idx[head:]...), nil
}

// header is that of version 1.0 of the format, padded to a multiple of 64.
func header(shape string) []byte {
	const prefix, unit = 10, 64
	text := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
	pad := (unit - (prefix+len(text)+1)%unit) % unit
	text += string(bytes.Repeat([]byte(" "), pad)) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), byte(len(text)>>8))
	return append(out, text...)
}
