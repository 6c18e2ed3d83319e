/* SPDX-License-Identifier: Apache-2.0 */
/* world.h: a key room in a folder of its own, a CA, and everybody who asks the room for something. Every request goes through frames. */
#ifndef JY_TEST_WORLD_H
#define JY_TEST_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/der.h"
#include "daemons/key/keyroom.h"

#define MAKER "maker-1"
#define SEAL "seal-1"
#define APPROVER "approver-1"
#define ES_ID "1201010000001"
#define MAKER_PIN "maker-Pin-1"
#define SEAL_PIN "custodian-Pin-1"
#define APPROVER_PIN "approver-Pin-1"
#define CUSTODIAN "custodian-1"            /* a person */

static struct {
    char root[64], dir[80], unlock[96];
    struct jy_key_room room;
    bool is_open;
    jy_pin_stretch *stretch;
    jy_time now;
    struct jy_fault fault;
    struct jy_sm2 *ca_key, *point;
    struct jy_cert *ca;
    uint8_t serial;
    int64_t flow_number;
    const char *sdf_library, *sdf_access_file;
    enum jy_node node;
    const char *data_key_file, *seal_makers_path, *key_request_key;
} w;

#define OK(call) assert_int_equal(call, JY_OK)
/* The error by name: a failing test says what came instead. */
#define IS(call, expected) assert_string_equal(jy_err_code(call), jy_err_code(expected))

static inline jy_time
world_clock(void)
{
    return w.now;
}

/* Cheap on purpose: what is tested here is not the cost of a guess. main.c has no way to name it. */
static inline jy_err
world_stretch(struct jy_slice secret, struct jy_slice salt, uint8_t *out, size_t out_len)
{
    return jy_hkdf_sm3(secret, salt, "test", out, out_len);
}

static inline jy_err
world_try_open(void)
{
    struct jy_key_setup setup = { w.dir, w.unlock, "JINYIN", 5, 90, 2, w.stretch, world_clock, w.sdf_library, w.sdf_access_file,
                                  w.node, w.data_key_file, w.seal_makers_path, w.key_request_key };
    jy_err rc = jy_key_open(&w.room, &setup, &w.fault);

    if (rc != JY_OK)
        jy_key_close(&w.room);
    w.is_open = rc == JY_OK;
    return rc;
}

static inline void
world_close(void)
{
    if (w.is_open)
        jy_key_close(&w.room);
    w.is_open = false;
}

static inline void
world_reopen(void)
{
    world_close();
    OK(world_try_open());
}

/* -- asking -- */

static inline jy_err
world_ask(enum jy_message_type type, const void *message, struct jy_frame *reply)
{
    struct jy_buf bytes = { 0 }, answer_bytes = { 0 };
    struct jy_frame request, answer;
    int fds[JY_FRAME_FDS_MAX], count;
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    memset(&w.fault, 0, sizeof(w.fault));
    OK(jy_ipc_encode(type, message, &bytes, fds, &count));
    OK(jy_ipc_decode(jy_buf_slice(&bytes), fds, count, &request));
    rc = jy_key_answer(&w.room, &request, &answer, &w.fault);
    if (rc == JY_OK) {
        assert_int_equal(answer.type, jy_message_info(type)->reply);
        OK(jy_ipc_encode(answer.type, &answer.u, &answer_bytes, fds, &count));
        OK(jy_ipc_decode(jy_buf_slice(&answer_bytes), fds, count, reply));
        reply->bytes = answer_bytes;       /* jy_ipc_decode borrowed from it */
    }
    jy_frame_free(&answer);
    jy_buf_free(&bytes);
    return rc;
}

