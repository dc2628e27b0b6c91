package clear

// Strings. A process numbers the texts that it meets, in the order in which it
// meets them, and an element is its text's number: so strings are moved,
// selected and compared for equality as words are, by the same operations. The
// numbers mean nothing to another process, and strings never leave their
// player. The numbering lasts as long as the process, and grows with the
// different texts that it has met.

import "sync"

// texts is the numbering. Number 0 is the empty text: what zero is to numbers.
var texts = struct {
	sync.RWMutex
	numbers map[string]uint64
	list    []string
}{numbers: map[string]uint64{"": 0}, list: []string{""}}

// Word returns the number of a text.
func Word(text string) uint64 {
	texts.RLock()
	n, ok := texts.numbers[text]
	texts.RUnlock()
	if ok {
		return n
	}
	texts.Lock()
	defer texts.Unlock()
	if n, ok := texts.numbers[text]; ok {
		return n
	}
	n = uint64(len(texts.list))
	texts.numbers[text] = n
	texts.list = append(texts.list, text)
	return n
}

// wordText returns the text of a number.
func wordText(n uint64) string {
	texts.RLock()
	defer texts.RUnlock()
	return texts.list[n]
}

// FromStrings returns a tensor of strings, row by row.
func FromStrings(shape []int, v ...string) Tensor {
	x := Zero(String, shape...)
	for i := range x.Data {
		x.Data[i] = Word(v[i])
	}
	return x
}

// Strings returns the elements of a tensor of strings.
func (x Tensor) Strings() []string {
	v := make([]string, len(x.Data))
	for i, n := range x.Data {
		v[i] = wordText(n)
	}
	return v
}
