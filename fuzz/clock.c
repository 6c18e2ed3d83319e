/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between libFuzzer and the target (ld --wrap). libFuzzer's own limit is of the wall's clock, so that a busy machine stops honest inputs, and it tells
 * the slowest in whole seconds only; an input has one second of the processor here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 1000000                     /* us of the processor, the sanitizers' share included */

static int64_t slowest;
static size_t slowest_size;

static int64_t
cpu_microseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
tell(void)
{
    fprintf(stderr, "stat::slowest_input_us: %lld\nstat::slowest_input_bytes: %zu\n", (long long)slowest, slowest_size);
}

/* The slowest input is kept beside the corpus: $JINYIN_SLOWEST names the file. */
static void
keep(const uint8_t *data, size_t size)
{
    const char *path = getenv("JINYIN_SLOWEST");
    FILE *f = path != NULL ? fopen(path, "wb") : NULL;

    if (f != NULL) {
        (void)!fwrite(data, 1, size, f);
        fclose(f);
    }
}

int
__wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int begun;
    int64_t start = cpu_microseconds(), took;
    int result = __real_LLVMFuzzerTestOneInput(data, size);

    took = cpu_microseconds() - start;
    if (!begun) {
        begun = 1;
        atexit(tell);
    } else if (took > slowest) {                             /* the first input pays for what is loaded once */
        slowest = took;
        slowest_size = size;
        if (took > 100000)
            keep(data, size);
        if (took > INPUT_MAX) {
            fprintf(stderr, "clock: an input took %lld ms\n", (long long)took / 1000);
            abort();
        }
    }
    return result;
}