/* Keeps one bytes field of the answer and ends it. */
static inline jy_err
world_ask_bytes(enum jy_message_type type, const void *message, struct jy_buf *out)
{
    struct jy_frame reply;
    jy_err rc = world_ask(type, message, &reply);

    if (out != NULL)
        jy_buf_free(out);
    if (rc == JY_OK && out != NULL) {
        struct jy_slice bytes = type == JY_MSG_KEY_ENROL       ? reply.u.KEY_ENROLLED.csr
                                : type == JY_MSG_KEY_MAKE_SEAL ? reply.u.KEY_SEAL_MADE.seal
                                : type == JY_MSG_KEY_APPROVE   ? reply.u.KEY_APPROVED.approval
                                : type == JY_MSG_KEY_STAMP     ? reply.u.KEY_STAMPED.value
                                : type == JY_MSG_KEY_SETTLE    ? reply.u.KEY_SETTLED.value
                                : type == JY_MSG_KEY_GRANT     ? reply.u.KEY_GRANTED.client_secret
                                : type == JY_MSG_KEY_STAMP_GRANTED ? reply.u.KEY_STAMPED.value
                                                               : JY_EMPTY;
        OK(jy_buf_add(out, bytes));
    }
    jy_frame_free(&reply);
    return rc;
}

static inline struct jy_buf
world_secret_at(const char *purpose, const char *object, const char *pin, const char *new_pin, jy_time at)
{
    struct jy_secret secret = { .time = at };
    struct jy_buf out = { 0 };

    snprintf(secret.purpose, sizeof(secret.purpose), "%s", purpose);
    snprintf(secret.object, sizeof(secret.object), "%s", object);
    snprintf(secret.pin, sizeof(secret.pin), "%s", pin);
    snprintf(secret.new_pin, sizeof(secret.new_pin), "%s", new_pin);
    OK(jy_secret_seal(w.point, &secret, &out));
    return out;
}

static inline struct jy_buf
world_secret(const char *purpose, const char *object, const char *pin)
{
    return world_secret_at(purpose, object, pin, "", w.now);
}

#define TEXT(field, text) assert_true(snprintf(field, sizeof(field), "%s", text) < (int)sizeof(field))

static inline jy_err
world_enrol(const char *key_id, const char *kind, const char *common_name, struct jy_buf *csr, char code[65])
{
    struct jy_msg_KEY_ENROL m = { 0 };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.key_id, key_id);
    TEXT(m.kind, kind);
    TEXT(m.common_name, common_name);
    TEXT(m.organization, "津印测试");
    TEXT(m.organization_code, "91120000MA00000000");
    if ((rc = world_ask(JY_MSG_KEY_ENROL, &m, &reply)) == JY_OK) {
        csr->len = 0;
        OK(jy_buf_add(csr, reply.u.KEY_ENROLLED.csr));
        strcpy(code, reply.u.KEY_ENROLLED.activation_code);
    }
    jy_frame_free(&reply);
    return rc;
}

/* A certificate of the CA for a request. */
static inline struct jy_buf
world_issue(struct jy_slice csr_der, jy_time from, jy_time to, bool ca)
{
    struct jy_issue what = { .issuer_key = w.ca_key, .issuer = w.ca, .not_before = from, .not_after = to, .ca = ca, .path_length = -1 };
    struct jy_csr *csr = NULL;
    struct jy_cert *cert = NULL;
    struct jy_buf out = { 0 };

    what.serial[15] = ++w.serial;
    OK(jy_csr_parse(csr_der, &csr, NULL));
    what.csr = csr;
    what.common_name = jy_csr_common_name(csr);
    OK(jy_cert_issue(&what, &cert, NULL));
    OK(jy_buf_add(&out, jy_cert_der(cert)));
    jy_cert_free(cert);
    jy_csr_free(csr);
    return out;
}

static inline jy_err
world_bind(const char *key_id, struct jy_slice certificate)
{
    struct jy_msg_KEY_BIND m = { .certificate = certificate };

    TEXT(m.key_id, key_id);
    return world_ask_bytes(JY_MSG_KEY_BIND, &m, NULL);
}

static inline jy_err
world_change_pin_with(const char *key_id, struct jy_slice sealed)
{
    struct jy_msg_KEY_CHANGE_PIN m = { .sealed_pins = sealed };

    TEXT(m.key_id, key_id);
    return world_ask_bytes(JY_MSG_KEY_CHANGE_PIN, &m, NULL);
}

static inline jy_err
world_change_pin(const char *key_id, const char *old_pin, const char *new_pin)
{
    struct jy_buf sealed = world_secret_at("change-pin", key_id, old_pin, new_pin, w.now);
    jy_err rc = world_change_pin_with(key_id, jy_buf_slice(&sealed));

    jy_buf_free(&sealed);
    return rc;
}

