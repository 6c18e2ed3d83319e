/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/mail.h"

#include <jinyin/crypto.h>

#include "codec/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct sim_mails {
    pthread_mutex_t lock;
    struct sim_faults *faults;
    json_t *kept;
};

struct sim_mail_session {
    struct sim_mails *mails;
    bool in_data;
    char from[300];
    json_t *to;
    struct jy_buf data;
};

const char sim_mail_greeting[] = "220 jinyin-sim NOT FOR PRODUCTION\r\n";

jy_err
sim_mails_new(struct sim_faults *faults, struct sim_mails **out)
{
    struct sim_mails *mails = calloc(1, sizeof(*mails));

    *out = mails;
    if (mails == NULL || (mails->kept = json_object()) == NULL) {
        free(mails);
        *out = NULL;
        return JY_E_NOMEM;
    }
    mails->faults = faults;
    pthread_mutex_init(&mails->lock, NULL);
    return JY_OK;
}

void
sim_mails_free(struct sim_mails *mails)
{
    if (mails == NULL)
        return;
    json_decref(mails->kept);
    pthread_mutex_destroy(&mails->lock);
    free(mails);
}

json_t *
sim_mails_list(struct sim_mails *mails)
{
    json_t *copy;

    pthread_mutex_lock(&mails->lock);
    copy = json_deep_copy(mails->kept);
    pthread_mutex_unlock(&mails->lock);
    return copy;
}

jy_err
sim_mail_begin(struct sim_mails *mails, struct sim_mail_session **out)
{
    if ((*out = calloc(1, sizeof(**out))) == NULL || ((*out)->to = json_array()) == NULL) {
        free(*out);
        *out = NULL;
        return JY_E_NOMEM;
    }
    (*out)->mails = mails;
    return JY_OK;
}

void
sim_mail_end(struct sim_mail_session *session)
{
    if (session == NULL)
        return;
    json_decref(session->to);
    jy_buf_free(&session->data);
    free(session);
}

static void
begin_again(struct sim_mail_session *s)
{
    s->in_data = false;
    s->from[0] = '\0';
    json_array_clear(s->to);
    s->data.len = 0;
}

/* "MAIL FROM:<a@b> SIZE=1" → "a@b". */
static bool
address_of(const char *text, char out[300])
{
    const char *begin = strchr(text, '<'), *end = begin == NULL ? NULL : strchr(begin, '>');

    if (end == NULL || end - begin > 256)
        return false;
    memcpy(out, begin + 1, (size_t)(end - begin - 1));
    out[end - begin - 1] = '\0';
    return true;
}

/* The header's value without its angles; empty when there is none. */
static void
message_id_of(const struct jy_buf *data, char out[256])
{
    const char *p = (const char *)data->p, *end = p + data->len;

    out[0] = '\0';
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop == NULL ? end : stop) - p);
        if (len < 2)                                       /* the empty line: headers are over */
            break;
        if (len > 14 && len < 256 && strncasecmp(p, "Message-ID: <", 13) == 0) {
            const char *close = memchr(p, '>', len);
            if (close != NULL) {
                memcpy(out, p + 13, (size_t)(close - p - 13));
                out[close - p - 13] = '\0';
            }
            return;
        }
        p += len + 1;
    }
}

/* The lock is held. */
static jy_err
keep(struct sim_mail_session *s)
{
    char id[256], hex[2 * JY_SM3_SIZE + 1];
    uint8_t digest[JY_SM3_SIZE];
    json_t *known;

    message_id_of(&s->data, id);
    if (id[0] == '\0') {
        if (jy_sm3(jy_buf_slice(&s->data), digest) != JY_OK)
            return JY_E_CRYPTO;
        jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
        memcpy(id, hex, sizeof(hex));
    }
    if ((known = json_object_get(s->mails->kept, id)) != NULL)
        return json_object_set_new(known, "count", json_integer(json_integer_value(json_object_get(known, "count")) + 1)) == 0 ? JY_OK : JY_E_NOMEM;
    known = json_pack("{ss so ss% si}", "from", s->from, "to", json_copy(s->to), "data", (const char *)s->data.p, s->data.len, "count", 1);
    return known != NULL && json_object_set_new(s->mails->kept, id, known) == 0 ? JY_OK : JY_E_NOMEM;
}

