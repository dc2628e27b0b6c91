package runtime

// The log of runs: an append-only file of JSON lines. A run has one when
// everything is agreed on and nothing is shared yet, which counts it, and one at
// its end. Reading it at the start makes --runs hold across restarts, which are
// not always an operator's.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/internal/durable"
)

// A runRecord is a line of the log. It holds what every player of the run
// knows, and nothing of inputs but the sizes that they agreed on.
type runRecord struct {
	Time  time.Time `json:"time"`
	Event string    `json:"event"`
	Run   string    `json:"run"`

	// Of a run that begins.
	Client      string           `json:"client,omitempty"`
	Tag         string           `json:"tag,omitempty"`
	File        string           `json:"file,omitempty"`
	Computation string           `json:"computation,omitempty"`
	Digest      string           `json:"digest,omitempty"`
	Protocol    string           `json:"protocol,omitempty"`
	Inputs      bool             `json:"inputs,omitempty"` // this player gave some: --runs counts it
	Sizes       map[string]int64 `json:"sizes,omitempty"`
	Discloses   []string         `json:"discloses,omitempty"`

	// Of one that ends.
	Outcome string `json:"outcome,omitempty"`
}

// The events of a runRecord, and the outcome that takes a run back: the others
// were not ready.
const (
	runBegins     = "begins"
	runEnds       = "ends"
	nothingShared = "nothing was shared"
)

// runLogName is the log of runs where no other is named.
const runLogName = "runs.log"

// maxRecord bounds a line of the log.
const maxRecord = 1 << 20

// A runLog is the file while a player has it, which no other process can have
// meanwhile. A nil one keeps nothing.
type runLog struct {
	mu   sync.Mutex
	file *os.File
	torn bool // the last line has no end: a crash, or a disk that was full

	taken int // runs with inputs that it held when it was opened
}

// openRunLog opens the log that the operator has chosen, of a server that takes
// part in runs. A player that may take part in no more of them does not start.
func (o *ServeOptions) openRunLog(log *slog.Logger, programs []*Program) (*runLog, error) {
	path := o.RunLog
	if path == "" && o.TLS != "" {
		path = filepath.Join(o.TLS, runLogName)
	}
	switch {
	case len(programs) == 0:
		return nil, nil
	case path != "":
	case slices.ContainsFunc(programs, (*Program).hasInputs):
		log.Warn("keeps no log of runs, and counts those of this process alone: --run-log names one", "player", o.Player)
		fallthrough
	default:
		return nil, nil
	}
	runs, err := openRunLog(path)
	if err != nil {
		return nil, err
	}
	log.Info("logs runs", "file", path, "before", runs.taken)
	without := func(p *Program) bool { return !p.hasInputs() }
	if o.Runs >= 0 && runs.taken >= max(o.Runs, 1) && !slices.ContainsFunc(programs, without) {
		return nil, errors.Join(&UsageError{&spentError{o.Player, path, runs.taken}}, runs.close())
	}
	return runs, nil
}

// openRunLog opens the log at path, or makes it.
func openRunLog(path string) (*runLog, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open the log of runs: %w", err)
	}
	l := &runLog{file: f}
	if err := l.begin(path); err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot open the log of runs %s: %w", path, err)
	}
	return l, nil
}

func (l *runLog) begin(path string) error {
	if info, err := l.file.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, errors.New("it is no regular file"))
	}
	if err := durable.Lock(l.file); err != nil {
		return err
	}
	if err := l.count(); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}

// count reads how many runs with inputs there were. A line that cannot be read
// counts as one: it may have been.
func (l *runLog) count() error {
	open := make(map[string]bool)
	lines := bufio.NewReader(io.LimitReader(l.file, 1<<40))
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			l.torn = len(line) > 0 // never whole on the disk: no run followed it
			return nil
		}
		if err != nil {
			return err
		}
		var r runRecord
		switch err := json.Unmarshal(line, &r); {
		case err != nil || len(line) > maxRecord:
			l.taken++
		case r.Event == runBegins && r.Inputs:
			l.taken++
			open[r.Run] = true
		case r.Event == runEnds && r.Outcome == nothingShared && open[r.Run]:
			l.taken--
			delete(open, r.Run)
		}
	}
}

// before is how many runs with inputs there were before this process.
func (l *runLog) before() int {
	if l == nil {
		return 0
	}
	return l.taken
}

// append writes a line, which is on the disk when it returns nil.
func (l *runLog) append(r runRecord) error {
	if l == nil {
		return nil
	}
	r.Time = time.Now().UTC().Truncate(time.Second)
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.torn {
		line = append([]byte("\n"), line...)
	}
	n, err := l.file.Write(append(line, '\n'))
	l.torn = err != nil && (n > 0 || l.torn)
	if err := errors.Join(err, l.file.Sync()); err != nil {
		return fmt.Errorf("cannot log the run: %w", err)
	}
	return nil
}

func (l *runLog) close() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}

// A spentError is a player whose runs with inputs are used up when it starts.
type spentError struct {
	player, log string
	taken       int
}

func (e *spentError) Error() string {
	return fmt.Sprintf("%s has inputs, and has taken part in as many runs as its operator allows: %d, as %s says", e.player, e.taken, e.log)
}

// Hint says what the operator can decide.
func (e *spentError) Hint() string {
	return fmt.Sprintf("`--runs %d` allows another; for new inputs start a new log with `--run-log FILE`", e.taken+1)
}
