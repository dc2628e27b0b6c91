package progress

// All that a run discloses, for a picture of it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Series is what is disclosed under a label: a number a pass, or a vector, of
// which the last pass counts.
type Series struct {
	Label  string
	Vector bool
	Every  int     // of a series that is longer than MaxSeries each Every-th number is kept
	Values Numbers // of a vector row by row
}

// Numbers are null in JSON where they are not finite.
type Numbers []float64

func (n Numbers) MarshalJSON() ([]byte, error) {
	finite := make([]*float64, len(n))
	for i, x := range n {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			finite[i] = &n[i]
		}
	}
	return json.Marshal(finite)
}

func (n *Numbers) UnmarshalJSON(data []byte) error {
	var finite []*float64
	if err := json.Unmarshal(data, &finite); err != nil {
		return err
	}
	*n = make(Numbers, len(finite))
	for i, x := range finite {
		(*n)[i] = math.NaN()
		if x != nil {
			(*n)[i] = *x
		}
	}
	return nil
}

// MaxSeries bounds the numbers of a series.
const MaxSeries = 5_000

// A Book has the series of a run, in the order in which labels came up.
type Book struct {
	Series []*Series
	passes map[string]int
}

// Add notes a single number, or a vector, of a label. A vector that is longer than
// a series may be is left out.
func (b *Book) Add(label string, vector bool, x []float64) {
	i := b.find(label)
	if i < 0 {
		i, b.Series = len(b.Series), append(b.Series, &Series{Label: label, Vector: vector, Every: 1})
	}
	if b.passes == nil {
		b.passes = make(map[string]int)
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
	data, _ := json.Marshal(b.Series) // which has nothing that JSON lacks
	return data
}

// Decode adds what another player has disclosed, under labels that a program has,
// each once.
func (b *Book) Decode(data []byte, labels []string) error {
	var series []*Series
	if err := json.Unmarshal(data, &series); err != nil {
		return fmt.Errorf("cannot read what was disclosed: %w", err)
	}
	for _, s := range series {
		if s == nil || len(s.Values) > MaxSeries || s.Every < 1 {
			return errors.New("cannot read what was disclosed: no series")
		}
		if !slices.Contains(labels, s.Label) || b.find(s.Label) >= 0 {
			return fmt.Errorf("cannot read what was disclosed: %.100q is no label of the program, or came before", s.Label)
		}
		b.Series = append(b.Series, s)
	}
	return nil
}

// find is the place of a label's series, -1 of none.
func (b *Book) find(label string) int {
	return slices.IndexFunc(b.Series, func(s *Series) bool { return s.Label == label })
}
