package tensorboard

// Time and memory of each node, and scalars of each player.

import (
	"fmt"
	"time"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// stats are the totals of each player by node. Times of all players are by one
// clock.
func (v *view) stats() *StepStats {
	stats := new(StepStats)
	if len(v.run.Records) == 0 {
		return stats
	}
	shifts := v.run.Shifts()
	reference := v.run.Records[0]
	zero := reference.Began.Add(-shifts[reference.Player])
	for _, x := range v.run.Records {
		d := &DeviceStepStats{Device: device(x.Player)}
		began := zero.Add(shifts[x.Player])
		first := firstSpans(&x)
		for _, t := range x.Steps {
			if t.Step == 0 {
				continue // the set-up is no part of the graph; its time is a scalar
			}
			d.NodeStats = append(d.NodeStats, v.nodeStats(t, x.Player, began.Add(first[t.Step])))
		}
		stats.DevStats = append(stats.DevStats, d)
	}
	return stats
}

// firstSpans is when each step began for the first time.
func firstSpans(x *trace.Record) map[int]time.Duration {
	first := make(map[int]time.Duration)
	for _, s := range x.Spans {
		if at, ok := first[s.Step]; !ok || s.Begin < at {
			first[s.Step] = s.Begin
		}
	}
	return first
}

func (v *view) nodeStats(t trace.Total, player string, began time.Time) *NodeExecStats {
	took := max(t.Time.Microseconds(), 1) // 0 is "not run" to readers
	n := &NodeExecStats{
		NodeName: v.nodes[node{t.Step, player}], AllStartMicros: began.UnixMicro(),
		OpEndRelMicros: took, AllEndRelMicros: took, TimelineLabel: label(v.run.Step(t.Step), t),
	}
	if t.Memory > 0 {
		n.Memory = []*AllocatorMemoryUsed{{AllocatorName: "largest result", TotalBytes: int64(t.Memory), PeakBytes: int64(t.Memory)}}
	}
	return n
}

// label says in a line what a node did.
func label(s trace.Step, t trace.Total) string {
	return fmt.Sprintf("%s %s: %d calls, %d rounds, %d bytes sent, %d received, waited %v",
		s.Op, s.Where(), t.Calls, t.Rounds, t.SentBytes, t.ReceivedBytes, t.Waited.Round(time.Microsecond))
}

// scalars are one value for each player. Bytes and rounds are the body's, which
// `tfec cost` promises; seconds are all of the run.
func (v *view) scalars() *Summary {
	s := new(Summary)
	for _, x := range v.run.Records {
		traffic := x.Traffic()
		for _, value := range []struct {
			name, description string
			value             float64
		}{
			{"sent_bytes", "payload bytes sent, without set-up and framing", float64(traffic.SentBytes)},
			{"received_bytes", "payload bytes received, without set-up and framing", float64(traffic.ReceivedBytes)},
			{"rounds", "the longest chain of messages that ended at the player", float64(x.Rounds)},
			{"seconds", "from the beginning to the end of the run", x.Total().Seconds()},
			{"set_up_seconds", "until all had agreed to start", x.SetUp.Seconds()},
			{"waited_seconds", "for messages, without the set-up", traffic.Waited.Seconds()},
		} {
			s.Value = append(s.Value, &Summary_Value{Tag: value.name + "/" + clean(x.Player), Value: &Summary_Value_SimpleValue{SimpleValue: float32(value.value)},
				Metadata: &SummaryMetadata{PluginData: &SummaryMetadata_PluginData{PluginName: "scalars"}, SummaryDescription: value.description}})
		}
	}
	return s
}
