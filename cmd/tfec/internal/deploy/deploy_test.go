package deploy

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	compose "github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/session"
)

// The addresses of the tests, by version of IP, and by names within a cluster.
var hostmaps = map[string]string{
	"four":  `{"master": "10.0.0.9:4440", "s0": "10.0.0.10:4440", "S_1": "10.0.0.11:4441", "alice": "10.0.0.20:9464", "carol": "10.0.0.30:4440", "other": "10.0.0.40:4440"}`,
	"six":   `{"master": "[2001:db8::9]:4440", "s0": "[2001:db8::10]:4440", "S_1": "[2001:db8::11]:4441", "alice": "[2001:db8::20]:9464", "carol": "[2001:db8::30]:4440", "other": "[2001:db8::40]:4440"}`,
	"names": `{"master": "tfec-master:4440", "s0": "tfec-s0.one.svc:4440", "S_1": "tfec-s-1.two.svc.cluster.local:4441", "alice": "tfec-alice:9464", "carol": "tfec-carol:4440", "other": "other:4440"}`,
}

// cast are the players of the tests: a coordinator that is none, a server, an
// owner, a receiver.
func cast(t *testing.T, addresses string) []Player {
	h, err := session.ParseHostmap("config.json", []byte(hostmaps[addresses]))
	require.NoError(t, err)
	program := func(name string) *runtime.Program {
		return &runtime.Program{File: "average.tfe", Computation: "average", Digest: "00ff", Player: name, Players: []string{"alice", "carol", "s0", "S_1"}}
	}
	s0, s1, alice, carol := program("s0"), program("S_1"), program("alice"), program("carol")
	s1.Outputs = []runtime.Output{{Name: "model", Shared: true}}
	one := []runtime.Size{{{Coef: 1}}}
	alice.Inputs = []runtime.Input{
		{Name: "a", Shape: one, Doc: "gross\nand net", Elem: clear.Int64}, {Name: "rate", Public: true},
		{Name: "sales.amount", Shape: one, Rows: 1}, {Name: "sales.region", Shape: one, Rows: 1},
		{Name: "pay[e0]"}, {Name: "x", Shape: slices.Concat(one, one)},
	}
	carol.Outputs = []runtime.Output{{Name: "avg", Doc: "the average"}, {Name: "table.n", Rows: 1, Shape: one}}
	var players []Player
	for _, list := range [][]*runtime.Program{nil, {s0}, {s1}, {alice, alice}, {carol}} {
		p := Player{Name: "master", Programs: list, Hostmap: h}
		if list != nil {
			p.Name = list[0].Player
		}
		players = append(players, p)
	}
	return players
}

// each writes the folder of every player of the tests, by addresses that the
// target takes.
func each(t *testing.T, target Target, check func(t *testing.T, p Player, dir string)) {
	program := filepath.Join(t.TempDir(), "player")
	require.NoError(t, os.WriteFile(program, []byte("the program"), 0o755))
	for addresses := range hostmaps {
		if addresses == "names" && target == Systemd {
			continue
		}
		for _, p := range cast(t, addresses) {
			t.Run(addresses+"/"+p.Name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "deploy", p.Name)
				require.NoError(t, Write(dir, target, p, program))
				h, err := session.LoadHostmap(filepath.Join(dir, "config.json"))
				require.NoError(t, err)
				require.Equal(t, p.Hostmap.Entries, h.Entries)
				readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
				require.NoError(t, err)
				require.Equal(t, p.Name == "alice", strings.Contains(string(readme), "it takes part in one run"))
				require.Equal(t, p.Name == "S_1" || p.Name == "carol", strings.Contains(string(readme), "Outputs are written"))
				require.NotContains(t, string(readme), "<no value>")
				check(t, p, dir)
				require.ErrorContains(t, Write(dir, target, p, program), "is there already, and is not overwritten")
			})
		}
	}
}

func (p Player) hasInputs() bool { return p.Name == "alice" }

// options are the flags of a player as its own command understands them: every
// one of them must exist.
func options(t *testing.T, p Player, args []string) runtime.ServeOptions {
	var o runtime.ServeOptions
	f := pflag.NewFlagSet("player", pflag.ContinueOnError)
	o.Flags(f)
	require.NoError(t, f.Parse(args))
	require.Empty(t, f.Args())
	addr, _ := p.Hostmap.Address(p.Name)
	require.Equal(t, addr[strings.LastIndex(addr, ":"):], o.Listen)
	require.NotEmpty(t, o.TLS)
	require.False(t, o.Insecure)
	require.Equal(t, p.Programs != nil, strings.HasSuffix(o.RunLog, "/runs.log"), "a coordinator logs no runs")
	require.Zero(t, o.Runs, "how many runs is the operator's to say")
	require.NotContains(t, o.Metrics, o.Listen)
	require.Equal(t, p.Name == "alice" || p.Name == "carol" || p.Name == "S_1", o.Bindings != nil)
	return o
}

