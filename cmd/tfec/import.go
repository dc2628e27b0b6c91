package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/internal/onnx"
	"github.com/tfec-lang/tfec/lang/diag"
)

// importFlags are the flags of tfec import.
type importFlags struct {
	onnx.Options
	out, precision string
	sizes          []string
}

func importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import MODEL.onnx",
		Short: "Write a model of ONNX as a program, and its weights as npy files",
		Long: `The model becomes a module, NAME.tfe, with a function of its input and its weights;
predict.tfe is a computation that calls it. The client gives the input, the owner the
weights, and the receiver, who is the client if nobody else is named, learns what comes
out. Everybody knows the module: how the model computes and how large it is. The weights
are files of the owner, weights/*.npy, which OWNER.toml binds.

All of a model is imported or nothing: what stands against it is listed, node by node.

Operators: ` + wrapped(strings.Join(onnx.Operators(), ", "), 75) + `.`,
		Example: `  tfec import iris.onnx
  tfec import resnet50.onnx -o vision --owner hospital --client clinic --size n=1
  tfec run iris/predict.tfe --bindings iris/vendor.toml --in x=npy:flowers.npy`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	c.Flags().StringVarP(&f.out, "out", "o", "", "`FOLDER` to write (default: of the model's name, here)")
	c.Flags().StringVar(&f.Owner, "owner", "vendor", "`PLAYER` who has the weights")
	c.Flags().StringVar(&f.Client, "client", "client", "`PLAYER` who has the input")
	c.Flags().StringVar(&f.Receiver, "receiver", "", "`PLAYER` who learns the outputs (default: the client)")
	c.Flags().StringVar(&f.Protocol, "protocol", "aby3(s0, s1, s2)", "`PROTOCOL` with its players")
	c.Flags().StringVar(&f.precision, "precision", "fixed(21, 20)", "`TYPE` of all numbers: bits before and after the point")
	c.Flags().StringArrayVar(&f.Outputs, "output", nil, "`NAME` of an output of the model that is wanted; repeatable (default: all)")
	c.Flags().StringArrayVar(&f.sizes, "size", nil, "a number for a size that the model leaves open, such as its batch: `NAME=NUMBER`; repeatable")
	return c
}

// wrapped breaks a text into lines of so many characters.
func wrapped(text string, width int) string {
	var b strings.Builder
	column := len("Operators: ")
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > width:
			b.WriteString("\n")
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

func (f *importFlags) run(c *cobra.Command, path string) error {
	if err := f.complete(path); err != nil {
		return err
	}
	model, err := onnx.Read(path)
	if err != nil {
		return readError(path, err)
	}
	program, err := onnx.Import(model, f.Options)
	if err != nil {
		return refusedModel(path, err)
	}
	if err := f.compiles(c, program); err != nil {
		return err
	}
	if err := program.Write(f.out, f.Options); err != nil {
		return err
	}
	f.report(c, program)
	return nil
}

// refusedModel puts the file's name before each error.
func refusedModel(path string, err error) error {
	var errs []error
	for _, e := range flatten(err) {
		errs = append(errs, fmt.Errorf("%s: %w", path, e))
	}
	return errors.Join(errs...)
}

var fixedType = regexp.MustCompile(`^fixed\((\d{1,2}), *(\d{1,2})\)$`)

// complete fills in what the flags leave to the file's name, and reads those with
// a form of their own.
func (f *importFlags) complete(path string) error {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	f.Name = onnx.Identifier(base)
	if f.out == "" {
		f.out = base
	}
	if f.Receiver == "" {
		f.Receiver = f.Client
	}
	bits := fixedType.FindStringSubmatch(f.precision)
	if bits == nil {
		return hinted{fmt.Errorf("--precision %s is no type of numbers", f.precision), "`--precision 'fixed(21, 20)'`"}
	}
	f.Whole, _ = strconv.Atoi(bits[1])
	f.Fraction, _ = strconv.Atoi(bits[2])
	f.Sizes = make(map[string]int)
	for _, s := range f.sizes {
		name, text, _ := strings.Cut(s, "=")
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || n == 0 {
			return hinted{fmt.Errorf("--size %s is no size", s), "`--size n=1`"}
		}
		f.Sizes[name] = int(n)
	}
	return nil
}

// compiles checks the program before anything is written: with what was imported
// goes a promise that it runs.
func (f *importFlags) compiles(c *cobra.Command, p *onnx.Program) error {
	files := p.Texts(f.Options)
	read := func(path string) ([]byte, error) {
		if text, ok := files[filepath.Base(path)]; ok {
			return text, nil
		}
		return os.ReadFile(path)
	}
	unit, list, err := compiler.Check(filepath.Join(f.out, onnx.Compute), compiler.Options{Read: read, SkipTests: true})
	if err != nil {
		return err
	}
	if !list.HasErrors() {
		return nil
	}
	diag.Print(c.ErrOrStderr(), list, unit.Source)
	return errReported
}

// report says what was written and how to run it.
func (f *importFlags) report(c *cobra.Command, p *onnx.Program) {
	for _, note := range p.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "tfec: note: %s\n", note)
	}
	numbers := 0
	for _, w := range p.Weights {
		numbers += len(w.Data)
	}
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s\n", filepath.Join(f.out, f.Name+".tfe"))
	fmt.Fprintf(out, "%s\n", filepath.Join(f.out, onnx.Compute))
	run := "tfec run " + filepath.Join(f.out, onnx.Compute)
	if len(p.Weights) > 0 {
		fmt.Fprintf(out, "%s: %d arrays, %d numbers\n", filepath.Join(f.out, onnx.Folder), len(p.Weights), numbers)
		bindings := filepath.Join(f.out, f.Owner+".toml")
		fmt.Fprintf(out, "%s\n", bindings)
		run += " --bindings " + bindings
	}
	for _, name := range p.Inputs {
		run += fmt.Sprintf(" --in %s=npy:%s.npy", name, name)
	}
	fmt.Fprintf(out, "\n%s\n", run)
}
