package tensorboard

// What is written, read back with TensorBoard's own definitions of the messages
// (testdata), node by node.

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// The messages as Go values, in the form of their JSON.
type (
	readEvent struct {
		WallTime          float64
		Step              int64 `json:",string"`
		FileVersion       string
		GraphDef          []byte
		Summary           struct{ Value []readScalar }
		TaggedRunMetadata struct {
			Tag         string
			RunMetadata []byte
		}
	}
	readScalar struct {
		Tag         string
		SimpleValue *float64 // also 0 is there
	}
	readGraph struct {
		Node []readNode
	}
	readNode struct {
		Name, Op, Device string
		Input            []string
		Attr             map[string]struct {
			S []byte
			I int64 `json:",string"`
		}
	}
	readMetadata struct {
		StepStats struct {
			DevStats []struct {
				Device    string
				NodeStats []readStats
			}
		}
	}
	readStats struct {
		NodeName       string
		AllStartMicros int64 `json:",string"`
		AllEndRel      int64 `json:"allEndRelMicros,string"`
		Memory         []struct {
			TotalBytes int64 `json:",string"`
		}
	}
)

// definitions are TensorBoard's messages.
func definitions(t *testing.T) *protoregistry.Files {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "tensorboard-2.21.0.binpb"))
	require.NoError(t, err)
	set := new(descriptorpb.FileDescriptorSet)
	require.NoError(t, proto.Unmarshal(data, set))
	files, err := protodesc.NewFiles(set)
	require.NoError(t, err)
	return files
}

// decode reads a message by TensorBoard's definition, which must know all of it.
func decode(t *testing.T, files *protoregistry.Files, name string, data []byte, to any) {
	t.Helper()
	d, err := files.FindDescriptorByName(protoreflect.FullName("tensorboard." + name))
	require.NoError(t, err)
	m := dynamicpb.NewMessage(d.(protoreflect.MessageDescriptor))
	require.NoError(t, proto.Unmarshal(data, m))
	requireKnown(t, m)
	text, err := protojson.MarshalOptions{}.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, to))
}

// requireKnown finds fields that the definition lacks, at any depth.
func requireKnown(t *testing.T, m protoreflect.Message) {
	t.Helper()
	require.Empty(t, m.GetUnknown(), "unknown fields in %s", m.Descriptor().FullName())
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap() && f.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, e protoreflect.Value) bool { requireKnown(t, e.Message()); return true })
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				requireKnown(t, v.List().Get(i).Message())
			}
		case !f.IsMap() && !f.IsList() && f.Message() != nil:
			requireKnown(t, v.Message())
		}
		return true
	})
}

// records splits a file, and compares the checksums.
func records(t *testing.T, file []byte) [][]byte {
	t.Helper()
	var all [][]byte
	take := func(n uint64) []byte {
		require.GreaterOrEqual(t, uint64(len(file)), n+4)
		data := file[:n]
		require.Equal(t, checksum(data), binary.LittleEndian.Uint32(file[n:]))
		file = file[n+4:]
		return data
	}
	for len(file) > 0 {
		all = append(all, take(binary.LittleEndian.Uint64(take(8))))
	}
	return all
}

// written is a run as TensorBoard sees it.
type written struct {
	events   []readEvent
	graph    readGraph
	metadata readMetadata
}

func write(t *testing.T, r *trace.Run) written {
	t.Helper()
	folder := filepath.Join(t.TempDir(), r.Tag+"7")
	require.NoError(t, os.Mkdir(folder, 0o700))
	path, err := WriteFile(folder, r)
	require.NoError(t, err)
	require.Contains(t, filepath.Base(path), "tfevents", "by which TensorBoard finds the file")
	_, err = WriteFile(folder, r)
	require.ErrorIs(t, err, os.ErrExist, "a file is never overwritten")
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	files := definitions(t)
	var w written
	for _, data := range records(t, file) {
		var e readEvent
		decode(t, files, "Event", data, &e)
		w.events = append(w.events, e)
		if e.GraphDef != nil {
			decode(t, files, "GraphDef", e.GraphDef, &w.graph)
		}
		if b := e.TaggedRunMetadata.RunMetadata; b != nil {
			decode(t, files, "RunMetadata", b, &w.metadata)
		}
	}
	return w
}

func sample(t *testing.T) *trace.Run {
	t.Helper()
	r, err := trace.Read(filepath.Join("..", "testdata", "average1.trace.json"))
	require.NoError(t, err)
	return r
}

// Every file of TensorFlow's begins with these bytes: the length of the first
// event, 24, and its checksum.
func TestFraming(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Write(&b, sample(t), 1))
	require.Equal(t, []byte("\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7fK\x22\t"), b.Bytes()[:13])
}

