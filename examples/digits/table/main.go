// Command table writes what the logs of trainings say into README.md, between
// the lines that begin and end its table.
package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:generate go run . ..

const (
	begin  = "<!-- table -->\n"
	end    = "<!-- /table -->\n"
	epochs = 5
)

// networks and optimizers are in the order of the table.
var (
	networks   = []string{"a", "b", "c", "d", "logistic"}
	optimizers = []string{"sgd", "amsgrad", "adam"}
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("table: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: table FOLDER, which has README.md and logs")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// write renews the table in the README.md of a folder.
func write(dir string) error {
	name := path.Join(dir, "README.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %sand %s", name, begin, end)
	}
	made, err := table(os.DirFS(dir))
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(before+begin+made+end+after), 0o644)
}

// table is that of all trainings that have a log.
func table(dir fs.FS) (string, error) {
	var out strings.Builder
	out.WriteString("\n| network | by | 1 | 2 | 3 | 4 | 5 | in clear, 5 | minutes |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, network := range networks {
		for _, optimizer := range optimizers {
			shares, err := read(dir, network+"-"+optimizer)
			if err != nil {
				return "", err
			}
			clear, err := read(dir, network+"-"+optimizer+"-clear")
			if err != nil {
				return "", err
			}
			if len(shares)+len(clear) > 0 {
				fmt.Fprintf(&out, "| `%s.tfe` | %s |%s\n", network, optimizer, cells(shares, clear))
			}
		}
	}
	out.WriteByte('\n')
	return out.String(), nil
}

// cells are what both trainings told right, and how long that on shares took.
func cells(shares, clear training) string {
	var out strings.Builder
	seconds := 0
	for k := range epochs {
		out.WriteString(shares.at(k))
		if k < len(shares) {
			seconds += shares[k].seconds
		}
	}
	out.WriteString(clear.at(epochs - 1))
	if seconds == 0 {
		return out.String() + " |"
	}
	return fmt.Sprintf("%s %.1f |", out.String(), float64(seconds)/60)
}

// An epoch is a line of a log.
type epoch struct{ seconds, right int }

// A training is its epochs in their order.
type training []epoch

// at is the cell of the table for an epoch.
func (t training) at(k int) string {
	if k >= len(t) {
		return " |"
	}
	return fmt.Sprintf(" %.2f %% |", float64(t[k].right)/100)
}

// line is what train.sh says of an epoch.
var line = regexp.MustCompile(`^[a-z ]+ epoch (\d+): (\d+) s, (?:owner: )?right = (\d+)$`)

// read reads the log of a training; none is one without epochs.
func read(dir fs.FS, name string) (training, error) {
	file, err := dir.Open(path.Join("logs", name+".log"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var t training
	for lines := bufio.NewScanner(file); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil || m[1] != strconv.Itoa(len(t)+1) {
			return nil, fmt.Errorf("logs/%s.log: not of epoch %d: %q", name, len(t)+1, lines.Text())
		}
		seconds, _ := strconv.Atoi(m[2])
		right, _ := strconv.Atoi(m[3])
		t = append(t, epoch{seconds, right})
	}
	return t, nil
}
