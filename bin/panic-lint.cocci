// SPDX-License-Identifier: MIT
// panic-lint.cocci - the faults that panic-lint finds; see panic-lint(1).
//
// bin/panic-lint has put the files into a form that Coccinelle can follow:
// recover_frame(S); has become if (panic_landing()) { panic_landed(); S; }, and
// what follows a deferproc() that yields 1 begins with panic_landed() too.  They
// stand in the folder where this runs.
// Coccinelle finds what runs after what, and the scripts in Python compare it.
// They get along without two slashes, which would begin a comment here.

@initialize:python@
@@
import glob, re, sys

found = {}        # (file, line) -> text
blocks = {}       # file -> [(begin, end)], each (line, column)
there = {}        # (file, line) -> what makes a frame there, as the text says
parsed = set()    # the same (file, line), as far as Coccinelle has parsed it
framed = set()    # (file, function) with calls of its own at its end
defined = set()   # (file, function)
named = set()     # functions that are not only called
recovers = set()  # (file, function) that calls recover()
tails = []        # (file, line, function, what it calls last)
declared = {}     # (file, variable) -> [place]
changes = []      # (file, landing, place, variable)
reads = []        # the same

# What counts is in the group: no comment, no string, no line of the
# preprocessor.
TOKEN = re.compile(r"(?s)(?:/[/][^\n]*|/[*].*?[*]/"
    r"|\x22(?:\\.|[^\x22\\])*\x22|\x27(?:\\.|[^\x27\\])*\x27"
    r"|\n[ \t]*[#](?:\\\n|[^\n])*)|(\w+|\S)")

FRAMES = { "defer_frame": "defer_frame()", "panic_landing": "recover_frame()",
    "deferproc": "deferproc()" }

def report(file, line, text):
    found.setdefault((file, line), text)

def place(p):
    return int(p[0].line), int(p[0].column)

def tokens(file):
    text = "\n" + open(file, encoding="utf-8", errors="replace").read()
    line, at = 0, 0
    for m in TOKEN.finditer(text):
        line += text.count("\n", at, m.start())
        at = m.start()
        if m.group(1):
            yield m.group(1), line, at - text.rfind("\n", 0, at) - 1

class Block:
    def __init__(self, begin, switch):
        self.begin, self.switch = begin, switch
        self.frame = None    # the line of its frame
        self.parens = 0      # that are open in it

def frames(stack):
    return [b.frame for b in stack if b.frame]

def jump(file, line, what, frame):
    report(file, line, "%s jumps over the frame of line %d: "
        "give that frame a block of its own" % (what, frame))

# A label of a switch: whoever comes there is in all frames of its blocks.
def enter(file, stack, line, what):
    for b in reversed(stack):
        if b.frame:
            jump(file, line, what, b.frame)
        if b.switch:
            return

# A goto must stand in all the frames that its label stands in.
def compare(file, gotos, labels):
    for name, line, inside in gotos:
        for frame in labels.get(name, []):
            if frame not in inside:
                jump(file, line, "goto " + name, frame)

# Blocks, frames, and what jumps over one.  A label is a name behind the end of
# a statement.
def scan(file):
    blocks[file] = []
    stack, gotos, labels = [], [], {}
    switch, before, name = False, ";", None
    for text, line, column in tokens(file):
        top = stack[-1] if stack else Block(None, False)
        if text == "{":
            stack.append(Block((line, column), switch))
            switch = False
        elif text == "}" and stack:
            stack.pop()
            blocks[file].append((top.begin, (line, column)))
            if not stack:
                compare(file, gotos, labels)
                gotos, labels = [], {}
        elif text in "()":
            top.parens += 1 if text == "(" else -1
        elif text in FRAMES and stack:
            there[file, line] = FRAMES[text]
            if text != "deferproc":
                top.frame = top.frame or line
        elif text == "switch":
            switch = True
        elif text in ("case", "default") and not top.parens:
            enter(file, stack, line, text)
        elif before == "goto":
            gotos.append((text, line, frames(stack)))
        elif text == ":" and name and not top.parens:
            labels[name] = frames(stack)
        if text != "(":
            named.add(before)
        name = text if before in ";{}:" and text.isidentifier() else None
        before = text

def around(file, at):
    inside = [b for b in blocks[file] if b[0] < at < b[1]]
    return max(inside, default=((0, 0), (0, 0)))

# Where the variable that x is at a place was declared.
def declaration(file, x, at):
    before = [(0, 0)]
    for d in declared.get((file, x), []):
        if d <= at and (d[0] == at[0] or around(file, d)[1] > at):
            before.append(d)
    return max(before)

# The landing that panic_landed() at a place belongs to.
def landing(file, at):
    return max(f[1] for f in there if f[0] == file and f[1] <= at[0])

def isfixed(type):
    return "volatile" in type.rpartition("*")[2] or "static" in type.split()

# Whether a panic may follow the change and come to the landing: it stands in
# the frame, which of a deferproc() is the function, and not behind the landing.
def inframe(file, land, at):
    behind = min(b for b in blocks[file] if b[0] > land)
    if behind[0] < at < behind[1]:
        return False
    return there[file, land[0]] == "deferproc()" or \
        land < at < around(file, land)[1]