// checkBindings reads a file of bindings, and finds in it every input and output.
func checkBindings(t *testing.T, p Player, text []byte, data, state string) {
	path := filepath.Join(t.TempDir(), "bindings.toml")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	sources, targets, err := binding.Parse([]string{path}, nil, nil)
	require.NoError(t, err)
	switch p.Name {
	case "alice":
		require.Len(t, sources, 5)
		for name, want := range map[string]string{"a": "a.csv", "sales": "sales.csv", "pay[e0]": "pay-e0.json", "x": "x.npy"} {
			require.Equal(t, filepath.Join(data, want), sources[name].Path, name)
		}
		require.Contains(t, string(text), "# gross\n# and net\n")
	case "carol":
		require.Len(t, targets, 2)
		require.Equal(t, filepath.Join(state, "avg.json"), targets["avg"].Path)
	case "S_1":
		require.Equal(t, state, targets.Of("model").Folder())
	}
}

// documents decodes the documents of a file strictly, by their kinds.
func documents(t *testing.T, path string) []any {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []any
	for _, doc := range bytes.Split(data, []byte("\n---\n")) {
		var meta struct{ APIVersion, Kind string }
		require.NoError(t, yaml.Unmarshal(doc, &meta))
		into := map[string]any{
			"v1 ConfigMap": &core.ConfigMap{}, "v1 PersistentVolumeClaim": &core.PersistentVolumeClaim{}, "v1 Service": &core.Service{},
			"networking.k8s.io/v1 NetworkPolicy": &networking.NetworkPolicy{}, "batch/v1 Job": &batch.Job{},
		}[meta.APIVersion+" "+meta.Kind]
		require.NotNil(t, into, meta)
		require.NoError(t, yaml.UnmarshalStrict(doc, into), string(doc))
		all = append(all, into)
	}
	return all
}

func find[T any](t *testing.T, all []any) T {
	i := slices.IndexFunc(all, func(x any) bool { _, ok := x.(T); return ok })
	require.GreaterOrEqual(t, i, 0)
	return all[i].(T)
}

