// Records: what players noted of a run, on its way to the client.

package session

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// records are what has come of each player's record, by entry of the hostmap.
type records struct{ parts map[recordOf][]byte }

// A recordOf is a player, and a kind of what it noted.
type recordOf struct {
	player Entry
	kind   string
}

// add takes in a part; what no player of the hostmap can have sent is dropped.
func (r *records) add(h *Hostmap, part Event) {
	i := slices.IndexFunc(h.Entries, func(e Entry) bool { return Same(e.Name, part.Player) })
	if i < 0 {
		return
	}
	if r.parts == nil {
		r.parts = make(map[recordOf][]byte)
	}
	if of := (recordOf{h.Entries[i], part.Kind}); len(r.parts[of])+len(part.Record) <= trace.MaxRecord {
		r.parts[of] = append(r.parts[of], part.Record...)
	}
}

// deliver hands over the records, in the order of the hostmap.
func (r *records) deliver(h *Hostmap, on func(Event)) {
	for _, e := range h.Entries {
		for _, kind := range []string{EventRecord, EventSeries} {
			if data := r.parts[recordOf{e, kind}]; data != nil {
				on(Event{Kind: kind, Player: e.Name, Record: data})
			}
		}
	}
}
