// SPDX-License-Identifier: MIT
// unwind-program.cc - for unwind.sh: panics in frames of C++ that have
// something to clean up.  The argument tells which.

#include <panic.h>

#include <cstdio>
#include <cstring>

extern "C" void lands(void (*fn)(void));

namespace {

struct object {
	const char *name;
	explicit object(const char *n) : name(n) {}
	~object() { std::printf("~%s\n", name); std::fflush(stdout); }
};

void __attribute__((noinline)) raises()
{
	object o("raiser");

	panic("boom");
}

extern "C" void destructors()
{
	object o("caller");

	raises();
	std::puts("not reached");
}

extern "C" void thrown_on()
{
	try {
		raises();
	} catch (...) {
		std::puts("caught");
		throw;
	}
}

extern "C" void kept()
{
	try {
		raises();
	} catch (...) {
		std::puts("caught");
		std::fflush(stdout);
	}
	std::puts("not reached");
}

extern "C" void not_its_type()
{
	try {
		raises();
	} catch (int) {
		std::puts("not reached");
	}
}

void __attribute__((noinline)) without_exceptions() noexcept
{
	raises();
}

extern "C" void refused()
{
	without_exceptions();
}

struct worker {
	~worker()
	{
		try {
			throw 1;
		} catch (int) {
			std::puts("thrown and caught in a destructor");
		}
	}
};

extern "C" void throws_inside()
{
	worker w;

	raises();
}

const struct { const char *name; void (*fn)(); } cases[] = {
	{ "destructors", destructors },
	{ "thrown_on", thrown_on },
	{ "kept", kept },
	{ "not_its_type", not_its_type },
	{ "refused", refused },
	{ "throws_inside", throws_inside },
};

}

int main(int, char **argv)
{
	for (const auto &c : cases)
		if (!std::strcmp(c.name, argv[1]))
			lands(c.fn);
	return 0;
}
