# SPDX-License-Identifier: MIT
# libpanic-gdb.py - gdb commands: info panics, info defers.
#
# gdb loads this by itself when it is installed in its auto-load folder as
# libpanic.so.0.0.0-gdb.py.  It works on a live process and on a core, and
# needs the debug information of libpanic (for the program's frames alone,
# that of the program is enough).

import gdb

SLOTS = 8


class Unknown(Exception):
    """What is asked for is not in the debug information or the memory."""


def value(expression):
    try:
        return gdb.parse_and_eval(expression)
    except gdb.error as error:
        raise Unknown(str(error))


def record(pointer, struct):
    """The struct that pointer points to, if gdb knows its members."""
    try:
        type_ = gdb.lookup_type('struct ' + struct)
    except gdb.error:
        type_ = None
    if type_ is None or not type_.fields():
        raise Unknown('struct %s is unknown: install the debug symbols of '
                      'libpanic' % struct)
    return pointer.cast(type_.pointer()).dereference()


def text(pointer):
    """A C string, whatever its bytes."""
    try:
        return pointer.string(errors='replace')
    except gdb.error:
        return '<%#x>' % int(pointer)


def place(pointer):
    """FILE:LINE in FUNCTION, of a struct panic_site *."""
    if not pointer:
        return 'an unknown place'
    try:
        site = pointer.dereference()
        return '%s:%d in %s' % (text(site['file']), int(site['line']),
                                text(site['function']))
    except gdb.error:
        return 'a place at %#x that is not in the memory' % int(pointer)


def call(slot):
    """FUNCTION(ARGUMENT), of a struct panic__slot."""
    address = int(slot['site']['fn']) or int(slot['fn'])
    name = gdb.execute('info symbol %#x' % address, to_string=True)
    name = '%#x' % address if name.startswith('No symbol') \
        else name.split(' in section')[0].strip()
    return '%s(%#x)' % (name, int(slot['arg']))


# Panics: struct panic.

def message(panic):
    if panic['message']:
        return text(panic['message']).rstrip('\n').replace('\n', '\n\t')
    return '(%s) %#x' % (text(panic['type']['name']), int(panic['data']))


def rare(panic, name):
    return panic['rare'][name] if panic['hasrare'] else 0


def state(panic):
    if rare(panic, 'repanicked'):
        return ' [recovered, repanicked]'
    if panic['recovered']:
        return ' [recovered]'
    if panic['aborted']:
        return ' [aborted]'
    return ''


def panics(g):
    """The thread's panics, oldest first."""
    found = []
    pointer = g['_panic']
    while pointer:
        found.insert(0, record(pointer, 'panic'))
        pointer = found[0]['link']
    return found


def show_panic(panic):
    if panic['goexit']:
        print(('panic_longjmp' if panic['to'] else 'goexit') + state(panic))
    else:
        print('panic: %s%s' % (message(panic), state(panic)))
        print('\traised at ' + place(panic['site']))
    if panic['d'] and panic['d']['started']:
        slot = panic['call'].dereference()
        print('\truns %s, deferred at %s' % (call(slot),
                                            place(slot['site'])))
    if rare(panic, 'vain'):
        print('\trecover() was called in vain at ' +
              place(rare(panic, 'vain')))


def show_panics(g):
    found = panics(g)
    if not found:
        print('No panics.')
    for panic in found:
        show_panic(panic)


# Deferred calls: struct panic__defer, the first member of a panic__frame or a
# panic__proc.

def chain(pointer):
    try:
        first = int(value('&panic__first'))
    except Unknown:
        first = None
    while pointer and int(pointer) != first:
        yield pointer
        pointer = pointer['link']


def left(g):
    """The records whose calls the thread's panics have all run.  What stands
    behind one of deferproc() is lost: that is freed."""
    seen = [int(pointer) for pointer in chain(g['_defer'])]
    for panic in reversed(panics(g)):
        for pointer in chain(panic['first']):
            if int(pointer) in seen or not int(pointer['openDefer']):
                break
            seen.append(int(pointer))
            yield pointer


def slots(pointer):
    """The calls of a record in the order in which they will run."""
    defer = pointer.dereference()
    if not defer['openDefer']:
        if int(defer['n']):
            yield record(pointer, 'panic__proc')['slot']
        return
    frame = record(pointer, 'panic__frame')
    inline = int(defer['n'])
    if inline > SLOTS:
        inline = SLOTS
        chunk = frame['chunk']
        while chunk:
            block = record(chunk, 'panic__chunk')
            for i in reversed(range(int(block['n']))):
                yield block['slot'][i]
            chunk = block['link']
    for i in reversed(range(inline)):
        yield frame['slot'][i]


def run(pointer):
    """The calls of a record that a panic has run, in that order."""
    frame = record(pointer, 'panic__frame')
    n = int(pointer['n'])
    for i in reversed(range(n, min(n + int(pointer['ran']), SLOTS))):
        yield frame['slot'][i]


def function(pointer):
    """The function whose record that is, as its oldest call tells."""
    if pointer['openDefer']:
        slot = record(pointer, 'panic__frame')['slot'][0]
    else:
        slot = record(pointer, 'panic__proc')['slot']
    try:
        return text(slot['site']['function'])
    except gdb.error:
        return 'an unknown function'


def show_record(number, pointer, slots):
    defer = pointer.dereference()
    kind = 'deferproc' if not defer['openDefer'] else \
        'recover_frame' if int(defer['landing']) else 'defer_frame'
    print('#%-2d %s in %s%s' % (number, kind, function(pointer),
                                ' (one of its calls runs)'
                                if int(defer['started']) else ''))
    for slot in slots(pointer):
        print('\t%s, deferred at %s' % (call(slot), place(slot['site'])))


def show_defers(g):
    number = -1
    for number, pointer in enumerate(chain(g['_defer'])):
        show_record(number, pointer, slots)
    if number < 0:
        print('No deferred calls.')
    for number, pointer in enumerate(left(g)):
        if number == 0:
            print('Frames whose calls were all run by a panic:')
        show_record(number, pointer, run)


class Info(gdb.Command):
    """A command for the selected thread, or for all."""

    def __init__(self, name, show):
        self.show = show
        super().__init__(name, gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        if argument not in ('', 'all'):
            raise gdb.GdbError('"all", or nothing, is expected.')
        if not gdb.selected_thread():
            raise gdb.GdbError('The program is not being run.')
        try:
            if argument:
                self.each_thread()
            else:
                self.show(value('panic__g'))
        except (Unknown, gdb.error) as error:
            raise gdb.GdbError(str(error))

    def each_thread(self):
        before = gdb.selected_thread()
        try:
            for thread in sorted(gdb.selected_inferior().threads(),
                                 key=lambda thread: thread.num):
                thread.switch()
                print('Thread %d%s:' % (thread.num, ' "%s"' % thread.name
                                        if thread.name else ''))
                self.show(value('panic__g'))
        finally:
            before.switch()


class InfoPanics(Info):
    """The panics of the selected thread, oldest first.

info panics [all]
With "all", those of every thread.  Each comes with the place where it was
raised and the deferred call that it runs."""

    def __init__(self):
        super().__init__('info panics', show_panics)


class InfoDefers(Info):
    """The frames of the selected thread that defer, innermost first.

info defers [all]
With "all", those of every thread.  Each comes with the calls that it has yet
to run, in that order.  Where a panic has run all calls of a frame, as in the
core of one that nothing stopped, the frame and they are listed after that, up
to the first call of deferproc()."""

    def __init__(self):
        super().__init__('info defers', show_defers)


InfoPanics()
InfoDefers()
