// Package lsp is a language server for .tfe: what an editor asks for while a
// program is being written (the Language Server Protocol over a stream).
//
// Messages are read as they come; one goroutine answers them in order, so that
// an answer speaks of the text that the editor had when it asked. A cancelled
// request is answered as such, when its turn comes; diagnostics are published
// when nothing waits, so that fast typing costs one compilation a pause. What
// a request cannot be answered for, a broken text included, is an empty answer.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// Serve answers the editor at the other end of in and out until it says exit
// or goes away, or ctx ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &server{
		documents: make(map[string]*document), published: make(map[string][]diagnostic),
		cancelled: make(map[jsonrpc2.ID]bool), waiting: make(chan struct{}, 1), exit: stop,
	}
	stream := jsonrpc2.NewBufferedStream(pipe{in, out}, jsonrpc2.VSCodeObjectCodec{})
	s.conn = jsonrpc2.NewConn(ctx, stream, s, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	s.work(ctx)
	if err := s.conn.Close(); !errors.Is(err, jsonrpc2.ErrClosed) {
		return err
	}
	return nil
}

// A pipe is two streams as one; closing it ends neither.
type pipe struct {
	io.Reader
	io.Writer
}

func (pipe) Close() error { return nil }

type server struct {
	conn *jsonrpc2.Conn
	exit func()

	// What the reader leaves for the worker.
	mu        sync.Mutex
	queue     []*jsonrpc2.Request
	cancelled map[jsonrpc2.ID]bool
	waiting   chan struct{}

	// The worker's own.
	roots     []string // folders that the editor works in
	documents map[string]*document
	published map[string][]diagnostic // by path
}

// Handle puts a message in the queue; it is called for one after the other.
func (s *server) Handle(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == "$/cancelRequest" {
		s.cancel(r)
		return
	}
	s.queue = append(s.queue, r)
	select {
	case s.waiting <- struct{}{}:
	default:
	}
}

// cancel marks a request that still waits.
func (s *server) cancel(r *jsonrpc2.Request) {
	var p struct {
		ID jsonrpc2.ID `json:"id"`
	}
	if decode(r, &p) != nil {
		return
	}
	for _, q := range s.queue {
		if !q.Notif && q.ID == p.ID {
			s.cancelled[p.ID] = true
		}
	}
}

// next takes a message from the queue, or nil.
func (s *server) next() (r *jsonrpc2.Request, cancelled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil, false
	}
	r, s.queue = s.queue[0], s.queue[1:]
	cancelled = !r.Notif && s.cancelled[r.ID]
	delete(s.cancelled, r.ID)
	return r, cancelled
}

// work answers until the connection or ctx ends.
func (s *server) work(ctx context.Context) {
	for {
		r, cancelled := s.next()
		if r != nil {
			s.answer(ctx, r, cancelled)
			continue
		}
		s.publish(ctx)
		select {
		case <-s.waiting:
		case <-ctx.Done():
			return
		case <-s.conn.DisconnectNotify():
			if len(s.waiting) == 0 {
				return
			}
		}
	}
}

// Errors of the protocol.
var errCancelled = &jsonrpc2.Error{Code: -32800, Message: "cancelled"}

// requestFailed is the code of what a request cannot be answered for.
const requestFailed = -32803

func (s *server) answer(ctx context.Context, r *jsonrpc2.Request, cancelled bool) {
	result, err := any(nil), error(errCancelled)
	if !cancelled {
		result, err = s.carryOut(r)
	}
	if r.Notif {
		return
	}
	var protocol *jsonrpc2.Error
	switch {
	case err == nil:
		err = s.conn.Reply(ctx, r.ID, result)
	case errors.As(err, &protocol):
		err = s.conn.ReplyWithError(ctx, r.ID, protocol)
	default:
		err = s.conn.ReplyWithError(ctx, r.ID, &jsonrpc2.Error{Code: requestFailed, Message: err.Error()})
	}
	if err != nil {
		s.exit() // nobody is there any more
	}
}

// carryOut makes a defect of the compiler the failure of one request.
func (s *server) carryOut(r *jsonrpc2.Request) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("internal error: %v", p)}
		}
	}()
	do, ok := methods[r.Method]
	if !ok {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "no method " + r.Method}
	}
	return do(s, r)
}

// methods are what the server answers to.
var methods = map[string]func(*server, *jsonrpc2.Request) (any, error){
	"initialize":                  with((*server).initialize),
	"initialized":                 nothing,
	"shutdown":                    nothing,
	"exit":                        func(s *server, _ *jsonrpc2.Request) (any, error) { s.exit(); return nil, nil },
	"textDocument/didOpen":        with((*server).didOpen),
	"textDocument/didChange":      with((*server).didChange),
	"textDocument/didClose":       with((*server).didClose),
	"textDocument/didSave":        nothing,
	"textDocument/hover":          with((*server).hover),
	"textDocument/completion":     with((*server).complete),
	"textDocument/definition":     with((*server).definition),
	"textDocument/references":     with((*server).references),
	"textDocument/prepareRename":  with((*server).prepareRename),
	"textDocument/rename":         with((*server).rename),
	"textDocument/documentSymbol": with((*server).symbols),
	"textDocument/formatting":     with((*server).format),
	"textDocument/codeAction":     with((*server).codeActions),
}

func nothing(*server, *jsonrpc2.Request) (any, error) { return nil, nil }

// with decodes the parameters of a method.
func with[T any](method func(*server, T) (any, error)) func(*server, *jsonrpc2.Request) (any, error) {
	return func(s *server, r *jsonrpc2.Request) (any, error) {
		var p T
		if err := decode(r, &p); err != nil {
			return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
		}
		return method(s, p)
	}
}

func decode(r *jsonrpc2.Request, to any) error {
	if r.Params == nil {
		return errors.New("no parameters")
	}
	return json.Unmarshal(*r.Params, to)
}

func (s *server) initialize(p initializeParams) (any, error) {
	for _, f := range p.WorkspaceFolders {
		s.roots = append(s.roots, path(f.URI))
	}
	if len(s.roots) == 0 && p.RootURI != "" {
		s.roots = []string{path(p.RootURI)}
	}
	return capabilities, nil
}

func (s *server) didOpen(p didOpenParams) (any, error) {
	file := path(p.TextDocument.URI)
	s.documents[file] = &document{uri: p.TextDocument.URI, path: file, text: p.TextDocument.Text, stale: true}
	s.changed(file)
	return nil, nil
}

func (s *server) didChange(p didChangeParams) (any, error) {
	file := path(p.TextDocument.URI)
	if d := s.documents[file]; d != nil && len(p.ContentChanges) > 0 {
		d.text = p.ContentChanges[len(p.ContentChanges)-1].Text
		s.changed(file)
	}
	return nil, nil
}

func (s *server) didClose(p documentParams) (any, error) {
	file := path(p.TextDocument.URI)
	delete(s.documents, file)
	s.changed(file)
	return nil, nil
}
