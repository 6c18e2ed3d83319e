/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application that uses the API from C with libcurl and libcrypto (docs/protocol/api-signature.md): verifies a document and checks that
 * the answer is the service's own.  cc client.c -lcurl -lcrypto;  client BASE CLIENT_ID SECRET FILE
 */
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct bytes { unsigned char *p; size_t len; };
struct answer { struct bytes body; char time[32], digest[80], signature[128]; };

static void
fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static void
hex(const unsigned char *p, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void
sm3_hex(struct bytes data, char out[65])
{
    unsigned char digest[32];

    if (EVP_Digest(data.p, data.len, digest, NULL, EVP_sm3(), NULL) != 1)
        fail("SM3");
    hex(digest, sizeof(digest), out);
}

static void
hmac_base64(const unsigned char secret[32], const char *text, char out[64])
{
    unsigned char mac[32];
    unsigned len = 0;

    if (HMAC(EVP_sm3(), secret, 32, (const unsigned char *)text, strlen(text), mac, &len) == NULL || len != sizeof(mac))
        fail("HMAC-SM3");
    EVP_EncodeBlock((unsigned char *)out, mac, sizeof(mac));
}

static size_t
take_body(char *data, size_t size, size_t count, void *arg)
{
    struct bytes *body = arg;
    unsigned char *more = realloc(body->p, body->len + size * count);

    if (more == NULL)
        return 0;
    memcpy(more + body->len, data, size * count);
    body->p = more;
    body->len += size * count;
    return size * count;
}

static void
take_value(const char *line, size_t len, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);

    if (len > n + 4 && strncasecmp(line, name, n) == 0 && len - n - 4 < size)
        snprintf(out, size, "%.*s", (int)(len - n - 4), line + n + 2);
}

static size_t
take_header(char *data, size_t size, size_t count, void *arg)
{
    struct answer *answer = arg;

    take_value(data, size * count, "Jinyin-Time", answer->time, sizeof(answer->time));
    take_value(data, size * count, "Jinyin-Digest", answer->digest, sizeof(answer->digest));
    take_value(data, size * count, "Jinyin-Signature", answer->signature, sizeof(answer->signature));
    return size * count;
}

static struct bytes
read_file(const char *name)
{
    struct bytes out = { malloc(64 << 20), 0 };
    FILE *file = fopen(name, "rb");

    if (file == NULL || out.p == NULL)
        fail("the file cannot be read");
    out.len = fread(out.p, 1, 64 << 20, file);
    fclose(file);
    return out;
}

static void
check_answer(const struct answer *answer, long status, const char *nonce, const unsigned char secret[32])
{
    char text[512], digest[65], expected[64];

    sm3_hex(answer->body, digest);
    snprintf(text, sizeof(text), "jinyin-answer-1\n%ld\n%s\n%s\n%s\n", status, nonce, answer->time, digest);
    hmac_base64(secret, text, expected);
    if (strcmp(digest, answer->digest) != 0 || strcmp(expected, answer->signature) != 0)
        fail("the answer was not signed by the service");
}

int
main(int argc, char **argv)
{
    const char *path = "/api/v1/verify";
    char url[512], text[1024], line[256], time_text[32], nonce[33], digest[65], signature[64];
    unsigned char secret[32], random[16];
    struct curl_slist *headers = NULL;
    struct answer answer = { 0 };
    size_t secret_len = 0;
    struct bytes file;
    time_t now = time(NULL);
    long status = 0;
    CURL *curl;

    if (argc != 5 || OPENSSL_hexstr2buf_ex(secret, sizeof(secret), &secret_len, argv[3], '\0') != 1 || secret_len != sizeof(secret))
        fail("client BASE CLIENT_ID SECRET FILE");
    file = read_file(argv[4]);
    sm3_hex(file, digest);
    strftime(time_text, sizeof(time_text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    if (RAND_bytes(random, sizeof(random)) != 1 || (curl = curl_easy_init()) == NULL)
        fail("no memory");
    hex(random, sizeof(random), nonce);
    snprintf(text, sizeof(text), "jinyin-request-1\nPOST\n%s\n\n%s\n%s\n\n%s\n", path, time_text, nonce, digest);
    hmac_base64(secret, text, signature);
    const char *const members[][2] = { { "Jinyin-Client", argv[2] }, { "Jinyin-Time", time_text }, { "Jinyin-Nonce", nonce },
                                       { "Jinyin-Digest", digest }, { "Jinyin-Signature", signature } };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        snprintf(line, sizeof(line), "%s: %s", members[i][0], members[i][1]);
        headers = curl_slist_append(headers, line);
    }
    snprintf(url, sizeof(url), "%s%s", argv[1], path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, file.p);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)file.len);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    if (curl_easy_perform(curl) != CURLE_OK || curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        fail("the service does not answer");
    check_answer(&answer, status, nonce, secret);
    printf("%ld, signed by the service, %zu bytes: %.*s\n", status, answer.body.len, 60, (const char *)answer.body.p);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(answer.body.p);
    free(file.p);
    return status == 200 ? EXIT_SUCCESS : EXIT_FAILURE;
}
