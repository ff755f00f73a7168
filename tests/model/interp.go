// SPDX-License-Identifier: MIT

// interp runs programs with Go's own defer, panic, recover and Goexit. It
// reads batches from stdin and writes their traces to stdout: prog.h tells
// what a program is, go.c how it is sent.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"runtime"
)

const (
	opCall = iota
	opDefer
	opBlock
	opNil
	opPanic
	opRecover
	opHelper
	opRepanic
	opGoexit
	opReturn
)

type op struct {
	kind, arg, shape, size byte
}

var prog []op

func node(at int) {
	var r any

	event('(', at)
	end := at + int(prog[at].size)
	for i := at + 1; i < end; i += int(prog[i].size) {
		switch prog[i].kind {
		case opCall:
			node(i)
			event('.', -1)
		case opDefer:
			for n := 0; n < int(prog[i].arg); n++ {
				defer node(i)
			}
		case opNil:
			defer nothing()
		case opPanic:
			panic(raised())
		case opRecover:
			r = got('=', recover(), r)
		case opHelper:
			r = got('h', helper(), r)
		case opRepanic:
			if r != nil {
				event('!', number(r))
				panic(r)
			}
		case opGoexit:
			event('X', -1)
			runtime.Goexit()
		case opReturn:
			event(')', -1)
			return
		}
	}
	event(')', -1)
}

func root() {
	node(0)
}

func check(err error) {
	if err == io.EOF {
		os.Exit(0)
	}
	if err != nil {
		panic(err)
	}
}

func readProg(in *bufio.Reader) []op {
	var raw [4 * 255]byte

	n, err := in.ReadByte()
	check(err)
	_, err = io.ReadFull(in, raw[:4*int(n)])
	check(err)
	ops := make([]op, n)
	for i := range ops {
		b := raw[4*i:]
		ops[i] = op{b[0], b[1], b[2], b[3]}
	}
	return ops
}

// How many pages of stack the program in prog may need. That costs more than
// to run it, so none where it would not matter.
func stackPages() int {
	sum, null := 0, false

	for _, o := range prog {
		sum += int(o.arg)
		null = null || o.kind == opNil
	}
	if !null {
		return 0
	}
	if sum < 16 {
		return 32
	}
	return maxStack
}

// Runs programs until there are none or a Goexit ends the goroutine.
func runAll(progs [][]op, next *int, traces chan<- string) {
	for *next < len(progs) {
		prog = progs[*next]
		growStack(stackPages())
		*next++
		run(root, traces)
	}
}

func runBatch(progs [][]op, out *bufio.Writer) {
	// Nobody waits at the channel while programs run.
	traces := make(chan string, len(progs))
	next := 0

	for next < len(progs) {
		over := make(chan bool)
		go func() {
			for i := 0; i < 1; i++ { // not inline, as in run
				defer close(over)
			}
			runAll(progs, &next, traces)
		}()
		<-over
	}
	for range progs {
		text := <-traces
		check(binary.Write(out, binary.LittleEndian, uint16(len(text))))
		_, err := out.WriteString(text)
		check(err)
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<18)
	out := bufio.NewWriterSize(os.Stdout, 1<<18)

	for {
		var count uint32

		check(binary.Read(in, binary.LittleEndian, &count))
		progs := make([][]op, count)
		for i := range progs {
			progs[i] = readProg(in)
		}
		runBatch(progs, out)
		check(out.Flush())
	}
}
