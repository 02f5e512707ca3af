package main

import "fmt"

// A report is printed about a run; there is none if the contender cannot do such work.
type report struct {
	sound    bool
	elements uint64
	span     span
	// Keys and values of some shapes only, as JSON.
	more string
}

func (r *report) json() string {
	if r == nil {
		return `{"outcome":"absent"}`
	}
	outcome := "ok"
	if !r.sound {
		outcome = "failed"
	}
	return fmt.Sprintf(`{"outcome":"%s","elements":%d,"ns":%d,"cpu_ns":%d%s}`,
		outcome, r.elements, r.span.nanoseconds(), r.span.processorNanoseconds(), r.more)
}

// latencies writes the percentiles of round trips and of paced elements.
func latencies(s *samples) string {
	p := percentiles(s.taken(), 500, 990, 999)
	return fmt.Sprintf(`,"p50_ns":%d,"p99_ns":%d,"p999_ns":%d`, p[0], p[1], p[2])
}
