package main

import "time"

// runPingPong: one goroutine sends an element and waits for the answer, again and again.
func runPingPong[E element](o *options, d time.Duration) *report {
	there := newChannel[E](o.capacity, 1, o.spin)
	back := newChannel[E](o.capacity, 1, o.spin)
	t := newTeam()
	trips := newSamples(mostSamples)
	var answered total
	t.add(func() { answered = call(there, back, t, trips) })
	t.add(func() { pass(there, back, 0) })
	s := t.watch(d)
	return &report{sound: answered.sound, elements: answered.count, span: s, more: latencies(trips)}
}

func call[E element](there, back channel[E], t *team, trips *samples) total {
	defer there.end()
	answered := total{sound: true}
	var e E
	for answered.count == 0 || !t.over.Load() {
		sent := now()
		set(&e, answered.count)
		there.put(&e)
		ok := back.take(&e)
		trips.record(now() - sent)
		value, intact := look(&e)
		answered.enter(value, ok && intact && value == answered.count)
	}
	return answered
}
