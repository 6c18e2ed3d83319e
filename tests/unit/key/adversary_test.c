/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N3: who stamps answers. The adversary owns web, doc, link and the database: it says anything to the key room, has every sealed secret
 * and every answer that ever passed, and a CA that issues what it likes. It has no PIN of the custodian. Whatever it tries, no stamp
 * comes out.
 */
#include "world.h"

/* What passed through web in good days, all of it kept. */
static struct {
    struct jy_buf order, approval, approve_secret, stamp_secret, value;      /* of order "good", carried out */
    struct jy_buf waiting, waiting_approval;                                 /* of order "waiting": approved, no custodian yet */
    struct jy_buf flow, flow_secret, thaw_secret, pin_secret, make_secret;
    struct jy_sm2 *own_key;
} web;

static int
adversary_begin(void **state)
{
    char code[65];

    if (world_begin(state) != 0)
        return -1;
    memset(&web, 0, sizeof(web));
    world_key(MAKER, "maker", MAKER_PIN);
    world_key(APPROVER, "approver", APPROVER_PIN);
    world_key_with_code(SEAL, "seal", code);
    web.pin_secret = world_secret_at("change-pin", SEAL "/" CUSTODIAN, code, SEAL_PIN, w.now);
    OK(world_activate_with(SEAL, CUSTODIAN, jy_buf_slice(&web.pin_secret)));
    web.make_secret = world_secret("make", SEAL, MAKER_PIN);
    {
        struct jy_msg_KEY_MAKE_SEAL m = world_seal_request(SEAL, jy_buf_slice(&web.make_secret));
        OK(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL));
    }
    web.flow = world_flow_der(world_flow(SEAL, APPROVER));
    web.flow_secret = world_digest_secret("flow", jy_buf_slice(&web.flow), SEAL_PIN);
    OK(world_set_flow_with(SEAL, jy_buf_slice(&web.flow), JY_EMPTY, jy_buf_slice(&web.flow_secret)));
    OK(world_state(SEAL, "frozen", NULL));
    web.thaw_secret = world_secret("unfreeze", SEAL, SEAL_PIN);
    OK(world_state_with(SEAL, "live", jy_buf_slice(&web.thaw_secret)));
    web.order = world_order_der("good");
    web.approve_secret = world_order_secret("approve", jy_buf_slice(&web.order), APPROVER_PIN);
    OK(world_approve_with(APPROVER, jy_buf_slice(&web.order), jy_buf_slice(&web.approve_secret), &web.approval));
    web.stamp_secret = world_order_secret("stamp", jy_buf_slice(&web.order), SEAL_PIN);
    OK(world_stamp_with(jy_buf_slice(&web.order), jy_buf_slice(&web.approval), jy_buf_slice(&web.stamp_secret), &web.value));
    web.waiting = world_order_der("waiting");
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&web.waiting), &web.waiting_approval));
    OK(jy_sm2_generate(&web.own_key));
    return 0;
}

static int
adversary_end(void **state)
{
    struct jy_buf *all[] = { &web.order,       &web.approval,   &web.approve_secret,   &web.stamp_secret,
                             &web.value,       &web.waiting,    &web.waiting_approval, &web.flow, &web.flow_secret,
                             &web.thaw_secret, &web.pin_secret, &web.make_secret };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        jy_buf_free(all[i]);
    jy_sm2_free(web.own_key);
    return world_end(state);
}

/* -- attacks: each wants a stamp, an approval or a way to one, and returns what it was told -- */

#define S(buf) jy_buf_slice(&(buf))

static jy_err
stamp_the_waiting_order_with_the_secret_of_another(void)
{
    return world_stamp_with(S(web.waiting), S(web.waiting_approval), S(web.stamp_secret), NULL);
}

static jy_err
stamp_the_waiting_order_with_a_secret_of_another_purpose(void)
{
    jy_err rc = world_stamp_with(S(web.waiting), S(web.waiting_approval), S(web.thaw_secret), NULL);

    return rc == JY_OK ? rc : world_stamp_with(S(web.waiting), S(web.waiting_approval), S(web.pin_secret), NULL);
}

