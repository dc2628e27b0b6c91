package date_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/runtime/date"
)

func TestDates(t *testing.T) {
	for text, days := range map[string]int64{
		"1970-01-01": 0, "1969-12-31": -1, "2000-02-29": 11016, "2024-12-31": 20088,
		"0001-01-01": date.First, "9999-12-31": date.Last,
	} {
		got, ok := date.Parse(text)
		assert.True(t, ok, text)
		assert.Equal(t, days, got, text)
		assert.Equal(t, text, date.Text(days))
	}
	for _, text := range []string{"", "2023-02-29", "2023-13-01", "2023-1-1", "0000-01-01", "01/02/2023", "2023-01-01T00:00:00", "+10000-01-01"} {
		_, ok := date.Parse(text)
		assert.False(t, ok, text)
	}
	assert.Equal(t, "+10000-01-01", date.Text(date.Last+1))
	assert.Equal(t, "-0001-12-31", date.Text(date.First-367))
	assert.Equal(t, "0000-12-31", date.Text(date.First-1))
}
