package main

import (
	"runtime"
	"time"
)

const tickNs = 1_000_000_000 / ticksPerSecond

// runPaced: a producer that keeps to a timetable, and how late its elements are.
func runPaced[E element](o *options, d time.Duration) *report {
	c := newChannel[E](o.capacity, 1, o.spin)
	t := newTeam()
	each := o.rate / ticksPerSecond
	delays := newSamples(each * (int(d)/tickNs + 1))
	var in, out total
	t.add(func() { in = keepTime(c, each, d) })
	t.add(func() { out = arrivals(c, delays) })
	t.begin()
	s := t.join()
	return &report{sound: out.accountsFor(in), elements: out.count, span: s, more: latencies(delays)}
}

func keepTime[E element](c channel[E], each int, d time.Duration) total {
	defer c.end()
	sent := total{sound: true}
	var e E
	due := now()
	for end := due + uint64(d); due <= end; {
		due += tickNs
		// So the consumer runs now, not only when the runtime notices that this thread sleeps in the kernel.
		runtime.Gosched()
		sleepUntil(due)
		for i := 0; i < each; i++ {
			sent.enter(due, true)
			set(&e, due)
			c.put(&e)
		}
	}
	return sent
}
