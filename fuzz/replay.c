/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files named, without libFuzzer: any compiler, any sanitizer, every test run. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        uint8_t *data = NULL;
        long size;

        if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0 ||
            (data = malloc((size_t)size + 1)) == NULL || fread(data, 1, (size_t)size, f) != (size_t)size) {
            fprintf(stderr, "replay: cannot read %s\n", argv[i]);
            return 1;
        }
        fclose(f);
        /* A buffer of its exact size: reading one byte too far is seen. */
        data = size > 0 ? realloc(data, (size_t)size) : data;
        if (data == NULL)
            return 1;
        fprintf(stderr, "%s\n", argv[i]);                /* the last line names the one that breaks it */
        LLVMFuzzerTestOneInput(data, (size_t)size);
        free(data);
    }
    printf("%d inputs\n", argc - 1);
    return argc > 1 ? 0 : 1;
}