func TestKubernetes(t *testing.T) {
	each(t, Kubernetes, func(t *testing.T, p Player, dir string) {
		name := object(p.Name)
		all := documents(t, filepath.Join(dir, "player.yaml"))
		config := find[*core.ConfigMap](t, all)
		h, err := session.ParseHostmap("config.json", []byte(config.Data["config.json"]))
		require.NoError(t, err)
		require.Equal(t, p.Hostmap.Entries, h.Entries)
		checkBindings(t, p, []byte(config.Data["bindings.toml"]), "/data", "/state")

		jobs := documents(t, filepath.Join(dir, "job.yaml"))
		require.Len(t, jobs, 1)
		job := jobs[0].(*batch.Job)
		pod := job.Spec.Template.Spec
		require.Len(t, pod.Containers, 1)
		c := pod.Containers[0]
		o := options(t, p, c.Args)
		require.True(t, o.Once)
		require.Equal(t, config.Name, pod.Volumes[0].ConfigMap.Name)
		require.Equal(t, name+"-keys", pod.Volumes[1].Secret.SecretName)
		require.Equal(t, core.RestartPolicyNever, pod.RestartPolicy)
		require.Equal(t, []int32{2}, job.Spec.PodFailurePolicy.Rules[0].OnExitCodes.Values)
		require.Equal(t, "/healthz", c.LivenessProbe.HTTPGet.Path)
		require.Equal(t, "/readyz", c.ReadinessProbe.HTTPGet.Path)
		require.True(t, strings.HasSuffix(o.Metrics, fmt.Sprintf(":%d", c.Ports[1].ContainerPort)))
		require.False(t, c.Resources.Requests.Cpu().IsZero())
		require.False(t, c.Resources.Limits.Memory().IsZero())
		require.True(t, *pod.SecurityContext.RunAsNonRoot)
		require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
		require.Equal(t, []core.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
		require.False(t, *pod.AutomountServiceAccountToken)
		checkImage(t, filepath.Join(dir, name+".tar"), c.Image)
		var claims []string
		for i, m := range c.VolumeMounts {
			require.Equal(t, pod.Volumes[i].Name, m.Name)
			if claim := pod.Volumes[i].PersistentVolumeClaim; claim != nil {
				claims = append(claims, claim.ClaimName)
			}
		}
		var made []string
		for _, d := range all {
			if claim, ok := d.(*core.PersistentVolumeClaim); ok {
				made = append(made, claim.Name)
			}
		}
		require.Equal(t, made, claims)
		require.Equal(t, p.Programs != nil, slices.Contains(made, name+"-state"))
		require.Equal(t, p.hasInputs(), slices.Contains(made, name+"-data"))

		service := find[*core.Service](t, all)
		require.Equal(t, c.Ports[0].ContainerPort, service.Spec.Ports[0].Port)
		require.True(t, service.Spec.PublishNotReadyAddresses)
		if service.Spec.Type == core.ServiceTypeLoadBalancer {
			addr, _ := p.Hostmap.Address(p.Name)
			host, _, _ := split(addr)
			require.Equal(t, host, service.Spec.LoadBalancerIP)
		}
		policy := find[*networking.NetworkPolicy](t, all)
		for _, labels := range []map[string]string{service.Spec.Selector, policy.Spec.PodSelector.MatchLabels} {
			require.Equal(t, job.Spec.Template.Labels, labels)
		}
		checkPolicy(t, p, policy)
	})
}

// checkPolicy holds that the peers, and nobody else, are admitted.
func checkPolicy(t *testing.T, p Player, policy *networking.NetworkPolicy) {
	require.Equal(t, []networking.PolicyType{"Ingress", "Egress"}, policy.Spec.PolicyTypes)
	require.Len(t, policy.Spec.Ingress, 1)
	in := admitted(policy.Spec.Ingress[0].From)
	var out, want []string
	for _, rule := range policy.Spec.Egress {
		if rule.To == nil {
			require.Equal(t, 53, rule.Ports[0].Port.IntValue())
			continue
		}
		out = append(out, fmt.Sprintf("%v:%d", admitted(rule.To), rule.Ports[0].Port.IntValue()))
	}
	var peers []string
	for _, e := range p.Hostmap.Entries {
		if e.Name == p.Name || e.Name == "other" && p.Programs != nil {
			continue
		}
		host, port, err := split(e.Addr)
		require.NoError(t, err)
		who := object(e.Name)
		if addr, err := netip.ParseAddr(host); err == nil {
			who = netip.PrefixFrom(addr, addr.BitLen()).String()
		}
		peers = append(peers, who)
		want = append(want, fmt.Sprintf("%v:%d", []string{who}, port))
	}
	require.Equal(t, peers, in)
	require.Equal(t, want, out)
}

func admitted(peers []networking.NetworkPolicyPeer) []string {
	var all []string
	for _, p := range peers {
		if p.IPBlock != nil {
			all = append(all, p.IPBlock.CIDR)
		} else {
			all = append(all, p.PodSelector.MatchLabels["app.kubernetes.io/name"])
		}
	}
	return all
}

// A player whose hostmap has nobody else is reached by nobody: a rule without
// peers would admit everybody.
func TestKubernetesAlone(t *testing.T) {
	p := cast(t, "four")[1]
	p.Hostmap.Entries = p.Hostmap.Entries[1:2]
	dir := t.TempDir()
	program := filepath.Join(dir, "player")
	require.NoError(t, os.WriteFile(program, nil, 0o755))
	require.NoError(t, Write(filepath.Join(dir, "s0"), Kubernetes, p, program))
	policy := find[*networking.NetworkPolicy](t, documents(t, filepath.Join(dir, "s0", "player.yaml")))
	require.Equal(t, []networking.PolicyType{"Ingress", "Egress"}, policy.Spec.PolicyTypes)
	require.Empty(t, policy.Spec.Ingress)
	require.Empty(t, policy.Spec.Egress)
}

// What closes the network admits addresses: a name has none yet, but that of a
// service within a cluster.
func TestNamesAreRefused(t *testing.T) {
	for _, test := range []struct {
		target     Target
		host, want string
	}{
		{Kubernetes, "alice.example.org", "a network policy cannot admit alice by the name alice.example.org: give its IP address in the hostmap, or, in one cluster, the name of its service"},
		{Systemd, "alice.example.org", "a unit cannot admit alice by the name alice.example.org: give its IP address in the hostmap"},
		{Systemd, "alice", "a unit cannot admit alice by the name alice: give its IP address in the hostmap"},
	} {
		p := cast(t, "four")[1]
		p.Hostmap.Entries[3].Addr = test.host + ":4440"
		dir := filepath.Join(t.TempDir(), "s0")
		require.EqualError(t, Write(dir, test.target, p, "none"), "cannot deploy s0: "+test.want)
		require.NoDirExists(t, dir)
	}
}

func TestCompose(t *testing.T) {
	each(t, Compose, func(t *testing.T, p Player, dir string) {
		for _, name := range []string{p.Name + ".key", p.Name + ".crt", "share.key"} {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "keys"), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "keys", name), nil, 0o600))
		}
		project, err := loader.LoadWithContext(t.Context(), compose.ConfigDetails{WorkingDir: dir,
			ConfigFiles: []compose.ConfigFile{{Filename: filepath.Join(dir, "compose.yaml")}}}, func(o *loader.Options) { o.SetProjectName("p", false) })
		require.NoError(t, err)
		require.Len(t, project.Services, 1)
		s := project.Services["player"]
		o := options(t, p, s.Command)
		require.False(t, o.Once)
		require.Equal(t, map[bool]string{true: "no", false: "unless-stopped"}[p.hasInputs()], s.Restart)
		require.True(t, s.ReadOnly)
		require.Equal(t, []string{"ALL"}, s.CapDrop)
		require.Equal(t, []string{"no-new-privileges:true"}, s.SecurityOpt)
		require.Equal(t, 0, s.Ulimits["core"].Single)
		require.Equal(t, s.MemLimit, s.MemSwapLimit, "no swap")
		require.NotZero(t, s.MemLimit)
		require.Equal(t, fmt.Sprintf("%d:%d", imageUser, imageUser), s.User)
		require.Equal(t, "127.0.0.1", s.Ports[1].HostIP)
		require.Equal(t, o.TLS, "/run/secrets")
		secrets := map[string]string{}
		for _, x := range s.Secrets {
			secrets[x.Source] = project.Secrets[x.Source].File
		}
		require.Equal(t, filepath.Join(dir, "keys", p.Name+".key"), secrets[p.Name+".key"])
		require.Equal(t, p.Programs != nil, secrets["share.key"] != "")
		require.Equal(t, filepath.Join(dir, "config.json"), project.Configs[s.Configs[0].Source].File)
		require.Equal(t, o.Config, s.Configs[0].Target)
		if o.Bindings != nil {
			text, err := os.ReadFile(project.Configs[s.Configs[1].Source].File)
			require.NoError(t, err)
			checkBindings(t, p, text, "/data", "/state")
		}
		checkImage(t, filepath.Join(dir, object(p.Name)+".tar"), s.Image)
	})
}

func TestSystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not here: units are checked by this test alone")
	}
	each(t, Systemd, func(t *testing.T, p Player, dir string) {
		name := object(p.Name)
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, "the program", string(data))
		path := filepath.Join(dir, name+".service")
		unit := directives(t, path)
		start := strings.Fields(unit["ExecStart"][0])
		require.Equal(t, "/usr/local/lib/"+name, start[0])
		o := options(t, p, start[1:])
		require.True(t, strings.HasPrefix(o.Metrics, "127.0.0.1:"))
		require.Equal(t, "${CREDENTIALS_DIRECTORY}", o.TLS)
		require.Equal(t, []string{map[bool]string{true: "on-failure", false: "always"}[p.hasInputs()]}, unit["Restart"])
		require.Equal(t, []string{"2"}, unit["RestartPreventExitStatus"])
		for key, want := range map[string]string{"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
			"LimitCORE": "0", "MemorySwapMax": "0", "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6"} {
			require.Equal(t, []string{want}, unit[key], key)
		}
		keys := "/etc/" + name + "/keys/"
		want := []string{p.Name + ".key:" + keys + p.Name + ".key", p.Name + ".crt:" + keys + p.Name + ".crt"}
		if p.Programs != nil {
			want = append(want, "share.key:"+keys+"share.key")
		}
		require.Equal(t, want, unit["LoadCredential"])
		v, err := p.view(Systemd)
		require.NoError(t, err)
		require.Len(t, unit["IPAddressAllow"], 1+len(v.Peers))
		require.Equal(t, []string{"any"}, unit["IPAddressDeny"])
		if o.Bindings != nil {
			text, err := os.ReadFile(filepath.Join(dir, "bindings.toml"))
			require.NoError(t, err)
			checkBindings(t, p, text, "/srv/"+name, "/var/lib/"+name)
		}
		if analyze != "" {
			verify(t, analyze, path, start[0])
		}
	})
}

// directives are the settings of a unit.
func directives(t *testing.T, path string) map[string][]string {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	all := make(map[string][]string)
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.ContainsAny(line[:1], "#[") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		require.True(t, ok, line)
		all[key] = append(all[key], value)
	}
	return all
}

// verify has systemd itself read a unit, with a program that is there.
func verify(t *testing.T, analyze, path, program string) {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	there := filepath.Join(t.TempDir(), filepath.Base(path))
	require.NoError(t, os.WriteFile(there, bytes.ReplaceAll(data, []byte(program+" "), []byte(os.Args[0]+" ")), 0o644))
	out, err := exec.Command(analyze, "verify", "--man=no", there).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, string(out))
	out, err = exec.Command(analyze, "security", "--offline=true", "--threshold=20", there).CombinedOutput()
	require.NoError(t, err, "the exposure is to be 2.0 at most: %s", out)
}

func checkImage(t *testing.T, path, name string) {
	manifest, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return os.Open(path) })
	require.NoError(t, err)
	require.Equal(t, []string{name}, manifest[0].RepoTags)
}
