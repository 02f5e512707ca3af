package main

import (
	"syscall"
	"time"
	"unsafe"
)

const (
	clockMonotonic        = 1
	clockProcessProcessor = 2
	absoluteTime          = 1
)

var epoch = time.Now()

// now returns nanoseconds of the monotonic clock since the program began.
func now() uint64 { return uint64(time.Since(epoch)) }

// processorTime returns nanoseconds that processors have spent on this process.
func processorTime() uint64 { return readClock(clockProcessProcessor) }

// work keeps the processor busy for the given time.
func work(nanoseconds int) {
	for end := now() + uint64(nanoseconds); now() < end; {
	}
}

// sinceBoot is the value of the monotonic clock when the program began.
var sinceBoot = readClock(clockMonotonic) - now()

// sleepUntil sleeps in the kernel until now() is deadline: the runtime's own timers are too coarse by a millisecond.
func sleepUntil(deadline uint64) {
	time := syscall.NsecToTimespec(int64(sinceBoot + deadline))
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_CLOCK_NANOSLEEP,
			clockMonotonic, absoluteTime, uintptr(unsafe.Pointer(&time)), 0, 0, 0)
		if errno != syscall.EINTR {
			return
		}
	}
}

func readClock(clock uintptr) uint64 {
	var time syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&time)), 0)
	return uint64(time.Nano())
}
