package e2e

// Many machines: network namespaces that a bridge joins, where the system lets
// a test make them; else loopback addresses of their own.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// machines are where the ends of a test run.
type machines struct {
	t      *testing.T
	kind   string
	spaces map[string]string // the namespace of an end
	subnet int
}

// newMachines has a machine for each end. The client's reaches that of the
// coordinator, the first of servers, and no other.
func newMachines(t *testing.T, servers []string) *machines {
	m := &machines{t: t, kind: "network namespaces, joined by veth pairs", spaces: map[string]string{}, subnet: os.Getpid() % 200}
	if err := m.build(servers); err != nil {
		m.remove()
		m.kind, m.spaces = "loopback addresses, since network namespaces are not to be had: "+err.Error(), nil
	}
	t.Cleanup(m.remove)
	return m
}

// build makes the namespaces: every server has a line to a switch, and the
// client one to the coordinator.
func (m *machines) build(servers []string) error {
	for _, name := range append([]string{"switch", "client"}, servers...) {
		m.spaces[name] = fmt.Sprintf("tfec%d-%s", os.Getpid(), name)
		if err := ip("netns", "add", m.spaces[name]); err != nil {
			return err
		}
		if err := ip("-n", m.spaces[name], "link", "set", "lo", "up"); err != nil {
			return err
		}
	}
	if err := ip("-n", m.spaces["switch"], "link", "add", "bridge", "type", "bridge"); err != nil {
		return err
	}
	if err := ip("-n", m.spaces["switch"], "link", "set", "bridge", "up"); err != nil {
		return err
	}
	for i, name := range servers {
		port := fmt.Sprintf("port%d", i)
		err := ip("link", "add", "wire", "netns", m.spaces[name], "type", "veth", "peer", "name", port, "netns", m.spaces["switch"])
		if err == nil {
			err = cmp.Or(
				ip("-n", m.spaces["switch"], "link", "set", port, "master", "bridge", "up"),
				ip("-n", m.spaces[name], "address", "add", m.address(i)+"/24", "dev", "wire"),
				ip("-n", m.spaces[name], "link", "set", "wire", "up"))
		}
		if err != nil {
			return err
		}
	}
	first := m.spaces[servers[0]]
	return cmp.Or(
		ip("link", "add", "wire", "netns", m.spaces["client"], "type", "veth", "peer", "name", "office", "netns", first),
		ip("-n", first, "address", "add", m.office(1)+"/30", "dev", "office"),
		ip("-n", first, "link", "set", "office", "up"),
		ip("-n", m.spaces["client"], "address", "add", m.office(2)+"/30", "dev", "wire"),
		ip("-n", m.spaces["client"], "link", "set", "wire", "up"))
}

func (m *machines) remove() {
	for _, space := range m.spaces {
		ip("netns", "delete", space)
	}
}

// address is that of a server, office that of the line to the client.
func (m *machines) address(i int) string {
	if m.spaces == nil {
		return fmt.Sprintf("127.0.0.%d", 2+i)
	}
	return fmt.Sprintf("10.77.%d.%d", m.subnet, 1+i)
}

func (m *machines) office(k int) string { return fmt.Sprintf("10.78.%d.%d", m.subnet, k) }

// at is a command as the machine of an end runs it.
func (m *machines) at(end string, args ...string) []string {
	if m.spaces == nil {
		return args
	}
	return append([]string{"ip", "netns", "exec", m.spaces[end]}, args...)
}

// hostmap is that of all servers, as the client has it or as the others do.
func (m *machines) hostmap(servers []string, client bool, port int) string {
	var lines []string
	for i, name := range servers {
		addr := m.address(i)
		if client && i == 0 && m.spaces != nil {
			addr = m.office(1)
		}
		text, err := json.Marshal(fmt.Sprintf("%s:%d", addr, port))
		require.NoError(m.t, err)
		lines = append(lines, fmt.Sprintf("  %q: %s", name, text))
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
