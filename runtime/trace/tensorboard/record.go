package tensorboard

// The framing of records, TFRecord: https://www.tensorflow.org/tutorials/load_data/tfrecord

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// writeRecord writes the length of data, data, and a checksum of each.
func writeRecord(w io.Writer, data []byte) error {
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(data)))
	for _, part := range [][]byte{length[:], data} {
		if _, err := w.Write(part); err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, checksum(part)); err != nil {
			return err
		}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is a CRC-32C, masked as the format wants it since it stands beside
// what it is of.
func checksum(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
