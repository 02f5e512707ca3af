package main

import "time"

const intermediaries = 3

// runPipeline: a producer, three intermediaries that share a queue, a consumer.
func runPipeline[E element](o *options, d time.Duration) *report {
	near := newChannel[E](o.capacity, 1, o.spin)
	far := newChannel[E](o.capacity, intermediaries, o.spin)
	t := newTeam()
	var in, out total
	t.add(func() { in = feed(near, t) })
	for i := 0; i < intermediaries; i++ {
		t.add(func() { pass(near, far, o.workNs) })
	}
	t.add(func() { out = collect(far) })
	s := t.watch(d)
	return &report{sound: out.accountsFor(in), elements: out.count, span: s}
}

func feed[E element](c channel[E], t *team) total {
	defer c.end()
	var e E
	for count := uint64(0); ; {
		set(&e, count)
		c.put(&e)
		count++
		if t.over.Load() {
			return made(count, 0)
		}
	}
}

// pass hands elements on, until the end.
func pass[E element](from, to channel[E], workNs int) {
	defer to.end()
	var e E
	for from.take(&e) {
		if workNs > 0 {
			work(workNs)
		}
		to.put(&e)
	}
}

func collect[E element](c channel[E]) total {
	taken := total{sound: true}
	var e E
	for c.take(&e) {
		taken.enter(look(&e))
	}
	return taken
}
