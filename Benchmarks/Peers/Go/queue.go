package main

import "time"

// runQueue: producers hand elements to consumers over one queue.
func runQueue[M message[E], E element](o *options, d time.Duration) *report {
	capacity := o.capacity / len(*new(M))
	if capacity < 1 {
		capacity = 1
	}
	c := newChannel[M](capacity, o.producers, o.spin)
	t := newTeam()
	in, out := make([]total, o.producers), make([]total, o.consumers)
	for p := range in {
		p := p
		t.add(func() { in[p] = produce[M, E](c, p, t) })
	}
	for i := range out {
		i := i
		t.add(func() { out[i] = consume[M, E](c, o.producers, o.workNs) })
	}
	s := t.watch(d)
	taken := sumOf(out)
	return &report{sound: taken.accountsFor(sumOf(in)), elements: taken.count, span: s}
}

func produce[M message[E], E element](c channel[M], producer int, t *team) total {
	defer c.end()
	var m M
	for value := valueOf(0, producer); ; {
		for i := 0; i < len(m); i++ {
			set(&m[i], value)
			value++
		}
		c.put(&m)
		if t.over.Load() {
			return made(value-valueOf(0, producer), producer)
		}
	}
}

func consume[M message[E], E element](c channel[M], producers, workNs int) total {
	l := newLedger(producers)
	var m M
	for c.take(&m) {
		for i := 0; i < len(m); i++ {
			l.enter(look(&m[i]))
			if workNs > 0 {
				work(workNs)
			}
		}
	}
	return l.total
}
