// Walking the tree.

package ast

import "reflect"

// Walk calls visit for n and, where visit returns true, for the nodes below
// it, in order of the text.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	for _, child := range Children(n) {
		Walk(child, visit)
	}
}

// DocOf is the doc comment of n, or nil if n is of a kind that has none.
func DocOf(n Node) *Doc {
	switch n := n.(type) {
	case *File:
		return &n.Doc
	case *Players:
		return &n.Doc
	case *DocName:
		return &n.Doc
	case *Group:
		return &n.Doc
	case *Protocol:
		return &n.Doc
	case *Precision:
		return &n.Doc
	case *Const:
		return &n.Doc
	case *Enum:
		return &n.Doc
	case *Record:
		return &n.Doc
	case *Fn:
		return &n.Doc
	case *Computation:
		return &n.Doc
	case *Param:
		return &n.Doc
	case *Output:
		return &n.Doc
	case *Disclosed:
		return &n.Doc
	case *Test:
		return &n.Doc
	}
	return nil
}

// Children returns the nodes directly below n, in order of the text.
func Children(n Node) []Node {
	var c children
	switch n := n.(type) {
	case *File:
		c.add(n.Edition)
		add(&c, n.Imports)
		add(&c, n.Decls)
	case *Import:
		c.add(n.As, n.Path)
	case *Players:
		add(&c, n.Names)
	case *DocName:
		c.add(n.Name)
	case *Group:
		c.add(n.Name)
		add(&c, n.Members)
	case *Protocol:
		c.add(n.Name)
		add(&c, n.Roles)
		add(&c, n.Helpers)
		add(&c, n.Options)
	case *Option:
		c.add(n.Name, n.Value)
	case *Precision:
		c.add(n.Type)
	case *Const:
		c.add(n.Name, n.Type, n.Value)
	case *Enum:
		c.add(n.Name)
		add(&c, n.Values)
	case *Record:
		c.add(n.Name)
		add(&c, n.Fields)
	case *Fn:
		c.add(n.Name)
		add(&c, n.Generics)
		add(&c, n.Params)
		c.add(n.Result)
		add(&c, n.Discloses)
		c.add(n.Body)
	case *Computation:
		c.add(n.Name)
		add(&c, n.Generics)
		add(&c, n.Params)
		add(&c, n.Outputs)
		add(&c, n.Discloses)
		add(&c, n.Where)
		c.add(n.Body)
	case *Generic:
		c.add(n.Name, n.Class)
	case *Param:
		c.add(n.Name, n.Type, n.Range)
	case *Output:
		c.add(n.Name, n.Type)
	case *Disclosed:
		add(&c, n.Label)
		c.add(n.Type)
	case *Range:
		c.add(n.Low, n.High)
	case *Type:
		add(&c, n.Tuple)
		c.add(n.Module, n.Name)
		add(&c, n.Args)
		add(&c, n.Shape)
		c.add(n.Placement)
	case *Dim:
		c.add(n.Size)
	case *Placement:
		add(&c, n.Names)
	case *Test:
		c.add(n.Title, n.Of)
		add(&c, n.Givens)
		add(&c, n.Expects)
	case *Given:
		c.add(n.Name, n.Member, n.Value)
	case *Expect:
		c.add(n.Text, n.Cond, n.Within)
	default:
		c.addCode(n)
	}
	return c
}

// addCode adds what is below a block, a statement or an expression.
func (c *children) addCode(n Node) {
	switch n := n.(type) {
	case *Block:
		add(c, n.Stmts)
	case *Let:
		add(c, n.Names)
		c.add(n.Type, n.Value)
	case *Var:
		c.add(n.Name, n.Type, n.Value)
	case *For:
		c.add(n.Name, n.From, n.To, n.Step, n.Body)
	case *While:
		c.add(n.Cond, n.Limit, n.Body)
	case *If:
		c.add(n.Cond, n.Then, n.Else)
	case *BlockStmt:
		c.add(n.Body)
	case *Assert:
		c.add(n.Label, n.Cond, n.Text)
	case *Local:
		c.add(n.Player, n.Body)
	case *Assign:
		c.add(n.Target, n.Value)
	case *ExprStmt:
		c.add(n.Call)
	case *Return:
		add(c, n.Values)
	case *Yield:
		add(c, n.Values)
	case *Unary:
		c.add(n.X)
	case *Binary:
		c.add(n.X, n.Y)
	case *Cond:
		c.add(n.If, n.Then, n.Else)
	case *Each:
		c.add(n.Name, n.Group, n.Body)
	case *Call:
		c.add(n.Fn)
		add(c, n.Args)
		c.add(n.As)
	case *Arg:
		c.add(n.Name, n.Value)
	case *Index:
		c.add(n.X)
		add(c, n.Slices)
	case *Slice:
		c.add(n.From, n.To)
	case *Field:
		c.add(n.X, n.Name)
	case *Reveal:
		c.add(n.X, n.To, n.As)
	case *LocalExpr:
		c.add(n.Player, n.Body)
	case *Paren:
		add(c, n.Elems)
	case *Array:
		add(c, n.Elems)
	}
}

type children []Node

// add appends the nodes that are there.
func (c *children) add(nodes ...Node) {
	for _, n := range nodes {
		if n != nil && !reflect.ValueOf(n).IsNil() {
			*c = append(*c, n)
		}
	}
}

func add[T Node](c *children, nodes []T) {
	for _, n := range nodes {
		*c = append(*c, n)
	}
}
