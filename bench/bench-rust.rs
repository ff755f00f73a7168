// SPDX-License-Identifier: MIT
// bench-rust.rs - the works, with Rust's panics.  Measured as bench.h says.

// The only way back from the recursions is a panic.
#![allow(unconditional_recursion, dead_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::hint::black_box;
use std::panic::{catch_unwind, panic_any, set_hook, AssertUnwindSafe};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;
use std::time::Instant;

thread_local! {
    static ALLOCS: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, l: Layout) -> *mut u8 {
        ALLOCS.with(|a| a.set(a.get() + 1));
        System.alloc(l)
    }
    unsafe fn dealloc(&self, p: *mut u8, l: Layout) {
        System.dealloc(p, l)
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

type Count = *mut i64;

#[inline(never)]
fn body(c: Count) {
    black_box(c);
}

#[inline(never)]
fn bump(c: Count) {
    unsafe { *c += 1 }
}

struct Guard(Count);

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        bump(self.0)
    }
}

// Calls registered in a loop.
struct Guards(Vec<(fn(Count), Count)>);

impl Drop for Guards {
    fn drop(&mut self) {
        for (f, c) in self.0.iter().rev() {
            f(*c)
        }
    }
}

#[inline(never)]
fn frame1(c: Count) {
    let _a = Guard(c);
    body(c);
}

#[inline(never)]
fn leaf1(c: Count) {
    let _a = Guard(c);
}

#[inline(never)]
fn frame3(c: Count) {
    let (_a, _b, _d) = (Guard(c), Guard(c), Guard(c));
    body(c);
}

#[inline(never)]
fn frame8(c: Count) {
    let (_a, _b, _d, _e) = (Guard(c), Guard(c), Guard(c), Guard(c));
    let (_f, _g, _h, _i) = (Guard(c), Guard(c), Guard(c), Guard(c));
    body(c);
}

#[inline(never)]
fn looped(c: Count, n: usize) {
    let mut g = Guards(Vec::new());
    for _ in 0..n {
        g.0.push((bump, c));
    }
    body(c);
}

#[inline(never)]
fn landing1(c: Count) -> i32 {
    catch_unwind(AssertUnwindSafe(|| {
        let _a = Guard(c);
        body(c);
    }))
    .is_err() as i32
}

#[inline(never)]
fn landing2(c: Count) -> i32 {
    let r = catch_unwind(AssertUnwindSafe(|| {
        let _a = Guard(c);
        body(c);
    }));
    bump(c);
    r.is_err() as i32
}

#[inline(never)]
fn throw_value() {
    panic_any(42);
}

#[inline(never)]
fn throw_format() {
    panic!("item {} of {}", black_box(42), black_box("list"));
}

#[inline(never)]
fn throw_traced() {
    panic_any(Backtrace::force_capture());
}

macro_rules! down {
    ($name:ident, $guarded:ident, $region:ident, $defer:ident, $raise:expr) => {
        #[inline(never)]
        fn $name(c: Count, depth: i32) {
            if depth == 1 {
                $raise();
            }
            $name(c, depth - 1);
            body(c);
        }
        #[inline(never)]
        fn $guarded(c: Count, depth: i32) {
            let _a = Guard(c);
            if depth == 1 {
                $raise();
            }
            $guarded(c, depth - 1);
            body(c);
        }
        #[inline(never)]
        fn $region(c: Count, depth: i32) {
            let r = if depth == 0 {
                catch_unwind(|| $raise())
            } else {
                catch_unwind(AssertUnwindSafe(|| $name(c, depth)))
            };
            if r.is_err() {
                bump(c);
            }
        }
        #[inline(never)]
        fn $defer(c: Count, depth: i32) {
            if catch_unwind(AssertUnwindSafe(|| $guarded(c, depth))).is_err() {
                bump(c);
            }
        }
    };
}

down!(value_down, value_guarded, value, value_defer, throw_value);
down!(format_down, format_guarded, format, format_defer, throw_format);
down!(trace_down, trace_guarded, trace, trace_defer, throw_traced);

#[inline(never)]
fn nested(c: Count) {
    let r = catch_unwind(|| {
        if catch_unwind(|| throw_value()).is_err() {
            throw_value();
        }
    });
    if r.is_err() {
        bump(c);
    }
}

fn batch(f: fn(Count, i64), n: i64) -> f64 {
    let mut c = 0;
    let start = Instant::now();
    f(&mut c, n);
    start.elapsed().as_nanos() as f64
}

fn size(f: fn(Count, i64)) -> i64 {
    let mut n = 1;
    batch(f, 1);
    while batch(f, n) < 50e3 {
        n *= 2;
    }
    n
}

fn measure(f: fn(Count, i64), ms: f64) -> f64 {
    let n = size(f);
    let mut best = f64::INFINITY;
    let start = Instant::now();
    loop {
        best = best.min(batch(f, n));
        if start.elapsed().as_nanos() as f64 > ms * 1e6 {
            return best / n as f64;
        }
    }
}

const ROUNDS: usize = 400;

