// Package capability says, as data, what each protocol needs and provides:
// roles, corruption model, product width, secure operations and what they
// cost. Checker, cost report and runtime read the same table; it imports
// nothing but the standard library.
package capability

// A Protocol is one row of the table.
type Protocol struct {
	Name    string
	Roles   int // computing players, distinct
	Helpers int // players after `;`
	// HelpersAmongRoles: they are written as further roles, without a `;`.
	HelpersAmongRoles bool
	// HelpersCompare: they take part in comparisons, and wait for the others there.
	HelpersCompare bool
	Trust          string // the trust line: who may be corrupt, and how
	// Insecure marks a protocol that hides nothing; it is refused on a
	// networked hostmap unless asked for.
	Insecure bool
	// Width is, per ring size in bits, the widest product (1 + I + 2F) whose
	// truncation is exact to one unit and never wraps.
	Width map[int]int
	// DefaultF and DefaultI are the precision without a `precision` line.
	DefaultI, DefaultF int
	// Secure names the operations (lang/op) with a secure implementation.
	Secure map[string]bool
	// Messages is the cost expressions: what a call sends, stage by stage.
	Messages func(Call) []Stage
}

var secure = set("neg", "add", "sub", "mul", "div", "mod", "eq", "ne", "lt", "le", "gt", "ge",
	"and", "or", "not", "select", "sum", "mean", "dot", "min", "max", "abs", "convert",
	"index", "update", "stack", "concat", "transpose", "count", "cumsum", "onehot",
	"sqrt", "rsqrt", "exp", "log", "sigmoid", "tanh", "relu", "softmax", "sign", "clamp",
	"any", "all", "argmin", "argmax", "sort", "rank", "sort_by", "top_k", "merge", "distinct", "shuffle_shared",
	"carry", "lookup", "store")

var protocols = []Protocol{
	{
		Name: "aby3", Roles: 3, Width: map[int]int{64: 62, 128: 126},
		Trust:    "semi-honest, at most one of %s corrupt",
		DefaultI: 24, DefaultF: 16, Secure: secure, Messages: aby3Messages,
	},
	{
		Name: "pond", Roles: 2, Helpers: 1, Width: map[int]int{64: 62, 128: 126},
		Trust:    "semi-honest, at most one of %s corrupt, the last of which deals randomness and holds no data",
		DefaultI: 24, DefaultF: 16, Secure: secure, Messages: pondMessages,
	},
	{
		Name: "securenn", Roles: 2, Helpers: 1, HelpersAmongRoles: true, HelpersCompare: true, Width: map[int]int{64: 62, 128: 126},
		Trust:    "semi-honest, at most one of %s corrupt, the last of which assists and holds no data",
		DefaultI: 24, DefaultF: 16, Secure: secure, Messages: securennMessages,
	},
	{
		Name: "plain", Roles: 1, Width: map[int]int{64: 62, 128: 126}, Insecure: true,
		Trust:    "none: %s sees every value in clear",
		DefaultI: 24, DefaultF: 16, Secure: secure, Messages: plainMessages,
	},
}

// Lookup returns the row of a protocol.
func Lookup(name string) (*Protocol, bool) {
	for i := range protocols {
		if protocols[i].Name == name {
			return &protocols[i], true
		}
	}
	return nil, false
}

// Cast writes the protocol with the players of its roles, the helpers last, as a program
// does: `pond(a, b; c)`.
func (p *Protocol) Cast(players []string) string {
	text := p.Name + "("
	for i, name := range players {
		switch {
		case i == p.Roles && !p.HelpersAmongRoles:
			text += "; "
		case i > 0:
			text += ", "
		}
		text += name
	}
	return text + ")"
}

// Written is how many players a program names before a `;` and after it.
func (p *Protocol) Written() (roles, helpers int) {
	if p.HelpersAmongRoles {
		return p.Roles + p.Helpers, 0
	}
	return p.Roles, p.Helpers
}

// Exact is p with truncations that round down always.
func (p Protocol) Exact() *Protocol {
	p.Messages = exactMessages(p.Messages)
	return &p
}

// Names lists the protocols, in order.
func Names() []string {
	var out []string
	for _, p := range protocols {
		out = append(out, p.Name)
	}
	return out
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool)
	for _, n := range names {
		m[n] = true
	}
	return m
}
