package main

import "sort"

// The number of samples that are kept; later ones are not.
const mostSamples = 1 << 22

// Samples are times that a goroutine takes, for exact order statistics.
type samples struct {
	times []uint64
	count int
}

// newSamples makes room, already touched: otherwise page faults would be measured as well.
func newSamples(expected int) *samples {
	if expected > mostSamples {
		expected = mostSamples
	}
	s := &samples{times: make([]uint64, expected)}
	for i := range s.times {
		s.times[i] = ^uint64(0)
	}
	return s
}

func (s *samples) record(nanoseconds uint64) {
	if s.count < len(s.times) {
		s.times[s.count] = nanoseconds
		s.count++
	}
}

func (s *samples) taken() []uint64 { return s.times[:s.count] }

// percentiles returns, for each share in thousandths, the least sample that is not below that share; 0 if there is
// none.
func percentiles(times []uint64, permille ...int) []uint64 {
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	ranks := make([]uint64, len(permille))
	if len(times) == 0 {
		return ranks
	}
	for i, share := range permille {
		ranks[i] = times[(len(times)*share+999)/1000-1]
	}
	return ranks
}
