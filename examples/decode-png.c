/* SPDX-License-Identifier: MIT */
/* decode-png.c - libpng, whose errors are panics. */

/*
 * libpng wants an error function that does not return: a panic does not.  It
 * passes libpng's own frames, which is what libpng allows (its own way is
 * longjmp()); what they hold is freed by png_destroy_read_struct(), deferred
 * before the first call that may fail.  No local need be volatile, for nothing
 * is read after the landing.
 */

#include <panic.h>

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

static const struct panic_type badfile = { "png_error", NULL, NULL };

struct reader {
	png_structp png;
	png_infop info;
};

static void on_error(png_structp png, png_const_charp text)
{
	(void)png;
	panic_valuef(&badfile, NULL, "%s", text);
}

static void on_warning(png_structp png, png_const_charp text)
{
	(void)png, (void)text;
}

static void destroy(void *arg)
{
	struct reader *r = arg;

	png_destroy_read_struct(&r->png, &r->info, NULL);
}

/* A sum of all bytes of the picture. */
static unsigned sum_rows(struct reader *r)
{
	size_t size = png_get_rowbytes(r->png, r->info);
	png_uint_32 height = png_get_image_height(r->png, r->info);
	int passes = png_set_interlace_handling(r->png);
	png_bytep row = panic_must(calloc(1, size + 1));
	unsigned sum = 0;

	defer_frame();
	defer(free, row);
	png_start_read_image(r->png);
	while (passes-- > 0)
		for (png_uint_32 y = 0; y < height; y++) {
			png_read_row(r->png, row, NULL);
			for (size_t x = 0; x < size; x++)
				sum = sum * 31 + row[x];
		}
	return sum;
}

static unsigned decode(FILE *f)
{
	struct reader r = { NULL, NULL };

	defer_frame();
	defer(destroy, &r);
	r.png = panic_must(png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL,
		on_error, on_warning));
	r.info = panic_must(png_create_info_struct(r.png));
	png_init_io(r.png, f);
	png_read_info(r.png, r.info);
	return sum_rows(&r);
}

static void say_why(void *path)
{
	const struct panic *p = recover_if(&badfile);

	if (p)
		printf("%s: %s\n", (const char *)path, panic_message(p));
}

static void show(char *path)
{
	recover_frame(return);
	defer(say_why, path);
	FILE *f = panic_must(fopen(path, "rb"));
	defer(fclose, f);
	printf("%s: %08x\n", path, decode(f));
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		show(argv[i]);
	return 0;
}
