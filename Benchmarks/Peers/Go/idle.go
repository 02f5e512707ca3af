package main

import (
	"fmt"
	"time"
)

const (
	wakeups        = 20
	betweenWakeups = 10 * time.Millisecond
)

// runIdle: consumers that have nothing to do, and the time that it takes to wake one.
func runIdle[E element](o *options) *report {
	c := newChannel[E](o.capacity, 1, o.spin)
	t := newTeam()
	out, delays := make([]total, o.consumers), make([]*samples, o.consumers)
	for i := range out {
		i := i
		delays[i] = newSamples(wakeups)
		t.add(func() { out[i] = arrivals(c, delays[i]) })
	}
	t.begin()
	time.Sleep(betweenWakeups)
	var quiet span
	quiet.begin()
	time.Sleep(o.time)
	quiet.end()
	in := total{sound: true}
	var e E
	for in.count < wakeups {
		time.Sleep(betweenWakeups)
		sent := now()
		in.enter(sent, true)
		set(&e, sent)
		c.put(&e)
	}
	c.end()
	t.join()
	var all []uint64
	for _, s := range delays {
		all = append(all, s.taken()...)
	}
	wakes := percentiles(all, 500, 990)
	taken := sumOf(out)
	return &report{
		sound: taken.accountsFor(in), elements: taken.count, span: quiet,
		more: fmt.Sprintf(`,"cpu_percent":%.3f,"wake_p50_ns":%d,"wake_p99_ns":%d`,
			100*float64(quiet.processorNanoseconds())/float64(quiet.nanoseconds()), wakes[0], wakes[1]),
	}
}

// arrivals takes elements that carry a time, and how long ago that was.
func arrivals[E element](c channel[E], delays *samples) total {
	taken := total{sound: true}
	var e E
	for c.take(&e) {
		value, intact := look(&e)
		delays.record(now() - value)
		taken.enter(value, intact)
	}
	return taken
}
