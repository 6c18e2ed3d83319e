/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor FOLDER DOCUMENT: what one stamping cannot do without, one after the other on one core, in microseconds (JSON): SM3 of the document, one SM2
 * signature and its own check; one write of 4 KiB made durable in FOLDER; one stretched PIN. For bench/stampings.py.
 */
#include <jinyin/crypto.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CRYPTO_TIMES 400
#define DURABLE_TIMES 100
#define PIN_TIMES 5

static double
now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static struct jy_buf
read_file(const char *path)
{
    struct jy_buf out = { 0 };
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    must(fd >= 0 && fstat(fd, &st) == 0 && jy_buf_reserve(&out, (size_t)st.st_size) == JY_OK && read(fd, out.p, (size_t)st.st_size) == st.st_size, path);
    out.len = (size_t)st.st_size;
    close(fd);
    return out;
}

static double
crypto(struct jy_slice document)
{
    uint8_t digest[JY_SM3_SIZE], signature[JY_SM2_SIGNATURE_MAX];
    struct jy_sm2 *key = NULL;
    double begin;
    size_t len;

    must(jy_sm2_generate(&key) == JY_OK, "key");
    begin = now();
    for (int i = 0; i < CRYPTO_TIMES; i++)
        must(jy_sm3(document, digest) == JY_OK && jy_sm2_sign(key, JY_SLICE(digest, sizeof(digest)), signature, &len) == JY_OK &&
             jy_sm2_verify(key, JY_SLICE(digest, sizeof(digest)), JY_SLICE(signature, len), NULL) == JY_OK, "SM2");
    jy_sm2_free(key);
    return (now() - begin) / CRYPTO_TIMES;
}

static double
durable(const char *folder)
{
    static const uint8_t block[4096] = { 1 };
    char path[4096];
    double begin;
    int fd;

    must(snprintf(path, sizeof(path), "%s/floor", folder) < (int)sizeof(path), folder);
    must((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) >= 0, path);
    begin = now();
    for (int i = 0; i < DURABLE_TIMES; i++)
        must(write(fd, block, sizeof(block)) == (ssize_t)sizeof(block) && fsync(fd) == 0, path);
    begin = (now() - begin) / DURABLE_TIMES;
    close(fd);
    unlink(path);
    return begin;
}

static double
pin(void)
{
    uint8_t out[32];
    double begin = now();

    for (int i = 0; i < PIN_TIMES; i++)
        must(jy_argon2id(JY_SLICE("Own-PIN-2026", 12), JY_SLICE("0123456789abcdef", 16), out, sizeof(out)) == JY_OK, "Argon2id");
    return (now() - begin) / PIN_TIMES;
}

int
main(int argc, char **argv)
{
    struct jy_buf document;

    must(argc == 3, "FOLDER DOCUMENT");
    document = read_file(argv[2]);
    printf("{\"crypto_us\": %.1f, \"durable_us\": %.1f, \"pin_us\": %.1f}\n", crypto(jy_buf_slice(&document)), durable(argv[1]), pin());
    jy_buf_free(&document);
    return 0;
}
