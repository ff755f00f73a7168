// SPDX-License-Identifier: MIT
// unwinder-throw.cc - a library of C++ that throws and catches.

#include "unwinder-where.h"

static void thrower()
{
	throw 42;
}

extern "C" int thrown_through(void (*fn)(void (*)(void)))
{
	try {
		fn(thrower);
	} catch (int n) {
		return n;
	}
	return 0;
}
