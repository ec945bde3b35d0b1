/*
 * seed_maker.c - writes media that the unit tests make, as seeds: fixtures/seeds.sh compiles it with -DSOURCE="tests/test_x.c" and -DMAKE=what makes
 * the medium, -DBYTES=where it is and -DCOUNT=its size. What it writes on stdout is packed by fixtures/make.py.
 */
#define main ignored_main
#include SOURCE
#undef main

int
main(void)
{
	MAKE;
	return fwrite(BYTES, 1, COUNT, stdout) == (size_t)(COUNT) && fflush(stdout) == 0 ? 0 : 1;
}
