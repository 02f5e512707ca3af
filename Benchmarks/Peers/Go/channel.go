package main

import (
	"runtime"
	"sync/atomic"
)

// A channel is Go's, with the way in which to wait for it.
type channel[M any] struct {
	ch   chan M
	spin bool
	// Senders that have not ended.
	senders *atomic.Int32
}

func newChannel[M any](capacity, senders int, spin bool) channel[M] {
	c := channel[M]{make(chan M, capacity), spin, new(atomic.Int32)}
	c.senders.Store(int32(senders))
	return c
}

// put and take are inlined; they would be too large for that if the spinning calls were inlined into them. A value that
// a pointer points to is sent from where it is; a variable would be copied first.
func (c channel[M]) put(m *M) {
	if c.spin {
		c.putSpinning(m)
	} else {
		c.ch <- *m
	}
}

// take returns false at the end of the stream.
func (c channel[M]) take(m *M) (ok bool) {
	if c.spin {
		ok = c.takeSpinning(m)
	} else {
		*m, ok = <-c.ch
	}
	return ok
}

// end is called by each sender; the last one closes.
func (c channel[M]) end() {
	if c.senders.Add(-1) == 0 {
		close(c.ch)
	}
}

//go:noinline
func (c channel[M]) putSpinning(m *M) {
	for tries := 1; ; tries++ {
		select {
		case c.ch <- *m:
			return
		default:
			failed(tries)
		}
	}
}

//go:noinline
func (c channel[M]) takeSpinning(m *M) (ok bool) {
	for tries := 1; ; tries++ {
		select {
		case *m, ok = <-c.ch:
			return ok
		default:
			failed(tries)
		}
	}
}

// On one processor, the goroutine that could end the wait does not run as long as this goroutine does.
var alone = runtime.GOMAXPROCS(0) == 1

// failed follows a failed try, counted in a row.
func failed(tries int) {
	pause()
	if alone || tries%256 == 0 {
		runtime.Gosched()
	}
}
