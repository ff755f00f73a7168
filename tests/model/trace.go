// SPDX-License-Identifier: MIT

// What a program notes down, as trace.h does in C.
package main

import "strconv"

var trace []byte
var traceNumber int // of the newest panic

// Nil, but not so that the compiler could see it.
var nothing func()

func event(c byte, n int) {
	trace = append(trace, c)
	if n >= 0 {
		trace = strconv.AppendInt(trace, int64(n), 10)
	}
}

func raised() int {
	traceNumber++
	event('!', traceNumber)
	return traceNumber
}

// The panic of a nil function is number 0.
func number(r any) int {
	if n, ok := r.(int); ok {
		return n
	}
	return 0
}

func got(c byte, r, before any) any {
	if r == nil {
		event(c, -1)
		return before
	}
	event(c, number(r))
	return r
}

func helper() any {
	return recover()
}

func outermostDeferred() {
	got('U', recover(), nil)
}

// Here and in run, loops keep Go from coding the defers inline: gosource.c
// tells why.
func outermost(root func()) {
	for i := 0; i < 1; i++ {
		defer outermostDeferred()
	}
	root()
}

// Grows the goroutine's stack once and for all. When a stack moves while the
// panic of a nil function is under way, recover no longer knows its caller on
// 1.19.8: a fault of Go's that none of the programs is about. (GODEBUG has to
// have gcshrinkstackoff=1, too.)
func growStack(n int) byte {
	var page [4096]byte

	if n == 0 {
		return 0
	}
	page[n] = growStack(n - 1)
	return page[n/2]
}

const maxStack = 512 // pages

// Runs one program to its end in the goroutine it is called in. A Goexit ends
// that, and the deferred function tells.
func run(root func(), done chan<- string) {
	ended := false

	trace = trace[:0]
	traceNumber = 0
	for i := 0; i < 1; i++ {
		defer func() {
			if ended {
				event('E', -1)
			} else {
				event('G', -1)
			}
			done <- string(trace)
		}()
	}
	outermost(root)
	ended = true
}
