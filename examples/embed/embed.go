// Package embed is a small service around a secure computation: an HTTP
// handler that answers with the mean waiting time of two clinics. The package
// waiting is generated from waiting.tfe; its Inputs and Outputs are plain Go.
//
// The handler takes the computation as a function, so that its test runs it
// simulated (waiting.Local) and a deployment passes one that asks the
// coordinator of a networked run.
package embed

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/tfec-lang/tfec/examples/embed/waiting"
)

//go:generate go run ../../cmd/tfec generate waiting.tfe

// Compute carries out the computation; waiting.Local is one.
type Compute func(context.Context, waiting.Inputs) (waiting.Outputs, error)

// Handler answers a POST of {"north": [minutes…], "south": [minutes…]} with
// {"wait": minutes}.
func Handler(compute Compute) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ North, South []float64 }
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			http.Error(w, "cannot read the request: "+err.Error(), http.StatusBadRequest)
			return
		}
		out, err := compute(r.Context(), waiting.Inputs{NorthMinutes: in.North, SouthMinutes: in.South})
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(struct {
			Wait float64 `json:"wait"`
		}{out.Wait})
	})
}
