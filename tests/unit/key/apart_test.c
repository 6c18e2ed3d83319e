/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making apart from stamping (N7): two key rooms, each with a store of its own, and between them a red team that owns both nodes' web and the
 * database, and says to each room what it likes. It gets no maker's signature over a key that lies elsewhere, and no seal into the stamping room that
 * the maker it knows did not make over that room's own key.
 */
#include "world.h"

#define S(buf) jy_buf_slice(&(buf))
#define SEAL_ID "0123456789abcdef0123456789abcdef"

static struct {
    char data_key[96], makers[96], dirs[2][80], unlocks[2][96], request_key[2 * JY_SM2_POINT_SIZE + 1];
    struct jy_buf certificate, request;                    /* of SEAL_ID: what the stamping room said */
    struct jy_buf maker;                                   /* certificate */
} a;

/* From here on the room that is asked is that node's. */
static jy_err
try_node(enum jy_node node)
{
    int i = node == JY_NODE_MAKING;

    world_close();
    w.node = node;
    w.data_key_file = a.data_key;
    w.seal_makers_path = node == JY_NODE_STAMPING ? a.makers : "";
    w.key_request_key = node == JY_NODE_MAKING ? a.request_key : "";
    TEXT(w.dir, a.dirs[i]);
    TEXT(w.unlock, a.unlocks[i]);
    return world_try_open();
}

static void
at(enum jy_node node)
{
    OK(try_node(node));
    world_learn_point();
}

static void
learn_request_key(void)
{
    struct jy_msg_KEY_STATEMENT m = { 0 };
    struct jy_frame reply;

    TEXT(m.purpose, "key-request");
    OK(world_ask(JY_MSG_KEY_STATEMENT, &m, &reply));
    for (size_t i = 0; i < JY_SM2_POINT_SIZE; i++)
        snprintf(a.request_key + 2 * i, 3, "%02x", reply.u.KEY_STATEMENT_SIGNED.point.p[i]);
    jy_frame_free(&reply);
}

/* An enrolled and bound key of a seal, and the room's word for it. */
static void
seal_key(const char *key_id, const char *es_id, struct jy_buf *certificate, struct jy_buf *request)
{
    struct jy_msg_KEY_REQUEST m = { 0 };
    struct jy_buf csr = { 0 }, cert;
    struct jy_frame reply;
    char code[65];

    OK(world_enrol(key_id, "seal", es_id, &csr, code));
    cert = world_issue(S(csr), w.now - 86400, w.now + 86400, false);
    OK(world_bind(key_id, S(cert)));
    TEXT(m.seal_key_id, key_id);
    OK(world_ask(JY_MSG_KEY_REQUEST, &m, &reply));
    assert_true(jy_slice_equal(reply.u.KEY_REQUESTED.certificate, S(cert)));
    OK(jy_buf_add(certificate, reply.u.KEY_REQUESTED.certificate));
    OK(jy_buf_add(request, reply.u.KEY_REQUESTED.signature));
    jy_frame_free(&reply);
    jy_buf_free(&csr);
    jy_buf_free(&cert);
}

static void
trust_maker(const char *name, struct jy_slice certificate)
{
    char path[160];

    snprintf(path, sizeof(path), "%s/%s", a.makers, name);
    world_write(path, certificate);
}

static struct jy_buf
certificate_of(const char *key_id)
{
    struct jy_key_record record;
    struct jy_buf out = { 0 };

    OK(jy_vault_load(&w.room.vault, key_id, &record, NULL));
    OK(jy_buf_add(&out, S(record.certificate)));
    jy_record_free(&record);
    return out;
}

static int
begin(void **state)
{
    if (world_begin(state) != 0)
        return -1;
    memset(&a, 0, sizeof(a));
    for (int i = 0; i < 2; i++) {
        snprintf(a.dirs[i], sizeof(a.dirs[i]), "%s/key%d", w.root, i);
        snprintf(a.unlocks[i], sizeof(a.unlocks[i]), "%s/unlock%d", w.root, i);
    }
    snprintf(a.data_key, sizeof(a.data_key), "%s/data.key", w.root);
    world_write(a.data_key, JY_SLICE("the same thirty-two bytes, both.", 32));
    snprintf(a.makers, sizeof(a.makers), "%s/makers", w.root);
    assert_int_equal(mkdir(a.makers, 0700), 0);
    at(JY_NODE_STAMPING);
    learn_request_key();
    seal_key(SEAL_ID, ES_ID, &a.certificate, &a.request);
    at(JY_NODE_MAKING);
    world_key(MAKER, "maker", MAKER_PIN);
    a.maker = certificate_of(MAKER);
    trust_maker("maker.crt", S(a.maker));
    return 0;
}