/* The activation code of a seal replaced: its first custodian is who does it. */
static inline jy_err
world_activate_with(const char *seal_key_id, const char *person, struct jy_slice sealed)
{
    struct jy_msg_KEY_CHANGE_PIN m = { .sealed_pins = sealed };

    TEXT(m.key_id, seal_key_id);
    TEXT(m.person_id, person);
    return world_ask_bytes(JY_MSG_KEY_CHANGE_PIN, &m, NULL);
}

static inline jy_err
world_activate(const char *seal_key_id, const char *person, const char *code, const char *pin)
{
    char object[161];
    struct jy_buf sealed;
    jy_err rc;

    snprintf(object, sizeof(object), "%s/%s", seal_key_id, person);
    sealed = world_secret_at("change-pin", object, code, pin, w.now);
    rc = world_activate_with(seal_key_id, person, jy_buf_slice(&sealed));
    jy_buf_free(&sealed);
    return rc;
}

/* Enrolled and bound, the certificate valid for a day around now; the activation code still stands. */
static inline void
world_key_with_code(const char *key_id, const char *kind, char code[65])
{
    struct jy_buf csr = { 0 }, cert;

    OK(world_enrol(key_id, kind, key_id, &csr, code));
    cert = world_issue(jy_buf_slice(&csr), w.now - 86400, w.now + 86400, false);
    OK(world_bind(key_id, jy_buf_slice(&cert)));
    jy_buf_free(&csr);
    jy_buf_free(&cert);
}

static inline void
world_key(const char *key_id, const char *kind, const char *pin)
{
    char code[65];

    world_key_with_code(key_id, kind, code);
    OK(strcmp(kind, "seal") == 0 ? world_activate(key_id, CUSTODIAN, code, pin) : world_change_pin(key_id, code, pin));
}

/* An approver key enrolled under this organization's code; pin NULL: its activation code, in code, still stands. */
static inline void
world_approver_of(const char *key_id, const char *organization_code, const char *pin, char code[65])
{
    struct jy_msg_KEY_ENROL m = { 0 };
    struct jy_frame reply;
    struct jy_buf cert;

    TEXT(m.key_id, key_id);
    TEXT(m.kind, "approver");
    TEXT(m.common_name, "x");
    TEXT(m.organization, "另一单位");
    TEXT(m.organization_code, organization_code);
    OK(world_ask(JY_MSG_KEY_ENROL, &m, &reply));
    cert = world_issue(reply.u.KEY_ENROLLED.csr, w.now - 86400, w.now + 86400, false);
    OK(world_bind(key_id, jy_buf_slice(&cert)));
    if (code != NULL)
        strcpy(code, reply.u.KEY_ENROLLED.activation_code);
    if (pin != NULL)
        OK(world_change_pin(key_id, reply.u.KEY_ENROLLED.activation_code, pin));
    jy_buf_free(&cert);
    jy_frame_free(&reply);
}

static inline struct jy_msg_KEY_MAKE_SEAL
world_seal_request(const char *seal_key_id, struct jy_slice sealed)
{
    struct jy_msg_KEY_MAKE_SEAL m = { .type = 1, .width_mm = 42, .height_mm = 42, .picture = JY_SLICE("picture", 7), .sealed_pin = sealed };

    TEXT(m.maker_key_id, MAKER);
    TEXT(m.seal_key_id, seal_key_id);
    TEXT(m.es_id, ES_ID);
    TEXT(m.name, "测试专用章");
    TEXT(m.picture_type, "PNG");
    return m;
}

static inline jy_err
world_make(const char *seal_key_id, const char *pin, struct jy_buf *out)
{
    struct jy_buf sealed = world_secret("make", seal_key_id, pin);
    struct jy_msg_KEY_MAKE_SEAL m = world_seal_request(seal_key_id, jy_buf_slice(&sealed));
    jy_err rc = world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, out);

    jy_buf_free(&sealed);
    return rc;
}

/* -- flows -- */