fn threads(f: fn(Count, i64), k: usize) -> f64 {
    let n = size(f);
    let zero = Instant::now();
    let arrived: Arc<Vec<AtomicI32>> =
        Arc::new((0..ROUNDS).map(|_| AtomicI32::new(0)).collect());
    let joins: Vec<_> = (0..k)
        .map(|_| {
            let arrived = arrived.clone();
            std::thread::spawn(move || {
                batch(f, n);
                let mut times = Vec::with_capacity(ROUNDS);
                for r in 0..ROUNDS {
                    arrived[r].fetch_add(1, Ordering::AcqRel);
                    let mut i = 0;
                    while arrived[r].load(Ordering::Acquire) < k as i32 {
                        i += 1;
                        if i > 2000 {
                            std::thread::yield_now();
                        }
                    }
                    let start = zero.elapsed().as_nanos() as f64;
                    batch(f, n);
                    times.push((start, zero.elapsed().as_nanos() as f64));
                }
                times
            })
        })
        .collect();
    let times: Vec<_> = joins.into_iter().map(|j| j.join().unwrap()).collect();
    let mut best = f64::INFINITY;
    for r in 0..ROUNDS {
        let start = times.iter().map(|t| t[r].0).fold(f64::INFINITY, f64::min);
        let end = times.iter().map(|t| t[r].1).fold(0.0, f64::max);
        best = best.min(end - start);
    }
    best / n as f64
}

static mut MARKS: [usize; 65] = [0; 65];

#[inline(never)]
fn mark(depth: usize) {
    let here = 0u8;
    unsafe { MARKS[depth] = black_box(&here) as *const u8 as usize }
}

#[inline(never)]
fn stack_none(depth: usize) {
    mark(depth);
    if depth > 0 {
        stack_none(depth - 1);
    }
    body(std::ptr::null_mut());
}

#[inline(never)]
fn stack_frame1(depth: usize, c: Count) {
    let _a = Guard(c);
    mark(depth);
    if depth > 0 {
        stack_frame1(depth - 1, c);
    }
    body(c);
}

#[inline(never)]
fn stack_landing1(depth: usize, c: Count) {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _a = Guard(c);
        mark(depth);
        if depth > 0 {
            stack_landing1(depth - 1, c);
        }
        body(c);
    }));
}

fn bytes() -> f64 {
    unsafe { (MARKS[0] as f64 - MARKS[64] as f64).abs() / 64.0 }
}

fn heap(f: fn(Count, i64)) -> f64 {
    batch(f, 100);
    let before = ALLOCS.with(|a| a.get());
    batch(f, 1000);
    (ALLOCS.with(|a| a.get()) - before) as f64 / 1000.0
}

macro_rules! run {
    ($c:ident, $call:expr) => {
        Some(|$c: Count, n: i64| {
            for _ in 0..n {
                $call;
            }
        })
    };
}

// The number at the end of the work's name.
static NUMBER: AtomicI32 = AtomicI32::new(0);

#[inline(always)]
fn number() -> i32 {
    NUMBER.load(Ordering::Relaxed)
}

// "value#" stands for value1, value2 and so on.
fn find(work: &str) -> Option<fn(Count, i64)> {
    exact(work).or_else(|| {
        let name = work.trim_end_matches(|c: char| c.is_ascii_digit());
        NUMBER.store(work[name.len()..].parse().ok()?, Ordering::Relaxed);
        exact(&format!("{name}#"))
    })
}

fn exact(work: &str) -> Option<fn(Count, i64)> {
    match work {
        "empty" => run!(c, body(c)),
        "frame1" => run!(c, frame1(c)),
        "leaf1" => run!(c, leaf1(c)),
        "frame3" => run!(c, frame3(c)),
        "frame8" => run!(c, frame8(c)),
        "loop#" => run!(c, looped(c, number() as usize)),
        "landing1" => run!(c, landing1(c)),
        "landing2" => run!(c, landing2(c)),
        "value0" => run!(c, value(c, 0)),
        "value#" => run!(c, value(c, number())),
        "format0" => run!(c, format(c, 0)),
        "format#" => run!(c, format(c, number())),
        "dvalue#" => run!(c, value_defer(c, number())),
        "dformat#" => run!(c, format_defer(c, number())),
        "nested" => run!(c, nested(c)),
        "trace#" => run!(c, trace(c, number())),
        _ => None,
    }
}

fn main() {
    let (mut ms, mut count, mut allocs) = (5.0, 0, false);
    let mut work = String::new();
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "-t" => ms = args.next().unwrap().parse().unwrap(),
            "-n" => count = args.next().unwrap().parse().unwrap(),
            "-a" => allocs = true,
            _ => work = a,
        }
    }
    if work == "startup" {
        return;
    }
    // Without this each panic prints a line.
    set_hook(Box::new(|_| {}));
    let mut c = 0;
    if let Some(f) = find(&work) {
        if count > 0 {
            f(&mut c, count);
        } else if allocs {
            println!("{:.3}", heap(f));
        } else {
            println!("{:.3}", measure(f, ms));
        }
        return;
    }
    if !allocs {
        match work.as_str() {
            "threads1" => return println!("{:.3}", threads(find("value0").unwrap(), 1)),
            "threads2" => return println!("{:.3}", threads(find("value0").unwrap(), 2)),
            "stack:none" => stack_none(64),
            "stack:frame1" => stack_frame1(64, &mut c),
            "stack:landing1" => stack_landing1(64, &mut c),
            _ => return println!("-"),
        }
        return println!("{:.3}", bytes());
    }
    println!("-");
}
