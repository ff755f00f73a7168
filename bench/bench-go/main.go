// SPDX-License-Identifier: MIT

// The works, in Go.  Called and measured as bench.h says.
package main

import (
	"flag"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

//go:noinline
func body(c *int64) {}

//go:noinline
func bump(c *int64) { *c++ }

//go:noinline
func rescue(c *int64) {
	if recover() != nil {
		*c++
	}
}

// Frames that nothing happens in.

//go:noinline
func frame1(c *int64) {
	defer bump(c)
	body(c)
}

//go:noinline
func leaf1(c *int64) {
	defer bump(c)
}

//go:noinline
func frame3(c *int64) {
	defer bump(c)
	defer bump(c)
	defer bump(c)
	body(c)
}

//go:noinline
func frame8(c *int64) {
	defer bump(c)
	defer bump(c)
	defer bump(c)
	defer bump(c)
	defer bump(c)
	defer bump(c)
	defer bump(c)
	defer bump(c)
	body(c)
}

//go:noinline
func loop(c *int64, n int) {
	for i := 0; i < n; i++ {
		defer bump(c)
	}
	body(c)
}

//go:noinline
func landing1(c *int64) (r int) {
	defer bump(c)
	body(c)
	return 0
}

//go:noinline
func landing2(c *int64) (r int) {
	defer rescue(c)
	defer bump(c)
	body(c)
	return 0
}

// Panics.  The value is a pointer, which costs no allocation.

type value struct{ n int }

var typed = &value{1}

//go:noinline
func valueHere(c *int64) {
	defer rescue(c)
	panic(typed)
}

//go:noinline
func formatHere(c *int64) {
	defer rescue(c)
	panic(fmt.Sprintf("item %d of %s", 42, "list"))
}

//go:noinline
func valueDown(c *int64, depth int) {
	if depth == 1 {
		panic(typed)
	}
	valueDown(c, depth-1)
	body(c)
}

//go:noinline
func formatDown(c *int64, depth int) {
	if depth == 1 {
		panic(fmt.Sprintf("item %d of %s", 42, "list"))
	}
	formatDown(c, depth-1)
	body(c)
}

//go:noinline
func valueDownDefer(c *int64, depth int) {
	defer bump(c)
	if depth == 1 {
		panic(typed)
	}
	valueDownDefer(c, depth-1)
	body(c)
}

//go:noinline
func formatDownDefer(c *int64, depth int) {
	defer bump(c)
	if depth == 1 {
		panic(fmt.Sprintf("item %d of %s", 42, "list"))
	}
	formatDownDefer(c, depth-1)
	body(c)
}

//go:noinline
func valueRegion(c *int64, depth int) {
	defer rescue(c)
	valueDown(c, depth)
}

//go:noinline
func formatRegion(c *int64, depth int) {
	defer rescue(c)
	formatDown(c, depth)
}

//go:noinline
func valueDefer(c *int64, depth int) {
	defer rescue(c)
	valueDownDefer(c, depth)
}

//go:noinline
func formatDefer(c *int64, depth int) {
	defer rescue(c)
	formatDownDefer(c, depth)
}

//go:noinline
func again() { panic(typed) }

//go:noinline
func nested(c *int64) {
	defer rescue(c)
	defer again()
	panic(typed)
}

var pcs [64]uintptr

//go:noinline
func rescueTaking(c *int64) {
	if recover() != nil {
		runtime.Callers(0, pcs[:])
		*c++
	}
}

//go:noinline
func trace(c *int64, depth int) {
	defer rescueTaking(c)
	valueDown(c, depth)
}

var done = make(chan bool)

func ends(c *int64) {
	defer func() { done <- true }()
	defer bump(c)
	body(c)
}

func exits(c *int64) {
	defer func() { done <- true }()
	defer bump(c)
	body(c)
	runtime.Goexit()
}

// Measuring.

type counter struct {
	n     int64
	apart [120]byte
}

type run func(c *int64, n int)

func batch(f run, c *int64, n int) float64 {
	start := time.Now()
	f(c, n)
	return float64(time.Since(start).Nanoseconds())
}

func size(f run, c *int64) int {
	n := 1
	f(c, 1)
	for batch(f, c, n) < 50e3 {
		n *= 2
	}
	return n
}

func measure(f run, ms float64) float64 {
	var c counter
	n := size(f, &c.n)
	best := math.Inf(1)
	start := time.Now()
	for {
		best = math.Min(best, batch(f, &c.n, n))
		if float64(time.Since(start).Nanoseconds()) > ms*1e6 {
			return best / float64(n)
		}
	}
}

const rounds = 400

var arrived [rounds]int32

func threads(f run, k int) float64 {
	var c [2]counter
	var begun, ended [2][rounds]time.Time
	var joined = make(chan bool)
	n := size(f, &c[0].n)
	for i := 0; i < k; i++ {
		go func(i int) {
			runtime.LockOSThread()
			f(&c[i].n, n)
			for r := 0; r < rounds; r++ {
				atomic.AddInt32(&arrived[r], 1)
				for j := 0; atomic.LoadInt32(&arrived[r]) < int32(k); j++ {
					if j > 2000 {
						runtime.Gosched()
					}
				}
				begun[i][r] = time.Now()
				f(&c[i].n, n)
				ended[i][r] = time.Now()
			}
			joined <- true
		}(i)
	}
	for i := 0; i < k; i++ {
		<-joined
	}
	best := math.Inf(1)
	for r := 0; r < rounds; r++ {
		start, end := begun[0][r], ended[0][r]
		if k == 2 && begun[1][r].Before(start) {
			start = begun[1][r]
		}
		if k == 2 && ended[1][r].After(end) {
			end = ended[1][r]
		}
		best = math.Min(best, float64(end.Sub(start).Nanoseconds()))
	}
	return best / float64(n)
}

// Stack bytes.

const depths = 64

var marks [depths + 1]uintptr
var unused int64

//go:noinline
func mark(depth int) {
	var here byte
	marks[depth] = uintptr(unsafe.Pointer(&here))
}

//go:noinline
func stackNone(depth int) {
	mark(depth)
	if depth > 0 {
		stackNone(depth - 1)
	}
	body(&unused)
}

//go:noinline
func stackFrame1(depth int) {
	defer bump(&unused)
	mark(depth)
	if depth > 0 {
		stackFrame1(depth - 1)
	}
	body(&unused)
}

//go:noinline
func stackProc1(depth int) {
	for i := 0; i < 1; i++ {
		defer bump(&unused)
	}
	mark(depth)
	if depth > 0 {
		stackProc1(depth - 1)
	}
	body(&unused)
}

func stack(f func(int)) float64 {
	f(depths) // the stack grows now
	f(depths)
	return math.Abs(float64(marks[0])-float64(marks[depths])) / depths
}

func heap(f run) float64 {
	var c counter
	var before, after runtime.MemStats
	f(&c.n, 100)
	runtime.ReadMemStats(&before)
	f(&c.n, 1000)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / 1000
}

var runs = map[string]run{
	"empty": func(c *int64, n int) {
		for ; n > 0; n-- {
			body(c)
		}
	},
	"frame1": func(c *int64, n int) {
		for ; n > 0; n-- {
			frame1(c)
		}
	},
	"leaf1": func(c *int64, n int) {
		for ; n > 0; n-- {
			leaf1(c)
		}
	},
	"frame3": func(c *int64, n int) {
		for ; n > 0; n-- {
			frame3(c)
		}
	},
	"frame8": func(c *int64, n int) {
		for ; n > 0; n-- {
			frame8(c)
		}
	},
	"loop#": func(c *int64, n int) {
		for ; n > 0; n-- {
			loop(c, number)
		}
	},
	"landing1": func(c *int64, n int) {
		for ; n > 0; n-- {
			landing1(c)
		}
	},
	"landing2": func(c *int64, n int) {
		for ; n > 0; n-- {
			landing2(c)
		}
	},
	"proc1": func(c *int64, n int) {
		for ; n > 0; n-- {
			loop(c, 1)
		}
	},
	"value0": func(c *int64, n int) {
		for ; n > 0; n-- {
			valueHere(c)
		}
	},
	"value#": func(c *int64, n int) {
		for ; n > 0; n-- {
			valueRegion(c, number)
		}
	},
	"format0": func(c *int64, n int) {
		for ; n > 0; n-- {
			formatHere(c)
		}
	},
	"format#": func(c *int64, n int) {
		for ; n > 0; n-- {
			formatRegion(c, number)
		}
	},
	"dvalue#": func(c *int64, n int) {
		for ; n > 0; n-- {
			valueDefer(c, number)
		}
	},
	"dformat#": func(c *int64, n int) {
		for ; n > 0; n-- {
			formatDefer(c, number)
		}
	},
	"nested": func(c *int64, n int) {
		for ; n > 0; n-- {
			nested(c)
		}
	},
	"trace#": func(c *int64, n int) {
		for ; n > 0; n-- {
			trace(c, number)
		}
	},
	"thread": func(c *int64, n int) {
		for ; n > 0; n-- {
			go ends(c)
			<-done
		}
	},
	"goexit": func(c *int64, n int) {
		for ; n > 0; n-- {
			go exits(c)
			<-done
		}
	},
}

// The number at the end of the work's name.
var number int

// find returns what runs the work: "value#" stands for value1, value2 ...
func find(work string) run {
	if f := runs[work]; f != nil {
		return f
	}
	name := strings.TrimRight(work, "0123456789")
	number, _ = strconv.Atoi(work[len(name):])
	if number == 0 {
		return nil
	}
	return runs[name+"#"]
}

var values = map[string]func() float64{
	"threads1":       func() float64 { return threads(runs["value0"], 1) },
	"threads2":       func() float64 { return threads(runs["value0"], 2) },
	"stack:none":     func() float64 { return stack(stackNone) },
	"stack:frame1":   func() float64 { return stack(stackFrame1) },
	"stack:landing1": func() float64 { return stack(stackFrame1) },
	"stack:proc1":    func() float64 { return stack(stackProc1) },
}

func main() {
	ms := flag.Float64("t", 5, "")
	count := flag.Int("n", 0, "")
	allocs := flag.Bool("a", false, "")
	flag.Parse()
	work := flag.Arg(0)
	f, v := find(work), values[work]
	var c counter
	switch {
	case work == "startup":
	case f != nil && *count > 0:
		f(&c.n, *count)
	case f != nil && *allocs:
		fmt.Printf("%.3f\n", heap(f))
	case f != nil:
		fmt.Printf("%.3f\n", measure(f, *ms))
	case v != nil && !*allocs:
		fmt.Printf("%.3f\n", v())
	default:
		fmt.Println("-")
	}
}