/* The simplest one: one approver for everything. Its number grows with every one made. */
static inline struct jy_flow *
world_flow(const char *seal_key_id, const char *approver)
{
    struct jy_flow *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    TEXT(f->seal_key_id, seal_key_id);
    f->number = ++w.flow_number;
    f->valid_from = w.now - 1000;
    f->valid_to = w.now + 30 * 86400;
    f->once_in_the_chain = true;
    f->path_count = f->paths[0].step_count = f->paths[0].steps[0].needed = f->paths[0].steps[0].approver_count = 1;
    f->paths[0].amount_max_fen = -1;
    TEXT(f->paths[0].steps[0].name, "审批");
    TEXT(f->paths[0].steps[0].approvers[0], approver);
    return f;
}

/* Encodes and frees. */
static inline struct jy_buf
world_flow_der(struct jy_flow *flow)
{
    struct jy_buf der = { 0 };

    OK(jy_flow_encode(flow, &der));
    free(flow);
    return der;
}

static inline struct jy_buf
world_digest_secret(const char *purpose, struct jy_slice der, const char *pin)
{
    char object[JY_ORDER_OBJECT_SIZE];

    OK(jy_stamp_order_object(der, object));
    return world_secret(purpose, object, pin);
}

static inline jy_err
world_set_flow_with(const char *seal_key_id, struct jy_slice flow, struct jy_slice consent, struct jy_slice sealed)
{
    struct jy_msg_KEY_SET_FLOW m = { .flow = flow, .consent = consent, .sealed_pin = sealed };

    TEXT(m.seal_key_id, seal_key_id);
    return world_ask_bytes(JY_MSG_KEY_SET_FLOW, &m, NULL);
}

/* Frees the flow. */
static inline jy_err
world_set_flow(struct jy_flow *flow, struct jy_slice consent, const char *pin)
{
    char seal_key_id[65];
    struct jy_buf der, sealed;
    jy_err rc;

    TEXT(seal_key_id, flow->seal_key_id);
    der = world_flow_der(flow);
    sealed = world_digest_secret("flow", jy_buf_slice(&der), pin);
    rc = world_set_flow_with(seal_key_id, jy_buf_slice(&der), consent, jy_buf_slice(&sealed));
    jy_buf_free(&der);
    jy_buf_free(&sealed);
    return rc;
}

/* The simplest flow with this approver, set with this PIN. */
static inline jy_err
world_assign(const char *seal_key_id, const char *approver, const char *pin)
{
    return world_set_flow(world_flow(seal_key_id, approver), JY_EMPTY, pin);
}

static inline jy_err
world_state_with(const char *seal_key_id, const char *state, struct jy_slice sealed)
{
    struct jy_msg_KEY_SEAL_STATE m = { .sealed_pin = sealed };

    TEXT(m.seal_key_id, seal_key_id);
    TEXT(m.state, state);
    return world_ask_bytes(JY_MSG_KEY_SEAL_STATE, &m, NULL);
}

static inline jy_err
world_state(const char *seal_key_id, const char *state, const char *pin)
{
    struct jy_buf sealed = pin == NULL ? (struct jy_buf){ 0 } : world_secret("unfreeze", seal_key_id, pin);
    jy_err rc = world_state_with(seal_key_id, state, jy_buf_slice(&sealed));

    jy_buf_free(&sealed);
    return rc;
}

static inline struct jy_stamp_order
world_order(const char *order_id)
{
    static struct jy_order_place place = { .page = 1, .x_um = 120000, .y_um = 200000, .width_um = 42000, .height_um = 42000 };
    struct jy_stamp_order o = { .places = &place, .place_count = 1, .amount_fen = -1, .copies = 1, .created = w.now - 10, .expires = w.now + 3600 };

    TEXT(o.order_id, order_id);
    TEXT(o.seal_key_id, SEAL);
    TEXT(o.es_id, ES_ID);
    TEXT(o.property_info, "/Doc_0/Signs/Sign_0/Signature.xml");
    TEXT(o.category, "agreement");
    TEXT(o.purpose, "合同");
    TEXT(o.requester, "person-1");
    memset(o.document_digest, 7, sizeof(o.document_digest));
    memset(o.data_hash, 9, sizeof(o.data_hash));
    return o;
}

static inline struct jy_buf
world_encode(const struct jy_stamp_order *order)
{
    struct jy_buf out = { 0 };

    OK(jy_stamp_order_encode(order, &out));
    return out;
}

static inline struct jy_buf
world_order_der(const char *order_id)
{
    struct jy_stamp_order order = world_order(order_id);

    return world_encode(&order);
}

