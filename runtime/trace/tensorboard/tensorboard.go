// Package tensorboard writes a run as an event file that TensorBoard opens: the
// graph of the computation with the player as each operation's device, run
// metadata with time and memory of each operation, and scalars for each player.
//
// A step that several players carry out is one node a player, `multiply_8/s1`,
// so that each node has the one device that it ran on. What a file says of a
// player is what the player's record says, and no more: see package trace.
package tensorboard

//go:generate go run ../../../internal/protoc events.proto

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// fileVersion is the content of the first event, by which readers know the
// format.
const fileVersion = "brain.Event:2"

// tag names the run's metadata in TensorBoard's list of session runs.
const tag = "run"

// WriteFile writes the run into its folder, <tag><n>, as a file that must not
// exist, and returns its path.
func WriteFile(folder string, r *trace.Run) (string, error) {
	path := filepath.Join(folder, fmt.Sprintf("events.out.tfevents.%d.tfec", r.Began.Unix()))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := Write(w, r, number(folder, r.Tag)); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return path, f.Close()
}

// number is n of the folder <tag><n>.
func number(folder, tag string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(filepath.Base(folder), tag), 10, 64)
	return n
}

// Write writes the events of a run, the n-th of its tag.
func Write(w io.Writer, r *trace.Run, n int64) error {
	v := newView(r)
	graph, err := proto.Marshal(v.graph())
	if err != nil {
		return err
	}
	metadata, err := proto.Marshal(&RunMetadata{StepStats: v.stats()})
	if err != nil {
		return err
	}
	wall := float64(r.Began.UnixNano()) / float64(time.Second)
	for _, e := range []*Event{
		{What: &Event_FileVersion{FileVersion: fileVersion}},
		{What: &Event_GraphDef{GraphDef: graph}},
		{Step: n, What: &Event_TaggedRunMetadata{TaggedRunMetadata: &TaggedRunMetadata{Tag: tag, RunMetadata: metadata}}},
		{Step: n, What: &Event_Summary{Summary: v.scalars()}},
	} {
		e.WallTime = wall
		data, err := proto.Marshal(e)
		if err != nil {
			return err
		}
		if err := writeRecord(w, data); err != nil {
			return err
		}
	}
	return nil
}
