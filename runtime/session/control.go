// Control messages: what client, coordinator and players say to each other
// beside the shares. JSON, strictly read and bounded; a part of a record follows
// it as it is.

package session

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"

	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// maxControl bounds a control message in bytes, maxHeaders those of a stream.
const (
	maxControl = 64 << 10
	maxHeaders = 8 << 10
)

// A StartRequest asks a coordinator for a run. Without a digest or a protocol
// the players need only agree among themselves. Record is what the players are
// to note of the run, and to give the client afterwards.
type StartRequest struct {
	File, Computation, Digest, Protocol, Tag string

	Record trace.Level `json:",omitempty"`
	Series bool        `json:",omitempty"` // and all that they disclose to everybody
}

// notes reports whether the client wants something once the run has ended.
func (r StartRequest) notes() bool { return r.Record > trace.Counters || r.Series }

// An Event is what a client hears of its run.
type Event struct {
	Kind   string // one of the kinds below
	Player string // whom it is about, if it is about one player
	Text   string // to be shown
	Step   int
	Loops  []progress.Pass  `json:",omitempty"` // around Step, outermost first
	Rounds uint64           `json:",omitempty"`
	Bytes  uint64           `json:",omitempty"`
	Run    string           `json:",omitempty"` // of start: the run's id, in hex
	Record []byte           `json:"-"`          // of record: what Player noted, as trace.Run.Decode reads it; of series: what it disclosed, as progress.Decode reads it; of done, on the way: a whole record
	Values []progress.Value `json:",omitempty"` // of progress: disclosed to everybody, the last of each label
}

// The kinds of Event.
const (
	EventWait     = "wait"     // Player does not answer yet
	EventStart    = "start"    // the run begins
	EventProgress = "progress" // Player is at Step, in Loops; Rounds and Bytes so far, of all players
	EventDone     = "done"     // Player has finished
	EventRecord   = "record"   // on the way a part of Record, to the client's function the whole
	EventSeries   = "series"   // as EventRecord
	EventWarning  = "warning"  // the connection is not what it should be
)

// inParts reports whether an event, or a report, of a kind is of a Record.
func inParts(kind string) bool { return kind == EventRecord || kind == EventSeries }

// An order goes from the coordinator to a player.
type order struct {
	Kind    string
	Request StartRequest
	Alone   bool     `json:",omitempty"` // no client: the coordinator starts the run by itself
	Client  string   `json:",omitempty"` // who asked for the run
	Run     string   `json:",omitempty"` // hex
	Players []string `json:",omitempty"`
	Text    string   `json:",omitempty"` // why the run ends
}

// The kinds of order, in the order in which they come.
const (
	orderAsk     = "ask"     // what do you have of this computation?
	orderPrepare = "prepare" // accept the run and the streams of its players
	orderBegin   = "begin"   // everybody is prepared
	orderAlive   = "alive"   // the coordinator lives
	orderEnd     = "end"     // everybody has finished; before begin: the run goes without this player
	orderStop    = "stop"    // the run has failed, or does not begin: Text, one reason a line
)

// A report goes from a player to the coordinator.
type report struct {
	Kind    string
	Request *StartRequest `json:",omitempty"`
	Players []string      `json:",omitempty"`
	Once    bool          `json:",omitempty"`
	Text    string        `json:",omitempty"`
	Peer    string        `json:",omitempty"` // the player that Text is about, if it is one

	Step    int             `json:",omitempty"` // the last one at which it sent or received
	Loops   []progress.Pass `json:",omitempty"` // around it, outermost first
	Where   string          `json:",omitempty"` // what that step is
	Waiting string          `json:",omitempty"` // the player whose message it waits for
	Count   uint64          `json:",omitempty"` // messages so far
	Bytes   uint64          `json:",omitempty"` // payload sent so far
	Rounds  uint64          `json:",omitempty"` // the longest chain of messages so far

	Values []progress.Value `json:",omitempty"` // disclosed to everybody, the last of each label
	Record []byte           `json:"-"`          // a part of what it noted of the run; of done: all of it, or nothing
}

// The kinds of report.
const (
	reportOffer   = "offer"     // the answer to ask: Request as it stands there, Players, Once
	reportReady   = "ready"     // the answer to prepare
	reportRefuse  = "refuse"    // the other answer to either: Text
	reportAlive   = "alive"     // the heartbeat of the run: Step, Where, Waiting, Count
	reportDone    = "done"      // the player has finished: Record, if it is short
	reportFailed  = "failed"    // the player has failed at Step; Text only if it is the server that says so
	reportFollows = "follows"   // the player stops because of another: Text
	reportRecord  = EventRecord // after the end of the run: Record, which done has not had
	reportSeries  = EventSeries // the same
)

// recordPart is how much of a record goes into a control message; there is room
// for the rest.
const recordPart = maxControl / 2

// A carrier is a control message with a part of a record.
type carrier interface{ part() *[]byte }

func (r *report) part() *[]byte { return &r.Record }
func (e *Event) part() *[]byte  { return &e.Record }

// encode is the length of a message's JSON, in four bytes, the JSON, and the part
// of a record that it carries.
func encode(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var record []byte
	if c, ok := v.(carrier); ok {
		record = *c.part()
	}
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text, record), nil
}

// decode is the inverse of encode; a carrier's part is one of data.
func decode(data []byte, v any) error {
	if len(data) > maxControl {
		return fmt.Errorf("the message has %d bytes, more than %d", len(data), maxControl)
	}
	if len(data) < 4 || binary.BigEndian.Uint32(data) > uint32(len(data)-4) {
		return errors.New("cannot read the message: it ends too early")
	}
	text, record := data[4:4+binary.BigEndian.Uint32(data)], data[4+binary.BigEndian.Uint32(data):]
	if c, ok := v.(carrier); ok {
		*c.part() = record
	} else if len(record) > 0 {
		return errors.New("cannot read the message: more follows it")
	}
	return readJSON(text, v)
}

// readJSON reads one value, without fields that v does not have.
func readJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("cannot read the message: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("cannot read the message: more follows it")
	}
	return nil
}

// codecName is the content subtype of control streams.
const codecName = "tfec-control"

func init() { encoding.RegisterCodecV2(controlCodec{}) }

type controlCodec struct{}

func (controlCodec) Name() string { return codecName }

func (controlCodec) Marshal(v any) (mem.BufferSlice, error) {
	b, err := encode(v)
	return mem.BufferSlice{mem.SliceBuffer(b)}, err
}

func (controlCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if data.Len() > maxControl {
		return fmt.Errorf("the message has %d bytes, more than %d", data.Len(), maxControl)
	}
	return decode(data.Materialize(), v)
}

const (
	startMethod = "/tfec.Control/Start"
	joinMethod  = "/tfec.Control/Join"
)

// bidirectional describes both methods to their callers.
var bidirectional = grpc.StreamDesc{ServerStreams: true, ClientStreams: true}

// controlService is what a server offers beside the shares: a client starts
// runs, a coordinator has players join them.
func controlService() *grpc.ServiceDesc {
	method := func(name string, f func(*serving, grpc.ServerStream) error) grpc.StreamDesc {
		return grpc.StreamDesc{StreamName: name, ServerStreams: true, ClientStreams: true,
			Handler: func(srv any, s grpc.ServerStream) error { return f(srv.(*serving), s) }}
	}
	return &grpc.ServiceDesc{ServiceName: "tfec.Control", HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{method("Start", (*serving).start), method("Join", (*serving).join)}}
}