/* For approving: of step 0. */
static inline struct jy_buf
world_order_secret(const char *purpose, struct jy_slice order, const char *pin)
{
    char object[JY_APPROVAL_OBJECT_SIZE];

    OK(strcmp(purpose, "approve") == 0 ? jy_approval_object(order, 0, object) : jy_stamp_order_object(order, object));
    return world_secret(purpose, object, pin);
}

static inline jy_err
world_approve_as(const char *kind, const char *approver, struct jy_slice subject, uint32_t step, struct jy_slice sealed, struct jy_buf *approval)
{
    struct jy_msg_KEY_APPROVE m = { .subject = subject, .step = step, .sealed_pin = sealed };

    TEXT(m.kind, kind);
    TEXT(m.approver_key_id, approver);
    return world_ask_bytes(JY_MSG_KEY_APPROVE, &m, approval);
}

static inline jy_err
world_approve_with(const char *approver, struct jy_slice order, struct jy_slice sealed, struct jy_buf *approval)
{
    return world_approve_as("order", approver, order, 0, sealed, approval);
}

/* Any subject, any step. */
static inline jy_err
world_agree(const char *kind, const char *approver, const char *pin, struct jy_slice subject, uint32_t step, struct jy_buf *approval)
{
    char object[JY_APPROVAL_OBJECT_SIZE];
    struct jy_buf sealed;
    jy_err rc;

    OK(jy_approval_object(subject, step, object));
    sealed = world_secret("approve", object, pin);
    rc = world_approve_as(kind, approver, subject, step, jy_buf_slice(&sealed), approval);
    jy_buf_free(&sealed);
    return rc;
}

static inline jy_err
world_approve(const char *approver, const char *pin, struct jy_slice order, struct jy_buf *approval)
{
    return world_agree("order", approver, pin, order, 0, approval);
}

/* An approval of step 0 under the seal's present flow that was not made in the room. */
static inline struct jy_buf
world_forge(struct jy_slice subject, const char *approver, jy_time time, const struct jy_sm2 *key)
{
    struct jy_approval a = { .time = time };
    struct jy_key_record record;
    struct jy_buf out = { 0 };

    TEXT(a.approver_key_id, approver);
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    OK(jy_sm3(jy_buf_slice(&record.flow), a.flow_digest));
    OK(jy_sm3(subject, a.subject_digest));
    OK(jy_approval_make(&a, key, &out));
    jy_record_free(&record);
    return out;
}

/* SEQUENCE OF of what stands one after the other. */
static inline struct jy_buf
world_chain(const struct jy_slice *approvals, size_t count)
{
    struct jy_buf body = { 0 }, out = { 0 };

    for (size_t i = 0; i < count; i++)
        OK(jy_buf_add(&body, approvals[i]));
    OK(jy_der_put(&out, DER_SEQUENCE, jy_buf_slice(&body)));
    jy_buf_free(&body);
    return out;
}

static inline jy_err
world_stamp_chain(struct jy_slice order, struct jy_slice approvals, struct jy_slice sealed, struct jy_buf *value)
{
    struct jy_msg_KEY_STAMP m = { .order = order, .approvals = approvals, .sealed_pin = sealed };

    return world_ask_bytes(JY_MSG_KEY_STAMP, &m, value);
}

static inline jy_err
world_stamp_with(struct jy_slice order, struct jy_slice approval, struct jy_slice sealed, struct jy_buf *value)
{
    struct jy_buf chain = world_chain(&approval, 1);
    jy_err rc = world_stamp_chain(order, jy_buf_slice(&chain), sealed, value);

    jy_buf_free(&chain);
    return rc;
}

static inline jy_err
world_stamp(const char *pin, struct jy_slice order, struct jy_slice approval, struct jy_buf *value)
{
    struct jy_buf sealed = world_order_secret("stamp", order, pin);
    jy_err rc = world_stamp_with(order, approval, jy_buf_slice(&sealed), value);

    jy_buf_free(&sealed);
    return rc;
}

