package bench

// The plain figures of the machine, by which times are to be judged: streams,
// copies, products, sockets, an empty round.

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"

	"github.com/tfec-lang/tfec/runtime/link/stream"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

func BenchmarkMachine(b *testing.B) {
	b.Run("aes-ctr", func(b *testing.B) {
		words := make([]uint64, 1<<17)
		s, err := prg.New(keys(aby3, 0)).Stream(prg.Of(0, 1), 1, 0, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(8 << 17)
		for b.Loop() {
			s.Fill(words)
		}
	})
	b.Run("copy", func(b *testing.B) {
		from, to := make([]byte, 64<<20), make([]byte, 64<<20)
		b.SetBytes(64 << 20)
		for b.Loop() {
			copy(to, from)
		}
	})
	b.Run("multiply-adds", func(b *testing.B) {
		const n = 512
		x, y, z := make([]uint64, n*n), make([]uint64, n*n), make([]uint64, n*n)
		for b.Loop() {
			ring.MatMul(z, x, y, n, n, n)
		}
		b.ReportMetric(n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "G/s")
	})
	for _, kind := range []string{"tcp", "tls", "grpc"} {
		b.Run("loopback-"+kind, func(b *testing.B) { loopback(b, kind) })
	}
	b.Run("empty-round", func(b *testing.B) {
		team := inProcesses(b, aby3)
		team.do(b, task{rounds: 1})
		b.ResetTimer()
		team.do(b, task{rounds: b.N})
	})
}

// BenchmarkLink is a round in which each of three processes sends a message to
// the next.
func BenchmarkLink(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10, 1 << 20, 8 << 20, 32 << 20} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			team := inProcesses(b, aby3)
			team.do(b, task{rounds: 1, bytes: size})
			b.SetBytes(int64(aby3.Roles * size))
			b.ResetTimer()
			cpu := team.do(b, task{rounds: b.N, bytes: size})
			b.ReportMetric(cpu*1e9/float64(aby3.Roles*size*b.N), "cpu-s/GB")
		})
	}
}

// loopback is 8 MiB at a time, each way at once, between two processes: by TCP
// as it is; by TLS in the way of link/stream; by a gRPC stream over TLS, in
// messages of 1 MiB, with nothing copied that need not be.
const (
	exchanged = 8 << 20
	chunk     = 1 << 20
)

func loopback(b *testing.B, kind string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s,%s,%d", streamer, kind, l.Addr(), b.N))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(2 * exchanged)
	begin := used()
	if err := accept(kind, l, func(p pipe) error {
		b.ResetTimer()
		defer b.StopTimer()
		return p.exchange(b.N)
	}); err != nil {
		b.Fatal(err)
	}
	here := used() - begin
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	both := here + cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b.ReportMetric(both.Seconds()/(2*exchanged*float64(b.N)/1e9), "cpu-s/GB")
	runtime.GC()
}

// A pipe sends from and receives to one piece of memory.
type pipe struct{ send, receive func([]byte) error }

func (p pipe) exchange(times int) error {
	out, in := make([]byte, exchanged), make([]byte, exchanged)
	for range times {
		sent := make(chan error, 1)
		go func() { sent <- p.send(out) }()
		if err := errors.Join(p.receive(in), <-sent); err != nil {
			return err
		}
	}
	return nil
}

const streamer = "TFEC_BENCH_STREAM"

func isStreamer() bool { return os.Getenv(streamer) != "" }

// beStreamer is the other process of loopback.
func beStreamer() error {
	words := strings.Split(os.Getenv(streamer), ",")
	var times int
	if _, err := fmt.Sscan(words[2], &times); err != nil {
		return err
	}
	return dial(words[0], words[1], func(p pipe) error { return p.exchange(times) })
}

func accept(kind string, l net.Listener, f func(pipe) error) error {
	if kind == "grpc" {
		return acceptGRPC(l, f)
	}
	raw, err := l.Accept()
	if err != nil {
		return err
	}
	return over(kind, raw, tls.Server, f)
}

func dial(kind, addr string, f func(pipe) error) error {
	if kind == "grpc" {
		return dialGRPC(addr, f)
	}
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	return over(kind, raw, tls.Client, f)
}

func over(kind string, raw net.Conn, side func(net.Conn, *tls.Config) *tls.Conn, f func(pipe) error) error {
	defer raw.Close()
	batch := &stream.Batch{Conn: raw}
	conn := net.Conn(raw)
	if kind == "tls" {
		config, err := certificate()
		if err != nil {
			return err
		}
		t := side(batch, config)
		if err := t.Handshake(); err != nil {
			return err
		}
		batch.Hold()
		conn = t
	}
	return f(pipe{
		send: func(b []byte) error {
			_, err := conn.Write(b)
			return errors.Join(err, batch.Flush())
		},
		receive: func(b []byte) error {
			_, err := io.ReadFull(conn, b)
			return err
		},
	})
}

// certificate is TLS as a session has it, with a certificate that is believed.
func certificate() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, ClientAuth: tls.RequireAnyClientCert,
		MinVersion: tls.VersionTLS13, InsecureSkipVerify: true, DynamicRecordSizingDisabled: true, SessionTicketsDisabled: true,
		NextProtos: []string{"h2"},
	}, nil
}

var piecesDesc = grpc.StreamDesc{StreamName: "Pieces", ServerStreams: true, ClientStreams: true}

func acceptGRPC(l net.Listener, f func(pipe) error) error {
	config, err := certificate()
	if err != nil {
		return err
	}
	result := make(chan error, 1)
	desc := piecesDesc
	desc.Handler = func(_ any, s grpc.ServerStream) error {
		err := f(overGRPC(s))
		result <- err
		return err
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(config)), grpc.MaxRecvMsgSize(2*chunk),
		grpc.StaticStreamWindowSize(16<<20), grpc.StaticConnWindowSize(32<<20))
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "bench", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{desc}}, nil)
	go server.Serve(l)
	defer server.GracefulStop()
	return <-result
}

func dialGRPC(addr string, f func(pipe) error) error {
	config, err := certificate()
	if err != nil {
		return err
	}
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithStaticStreamWindowSize(16<<20), grpc.WithStaticConnWindowSize(32<<20),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(2*chunk), grpc.CallContentSubtype(pieces{}.Name())))
	if err != nil {
		return err
	}
	defer conn.Close()
	s, err := conn.NewStream(context.Background(), &piecesDesc, "/bench/Pieces")
	if err != nil {
		return err
	}
	// The connection is needed until the other end has all: it ends the stream.
	if err := errors.Join(f(overGRPC(s)), s.CloseSend()); err != nil {
		return err
	}
	if err := s.RecvMsg(new([]byte)); err != io.EOF {
		return fmt.Errorf("the stream does not end: %w", err)
	}
	return nil
}

func overGRPC(s interface {
	SendMsg(any) error
	RecvMsg(any) error
}) pipe {
	return pipe{
		send: func(b []byte) (err error) {
			for ; err == nil && len(b) > 0; b = b[chunk:] {
				err = s.SendMsg(b[:chunk])
			}
			return err
		},
		receive: func(b []byte) (err error) {
			for err == nil && len(b) > 0 {
				err = s.RecvMsg(&b)
			}
			return err
		},
	}
}

// pieces is a codec that refers to what is sent and copies what comes once.
type pieces struct{}

func init() { encoding.RegisterCodecV2(pieces{}) }

func (pieces) Name() string { return "tfec-bench" }

func (pieces) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (pieces) Unmarshal(data mem.BufferSlice, v any) error {
	b := v.(*[]byte)
	*b = (*b)[data.CopyTo(*b):]
	return nil
}
