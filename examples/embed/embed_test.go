package embed

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/examples/embed/waiting"
)

func TestHandler(t *testing.T) {
	handler := Handler(waiting.Local)
	post := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		return w
	}

	w := post(`{"north": [10, 20, 30, 40, 50], "south": [5, 15, 25, 35, 45]}`)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var got struct{ Wait float64 }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.InDelta(t, 27.5, got.Wait, 2.0/4096, "off by more than two units in the last place")

	// What the header refuses is refused before anything is shared.
	w = post(`{"north": [10, 20, 30, 40], "south": [5, 15, 25, 35, 45]}`)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "size n is 4, and must be at least 5")

	w = post(`{"north": [10, 20, 30, 40, 5000], "south": [5, 15, 25, 35, 45]}`)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "0.0..1440.0")

	require.Equal(t, http.StatusBadRequest, post(`{"west": []}`).Code)
}
