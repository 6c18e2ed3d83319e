/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/cmp.h"

#include "codec/text.h"
#include "daemons/link/message.h"
#include "net/http.h"

#include <jinyin/cert.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHOM "the CA"
#define CERTIFICATE_MAX (64u << 10)   /* of LINK_CERTIFICATE */

/* -- configuration -- */

static jy_err
read_certificate(const char *path, struct jy_cert **out, struct jy_fault *fault)
{
    static uint8_t bytes[JY_CERT_MAX + 1];
    struct jy_fault why = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
    jy_err rc;

    if (fd >= 0)
        close(fd);
    if (len < 0)
        return jy_fail(fault, JY_E_IO, "cmp_ca_certificate", 0, "%s", strerror(errno));
    if ((rc = jy_cert_parse_pem(JY_SLICE(bytes, (size_t)len), out, &why)) != JY_OK)
        return jy_fail(fault, rc, "cmp_ca_certificate", 0, "is not one certificate: %s", why.text);
    if (jy_cert_is_ca(*out) && jy_cert_subject_der(*out).len > 0)
        return JY_OK;
    jy_cert_free(*out);
    *out = NULL;
    return jy_fail(fault, JY_E_BAD_FIELD, "cmp_ca_certificate", 0, "is not the certificate of a CA");
}

jy_err
link_cmp_open(struct link_cmp *cmp, const char *path, const char *reference, const char *secret_file, const char *ca_file, struct jy_fault *fault)
{
    size_t len;
    jy_err rc;

    memset(cmp, 0, sizeof(*cmp));
    if (path[0] != '/' || strlen(path) >= sizeof(cmp->path) || strpbrk(path, "?# \t\r\n") != NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "cmp_path", 0, "must begin with / and have at most %zu bytes, without ? # and blanks", sizeof(cmp->path) - 1);
    if (reference[0] == '\0' || strlen(reference) >= sizeof(cmp->reference) || !link_is_plain_text(jy_slice_text(reference)))
        return jy_fail(fault, JY_E_BAD_FIELD, "cmp_reference", 0, "must be what the CA knows this service by, 1 to %d bytes of text", JY_CMP_ID_MAX);
    snprintf(cmp->path, sizeof(cmp->path), "%s", path);
    snprintf(cmp->reference, sizeof(cmp->reference), "%s", reference);
    if ((rc = link_secret_read(secret_file, "cmp_secret_file", cmp->secret, sizeof(cmp->secret), fault)) != JY_OK)
        return rc;
    if ((len = strlen(cmp->secret)) < LINK_CMP_SECRET_MIN || len == sizeof(cmp->secret) - 1)
        rc = jy_fail(fault, JY_E_BAD_FIELD, "cmp_secret_file", 0, "must have a line of %d to %zu bytes", LINK_CMP_SECRET_MIN, sizeof(cmp->secret) - 2);
    else
        rc = read_certificate(ca_file, &cmp->ca, fault);
    if (rc != JY_OK)
        link_cmp_close(cmp);
    return rc;
}

void
link_cmp_close(struct link_cmp *cmp)
{
    jy_cert_free(cmp->ca);
    jy_wipe(cmp, sizeof(*cmp));
}

/* -- one exchange -- */

struct talk {
    const struct link_cmp *cmp;
    struct jy_cmp_access access;
    jy_time now;
    link_cmp_post *post;
    void *self;
    struct jy_buf question, answer;
};

/* What the library says of an answer, as the room says it: its no is a refusal, everything else an outage. */
static jy_err
judged(jy_err rc, const struct jy_fault *why, struct jy_fault *fault)
{
    char text[sizeof(why->text)];

    if (rc == JY_OK || rc == JY_E_NOMEM)
        return rc;
    jy_text_visible(why->text, text, sizeof(text));
    if (rc == JY_E_COUNTERPART_REFUSED || rc == JY_E_COUNTERPART_DOWN)
        return jy_fail(fault, rc, "ca_url", 0, "%s answers (%s): %s", WHOM, why->where, text);
    return jy_fail(fault, JY_E_COUNTERPART_DOWN, "ca_url", 0, "the answer of %s is not believed: %s %s", WHOM, why->where, text);
}