/* What the counterpart's present fault makes of a mail that has come. False: the connection ends. */
static bool
take(struct sim_mail_session *s, struct sim_answer *answer)
{
    int delay_ms;
    enum sim_fault fault = sim_faults_take(s->mails->faults, SIM_MAIL, &delay_ms);
    jy_err rc = JY_OK;

    if (fault == SIM_FAULT_SLOW)
        answer->delay_ms = delay_ms;
    if (fault == SIM_FAULT_DOWN)
        return jy_buf_text(&answer->body, "421 not now\r\n") != JY_OK;
    if (fault == SIM_FAULT_REFUSE)
        return jy_buf_text(&answer->body, "550 refused on demand\r\n") == JY_OK;
    pthread_mutex_lock(&s->mails->lock);
    for (int i = 0; rc == JY_OK && i < (fault == SIM_FAULT_DUPLICATE ? 2 : 1); i++)
        rc = keep(s);
    pthread_mutex_unlock(&s->mails->lock);
    answer->status = 250;
    if (rc != JY_OK || jy_buf_text(&answer->body, "250 taken\r\n") != JY_OK || sim_faults_spoil(s->mails->faults, SIM_MAIL, fault, answer) != JY_OK)
        return false;
    if (answer->status == 250)
        return fault != SIM_FAULT_CUT && fault != SIM_FAULT_GARBAGE;
    answer->body.len = 0;                                  /* an HTTP page is none of this protocol */
    return jy_buf_text(&answer->body, "421 not now\r\n") != JY_OK;
}

static bool
data_line(struct sim_mail_session *s, struct jy_slice line, struct sim_answer *answer)
{
    bool goes_on;

    if (line.len == 1 && line.p[0] == '.') {
        goes_on = take(s, answer);
        begin_again(s);
        return goes_on;
    }
    if (line.len > 0 && line.p[0] == '.')                  /* RFC 5321 4.5.2 */
        line = JY_SLICE(line.p + 1, line.len - 1);
    if (s->data.len + line.len + 2 > SIM_MAIL_MAX)
        return jy_buf_text(&answer->body, "552 too long\r\n") != JY_OK;
    return jy_buf_add(&s->data, line) == JY_OK && jy_buf_text(&s->data, "\r\n") == JY_OK;
}

bool
sim_mail_line(struct sim_mail_session *s, struct jy_slice line, struct sim_answer *answer)
{
    char text[SIM_MAIL_LINE_MAX + 1], address[300];
    const char *say = "502 not known here\r\n";
    bool goes_on = true;

    if (s->in_data)
        return data_line(s, line, answer);
    if (line.len > SIM_MAIL_LINE_MAX || memchr(line.p, '\0', line.len) != NULL)
        return jy_buf_text(&answer->body, "500 not a line\r\n") != JY_OK;
    memcpy(text, line.p, line.len);
    text[line.len] = '\0';
    if (strncasecmp(text, "EHLO", 4) == 0 || strncasecmp(text, "HELO", 4) == 0) {
        begin_again(s);
        say = "250 jinyin-sim\r\n";
    } else if (strncasecmp(text, "MAIL FROM:", 10) == 0) {
        begin_again(s);
        say = address_of(text, s->from) ? "250 ok\r\n" : "501 no address\r\n";
    } else if (strncasecmp(text, "RCPT TO:", 8) == 0) {
        if (s->from[0] == '\0')
            say = "503 MAIL FROM first\r\n";
        else if (json_array_size(s->to) == SIM_MAIL_RECIPIENTS_MAX)
            say = "452 too many\r\n";
        else
            say = address_of(text, address) && json_array_append_new(s->to, json_string(address)) == 0 ? "250 ok\r\n" : "501 no address\r\n";
    } else if (strcasecmp(text, "DATA") == 0) {
        s->in_data = json_array_size(s->to) > 0;
        say = s->in_data ? "354 go on\r\n" : "503 RCPT TO first\r\n";
    } else if (strcasecmp(text, "RSET") == 0) {
        begin_again(s);
        say = "250 ok\r\n";
    } else if (strcasecmp(text, "NOOP") == 0)
        say = "250 ok\r\n";
    else if (strcasecmp(text, "QUIT") == 0) {
        say = "221 bye\r\n";
        goes_on = false;
    }
    return jy_buf_text(&answer->body, say) == JY_OK && goes_on;
}
