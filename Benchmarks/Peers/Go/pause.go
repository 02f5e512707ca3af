package main

// pause tells the processor that the caller spins.
func pause()
