// A small Go service with the standard library's profiles: what a user who never saw Rust points the load test at.
//
// It ends when its standard input closes, so that no test leaves it behind.
package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	shared sync.Mutex
	kept   [][]byte
)

// burn is what every request costs: enough for the profile of a few seconds to have dozens of samples of it.
//
//go:noinline
func burn(rounds int) uint64 {
	hash := fnv.New64a()
	for i := 0; i < rounds; i++ {
		fmt.Fprintf(hash, "%d", i)
	}
	return hash.Sum64()
}

// slowPath is what one request in fifty costs beside.
//
//go:noinline
func slowPath(length time.Duration) {
	for begun := time.Now(); time.Since(begun) < length; {
	}
}

//go:noinline
func allocate() {
	shared.Lock()
	defer shared.Unlock()
	kept = append(kept, make([]byte, 4096))
	if len(kept) > 1000 {
		kept = nil
	}
	time.Sleep(20 * time.Microsecond)
}

func main() {
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	requests := make(chan int, 1)
	requests <- 0
	http.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		label := pprof.Labels("request", r.Header.Get("x-request-id"))
		pprof.Do(r.Context(), label, func(context.Context) {
			number := <-requests
			requests <- number + 1
			sum := burn(2000)
			allocate()
			if number%50 == 0 {
				slowPath(8 * time.Millisecond)
			}
			fmt.Fprintln(w, sum)
		})
	})
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
