package progress

// All that a run discloses, for a picture of it.

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// A Series is what is disclosed under a label: a number a pass, or a vector, of
// which the last pass counts.
type Series struct {
	Label  string
	Vector bool
	Every  int       // of a series that is longer than MaxSeries each Every-th number is kept
	Values []float64 // of a vector row by row
}

// MaxSeries bounds the numbers of a series.
const MaxSeries = 5_000

// A Book has the series of a run, in the order in which labels came up.
type Book struct {
	Series []*Series
	passes map[string]int
}

// Add notes a single number, or a vector, of a label. A vector that is longer than
// a series may be is left out, and numbers that are none count as 0.
func (b *Book) Add(label string, vector bool, x []float64) {
	i := slices.IndexFunc(b.Series, func(s *Series) bool { return s.Label == label })
	if i < 0 {
		i, b.Series = len(b.Series), append(b.Series, &Series{Label: label, Vector: vector, Every: 1})
	}
	if b.passes == nil {
		b.passes = make(map[string]int)
	}
	for k, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			x[k] = 0
		}
	}
	switch s := b.Series[i]; {
	case vector && len(x) <= MaxSeries:
		s.Values = x
	case !vector:
		s.append(b.passes[label], x[0])
		b.passes[label]++
	}
}

// append adds the number of a pass, from 0; a full series keeps every second one.
func (s *Series) append(pass int, x float64) {
	if pass%s.Every != 0 {
		return
	}
	if len(s.Values) == MaxSeries {
		for k := range MaxSeries / 2 {
			s.Values[k] = s.Values[2*k]
		}
		s.Values, s.Every = s.Values[:MaxSeries/2], 2*s.Every
	}
	s.Values = append(s.Values, x)
}

// Encode writes the series, as Decode reads them.
func (b *Book) Encode() []byte {
	data, _ := json.Marshal(b.Series) // of finite numbers
	return data
}

// Decode adds what another player has disclosed.
func (b *Book) Decode(data []byte) error {
	var series []*Series
	if err := json.Unmarshal(data, &series); err != nil {
		return fmt.Errorf("cannot read what was disclosed: %w", err)
	}
	for _, s := range series {
		if s == nil || len(s.Values) > MaxSeries || s.Every < 1 {
			return fmt.Errorf("cannot read what was disclosed: no series")
		}
	}
	b.Series = append(b.Series, series...)
	return nil
}
