package main

// An element is a value in a parcel of 8, 64 or 256 bytes, or in an object of its own; word k is value ^ k.
//
// These are types without methods on purpose: the compiler makes separate code for each of them, in which everything
// that follows is inlined, while a method of a type parameter would be called through a table.
type element interface {
	[1]uint64 | [8]uint64 | [32]uint64 | object
}

// Only an object has this length, by which the compiler distinguishes it from the values.
type object = *[2]uint64

// A message is the content of one send: an element, or an array of them, since one send moves only one message.
type message[E element] interface {
	[1]E | [32]E | [256]E
}

// Elements and messages are passed as pointers among the functions here, but sent by value.

// set makes a new element of value.
func set[E element](e *E, value uint64) {
	if len(*e) == len(object(nil)) {
		*e = any(new([2]uint64)).(E)
	}
	for k := 0; k < len(*e); k++ {
		(*e)[k] = value ^ uint64(k)
	}
}

// look returns the value, and whether the first and last word still belong together.
func look[E element](e *E) (value uint64, intact bool) {
	last := len(*e) - 1
	return (*e)[0], (*e)[last] == (*e)[0]^uint64(last)
}