static jy_err
stamp_another_document_under_the_good_order(void)
{
    struct jy_stamp_order o = world_order("good");
    struct jy_buf der;
    jy_err rc;

    memset(o.data_hash, 0xEE, sizeof(o.data_hash));
    der = world_encode(&o);
    rc = world_stamp_with(S(der), S(web.approval), S(web.stamp_secret), NULL);
    jy_buf_free(&der);
    return rc;
}

static jy_err
approve_another_document_under_the_good_order(void)
{
    struct jy_stamp_order o = world_order("good");
    struct jy_buf der;
    jy_err rc;

    memset(o.data_hash, 0xEE, sizeof(o.data_hash));
    der = world_encode(&o);
    rc = world_approve_with(APPROVER, S(der), S(web.approve_secret), NULL);
    jy_buf_free(&der);
    return rc;
}

/* The approver has just sealed a secret for what was shown; web puts other content under that id before anybody used it. */
static jy_err
approve_other_content_with_a_fresh_secret(void)
{
    struct jy_stamp_order o = world_order("fresh");
    struct jy_buf shown = world_encode(&o), other, secret = world_order_secret("approve", S(shown), APPROVER_PIN);
    jy_err rc;

    memset(o.data_hash, 0xEE, sizeof(o.data_hash));
    other = world_encode(&o);
    rc = world_approve_with(APPROVER, S(other), S(secret), NULL);
    jy_buf_free(&shown);
    jy_buf_free(&other);
    jy_buf_free(&secret);
    return rc;
}

static jy_err
approve_another_order_with_the_captured_secret(void)
{
    struct jy_buf der = world_order_der("evil");
    jy_err rc = world_approve_with(APPROVER, S(der), S(web.approve_secret), NULL);

    jy_buf_free(&der);
    return rc;
}

static jy_err
stamp_with_an_approval_signed_by_an_own_key(void)
{
    struct jy_buf der = world_order_der("evil"), approval = { 0 };
    jy_err rc;

    approval = world_forge(S(der), APPROVER, w.now, web.own_key);
    rc = world_stamp_with(S(der), S(approval), S(web.stamp_secret), NULL);
    jy_buf_free(&der);
    jy_buf_free(&approval);
    return rc;
}

/* An approver of its own is easy to enrol; to make it the seal's takes the custodian's word for that very flow. */
static jy_err
become_the_approver(void)
{
    struct jy_buf evil, guess;
    jy_err rc;

    if (jy_vault_key_row(&w.room.vault, "evil-approver") == NULL)
        world_key("evil-approver", "approver", "evil-Pin-1");
    evil = world_flow_der(world_flow(SEAL, "evil-approver"));
    guess = world_digest_secret("flow", S(evil), "evil-Pin-1");
    if ((rc = world_set_flow_with(SEAL, S(evil), JY_EMPTY, S(web.flow_secret))) != JY_OK &&
        (rc = world_set_flow_with(SEAL, S(evil), JY_EMPTY, JY_EMPTY)) != JY_OK)
        rc = world_set_flow_with(SEAL, S(evil), JY_EMPTY, S(guess));
    jy_buf_free(&evil);
    jy_buf_free(&guess);
    return rc;
}

static jy_err
approve_as_an_own_approver_without_being_assigned(void)
{
    struct jy_buf der = world_order_der("evil");
    jy_err rc = world_approve("evil-approver", "evil-Pin-1", S(der), NULL);

    jy_buf_free(&der);
    return rc;
}

static jy_err
name_the_seal_key_or_the_maker_key_as_approver(void)
{
    struct jy_buf der = world_order_der("evil");
    jy_err rc = world_approve(SEAL, SEAL_PIN, S(der), NULL);

    if (rc != JY_OK)
        rc = world_approve(MAKER, MAKER_PIN, S(der), NULL);
    jy_buf_free(&der);
    return rc;
}

/* The activation codes passed through web; the custodian replaced this one. */
static jy_err
set_an_own_pin_with_what_was_captured(void)
{
    jy_err rc = world_change_pin_with(SEAL, S(web.stamp_secret));
    struct jy_key_record record;
    struct jy_buf csr = { 0 };
    char code[65];

    if (rc != JY_OK && (rc = world_enrol(SEAL, "seal", SEAL, &csr, code)) == JY_OK)
        return rc;
    jy_buf_free(&csr);
    OK(world_activate_with(SEAL, CUSTODIAN, S(web.pin_secret)));    /* answered as the repetition that it is … */
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    assert_string_equal(record.activation_code, "");                /* … and nothing is different */
    jy_record_free(&record);
    return JY_E_SECRET_STALE;
}

