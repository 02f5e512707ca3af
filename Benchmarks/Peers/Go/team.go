package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A team is the goroutines of a shape: they start together, and each reports when it began and ended.
type team struct {
	ready, done sync.WaitGroup
	start       chan struct{}
	spans       []*span
	_           [128]byte
	over        atomic.Bool
	_           [128]byte
}

func newTeam() *team { return &team{start: make(chan struct{})} }

// add starts a goroutine, which waits for the others.
func (t *team) add(work func()) {
	s := new(span)
	t.spans = append(t.spans, s)
	t.ready.Add(1)
	t.done.Add(1)
	go func() {
		defer t.done.Done()
		t.ready.Done()
		<-t.start
		s.begin()
		work()
		s.end()
	}()
}

// begin lets the goroutines start.
func (t *team) begin() {
	t.ready.Wait()
	runtime.GC() // otherwise earlier garbage would be collected during the measurement
	close(t.start)
}

// join waits for the goroutines, and returns the time from the first one's start to the last one's end.
func (t *team) join() span {
	t.done.Wait()
	all := *t.spans[0]
	for _, s := range t.spans {
		all.widen(s)
	}
	return all
}

// watch lets the goroutines start, tells them when their time is up, and joins them.
func (t *team) watch(d time.Duration) span {
	t.begin()
	time.Sleep(d)
	t.over.Store(true)
	return t.join()
}

// A span is elapsed and processor time between two moments.
type span struct {
	began, ended, processorBegan, processorEnded uint64
}

func (s *span) begin() { s.began, s.processorBegan = now(), processorTime() }
func (s *span) end()   { s.processorEnded, s.ended = processorTime(), now() }

func (s *span) nanoseconds() uint64          { return s.ended - s.began }
func (s *span) processorNanoseconds() uint64 { return s.processorEnded - s.processorBegan }

func (s *span) widen(other *span) {
	s.began, s.ended = least(s.began, other.began), most(s.ended, other.ended)
	s.processorBegan = least(s.processorBegan, other.processorBegan)
	s.processorEnded = most(s.processorEnded, other.processorEnded)
}

func least(a, b uint64) uint64 {
	if a < b {
		return a
	}
	return b
}

func most(a, b uint64) uint64 {
	if a > b {
		return a
	}
	return b
}
