/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/known.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Not limits of what is read: beyond them something is proven once more. */
#define KNOWN_MAX 128
#define KNOWN_BYTES_MAX (16u << 20)
#define FACTS 4096u                    /* places; a fact has one only, by its SM3, and takes it from another one */

/* point, signature and message stand behind each other in bytes. */
struct proof {
    uint8_t *bytes;
    size_t sig_len, message_len;
    enum jy_sm2_encoding encoding;
    uint64_t used;                    /* rises: the smallest goes first */
};
struct parsed {
    struct jy_buf der;
    X509 *x509;
    uint64_t used;
};
struct fact {
    uint8_t sm3[JY_SM3_SIZE], value[JY_FACT_SIZE];
    bool known;
};
static struct {
    pthread_mutex_t lock;
    struct fact facts[FACTS];
    struct parsed certs[KNOWN_MAX];
    size_t cert_count, cert_total;
    struct proof list[KNOWN_MAX];
    size_t count, total;
    uint64_t clock;
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

static size_t
size_of(const struct proof *p)
{
    return JY_SM2_POINT_SIZE + p->sig_len + p->message_len;
}

static struct proof *
find(const uint8_t point[JY_SM2_POINT_SIZE], struct jy_slice message, struct jy_slice sig)
{
    for (size_t i = 0; i < known.count; i++) {
        struct proof *p = &known.list[i];
        if (p->sig_len == sig.len && p->message_len == message.len && memcmp(p->bytes, point, JY_SM2_POINT_SIZE) == 0 &&
            memcmp(p->bytes + JY_SM2_POINT_SIZE, sig.p, sig.len) == 0 &&
            memcmp(p->bytes + JY_SM2_POINT_SIZE + sig.len, message.p, message.len) == 0)
            return p;
    }
    return NULL;
}

static void
forget(size_t i)
{
    known.total -= size_of(&known.list[i]);
    free(known.list[i].bytes);
    known.list[i] = known.list[--known.count];
}

static void
forget_oldest(void)
{
    size_t oldest = 0;

    for (size_t i = 1; i < known.count; i++)
        if (known.list[i].used < known.list[oldest].used)
            oldest = i;
    forget(oldest);
}

static void
remember(const uint8_t point[JY_SM2_POINT_SIZE], struct jy_slice message, struct jy_slice sig, enum jy_sm2_encoding encoding)
{
    struct proof p = { NULL, sig.len, message.len, encoding, 0 };

    if (size_of(&p) > KNOWN_BYTES_MAX / 4 || (p.bytes = malloc(size_of(&p))) == NULL)
        return;
    memcpy(p.bytes, point, JY_SM2_POINT_SIZE);
    memcpy(p.bytes + JY_SM2_POINT_SIZE, sig.p, sig.len);
    memcpy(p.bytes + JY_SM2_POINT_SIZE + sig.len, message.p, message.len);
    pthread_mutex_lock(&known.lock);
    if (find(point, message, sig) != NULL) {                 /* another thread was faster */
        free(p.bytes);
    } else {
        while (known.count == KNOWN_MAX || known.total + size_of(&p) > KNOWN_BYTES_MAX)
            forget_oldest();
        p.used = ++known.clock;
        known.total += size_of(&p);
        known.list[known.count++] = p;
    }
    pthread_mutex_unlock(&known.lock);
}

jy_err
jy_sm2_verify_known(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, enum jy_sm2_encoding *encoding)
{
    uint8_t point[JY_SM2_POINT_SIZE];
    enum jy_sm2_encoding met = JY_SM2_DER;
    struct proof *p = NULL;
    jy_err rc = JY_OK;

    if (key == NULL || sig.len == 0 || message.len == 0 || jy_sm2_point(key, point) != JY_OK)
        return jy_sm2_verify(key, message, sig, encoding);
    pthread_mutex_lock(&known.lock);
    if ((p = find(point, message, sig)) != NULL) {
        p->used = ++known.clock;
        met = p->encoding;
    }
    pthread_mutex_unlock(&known.lock);
    if (p == NULL) {
        rc = jy_sm2_verify(key, message, sig, &met);
        if (rc == JY_OK)
            remember(point, message, sig, met);
    }
    if (encoding != NULL)
        *encoding = met;
    return rc;
}

jy_err
jy_sm2_fits(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, bool lasting, bool *fits)
{
    enum jy_sm2_encoding encoding = JY_SM2_RAW64;
    jy_err rc = (lasting ? jy_sm2_verify_known : jy_sm2_verify)(key, message, sig, &encoding);

    *fits = rc == JY_OK && encoding == JY_SM2_DER;
    return rc == JY_E_SIGNATURE || rc == JY_E_FORMAT ? JY_OK : rc;
}

/* -- certificates -- */

static struct parsed *
find_cert(struct jy_slice der)
{
    for (size_t i = 0; i < known.cert_count; i++)
        if (jy_slice_equal(jy_buf_slice(&known.certs[i].der), der))
            return &known.certs[i];
    return NULL;
}

static void
forget_cert(size_t i)
{
    known.cert_total -= known.certs[i].der.len;
    jy_buf_free(&known.certs[i].der);
    X509_free(known.certs[i].x509);
    known.certs[i] = known.certs[--known.cert_count];
}

static void
forget_oldest_cert(void)
{
    size_t oldest = 0;

    for (size_t i = 1; i < known.cert_count; i++)
        if (known.certs[i].used < known.certs[oldest].used)
            oldest = i;
    forget_cert(oldest);
}

X509 *
jy_x509_known(struct jy_slice der)
{
    struct parsed *p;
    X509 *x509 = NULL;

    pthread_mutex_lock(&known.lock);
    if ((p = find_cert(der)) != NULL && X509_up_ref(p->x509) == 1) {
        x509 = p->x509;
        p->used = ++known.clock;
    }
    pthread_mutex_unlock(&known.lock);
    return x509;
}

void
jy_x509_remember(struct jy_slice der, X509 *x509)
{
    struct parsed p = { .x509 = x509 };

    if (jy_buf_add(&p.der, der) != JY_OK)
        return;
    pthread_mutex_lock(&known.lock);
    if (find_cert(der) != NULL || X509_up_ref(x509) != 1) {
        jy_buf_free(&p.der);
    } else {
        while (known.cert_count == KNOWN_MAX || known.cert_total + der.len > KNOWN_BYTES_MAX / 4)
            forget_oldest_cert();
        p.used = ++known.clock;
        known.cert_total += der.len;
        known.certs[known.cert_count++] = p;
    }
    pthread_mutex_unlock(&known.lock);
}

/* -- facts -- */

static struct fact *
place_of(const uint8_t sm3[JY_SM3_SIZE])
{
    return &known.facts[(sm3[0] | (unsigned)sm3[1] << 8) % FACTS];
}

bool
jy_fact_known(const uint8_t sm3[JY_SM3_SIZE], uint8_t fact[JY_FACT_SIZE])
{
    const struct fact *f = place_of(sm3);
    bool is_known;

    pthread_mutex_lock(&known.lock);
    is_known = f->known && memcmp(f->sm3, sm3, JY_SM3_SIZE) == 0;
    if (is_known)
        memcpy(fact, f->value, JY_FACT_SIZE);
    pthread_mutex_unlock(&known.lock);
    return is_known;
}

void
jy_fact_remember(const uint8_t sm3[JY_SM3_SIZE], const uint8_t fact[JY_FACT_SIZE])
{
    struct fact *f = place_of(sm3);

    pthread_mutex_lock(&known.lock);
    memcpy(f->sm3, sm3, JY_SM3_SIZE);
    memcpy(f->value, fact, JY_FACT_SIZE);
    f->known = true;
    pthread_mutex_unlock(&known.lock);
}

void
jy_known_forget(void)
{
    pthread_mutex_lock(&known.lock);
    memset(known.facts, 0, sizeof(known.facts));
    while (known.count > 0)
        forget(0);
    while (known.cert_count > 0)
        forget_cert(0);
    pthread_mutex_unlock(&known.lock);
}