/* The question in talk->question goes out; talk->answer is what came. */
static jy_err
put_question(struct talk *talk, jy_err made, const struct jy_fault *why, struct jy_fault *fault)
{
    if (made != JY_OK)
        return jy_fail(fault, made == JY_E_ARGUMENT ? JY_E_BAD_FIELD : made, why->where, 0, "%s", why->text);
    talk->answer.len = 0;
    return talk->post(talk->self, jy_buf_slice(&talk->question), &talk->answer, fault);
}

/* For the key of the request, by the CA of the configuration. The chain is web's to judge. */
static jy_err
check_certificate(const struct link_cmp *cmp, struct jy_slice der, const struct jy_csr *csr, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc;

    if (der.len > CERTIFICATE_MAX)
        rc = jy_fail(&why, JY_E_LIMIT, "certificate", 0, "has %zu bytes", der.len);
    else if ((rc = jy_cert_parse(der, &cert, &why)) == JY_OK) {
        if (jy_cert_key(cert) == NULL || !jy_sm2_same_public(jy_cert_key(cert), jy_csr_key(csr)))
            rc = jy_fail(&why, JY_E_CERTIFICATE, "certificate", 0, "is for another key");
        else if (!jy_slice_equal(jy_cert_issuer_der(cert), jy_cert_subject_der(cmp->ca)))
            rc = jy_fail(&why, JY_E_CERTIFICATE, "certificate", 0, "is not of the CA of cmp_ca_certificate");
    }
    jy_cert_free(cert);
    return judged(rc, &why, fault);
}

/* Unless the CA wants none: without it, it may revoke what it issued (RFC 4210 5.2.8). */
static jy_err
confirm(struct talk *talk, struct jy_cmp_question *question, const struct jy_cmp_issued *issued, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err rc;

    talk->question.len = 0;
    if ((rc = put_question(talk, jy_cmp_confirm(&talk->access, question, issued, talk->now, &talk->question, &why), &why, fault)) != JY_OK)
        return rc;
    return judged(jy_cmp_read_confirmed(&talk->access, question, jy_buf_slice(&talk->answer), &why), &why, fault);
}

static jy_err
ask_certificate(struct talk *talk, const struct jy_msg_LINK_ISSUE_CERTIFICATE *ask, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_cmp_question question;
    struct jy_cmp_issued issued;
    struct jy_csr *csr = NULL;
    struct jy_fault why = { 0 };
    jy_err rc;

    if ((rc = jy_csr_parse(ask->csr, &csr, fault)) != JY_OK)
        return rc;
    rc = jy_cmp_ask_certificate(&talk->access, ask->request_id, ask->profile, ask->csr, talk->now, &question, &talk->question, &why);
    if ((rc = put_question(talk, rc, &why, fault)) != JY_OK ||
        (rc = judged(jy_cmp_read_certificate(&talk->access, &question, jy_buf_slice(&talk->answer), &issued, &why), &why, fault)) != JY_OK ||
        (rc = check_certificate(talk->cmp, issued.certificate, csr, fault)) != JY_OK || (rc = jy_buf_add(&reply->bytes, issued.certificate)) != JY_OK)
        goto out;
    issued.certificate = jy_buf_slice(&reply->bytes);
    if (!issued.confirmed && (rc = confirm(talk, &question, &issued, fault)) != JY_OK)
        goto out;
    reply->type = JY_MSG_LINK_CERTIFICATE;
    reply->u.LINK_CERTIFICATE.certificate = jy_buf_slice(&reply->bytes);
out:
    jy_csr_free(csr);
    return rc;
}

