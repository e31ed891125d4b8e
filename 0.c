#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <ptscope.h>

int main(int argc, char **argv)
{
	struct ptscope *ps = ptscope_new();
	const struct ptscope_vma *vma;
	int err;

	if (argc != 2 || !ps)
		return 2;
	err = ptscope_connect(ps);
	if (!err)
		err = ptscope_dump_vmas(ps, atoi(argv[1]), 0, 0);
	while (!err && (err = ptscope_next_vma(ps, &vma)) == 1) {
		printf("%" PRIx64 "-%" PRIx64 " %" PRIu64 " %s\n", vma->start, vma->end,
		       vma->census.res, vma->name);
		err = 0;
	}
	if (err)
		fprintf(stderr, "%s\n", ptscope_message(ps));
	ptscope_free(ps);
	return err ? 1 : 0;
}