def findclobbered():
    for file, land, at, x in sorted(changes):
        d = declaration(file, x, at)
        if d > land or not inframe(file, land, at):
            continue
        for f, line, read, y in reads:
            if (f, line, y) == (file, land[0], x) and \
                    declaration(f, x, read) == d:
                report(file, at[0], "%s changes after the landing of line %d "
                    "and is read behind it, at line %d: declare it volatile"
                    % (x, land[0], read[0]))

def findtails():
    for file, line, f, g in tails:
        here = (file, g) in defined
        if f in named and (file, f) not in framed and (
                (file, g) in recovers or
                not here and any(g == r[1] for r in recovers)):
            report(file, line, "%s() ends in a call of %s(), which calls "
                "recover(): put a statement behind the call" % (f, g))

def finish():
    findclobbered()
    findtails()
    for file, line in sorted(found):
        print("%s:%d: %s" % (file, line, found[file, line]))
    for file, line in sorted(set(there) - parsed):
        print("%s:%d: note: Coccinelle cannot read the function of this %s"
            % (file, line, there[file, line]), file=sys.stderr)

for file in glob.glob("*.c"):
    scan(file)

@whole@
position p;
identifier f;
@@
f@p(...) { ... }

@script:python@
p << whole.p;
f << whole.f;
@@
defined.add((p[0].file, f))

// What makes a frame.

@frame@
position p;
@@
(
  panic_landing@p()
|
  defer_frame@p()
|
  deferproc@p(...)
)

@script:python@
p << frame.p;
@@
parsed.add((p[0].file, int(p[0].line)))
framed.add((p[0].file, p[0].current_element))

// deferproc() outside an if.

@inif@
position p;
statement S1, S2;
@@
if ( \( deferproc@p(...) \| !deferproc@p(...) \| deferproc@p(...) != 0
	\| deferproc@p(...) == 0 \) )
	S1 else S2

@notinif@
position p != inif.p;
@@
deferproc@p(...)

@script:python@
p << notinif.p;
@@
report(p[0].file, int(p[0].line), "deferproc() is not the condition of an if: "
    "write if (deferproc(fn, arg)) goto epilogue;")

// A return without deferreturn().

@unreturned exists@
position p;
@@
deferproc(...)
... when != deferreturn()
    when != \( panic(...) \| panic_errno(...) \| panic_value(...) \)
    when != \( repanic(...) \| goexit() \| panic_fatal(...) \)
    when != \( exit(...) \| _exit(...) \| abort() \| pthread_exit(...) \)
(
  return@p;
|
  return@p ...;
)

@script:python@
p << unreturned.p;
@@
report(p[0].file, int(p[0].line), "%s() returns here without deferreturn(): "
    "go to a label in front of it" % p[0].current_element)

// Tail calls of what recovers.

@recovering@
position p;
@@
recover@p()

@script:python@
p << recovering.p;
@@
recovers.add((p[0].file, p[0].current_element))

@last@
position p;
identifier g;
@@
(
  return g@p(...);
|
  g@p(...);
  return;
)

@script:python@
p << last.p;
g << last.g;
@@
tails.append((p[0].file, int(p[0].line), p[0].current_element, g))

// And where the function goes on, but only to its end.

@lastbutend exists@
position p != last.p;
identifier g;
expression E;
@@
g@p(...);
... when != E
return;

@script:python@
p << lastbutend.p;
g << lastbutend.g;
@@
tails.append((p[0].file, int(p[0].line), p[0].current_element, g))

// Locals that change after a landing and are read behind it.

@one@
type T;
identifier x;
position p;
initializer I;
@@
(
  T x@p;
|
  T x@p = I;
)

@script:python@
p << one.p;
x << one.x;
@@
declared.setdefault((p[0].file, x), []).append(place(p))

@loop@
type T;
identifier x;
position p;
expression E;
statement S;
@@
for (T x@p = E; ...; ...) S

@script:python@
p << loop.p;
x << loop.x;
@@
declared.setdefault((p[0].file, x), []).append(place(p))

@change exists@
position l, p;
type T;
local idexpression T x;
expression E1, E2;
identifier i;
assignment operator op;
@@
(
  panic_landing@l()
|
  deferproc@l(...)
)
... when any
(
  x@p op E1
|
  x@p++
|
  x@p--
|
  ++x@p
|
  --x@p
|
  x@p.i op E1
|
  x@p[E2] op E1
)

@script:python@
l << change.l;
p << change.p;
x << change.x;
T << change.T;
@@
if not isfixed(T):
    changes.append((p[0].file, place(l), place(p), x))

@set@
position p;
expression x, E;
@@
x@p = E

@read exists@
position l, p != set.p;
type T;
local idexpression T x;
expression E;
@@
panic_landed@l();
... when != x = E
x@p

@script:python@
l << read.l;
p << read.p;
x << read.x;
@@
reads.append((p[0].file, landing(p[0].file, place(l)), place(p), x))

@finalize:python@
@@
finish()