static jy_err
bind_an_own_certificate_to_the_seal_or_the_approver(void)
{
    struct jy_issue what = { .issuer_key = w.ca_key, .issuer = w.ca, .subject_key = web.own_key, .common_name = "evil", .path_length = -1 };
    struct jy_cert *cert = NULL;
    jy_err rc;

    what.not_before = w.now - 1;
    what.not_after = w.now + 100000;
    what.serial[15] = 99;
    OK(jy_cert_issue(&what, &cert, NULL));
    if ((rc = world_bind(SEAL, jy_cert_der(cert))) != JY_OK)
        rc = world_bind(APPROVER, jy_cert_der(cert));
    jy_cert_free(cert);
    return rc;
}

static jy_err
make_another_seal_with_the_makers_captured_secret(void)
{
    struct jy_msg_KEY_MAKE_SEAL m = world_seal_request(SEAL, S(web.make_secret));
    char code[65];
    jy_err rc;

    TEXT(m.name, "another");
    if ((rc = world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL)) == JY_OK)
        return rc;
    if (jy_vault_key_row(&w.room.vault, "evil-seal") == NULL)
        world_key_with_code("evil-seal", "seal", code);
    TEXT(m.seal_key_id, "evil-seal");
    return world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL);
}

/* A seal key of its own has no seal: what it signs would be a stamp of nobody. */
static jy_err
stamp_with_a_seal_key_that_has_no_seal(void)
{
    struct jy_stamp_order o = world_order("evil");
    struct jy_buf der;
    jy_err rc;

    TEXT(o.seal_key_id, "evil-seal");
    der = world_encode(&o);
    rc = world_approve("evil-approver", "evil-Pin-1", S(der), NULL);
    jy_buf_free(&der);
    return rc;
}

static jy_err
revive_a_frozen_seal_with_the_captured_secret(void)
{
    jy_err rc;

    OK(world_state(SEAL, "frozen", NULL));
    rc = world_state_with(SEAL, "live", S(web.thaw_secret));
    if (rc != JY_OK)
        OK(world_state(SEAL, "live", SEAL_PIN));                    /* the custodian is back */
    return rc;
}

static jy_err
stamp_after_abandoning_to_get_a_second_value(void)
{
    uint32_t found = 0;

    OK(world_settle("evil", 1, &found, NULL));
    assert_int_equal(found, 0);
    return approve_another_order_with_the_captured_secret();
}

/* Every request, every kind of nonsense in it. */
static jy_err
send_garbage(void)
{
    uint8_t noise[200];

    for (int i = 0; i < 300; i++) {
        OK(jy_random(noise, sizeof(noise)));
        size_t len = noise[0] % sizeof(noise);
        if (world_stamp_with(JY_SLICE(noise, len), S(web.approval), S(web.stamp_secret), NULL) == JY_OK ||
            world_stamp_with(S(web.waiting), JY_SLICE(noise, len), S(web.stamp_secret), NULL) == JY_OK ||
            world_stamp_with(S(web.waiting), S(web.waiting_approval), JY_SLICE(noise, len), NULL) == JY_OK ||
            world_approve_with(APPROVER, JY_SLICE(noise, len), S(web.approve_secret), NULL) == JY_OK)
            return JY_OK;
    }
    return JY_E_FORMAT;
}

static jy_err
guess_pins_until_the_key_locks(void)
{
    static const char *const guesses[] = { "password1", "tianjin-1", "12345678a", APPROVER_PIN, MAKER_PIN, "custodian-1", "custodian-2" };
    jy_err rc = JY_OK;

    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++)
        if ((rc = world_stamp(guesses[i], S(web.waiting), S(web.waiting_approval), NULL)) == JY_OK)
            return rc;
    IS(rc, JY_E_PIN_LOCKED);
    return rc;
}