static int
end(void **state)
{
    jy_buf_free(&a.certificate);
    jy_buf_free(&a.request);
    jy_buf_free(&a.maker);
    return world_end(state);
}

static jy_err
make(const char *seal_id, struct jy_slice certificate, struct jy_slice request, const char *name, struct jy_buf *out)
{
    struct jy_buf sealed = world_secret("make", seal_id, MAKER_PIN);
    struct jy_msg_KEY_MAKE_SEAL m = world_seal_request(seal_id, S(sealed));
    jy_err rc;

    m.certificate = certificate;
    m.request = request;
    if (name != NULL)
        TEXT(m.name, name);
    rc = world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, out);
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
take(const char *seal_id, struct jy_slice seal)
{
    struct jy_msg_KEY_TAKE_SEAL m = { .seal = seal };

    TEXT(m.seal_key_id, seal_id);
    return world_ask_bytes(JY_MSG_KEY_TAKE_SEAL, &m, NULL);
}

/* -- whole -- */

static void
a_seal_is_made_in_one_room_and_taken_by_the_other(void **state)
{
    struct jy_buf seal = { 0 }, again = { 0 };

    (void)state;
    OK(make(SEAL_ID, S(a.certificate), S(a.request), NULL, &seal));
    world_reopen();                                        /* after a crash the same request gives the same seal */
    OK(make(SEAL_ID, S(a.certificate), S(a.request), NULL, &again));
    assert_true(jy_slice_equal(S(seal), S(again)));
    IS(make(SEAL_ID, S(a.certificate), S(a.request), "另一名称", NULL), JY_E_CONFLICT);
    at(JY_NODE_STAMPING);
    OK(take(SEAL_ID, S(seal)));
    world_reopen();
    OK(take(SEAL_ID, S(seal)));
    jy_buf_free(&seal);
    jy_buf_free(&again);
}

static void
both_rooms_give_one_key_of_personal_data_and_no_other(void **state)
{
    struct jy_msg_KEY_HELLO hello = { 0 };
    struct jy_frame reply;

    (void)state;
    for (int i = 0; i < 2; i++) {
        at(i == 0 ? JY_NODE_MAKING : JY_NODE_STAMPING);
        OK(world_ask(JY_MSG_KEY_HELLO, &hello, &reply));
        assert_memory_equal(reply.u.KEY_INFO.data_key.p, "the same thirty-two bytes, both.", 32);
        jy_frame_free(&reply);
    }
}

/* -- the making room -- */

