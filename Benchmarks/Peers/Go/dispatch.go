package main

import "time"

// dispatch finds the code that was compiled for the choices of the command line.
func dispatch(o *options) *report {
	switch o.payload {
	case "8":
		return byShape[[1]uint64](o, arrays[[1]uint64])
	case "64":
		return byShape[[8]uint64](o, noArrays)
	case "256":
		return byShape[[32]uint64](o, noArrays)
	default:
		return byShape[object](o, arrays[object])
	}
}

func byShape[E element](o *options, inArrays func(*options, time.Duration) *report) *report {
	switch {
	case o.shape == "queue" && o.batch == 1:
		return warm(o, runQueue[[1]E, E])
	case o.shape == "queue":
		return warm(o, inArrays)
	case o.batch > 1:
		return nil
	case o.shape == "pipeline":
		return warm(o, runPipeline[E])
	case o.shape == "pingpong":
		return warm(o, runPingPong[E])
	case o.shape == "idle":
		return runIdle[E](o)
	default:
		return warm(o, runPaced[E])
	}
}

func warm(o *options, run func(*options, time.Duration) *report) *report {
	if o.warmup > 0 {
		run(o, o.warmup)
	}
	return run(o, o.time)
}

// arrays sends batches as arrays: of such elements, since a channel's message has to be smaller than 64 KiB, and of
// such lengths, since they are part of a type.
func arrays[E [1]uint64 | object](o *options, d time.Duration) *report {
	switch o.batch {
	case 32:
		return runQueue[[32]E, E](o, d)
	case 256:
		return runQueue[[256]E, E](o, d)
	default:
		return nil
	}
}

func noArrays(*options, time.Duration) *report { return nil }
