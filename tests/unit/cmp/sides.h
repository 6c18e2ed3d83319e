/* SPDX-License-Identifier: Apache-2.0 */
/* sides.h: both sides of CMP with one secret, and messages taken apart and protected anew. */
#ifndef JY_TEST_CMP_SIDES_H
#define JY_TEST_CMP_SIDES_H

#include <authority.h>
#include <cmp/cmp.h>
#include <codec/oid.h>

#define SECRET "a secret of both"

static struct jy_cmp_access access_ = { .reference = { (const uint8_t *)"jinyin", 6 }, .secret = { (const uint8_t *)SECRET, sizeof(SECRET) - 1 } };
static struct jy_cert *subject;       /* what is issued and revoked */
static struct jy_buf csr;
static struct jy_cmp_question question;

static int
set_up(void **state)
{
    (void)state;
    authority_begin();
    access_.ca = jy_cert_subject_der(authority.ca);
    subject = issue((struct jy_issue){ .common_name = "seal" });
    MUST(jy_csr_new(authority.key, "seal", "organization", NULL, &csr, NULL));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&csr);
    jy_cert_free(subject);
    authority_end();
    return 0;
}

/* A request of this kind as the CA understands it; its slices lie in *bytes. */
static inline struct jy_cmp_request
ask(enum jy_cmp_kind kind, struct jy_buf *bytes)
{
    const struct jy_cmp_revocation what = { "event-1", jy_cert_serial(subject), 4, NOW - 60 };
    const struct jy_cmp_issued issued = { .certificate = jy_cert_der(subject), .number = -1, .nonce = { 7, 8, 9 }, .nonce_len = 3 };
    struct jy_cmp_request request;

    bytes->len = 0;
    if (kind == JY_CMP_REVOCATION)
        MUST(jy_cmp_ask_revocation(&access_, &what, NOW, &question, bytes, NULL));
    else
        MUST(jy_cmp_ask_certificate(&access_, "request-1", "seal", jy_buf_slice(&csr), NOW, &question, bytes, NULL));
    if (kind == JY_CMP_CONFIRMATION) {
        bytes->len = 0;
        MUST(jy_cmp_confirm(&access_, &question, &issued, NOW, bytes, NULL));
    }
    MUST(jy_cmp_request_read(&access_, jy_buf_slice(bytes), &request, NULL));
    return request;
}

/* The CA's answer; what lacks a certificate in `what` gets the subject's. */
static inline void
answer(const struct jy_cmp_request *request, struct jy_cmp_answer what, struct jy_buf *out)
{
    what.to = request;
    what.now = NOW;
    what.text = what.text == NULL ? "" : what.text;
    if (what.certificate.len == 0)
        what.certificate = jy_cert_der(subject);
    memset(what.nonce, 0x5A, sizeof(what.nonce));
    out->len = 0;
    MUST(jy_cmp_answer_write(&access_, &what, out, NULL));
}

/* header and body of a message, as one SEQUENCE; and how it was protected. The parameter lies in the message. */
static inline struct jy_cmp_pbm
covered_part(struct jy_slice message, struct jy_buf *out)
{
    struct jy_cmp_message read;

    MUST(jy_cmp_message_read(message, &read, NULL));
    out->len = 0;
    MUST(jy_der_put(out, DER_SEQUENCE, read.covered));
    return read.pbm;
}

/* A message of header and body, protected as an honest one would be. What is not one SEQUENCE stays as it is. */
static inline void
protect(struct jy_slice part, const struct jy_cmp_pbm *pbm, struct jy_buf *out)
{
    struct jy_buf message = { 0 }, bits = { 0 };
    struct jy_der der;
    struct jy_der_item item;
    uint8_t mac[64];
    size_t len;

    out->len = 0;
    jy_der_open(&der, part);
    if (jy_der_get(&der, DER_SEQUENCE, &item) != JY_OK || !jy_der_at_end(&der)) {
        MUST(jy_buf_add(out, part));
        return;
    }
    MUST(jy_cmp_mac(pbm, access_.secret, item.value, mac, &len));
    MUST(jy_buf_add(&message, item.value));
    MUST(jy_der_put_bits(&bits, JY_SLICE(mac, len)));
    MUST(jy_der_wrap(&message, DER_CONTEXT_0, &bits));
    MUST(jy_der_wrap(out, DER_SEQUENCE, &message));
    jy_buf_free(&message);
    jy_buf_free(&bits);
}

#endif