static void
making__nothing_but_the_stamping_rooms_word_is_a_key_request(void **state)
{
    struct jy_buf other = { 0 }, word = { 0 }, own, csr = { 0 }, text = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX], digest[JY_SM3_SIZE];
    struct jy_sm2 *key = NULL;
    struct jy_buf changed = { 0 };
    size_t len;

    (void)state;
    at(JY_NODE_STAMPING);
    seal_key("other-key", "1201010000002", &other, &word);
    at(JY_NODE_MAKING);
    /* the team's own key, certified by the CA, with another key's word, with none, and with its own signature in the right form */
    OK(jy_sm2_generate(&key));
    OK(jy_csr_new(key, ES_ID, "津印测试", NULL, &csr, NULL));
    own = world_issue(S(csr), w.now - 86400, w.now + 86400, false);
    IS(make(SEAL_ID, S(own), S(a.request), NULL, NULL), JY_E_FORBIDDEN);
    IS(make(SEAL_ID, S(own), JY_EMPTY, NULL, NULL), JY_E_FORBIDDEN);
    OK(jy_sm3(S(own), digest));
    OK(jy_buf_text(&text, "jinyin key request 1\n" SEAL_ID "\n" ES_ID "\n"));
    for (size_t i = 0; i < sizeof(digest); i++)
        OK(jy_buf_fmt(&text, "%02x", digest[i]));
    OK(jy_buf_text(&text, "\n"));
    OK(jy_sm2_sign(key, S(text), sig, &len));
    IS(make(SEAL_ID, S(own), JY_SLICE(sig, len), NULL, NULL), JY_E_FORBIDDEN);
    /* a genuine word for another id, another esID, another certificate */
    IS(make("another-id", S(a.certificate), S(a.request), NULL, NULL), JY_E_FORBIDDEN);
    IS(make(SEAL_ID, S(other), S(word), NULL, NULL), JY_E_FORBIDDEN);
    IS(make("other-key", S(other), S(word), NULL, NULL), JY_E_FORBIDDEN);          /* its esID is another */
    OK(jy_buf_add(&changed, S(a.request)));
    for (size_t i = 0; i < changed.len; i++) {
        changed.p[i] ^= 1;
        IS(make(SEAL_ID, S(a.certificate), S(changed), NULL, NULL), JY_E_FORBIDDEN);
        changed.p[i] ^= 1;
    }
    assert_null(jy_vault_key_row(&w.room.vault, SEAL_ID));
    OK(make(SEAL_ID, S(a.certificate), S(a.request), NULL, NULL));
    jy_sm2_free(key);
    jy_buf_free(&changed);
    jy_buf_free(&text);
    jy_buf_free(&csr);
    jy_buf_free(&own);
    jy_buf_free(&other);
    jy_buf_free(&word);
}

/* web gets the key of key requests to be shown; what is signed by it, the room alone says. */
static void
stamping__signs_no_key_request_that_web_wrote(void **state)
{
    struct jy_msg_KEY_STATEMENT m = { .text = JY_SLICE("jinyin key request 1\n", 21) };
    struct jy_msg_KEY_REQUEST ask = { 0 };

    (void)state;
    at(JY_NODE_STAMPING);
    TEXT(m.purpose, "key-request");
    IS(world_ask_bytes(JY_MSG_KEY_STATEMENT, &m, NULL), JY_E_ARGUMENT);
    TEXT(ask.seal_key_id, "no-such-key");
    IS(world_ask_bytes(JY_MSG_KEY_REQUEST, &ask, NULL), JY_E_NOT_FOUND);
    world_key(APPROVER, "approver", APPROVER_PIN);
    TEXT(ask.seal_key_id, APPROVER);
    IS(world_ask_bytes(JY_MSG_KEY_REQUEST, &ask, NULL), JY_E_NOT_FOUND);
    OK(world_state(SEAL_ID, "cancelled", NULL));
    TEXT(ask.seal_key_id, SEAL_ID);
    IS(world_ask_bytes(JY_MSG_KEY_REQUEST, &ask, NULL), JY_E_BAD_STATE);
}

/* What is remembered of a made seal is no key. */
static void
making__a_made_seal_is_no_key(void **state)
{
    (void)state;
    OK(make(SEAL_ID, S(a.certificate), S(a.request), NULL, NULL));
    IS(world_bind(SEAL_ID, S(a.certificate)), JY_E_NOT_FOUND);
    IS(world_change_pin(SEAL_ID, MAKER_PIN, "Another-Pin-1"), JY_E_NOT_FOUND);
    IS(world_make(MAKER, MAKER_PIN, NULL), JY_E_FORBIDDEN);
}

/* -- the stamping room -- */

/* A seal as a maker makes it, of any key and any fields. */
static struct jy_buf
seal_by(const struct jy_sm2 *maker_key, struct jy_slice maker, const char *es_id, struct jy_slice signer, jy_time from_shift, jy_time created)
{
    struct jy_cert *maker_cert = NULL, *signer_cert = NULL;
    struct jy_seal_fields f = { .vendor = "JINYIN", .id = es_id, .type = 1, .name = "测试专用章", .created = created, .picture_type = "PNG",
                                .picture = JY_SLICE("picture", 7), .width_mm = 42, .height_mm = 42 };
    struct jy_buf out = { 0 };

    OK(jy_cert_parse(maker, &maker_cert, NULL));
    OK(jy_cert_parse(signer, &signer_cert, NULL));
    f.signer = signer_cert;
    f.valid_start = jy_cert_not_before(signer_cert) + from_shift;
    f.valid_end = jy_cert_not_after(signer_cert);
    OK(jy_seal_make(&f, maker_key, maker_cert, &out, NULL));
    jy_cert_free(maker_cert);
    jy_cert_free(signer_cert);
    return out;
}