static void
n3__with_everything_of_web_but_no_pin_nothing_is_signed(void **state)
{
    static jy_err (*const attacks[])(void) = {
        stamp_the_waiting_order_with_the_secret_of_another, stamp_the_waiting_order_with_a_secret_of_another_purpose,
        stamp_another_document_under_the_good_order, approve_another_document_under_the_good_order,
        approve_another_order_with_the_captured_secret, approve_other_content_with_a_fresh_secret,
        stamp_with_an_approval_signed_by_an_own_key, become_the_approver,
        approve_as_an_own_approver_without_being_assigned, name_the_seal_key_or_the_maker_key_as_approver,
        set_an_own_pin_with_what_was_captured, bind_an_own_certificate_to_the_seal_or_the_approver,
        make_another_seal_with_the_makers_captured_secret, stamp_with_a_seal_key_that_has_no_seal,
        revive_a_frozen_seal_with_the_captured_secret, stamp_after_abandoning_to_get_a_second_value, send_garbage,
        guess_pins_until_the_key_locks,
    };
    static const char *const targets[] = { "waiting", "evil" };
    struct jy_buf value = { 0 };
    uint32_t found;

    (void)state;
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (attacks[i]() == JY_OK)
            fail_msg("attack %zu succeeded", i);
    world_reopen();
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        OK(world_settle(targets[i], 0, &found, &value));
        assert_int_equal(found, 0);
    }
    OK(world_settle("good", 0, &found, &value));
    assert_true(jy_slice_equal(S(value), S(web.value)));
    jy_buf_free(&value);
}

/* -- with every server secret, the disk and the PINs of all others -- */

/* The private key is not opened by anything that the server has. */
static void
n3__unlock_secret_and_disk_do_not_open_a_private_key(void **state)
{
    static const char *const uses[] = { "jinyin journal 1", "jinyin personal data 1", "jinyin sealing key 1", ("jinyin private key 1 " SEAL) };
    struct jy_key_record record;
    struct jy_buf d = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t guess[32];

    (void)state;
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    IS(jy_unwrap(w.room.vault.secret, SEAL, S(record.wrapped_key), &d), JY_E_SIGNATURE);
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        OK(jy_vault_derive(&w.room.vault, uses[i], guess));
        IS(jy_unwrap(guess, SEAL, S(record.wrapped_key), &d), JY_E_SIGNATURE);
        OK(jy_hkdf_sm3(JY_SLICE(w.room.vault.secret, 32), JY_SLICE(record.salt, sizeof(record.salt)), uses[i], guess, 32));
        IS(jy_unwrap(guess, SEAL, S(record.wrapped_key), &d), JY_E_SIGNATURE);
    }
    w.room.vault.secret[0] ^= 1;
    IS(jy_pin_unlock(&w.room, &record, SEAL_PIN, &key, NULL), JY_E_PIN_WRONG);     /* nor by the PIN without the vault */
    w.room.vault.secret[0] ^= 1;
    OK(jy_pin_unlock(&w.room, &record, SEAL_PIN, &key, NULL));                     /* by both together it is */
    jy_sm2_free(key);
    jy_record_free(&record);
    jy_buf_free(&d);
}

/* Whoever writes records can put an own key under the seal's name; it is not the key of the certificate that the seal names. */
static void
n3__a_key_put_in_the_place_of_the_custodians_signs_nothing(void **state)
{
    struct jy_key_record record;

    (void)state;
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    OK(jy_sm2_point(web.own_key, record.point));
    OK(jy_pin_wrap(&w.room, &record, "evil-Pin-1", web.own_key));
    OK(jy_vault_save(&w.room.vault, &record, "evil", NULL, w.now, NULL));
    IS(world_stamp("evil-Pin-1", S(web.waiting), S(web.waiting_approval), NULL), JY_E_CERTIFICATE);
    jy_record_free(&record);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(n3__with_everything_of_web_but_no_pin_nothing_is_signed, adversary_begin, adversary_end),
        cmocka_unit_test_setup_teardown(n3__unlock_secret_and_disk_do_not_open_a_private_key, adversary_begin, adversary_end),
        cmocka_unit_test_setup_teardown(n3__a_key_put_in_the_place_of_the_custodians_signs_nothing, adversary_begin, adversary_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
