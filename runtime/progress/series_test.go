package progress

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a player tells is what others read, with gaps where it has no numbers; the
// values that it noted stay as they are.
func TestSeriesOnTheWire(t *testing.T) {
	var told, heard Book
	x := []float64{1, math.NaN(), math.Inf(-1)}
	told.Add("w", true, x)
	require.True(t, math.IsNaN(x[1]) && math.IsInf(x[2], -1))
	require.NoError(t, heard.Decode(told.Encode(), []string{"loss", "w"}))
	got := heard.Series[0]
	require.Equal(t, &Series{Label: "w", Vector: true, Every: 1, Values: got.Values}, got)
	require.True(t, len(got.Values) == 3 && got.Values[0] == 1 && math.IsNaN(got.Values[1]) && math.IsNaN(got.Values[2]))
}

// A player is believed nothing but numbers under the program's labels.
func TestHostileSeries(t *testing.T) {
	whole := func(series ...Series) string {
		data, err := json.Marshal(series)
		require.NoError(t, err)
		return string(data)
	}
	for _, c := range []struct {
		data, want string
		kept       int
	}{
		{`{}`, "cannot unmarshal", 0},
		{`[null]`, "no series", 0},
		{`[{"Label":"loss","Every":0}]`, "no series", 0},
		{whole(Series{Label: "loss", Every: 1, Values: make(Numbers, MaxSeries+1)}), "no series", 0},
		{whole(Series{Label: "<script>", Every: 1}), `"<script>" is no label of the program`, 0},
		{whole(Series{Label: "loss", Every: 1}, Series{Label: "loss", Every: 1}), `"loss" is no label of the program, or came before`, 1},
		{whole(Series{Label: "", Every: 1}), `"" is no label`, 0},
	} {
		var b Book
		require.ErrorContains(t, b.Decode([]byte(c.data), []string{"loss", "right"}), c.want)
		require.Len(t, b.Series, c.kept)
	}
	var b Book
	loss := []byte(whole(Series{Label: "loss", Every: 1}))
	require.NoError(t, b.Decode(loss, []string{"loss"}))
	require.Error(t, b.Decode(loss, []string{"loss"}), "from another player")
}