/* The same seal whose list has a second signer, signed by its maker: with it another key could stamp. No program of ours makes one. */
static struct jy_buf
with_second_signer(struct jy_slice der, struct jy_slice other_der, const struct jy_sm2 *maker_key)
{
    struct jy_seal *seal = NULL, *other = NULL;
    struct jy_der all, body, info, property;
    struct jy_der_item header, es_id, type, name, list_type, list, rest[3], picture_whole, maker, algorithm;
    struct jy_buf new_list = { 0 }, new_property = { 0 }, new_info = { 0 }, out = { 0 }, whole = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t sig_len;

    OK(jy_seal_parse(der, &seal, NULL));
    OK(jy_seal_parse(other_der, &other, NULL));
    jy_der_open(&all, der);
    OK(jy_der_enter(&all, DER_SEQUENCE, &body));
    OK(jy_der_enter(&body, DER_SEQUENCE, &info));
    OK(jy_der_next(&info, &header));
    OK(jy_der_next(&info, &es_id));
    OK(jy_der_enter(&info, DER_SEQUENCE, &property));
    OK(jy_der_next(&property, &type));
    OK(jy_der_next(&property, &name));
    OK(jy_der_next(&property, &list_type));
    OK(jy_der_next(&property, &list));
    for (int i = 0; i < 3; i++)
        OK(jy_der_next(&property, &rest[i]));
    OK(jy_der_next(&info, &picture_whole));
    OK(jy_der_next(&body, &maker));
    OK(jy_der_next(&body, &algorithm));
    OK(jy_buf_add(&new_list, jy_seal_cert_list(seal)));
    OK(jy_buf_add(&new_list, jy_seal_cert_list(other)));
    OK(jy_buf_add(&new_property, type.tlv));
    OK(jy_buf_add(&new_property, name.tlv));
    OK(jy_buf_add(&new_property, list_type.tlv));
    OK(jy_der_wrap(&new_property, DER_SEQUENCE, &new_list));
    for (int i = 0; i < 3; i++)
        OK(jy_buf_add(&new_property, rest[i].tlv));
    OK(jy_buf_add(&new_info, header.tlv));
    OK(jy_buf_add(&new_info, es_id.tlv));
    OK(jy_der_wrap(&new_info, DER_SEQUENCE, &new_property));
    OK(jy_buf_add(&new_info, picture_whole.tlv));
    OK(jy_der_wrap(&whole, DER_SEQUENCE, &new_info));
    OK(jy_sm2_sign(maker_key, S(whole), sig, &sig_len));
    OK(jy_buf_add(&whole, maker.tlv));
    OK(jy_buf_add(&whole, algorithm.tlv));
    OK(jy_der_put_bits(&whole, JY_SLICE(sig, sig_len)));
    OK(jy_der_put(&out, DER_SEQUENCE, S(whole)));
    jy_buf_free(&whole);
    jy_buf_free(&new_list);
    jy_buf_free(&new_property);
    jy_buf_free(&new_info);
    jy_seal_free(seal);
    jy_seal_free(other);
    return out;
}