static inline jy_err
world_settle(const char *order_id, uint32_t abandon, uint32_t *found, struct jy_buf *value)
{
    struct jy_msg_KEY_SETTLE m = { .abandon = abandon };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.order_id, order_id);
    if ((rc = world_ask(JY_MSG_KEY_SETTLE, &m, &reply)) == JY_OK) {
        *found = reply.u.KEY_SETTLED.found;
        if (value != NULL) {
            value->len = 0;
            OK(jy_buf_add(value, reply.u.KEY_SETTLED.value));
        }
    }
    jy_frame_free(&reply);
    return rc;
}

static inline uint32_t
world_wrong_pins(const char *key_id)
{
    return jy_vault_key_row(&w.room.vault, key_id)->wrong_pins;
}

/* -- folders -- */

static inline void
world_remove(const char *path)
{
    DIR *list = opendir(path);
    char child[512];

    for (const struct dirent *e; list != NULL && (e = readdir(list)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            assert_true(snprintf(child, sizeof(child), "%s/%s", path, e->d_name) < (int)sizeof(child));
            world_remove(child);
        }
    if (list != NULL)
        closedir(list);
    remove(path);
}

static inline struct jy_buf
world_read(const char *path)
{
    struct jy_buf out = { 0 };
    uint8_t chunk[65536];
    ssize_t n;
    int fd = open(path, O_RDONLY);

    while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
        OK(jy_buf_add(&out, JY_SLICE(chunk, (size_t)n)));
    if (fd >= 0)
        close(fd);
    return out;
}

static inline void
world_write(const char *path, struct jy_slice bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.len), bytes.len);
    close(fd);
}

/* dir/keys/ID.key and dir/journal */
static inline const char *
world_path(const char *name)
{
    static char path[4][160];
    static unsigned next;
    char *out = path[next++ % 4];

    snprintf(out, sizeof(path[0]), "%s/%s", w.dir, name);
    return out;
}

/* -- life -- */

static inline void
world_learn_point(void)
{
    struct jy_msg_KEY_HELLO hello = { 0 };
    struct jy_frame reply;

    OK(world_ask(JY_MSG_KEY_HELLO, &hello, &reply));
    assert_int_equal(reply.u.KEY_INFO.point.len, JY_SM2_POINT_SIZE);
    assert_int_equal(reply.u.KEY_INFO.data_key.len, 32);
    assert_true(reply.u.KEY_INFO.now == w.now);
    jy_sm2_free(w.point);
    OK(jy_sm2_from_point(reply.u.KEY_INFO.point.p, &w.point));
    jy_frame_free(&reply);
}

static inline int
world_begin(void **state)
{
    struct jy_issue root = { .common_name = "CA", .ca = true, .path_length = -1 };

    (void)state;
    memset(&w, 0, sizeof(w));
    w.now = 1780000000;
    w.stretch = world_stretch;
    /* In memory where there is such a place: thousands of fsyncs. */
    snprintf(w.root, sizeof(w.root), "%s/jinyin-key-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(w.root) == NULL)
        return -1;
    snprintf(w.dir, sizeof(w.dir), "%s/key", w.root);
    snprintf(w.unlock, sizeof(w.unlock), "%s/unlock.secret", w.root);
    OK(jy_sm2_generate(&w.ca_key));
    root.issuer_key = root.subject_key = w.ca_key;
    root.not_before = w.now - 864000;
    root.not_after = w.now + 864000;
    root.serial[15] = ++w.serial;
    OK(jy_cert_issue(&root, &w.ca, NULL));
    OK(world_try_open());
    world_learn_point();
    return 0;
}

static inline int
world_end(void **state)
{
    (void)state;
    world_close();
    world_remove(w.root);
    jy_sm2_free(w.ca_key);
    jy_sm2_free(w.point);
    jy_cert_free(w.ca);
    return 0;
}

/* Maker, a live seal and its approver. */
static inline void
world_people(void)
{
    world_key(MAKER, "maker", MAKER_PIN);
    world_key(SEAL, "seal", SEAL_PIN);
    world_key(APPROVER, "approver", APPROVER_PIN);
    OK(world_make(SEAL, MAKER_PIN, NULL));
    OK(world_assign(SEAL, APPROVER, SEAL_PIN));
}

static inline int
world_begin_with_people(void **state)
{
    if (world_begin(state) != 0)
        return -1;
    world_people();
    return 0;
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
#define LIVE(test) cmocka_unit_test_setup_teardown(test, world_begin_with_people, world_end)

#endif