func TestFirstEventIsTheVersion(t *testing.T) {
	w := write(t, sample(t))
	require.Equal(t, "brain.Event:2", w.events[0].FileVersion)
	for _, e := range w.events[1:] {
		require.Empty(t, e.FileVersion)
		require.InDelta(t, float64(sample(t).Began.Unix()), e.WallTime, 1)
	}
}

// Each player of each step is a node with the player as its device, and takes
// its operands from nodes that there are.
func TestGraph(t *testing.T) {
	r := sample(t)
	w := write(t, r)
	nodes := make(map[string]readNode)
	for _, n := range w.graph.Node {
		require.NotContains(t, nodes, n.Name)
		nodes[n.Name] = n
	}
	want := 0
	for _, s := range r.Steps {
		if s.Op == "together" {
			continue // a folder: share_5 and share_6 stand in it
		}
		for _, player := range s.Players {
			name := fmt.Sprintf("%s_%d/%s", s.Op, s.Number, player)
			if s.Within > 0 {
				name = fmt.Sprintf("together_%d/%s", s.Within, name)
			}
			want++
			n, ok := nodes[name]
			require.True(t, ok, "%s is a node", name)
			require.Equal(t, "/device:"+player+":0", n.Device)
			require.Equal(t, s.Where(), string(n.Attr["line"].S))
			for _, input := range n.Input {
				require.Contains(t, nodes, input)
			}
		}
	}
	require.Len(t, nodes, want)
	require.Equal(t, []string{"input_1/alice"}, nodes["together_4/share_5/alice"].Input)
	require.Equal(t, []string{"together_4/share_5/alice"}, nodes["together_4/share_5/s1"].Input, "what alice shares comes from alice")
	require.Equal(t, []string{"together_4/share_5/s1", "together_4/share_6/s1"}, nodes["add_7/s1"].Input)
	require.Equal(t, []string{"open_9/s0", "open_9/s1", "open_9/s2"}, nodes["open_9/carol"].Input)
	divide := nodes["divide_8/s0"]
	require.Equal(t, "divide", divide.Op)
	require.Equal(t, "return reveal(sum / 2) to carol", string(divide.Attr["source"].S))
	require.Equal(t, int64(16), divide.Attr["sent_bytes"].I)
}

// Each total of each record is the statistics of one node of the graph.
func TestRunMetadata(t *testing.T) {
	r := sample(t)
	w := write(t, r)
	device := make(map[string]string)
	for _, n := range w.graph.Node {
		device[n.Name] = n.Device
	}
	require.Equal(t, "run", w.events[2].TaggedRunMetadata.Tag)
	require.Len(t, w.metadata.StepStats.DevStats, len(r.Records))
	for i, d := range w.metadata.StepStats.DevStats {
		x := r.Records[i]
		require.Equal(t, "/device:"+x.Player+":0", d.Device)
		require.Zero(t, x.Steps[0].Step, "the set-up is no operation")
		require.Len(t, d.NodeStats, len(x.Steps)-1)
		for j, n := range d.NodeStats {
			total := x.Steps[j+1]
			require.Equal(t, d.Device, device[n.NodeName], "%s is a node of the device", n.NodeName)
			require.Equal(t, total.Time.Microseconds(), n.AllEndRel)
			require.WithinDuration(t, r.Began, time.UnixMicro(n.AllStartMicros), time.Second, "by one clock, though that of s1 is five seconds ahead")
			if total.Memory > 0 {
				require.Equal(t, int64(total.Memory), n.Memory[0].TotalBytes)
			}
		}
	}
}

func TestScalars(t *testing.T) {
	r := sample(t)
	w := write(t, r)
	last := w.events[len(w.events)-1]
	require.Equal(t, int64(7), last.Step, "the number of the run")
	for _, x := range r.Records {
		value := func(name string) float64 {
			i := slices.IndexFunc(last.Summary.Value, func(s readScalar) bool { return s.Tag == name+"/"+x.Player })
			require.GreaterOrEqual(t, i, 0, "%s of %s", name, x.Player)
			require.NotNil(t, last.Summary.Value[i].SimpleValue)
			return *last.Summary.Value[i].SimpleValue
		}
		require.Equal(t, float64(x.Traffic().SentBytes), value("sent_bytes"))
		require.Equal(t, float64(x.Traffic().ReceivedBytes), value("received_bytes"))
		require.Equal(t, float64(x.Rounds), value("rounds"))
		require.InEpsilon(t, x.SetUp.Seconds(), value("set_up_seconds"), 1e-6)
		require.InEpsilon(t, x.Total().Seconds(), value("seconds"), 1e-6)
	}
}

// A failed run of which no record came is still one that opens.
func TestWithoutRecords(t *testing.T) {
	r := sample(t)
	r.Records = nil
	w := write(t, r)
	require.NotEmpty(t, w.graph.Node)
	require.Empty(t, w.metadata.StepStats.DevStats)
}