static void
stamping__takes_no_seal_with_a_second_signer(void **state)
{
    struct jy_sm2 *known = NULL, *own = NULL;
    struct jy_buf known_csr = { 0 }, own_csr = { 0 }, known_cert, own_cert, one, other, two;
    struct jy_seal *seal = NULL;

    (void)state;
    OK(jy_sm2_generate(&known));
    OK(jy_sm2_generate(&own));
    OK(jy_csr_new(known, "known", "m", NULL, &known_csr, NULL));
    OK(jy_csr_new(own, ES_ID, "津印测试", NULL, &own_csr, NULL));
    known_cert = world_issue(S(known_csr), w.now - 86400, w.now + 86400, false);
    own_cert = world_issue(S(own_csr), w.now - 86400, w.now + 86400, false);
    trust_maker("known.crt", S(known_cert));
    at(JY_NODE_STAMPING);
    one = seal_by(known, S(known_cert), ES_ID, S(a.certificate), 0, w.now);
    other = seal_by(known, S(known_cert), ES_ID, S(own_cert), 0, w.now);
    two = with_second_signer(S(one), S(other), known);
    OK(jy_seal_parse(S(two), &seal, NULL));                /* it is whole, and its maker's: nothing but the second signer is wrong */
    OK(jy_seal_check_signature(seal, NULL));
    assert_int_equal(jy_seal_deviations(seal), 0);
    IS(take(SEAL_ID, S(two)), JY_E_FORBIDDEN);
    assert_non_null(strstr(w.fault.text, "alone"));
    OK(take(SEAL_ID, S(one)));
    jy_seal_free(seal);
    jy_sm2_free(known);
    jy_sm2_free(own);
    jy_buf_free(&known_csr);
    jy_buf_free(&own_csr);
    jy_buf_free(&known_cert);
    jy_buf_free(&own_cert);
    jy_buf_free(&one);
    jy_buf_free(&other);
    jy_buf_free(&two);
}

static void
stamping__takes_no_seal_but_of_a_maker_it_knows_over_its_own_key(void **state)
{
    struct jy_sm2 *known = NULL, *stranger = NULL, *signer = NULL;
    struct jy_buf known_csr = { 0 }, stranger_csr = { 0 }, signer_csr = { 0 }, known_cert, stranger_cert, signer_cert, late_cert, seal;

    (void)state;
    OK(jy_sm2_generate(&known));
    OK(jy_sm2_generate(&stranger));
    OK(jy_sm2_generate(&signer));
    OK(jy_csr_new(known, "known", "m", NULL, &known_csr, NULL));
    OK(jy_csr_new(stranger, "stranger", "m", NULL, &stranger_csr, NULL));
    OK(jy_csr_new(signer, ES_ID, "津印测试", NULL, &signer_csr, NULL));
    known_cert = world_issue(S(known_csr), w.now - 86400, w.now + 86400, false);
    late_cert = world_issue(S(known_csr), w.now - 864000, w.now - 1, false);
    stranger_cert = world_issue(S(stranger_csr), w.now - 86400, w.now + 86400, false);
    signer_cert = world_issue(S(signer_csr), w.now - 86400, w.now + 86400, false);
    trust_maker("known.crt", S(known_cert));
    trust_maker("late.crt", S(late_cert));
    at(JY_NODE_STAMPING);
    {
        struct { const char *claim; struct jy_buf seal; jy_err err; } rows[] = {
            { "a maker of the same CA that is not named", seal_by(stranger, S(stranger_cert), ES_ID, S(a.certificate), 0, w.now), JY_E_FORBIDDEN },
            { "another key's certificate", seal_by(known, S(known_cert), ES_ID, S(signer_cert), 0, w.now), JY_E_FORBIDDEN },
            { "another esID", seal_by(known, S(known_cert), "1201010000009", S(a.certificate), 0, w.now), JY_E_FORBIDDEN },
            { "another validity", seal_by(known, S(known_cert), ES_ID, S(a.certificate), 1, w.now), JY_E_FORBIDDEN },
            { "made tomorrow", seal_by(known, S(known_cert), ES_ID, S(a.certificate), 0, w.now + 86400), JY_E_FORBIDDEN },
            { "a maker whose certificate has ended", seal_by(known, S(late_cert), ES_ID, S(a.certificate), 0, w.now), JY_E_CERT_PERIOD },
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            jy_err rc = take(SEAL_ID, S(rows[i].seal));
            if (rc != rows[i].err)
                fail_msg("%s: %s %s", rows[i].claim, jy_err_code(rc), w.fault.text);
            jy_buf_free(&rows[i].seal);
        }
    }
    /* a byte of it changed, anywhere */
    seal = seal_by(known, S(known_cert), ES_ID, S(a.certificate), 0, w.now);
    for (size_t i = 0; i < seal.len; i += 7) {
        seal.p[i] ^= 1;
        assert_true(take(SEAL_ID, S(seal)) != JY_OK);
        seal.p[i] ^= 1;
    }
    OK(take(SEAL_ID, S(seal)));
    jy_buf_free(&seal);
    /* the first is the only one */
    seal = seal_by(known, S(known_cert), ES_ID, S(a.certificate), 0, w.now);
    IS(take(SEAL_ID, S(seal)), JY_E_CONFLICT);
    jy_buf_free(&seal);
    jy_sm2_free(known);
    jy_sm2_free(stranger);
    jy_sm2_free(signer);
    jy_buf_free(&known_csr);
    jy_buf_free(&stranger_csr);
    jy_buf_free(&signer_csr);
    jy_buf_free(&known_cert);
    jy_buf_free(&late_cert);
    jy_buf_free(&stranger_cert);
    jy_buf_free(&signer_cert);
}

