// Records: what players noted of a run, on its way to the client.

package session

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// records are what has come of each player's record, by entry of the hostmap.
type records struct{ parts map[Entry][]byte }

// add takes in a part; what no player of the hostmap can have sent is dropped.
func (r *records) add(h *Hostmap, part Event) {
	i := slices.IndexFunc(h.Entries, func(e Entry) bool { return Same(e.Name, part.Player) })
	if i < 0 {
		return
	}
	if r.parts == nil {
		r.parts = make(map[Entry][]byte)
	}
	if e := h.Entries[i]; len(r.parts[e])+len(part.Record) <= trace.MaxRecord {
		r.parts[e] = append(r.parts[e], part.Record...)
	}
}

// deliver hands over the records, in the order of the hostmap.
func (r *records) deliver(h *Hostmap, on func(Event)) {
	for _, e := range h.Entries {
		if data := r.parts[e]; data != nil {
			on(Event{Kind: EventRecord, Player: e.Name, Record: data})
		}
	}
}
