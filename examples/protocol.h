/* SPDX-License-Identifier: MIT */
/* protocol.h - the limits that calcd keeps and calcload tests. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum {
	LINE_MAX_BYTES = 4096,	/* of a request, without its newline */
	NESTING_MAX = 200,	/* parentheses and unary minuses */
	VARIABLES_MAX = 256	/* of a connection */
};

#endif
