package main

const producerShift = 40

// valueOf returns the value of element index of a producer.
func valueOf(index uint64, producer int) uint64 { return uint64(producer)<<producerShift | index }

// A total is the count and sum of elements that went in or came out.
type total struct {
	count, sum uint64
	sound      bool
}

// made returns the total of a producer's first values.
func made(count uint64, producer int) total {
	return total{count, valueOf(0, producer)*count + count*(count-1)/2, true}
}

// enter enters an element of which only count and sum are to be checked.
func (t *total) enter(value uint64, intact bool) {
	t.count++
	t.sum += value
	t.sound = t.sound && intact
}

func sumOf(totals []total) total {
	all := total{sound: true}
	for _, one := range totals {
		all = total{all.count + one.count, all.sum + one.sum, all.sound && one.sound}
	}
	return all
}

// accountsFor says whether every element that was made came, each once.
func (t total) accountsFor(made total) bool {
	return t.sound && t.count == made.count && t.sum == made.sum
}

// A ledger is the bookkeeping by which a consumer verifies its elements. It is on its goroutine's stack, so that
// ledgers share no cache line.
type ledger struct {
	total
	producers uint64
	// The least value that may come next from each producer.
	next [mostProducers]uint64
}

func newLedger(producers int) ledger {
	return ledger{total: total{sound: true}, producers: uint64(producers)}
}

// enter enters an element: a producer's elements come to any consumer in their order.
func (l *ledger) enter(value uint64, intact bool) {
	producer := value >> producerShift
	l.count++
	l.sum += value
	if producer >= l.producers || value < l.next[producer] || !intact {
		l.sound = false
		return
	}
	l.next[producer] = value + 1
}
