package deploy

// The image of a player: one static program, one folder for its state, nothing
// else.

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// WriteImage writes the image of a program at path, as `docker load`, `podman
// load` and `ctr images import` read it, and returns its name. The name's tag is
// of the contents, and so are all of the bytes: the same program gives the same
// image, whoever builds it.
func WriteImage(path, repository string, program []byte) (string, error) {
	root, err := rootFS(program)
	if err != nil {
		return "", err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(root)), nil })
	if err != nil {
		return "", err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return "", err
	}
	if image, err = mutate.ConfigFile(image, configOf(image)); err != nil {
		return "", err
	}
	digest, err := image.ConfigName()
	if err != nil {
		return "", err
	}
	tag, err := name.NewTag(repository + ":" + digest.Hex[:12])
	if err != nil {
		return "", err
	}
	return repository + ":" + tag.TagStr(), tarball.WriteToFile(path, tag, image)
}

// configOf is the configuration of an image: who runs what in it.
func configOf(image v1.Image) *v1.ConfigFile {
	c, err := image.ConfigFile()
	if err != nil {
		c = &v1.ConfigFile{}
	}
	c = c.DeepCopy()
	c.OS, c.Architecture = "linux", runtime.GOARCH
	c.Config = v1.Config{
		User:       fmt.Sprintf("%d:%d", imageUser, imageUser),
		Entrypoint: []string{imageProgram},
		WorkingDir: imageState,
	}
	return c
}

// rootFS is the image's only layer.
func rootFS(program []byte) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range []struct {
		header tar.Header
		data   []byte
	}{
		{tar.Header{Name: imageProgram[1:], Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(program))}, program},
		// A volume that is mounted here takes over owner and mode.
		{tar.Header{Name: imageState[1:] + "/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: imageUser, Gid: imageUser}, nil},
	} {
		f.header.ModTime, f.header.Format = time.Unix(0, 0), tar.FormatUSTAR
		if err := w.WriteHeader(&f.header); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