static jy_err
ask_revocation(struct talk *talk, const struct jy_msg_LINK_DELIVER *ask, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_cmp_revocation what = { .event_id = ask->event_id };
    struct jy_cmp_question question;
    struct jy_fault why = { 0 };
    json_t *event = NULL;
    const char *at;
    char hex[2 * JY_CMP_NONCE_SIZE + 1];
    jy_err rc;

    if ((rc = jy_json_parse(ask->body, &event, fault)) != JY_OK)
        return rc;
    what.serial = json_string_value(json_object_get(event, "serial"));
    what.reason = (int)json_integer_value(json_object_get(event, "reason"));
    at = json_string_value(json_object_get(event, "at"));
    if (what.serial == NULL || !json_is_integer(json_object_get(event, "reason")) || at == NULL || jy_time_parse_rfc3339(at, &what.at) != JY_OK) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, "body", 0, "is no revocation: serial, reason, at");
        goto out;
    }
    rc = jy_cmp_ask_revocation(&talk->access, &what, talk->now, &question, &talk->question, &why);
    if ((rc = put_question(talk, rc, &why, fault)) != JY_OK ||
        (rc = judged(jy_cmp_read_revoked(&talk->access, &question, jy_buf_slice(&talk->answer), &why), &why, fault)) != JY_OK)
        goto out;
    /* CMP has no receipts: what the CA answered under its protection is the transaction. */
    jy_hex(JY_SLICE(question.transaction, sizeof(question.transaction)), hex);
    snprintf(reply->u.LINK_DELIVERED.receipt, sizeof(reply->u.LINK_DELIVERED.receipt), "cmp-%s", hex);
    reply->type = JY_MSG_LINK_DELIVERED;
out:
    json_decref(event);
    return rc;
}

bool
link_cmp_carries(const struct jy_frame *request)
{
    return request->type == JY_MSG_LINK_ISSUE_CERTIFICATE ||
        (request->type == JY_MSG_LINK_DELIVER && strcmp(request->u.LINK_DELIVER.destination, "ca") == 0);
}

jy_err
link_cmp_exchange(const struct link_cmp *cmp, const struct jy_frame *request, jy_time now, link_cmp_post *post, void *self, struct jy_frame *reply,
                  struct jy_fault *fault)
{
    struct talk talk = { .cmp = cmp, .now = now, .post = post, .self = self,
                         .access = { jy_slice_text(cmp->reference), jy_slice_text(cmp->secret), jy_cert_subject_der(cmp->ca) } };
    jy_err rc = request->type == JY_MSG_LINK_ISSUE_CERTIFICATE ? ask_certificate(&talk, &request->u.LINK_ISSUE_CERTIFICATE, reply, fault)
        : ask_revocation(&talk, &request->u.LINK_DELIVER, reply, fault);

    jy_buf_free(&talk.question);
    jy_buf_free(&talk.answer);
    return rc;
}

/* -- by HTTP, RFC 6712 -- */

static jy_err
post_http(void *self, struct jy_slice question, struct jy_buf *answer, struct jy_fault *fault)
{
    const struct link_config *config = self;
    struct link_http http = { .method = "POST", .body = question, .content_type = "application/pkixcmp", .accept = "application/pkixcmp",
                              .timeout_seconds = config->timeout_seconds, .answer_max = JY_CMP_MAX };
    char url[LINK_URL_MAX];
    int status = 0;
    jy_err rc;

    if ((rc = link_base_url(config->base_urls[LINK_CA], config->cmp->path, "ca_url", url, fault)) != JY_OK)
        return rc;
    http.url = url;
    if ((rc = link_http_ask(&http, WHOM, "ca_url", &status, answer, fault)) != JY_OK)
        return rc;
    return status == 200 ? JY_OK : jy_fail(fault, JY_E_COUNTERPART_DOWN, "ca_url", 0, "%s answers with status %d", WHOM, status);
}

jy_err
link_cmp(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    return link_cmp_exchange(config->cmp, request, jy_now(), post_http, (void *)(uintptr_t)config, reply, fault);
}