/* -- separate keys -- */

static void
each_room_does_only_its_own(void **state)
{
    struct jy_buf csr = { 0 };
    char code[65];

    (void)state;
    IS(world_enrol("s", "seal", "x", &csr, code), JY_E_NOT_THIS_NODE);
    IS(world_enrol("p", "approver", "x", &csr, code), JY_E_NOT_THIS_NODE);
    IS(world_enrol("m", "made", "x", &csr, code), JY_E_ARGUMENT);
    IS(take(SEAL_ID, JY_SLICE("x", 1)), JY_E_NOT_THIS_NODE);
    IS(world_stamp_chain(JY_SLICE("x", 1), JY_EMPTY, JY_EMPTY, NULL), JY_E_NOT_THIS_NODE);
    IS(world_state(SEAL_ID, "frozen", NULL), JY_E_NOT_THIS_NODE);
    at(JY_NODE_STAMPING);
    IS(world_enrol(MAKER, "maker", "x", &csr, code), JY_E_NOT_THIS_NODE);
    IS(make(SEAL_ID, S(a.certificate), S(a.request), NULL, NULL), JY_E_NOT_THIS_NODE);
    jy_buf_free(&csr);
}

static void
a_store_with_another_nodes_keys_is_refused(void **state)
{
    (void)state;
    world_close();
    TEXT(a.dirs[0], a.dirs[1]);                            /* the makers' keys under the stamping node */
    TEXT(a.unlocks[0], a.unlocks[1]);
    IS(try_node(JY_NODE_STAMPING), JY_E_NOT_THIS_NODE);
    assert_non_null(strstr(w.fault.text, MAKER));
}

static void
what_a_node_needs_is_asked_for_at_the_start(void **state)
{
    char key[sizeof(a.request_key)], file[sizeof(a.data_key)];

    (void)state;
    TEXT(key, a.request_key);
    TEXT(file, a.data_key);
    TEXT(a.request_key, "");
    IS(try_node(JY_NODE_MAKING), JY_E_BAD_FIELD);
    TEXT(a.request_key, key);
    a.request_key[40] ^= 1;                                /* no point of the curve */
    IS(try_node(JY_NODE_MAKING), JY_E_BAD_FIELD);
    TEXT(a.request_key, key);
    TEXT(a.data_key, "");
    IS(try_node(JY_NODE_STAMPING), JY_E_BAD_FIELD);
    TEXT(a.data_key, file);
    assert_int_equal(chmod(file, 0640), 0);
    IS(try_node(JY_NODE_STAMPING), JY_E_ARGUMENT);
    assert_int_equal(chmod(file, 0600), 0);
    IS(try_node(JY_NODE_VERIFICATION), JY_E_UNSUPPORTED);
    at(JY_NODE_STAMPING);
}

#define APART(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        APART(a_seal_is_made_in_one_room_and_taken_by_the_other),
        APART(both_rooms_give_one_key_of_personal_data_and_no_other),
        APART(making__nothing_but_the_stamping_rooms_word_is_a_key_request),
        APART(stamping__signs_no_key_request_that_web_wrote),
        APART(making__a_made_seal_is_no_key),
        APART(stamping__takes_no_seal_but_of_a_maker_it_knows_over_its_own_key),
        APART(stamping__takes_no_seal_with_a_second_signer),
        APART(each_room_does_only_its_own),
        APART(a_store_with_another_nodes_keys_is_refused),
        APART(what_a_node_needs_is_asked_for_at_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
