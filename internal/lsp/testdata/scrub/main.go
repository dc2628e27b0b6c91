// Command scrub turns what an editor sent to a language server into JSON, one
// message a line, without what tells of the machine: the workspace's folder
// becomes ROOT, and of initialize only the folders stay.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/sourcegraph/jsonrpc2"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: scrub FOLDER <MESSAGES")
	}
	if err := scrub(os.Args[1], os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func scrub(root string, in io.Reader, out io.Writer) error {
	for r := bufio.NewReader(in); ; {
		var m map[string]any
		if err := (jsonrpc2.VSCodeObjectCodec{}).ReadObject(r, &m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p, ok := m["params"].(map[string]any); ok && m["method"] == "initialize" {
			m["params"] = map[string]any{"rootUri": p["rootUri"], "workspaceFolders": p["workspaceFolders"]}
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, strings.ReplaceAll(string(text), root, "ROOT"))
	}
}
