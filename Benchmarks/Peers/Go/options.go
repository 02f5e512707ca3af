package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const mostProducers = 256

// Elements of the shape paced come in this many ticks a second.
const ticksPerSecond = 10_000

type options struct {
	shape                string
	producers, consumers int
	batch, capacity      int
	payload              string
	spin                 bool
	time, warmup         time.Duration
	workNs               int
	rate                 int
}

func parse(shape string, rest []string) (*options, error) {
	o := &options{producers: 1, consumers: 1, batch: 1, capacity: 1024, payload: "8", rate: 100_000}
	wait, ms, warmupMs := "block", 100, 20
	if err := oneOf(&o.shape, "queue", "pipeline", "pingpong", "idle", "paced")(shape); err != nil {
		return nil, fmt.Errorf("the shape '%s': %w", shape, err)
	}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("producers", "", number(&o.producers, 1, mostProducers))
	flags.Func("consumers", "", number(&o.consumers, 1, mostProducers))
	flags.Func("batch", "", number(&o.batch, 1, 1<<20))
	flags.Func("capacity", "", number(&o.capacity, 1, 1<<24))
	flags.Func("payload", "", oneOf(&o.payload, "8", "64", "256", "object"))
	flags.Func("wait", "", oneOf(&wait, "block", "spin"))
	flags.Bool("pin", false, "") // goroutines are not tied to processors
	flags.Func("ms", "", number(&ms, 1, 3_600_000))
	flags.Func("warmup-ms", "", number(&warmupMs, 0, 3_600_000))
	flags.Func("work-ns", "", number(&o.workNs, 0, 1_000_000_000))
	flags.Func("rate", "", number(&o.rate, ticksPerSecond, 1_000_000_000))
	if err := flags.Parse(rest); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("'%s' is not an option", flags.Arg(0))
	}
	if o.rate%ticksPerSecond != 0 {
		return nil, fmt.Errorf("--rate %d: it must be a multiple of %d", o.rate, ticksPerSecond)
	}
	o.spin = wait == "spin"
	o.time = time.Duration(ms) * time.Millisecond
	o.warmup = time.Duration(warmupMs) * time.Millisecond
	return o, nil
}

func number(to *int, least, most int) func(string) error {
	return func(text string) (err error) {
		if *to, err = strconv.Atoi(text); err != nil || *to < least || *to > most {
			return fmt.Errorf("it must be a number from %d to %d", least, most)
		}
		return nil
	}
}

func oneOf(to *string, choices ...string) func(string) error {
	return func(text string) error {
		for _, *to = range choices {
			if *to == text {
				return nil
			}
		}
		return fmt.Errorf("it must be one of %s", strings.Join(choices, ", "))
	}
}
