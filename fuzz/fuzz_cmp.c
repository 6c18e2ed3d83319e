/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CMP messages from hostile bytes, as requests and as answers; once as they are and once protected anew, so that what lies behind the MAC is reached.
 * Nothing that is unprotected may bring a certificate or a yes.
 */
#include "cmp/cmp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT(text) { (const uint8_t *)(text), sizeof(text) - 1 }
static const struct jy_cmp_access access_ = { .reference = TEXT("jinyin"), .secret = TEXT("secret"), .ca = TEXT("\x30\x00") };

static bool
inside(struct jy_slice part, struct jy_slice whole)
{
    return part.len == 0 || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

/* The question that this answer would be to. */
static struct jy_cmp_question
question_of(const struct jy_cmp_message *message)
{
    struct jy_cmp_question question = { .serial = { 2 }, .serial_len = 1 };

    if (message->transaction.len == sizeof(question.transaction))
        memcpy(question.transaction, message->transaction.p, sizeof(question.transaction));
    if (message->recip_nonce.len == sizeof(question.nonce))
        memcpy(question.nonce, message->recip_nonce.p, sizeof(question.nonce));
    return question;
}

static void
read_all(struct jy_slice input, const struct jy_cmp_question *question, bool good)
{
    struct jy_cmp_request request;
    struct jy_cmp_issued issued;
    struct jy_fault fault = { 0 };
    jy_err rc;

    rc = jy_cmp_read_certificate(&access_, question, input, &issued, &fault);
    if (rc == JY_OK ? !good || issued.certificate.len == 0 || !inside(issued.certificate, input) : fault.err != rc || issued.certificate.len != 0)
        abort();
    rc = jy_cmp_read_revoked(&access_, question, input, &fault);
    if (rc == JY_OK && !good)
        abort();
    rc = jy_cmp_read_confirmed(&access_, question, input, &fault);
    if (rc == JY_OK && !good)
        abort();
    if ((rc = jy_cmp_request_read(&access_, input, &request, &fault)) == JY_OK && (!good || !inside(request.csr, input) || !inside(request.issuer, input)))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_slice input = JY_SLICE(data, size);
    struct jy_buf message = { 0 }, bits = { 0 }, der = { 0 };
    struct jy_cmp_question question = { .serial_len = 0 };
    struct jy_cmp_message read;
    uint8_t mac[64];
    size_t len;

    if (jy_cmp_message_read(input, &read, NULL) == JY_OK)
        question = question_of(&read);
    read_all(input, &question, false);
    if (read.is_protected && read.covered.len > 0 && read.pbm.rounds <= CMP_ROUNDS) {
        if (jy_cmp_mac(&read.pbm, access_.secret, read.covered, mac, &len) != JY_OK || jy_buf_add(&message, read.covered) != JY_OK ||
            jy_der_put_bits(&bits, JY_SLICE(mac, len)) != JY_OK || jy_der_wrap(&message, DER_CONTEXT_0, &bits) != JY_OK ||
            jy_der_wrap(&der, DER_SEQUENCE, &message) != JY_OK)
            abort();
        read_all(jy_buf_slice(&der), &question, true);
    }
    jy_buf_free(&message);
    jy_buf_free(&bits);
    jy_buf_free(&der);
    return 0;
}
