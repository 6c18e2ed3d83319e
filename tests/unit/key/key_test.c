/* SPDX-License-Identifier: Apache-2.0 */
/* What the key room does, and everything it refuses, by name. */
#include "world.h"

/* -- the whole life -- */

/* With the stretching of production. */
static void
life__from_enrolment_to_a_stamp_that_verifies(void **state)
{
    struct jy_buf order, approval = { 0 }, value = { 0 }, seal = { 0 };
    struct jy_ses *ses = NULL;

    (void)state;
    world_close();
    w.stretch = jy_argon2id;
    world_reopen();
    world_people();
    OK(world_make(SEAL, MAKER_PIN, &seal));
    order = world_order_der("order-1");
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), &value));
    OK(jy_ses_parse(jy_buf_slice(&value), &ses, NULL));
    OK(jy_ses_check_signature(ses, NULL));
    OK(jy_seal_check_signature(jy_ses_seal(ses), NULL));
    assert_true(jy_slice_equal(jy_seal_der(jy_ses_seal(ses)), jy_buf_slice(&seal)));
    assert_true(jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses)));
    assert_true(jy_ses_time(ses) == w.now);
    assert_string_equal(jy_ses_property_info(ses), "/Doc_0/Signs/Sign_0/Signature.xml");
    assert_int_equal(jy_ses_data_hash(ses).p[0], 9);
    assert_int_equal(jy_ses_deviations(ses), 0);
    jy_ses_free(ses);
    jy_buf_free(&order);
    jy_buf_free(&approval);
    jy_buf_free(&value);
    jy_buf_free(&seal);
}

static void
files__hold_no_pin_no_code_and_no_key_in_clear(void **state)
{
    char code[65], path[600], folder[2][96];
    size_t files = 0;

    (void)state;
    world_key_with_code("seal-2", "seal", code);
    snprintf(folder[0], sizeof(folder[0]), "%s", w.dir);
    snprintf(folder[1], sizeof(folder[1]), "%s/keys", w.dir);
    for (int i = 0; i < 2; i++) {
        DIR *list = opendir(folder[i]);
        for (const struct dirent *e; (e = readdir(list)) != NULL;) {
            struct jy_buf bytes;
            struct stat st;
            snprintf(path, sizeof(path), "%s/%s", folder[i], e->d_name);
            assert_int_equal(stat(path, &st), 0);
            if (e->d_name[0] != '.')
                assert_int_equal(st.st_mode & 077, 0);
            if (!S_ISREG(st.st_mode))
                continue;
            bytes = world_read(path);
            assert_true(jy_slice_find(jy_buf_slice(&bytes), jy_slice_text(SEAL_PIN)) == SIZE_MAX);
            assert_true(jy_slice_find(jy_buf_slice(&bytes), jy_slice_text(code)) == SIZE_MAX);
            jy_buf_free(&bytes);
            files++;
        }
        closedir(list);
    }
    assert_int_equal(files, 5);        /* the journal and four records, no version left over */
}

static void
requests__only_those_to_the_key_room_are_answered(void **state)
{
    struct jy_frame request = { 0 }, reply;

    (void)state;
    for (int t = 0; t < JY_MSG__COUNT; t++) {
        const struct jy_message_info *info = jy_message_info((enum jy_message_type)t);
        bool is_request = info != NULL && info->to == JY_ROOM_KEY && info->reply != JY_MSG_NONE;
        request.type = (enum jy_message_type)t;
        if (is_request)
            assert_int_not_equal(jy_key_answer(&w.room, &request, &reply, NULL), JY_E_FORBIDDEN);
        else
            IS(jy_key_answer(&w.room, &request, &reply, NULL), JY_E_FORBIDDEN);
        jy_frame_free(&reply);
    }
}

/* -- enrolment -- */

static void
enrol__repeated_gives_the_same_answer_until_the_code_is_replaced(void **state)
{
    struct jy_buf first = { 0 }, again = { 0 }, cert;
    char code[65], code_again[65];

    (void)state;
    OK(world_enrol("k", "seal", "章", &first, code));
    assert_true(strlen(code) >= 20);
    world_reopen();
    OK(world_enrol("k", "seal", "章", &again, code_again));
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    assert_string_equal(code, code_again);
    cert = world_issue(jy_buf_slice(&first), w.now - 1, w.now + 1000, false);
    OK(world_bind("k", jy_buf_slice(&cert)));
    OK(world_enrol("k", "seal", "章", &again, code_again));      /* bound or not */
    assert_string_equal(code, code_again);
    IS(world_enrol("k", "seal", "另一章", &again, code_again), JY_E_CONFLICT);
    IS(world_enrol("k", "approver", "章", &again, code_again), JY_E_CONFLICT);
    OK(world_activate("k", CUSTODIAN, code, SEAL_PIN));
    IS(world_enrol("k", "seal", "章", &again, code_again), JY_E_CONFLICT);
    jy_buf_free(&first);
    jy_buf_free(&again);
    jy_buf_free(&cert);
}

static void
enrol__ids_and_kinds_are_checked(void **state)
{
    static const char *const bad_ids[] = { "", ".", "..", "../journal", "a/b", "a.key", "a b", "\xC3\xA4" };
    struct jy_buf csr = { 0 };
    char code[65];

    (void)state;
    for (size_t i = 0; i < sizeof(bad_ids) / sizeof(bad_ids[0]); i++)
        IS(world_enrol(bad_ids[i], "seal", "x", &csr, code), JY_E_ARGUMENT);
    IS(world_enrol("k", "root", "x", &csr, code), JY_E_ARGUMENT);
    IS(world_enrol("k", "", "x", &csr, code), JY_E_ARGUMENT);
    IS(world_enrol("k", "seal", "", &csr, code), JY_E_ARGUMENT);
    IS(world_enrol("k", "seal", "12345678901234567890123456789012345678901234567890123456789012345", &csr, code), JY_E_ARGUMENT);
    jy_buf_free(&csr);
}

/* R13.3 */
static void
bind__foreign_expired_and_unfit_certificates_are_refused(void **state)
{
    struct jy_buf csr = { 0 }, other = { 0 }, foreign, expired, ca, good, second;
    char code[65];

    (void)state;
    OK(world_enrol("k", "seal", "k", &csr, code));
    OK(world_enrol("other", "seal", "k", &other, code));
    foreign = world_issue(jy_buf_slice(&other), w.now - 1, w.now + 1000, false);
    expired = world_issue(jy_buf_slice(&csr), w.now - 1000, w.now - 1, false);
    ca = world_issue(jy_buf_slice(&csr), w.now - 1, w.now + 1000, true);
    good = world_issue(jy_buf_slice(&csr), w.now - 1, w.now + 1000, false);
    second = world_issue(jy_buf_slice(&csr), w.now - 1, w.now + 2000, false);
    IS(world_bind("k", jy_buf_slice(&foreign)), JY_E_CERT_PERIOD);
    IS(world_bind("k", jy_buf_slice(&expired)), JY_E_CERT_PERIOD);
    IS(world_bind("k", jy_buf_slice(&ca)), JY_E_CERTIFICATE);
    IS(world_bind("k", jy_buf_slice(&csr)), JY_E_FORMAT);
    IS(world_bind("nobody", jy_buf_slice(&good)), JY_E_NOT_FOUND);
    OK(world_bind("k", jy_buf_slice(&good)));
    OK(world_bind("k", jy_buf_slice(&good)));
    IS(world_bind("k", jy_buf_slice(&second)), JY_E_CONFLICT);
    jy_buf_free(&csr);
    jy_buf_free(&other);
    jy_buf_free(&foreign);
    jy_buf_free(&expired);
    jy_buf_free(&ca);
    jy_buf_free(&good);
    jy_buf_free(&second);
}

/* -- PINs (R19.2) -- */

static void
pin__weak_ones_are_refused_and_cost_no_try(void **state)
{
    static const char *const weak[] = { "",         "short1",        "12345678", "abcdefgh",    "ABCDEFGHIJ",
                                        "--------", "七个汉字a七七", SEAL_PIN,   "12345678\xFF" };

    (void)state;
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
        IS(world_change_pin(SEAL, SEAL_PIN, weak[i]), JY_E_PIN_WEAK);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    OK(world_change_pin(SEAL, SEAL_PIN, "八个汉字加一个a字"));
    OK(world_change_pin(SEAL, "八个汉字加一个a字", "abcdefg1"));
}

static void
pin__the_activation_code_must_be_replaced_first(void **state)
{
    struct jy_buf order = { 0 }, approval = { 0 };
    char maker_code[65], seal_code[65], approver_code[65];
    struct jy_stamp_order o = world_order("o");

    (void)state;
    world_key_with_code("maker-2", "maker", maker_code);
    world_key_with_code("seal-2", "seal", seal_code);
    world_key_with_code("approver-2", "approver", approver_code);
    {
        struct jy_buf sealed = world_secret("make", "seal-2", maker_code);
        struct jy_msg_KEY_MAKE_SEAL m = world_seal_request("seal-2", jy_buf_slice(&sealed));
        TEXT(m.maker_key_id, "maker-2");
        IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_PIN_MUST_CHANGE);
        jy_buf_free(&sealed);
    }
    OK(world_make("seal-2", MAKER_PIN, NULL));
    IS(world_assign("seal-2", APPROVER, seal_code), JY_E_PIN_MUST_CHANGE);
    OK(world_state("seal-2", "frozen", NULL));
    IS(world_state("seal-2", "live", seal_code), JY_E_PIN_MUST_CHANGE);
    OK(world_assign(SEAL, "approver-2", SEAL_PIN));
    order = world_encode(&o);
    IS(world_approve("approver-2", approver_code, jy_buf_slice(&order), &approval), JY_E_PIN_MUST_CHANGE);
    assert_int_equal(world_wrong_pins("seal-2") + world_wrong_pins("approver-2") + world_wrong_pins("maker-2"), 0);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

static void
pin__five_wrong_ones_lock_the_key_also_after_a_restart(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 4; i++) {
        IS(world_change_pin(SEAL, "wrong-Pin-1", "new-Pin-1"), JY_E_PIN_WRONG);
        assert_int_equal(world_wrong_pins(SEAL), i);
    }
    assert_non_null(strstr(w.fault.text, "1 tries are left"));
    OK(world_change_pin(SEAL, SEAL_PIN, "new-Pin-1"));             /* a right one sets the count back */
    assert_int_equal(world_wrong_pins(SEAL), 0);
    for (uint32_t i = 1; i <= 5; i++) {
        world_reopen();
        IS(world_change_pin(SEAL, "wrong-Pin-1", "newer-Pin-1"), JY_E_PIN_WRONG);
    }
    IS(world_change_pin(SEAL, "new-Pin-1", "newer-Pin-1"), JY_E_PIN_LOCKED);
    world_reopen();
    IS(world_change_pin(SEAL, "new-Pin-1", "newer-Pin-1"), JY_E_PIN_LOCKED);
    OK(world_state(SEAL, "frozen", NULL));
    IS(world_state(SEAL, "live", "new-Pin-1"), JY_E_PIN_LOCKED);
    OK(world_change_pin(APPROVER, APPROVER_PIN, "other-Pin-1"));   /* other keys are not concerned */
}

static void
pin__a_change_repeated_is_the_same_request_and_a_used_secret_does_nothing_again(void **state)
{
    struct jy_buf there = world_secret_at("change-pin", SEAL, SEAL_PIN, "second-Pin-2", w.now);
    struct jy_buf back = world_secret_at("change-pin", SEAL, "second-Pin-2", "third-Pin-3", w.now);

    (void)state;
    OK(world_change_pin_with(SEAL, jy_buf_slice(&there)));
    world_reopen();
    OK(world_change_pin_with(SEAL, jy_buf_slice(&there)));
    assert_int_equal(world_wrong_pins(SEAL), 0);
    OK(world_change_pin_with(SEAL, jy_buf_slice(&back)));
    world_reopen();
    IS(world_change_pin_with(SEAL, jy_buf_slice(&there)), JY_E_SECRET_STALE);
    OK(world_assign(SEAL, APPROVER, "third-Pin-3"));
    jy_buf_free(&there);
    jy_buf_free(&back);
}

/* A number of the ciphertext written in another way is the same secret still. */
static void
secret__used_once_is_used_in_every_encoding(void **state)
{
    struct jy_buf thaw = world_secret("unfreeze", SEAL, SEAL_PIN), longer = { 0 };

    (void)state;
    OK(world_state(SEAL, "frozen", NULL));
    OK(world_state_with(SEAL, "live", jy_buf_slice(&thaw)));
    OK(world_state_with(SEAL, "live", jy_buf_slice(&thaw)));       /* live already: nothing is done */
    OK(world_state(SEAL, "frozen", NULL));
    IS(world_state_with(SEAL, "live", jy_buf_slice(&thaw)), JY_E_SECRET_STALE);
    OK(jy_buf_add(&longer, jy_buf_slice(&thaw)));
    OK(jy_buf_byte(&longer, 0));
    IS(world_state_with(SEAL, "live", jy_buf_slice(&longer)), JY_E_SECRET_UNREADABLE);
    /* x with a leading zero octet: SEQUENCE and INTEGER one longer */
    longer.len = 0;
    assert_int_equal(thaw.p[0], 0x30);
    {
        size_t head = thaw.p[1] == 0x81 ? 3 : 2, x = (size_t)thaw.p[head + 1] + 1;
        uint8_t start[] = { 0x30, 0x81, (uint8_t)(thaw.len - head + 1), 0x02, (uint8_t)x, 0x00 };
        OK(jy_buf_add(&longer, JY_SLICE(start, sizeof(start))));
        OK(jy_buf_add(&longer, JY_SLICE(thaw.p + head + 2, thaw.len - head - 2)));
    }
    assert_int_not_equal(world_state_with(SEAL, "live", jy_buf_slice(&longer)), JY_OK);
    w.now += 1300;                                                  /* the mark may be forgotten: the secret is stale by itself */
    IS(world_state_with(SEAL, "live", jy_buf_slice(&thaw)), JY_E_SECRET_STALE);
    OK(world_state(SEAL, "live", SEAL_PIN));
    jy_buf_free(&thaw);
    jy_buf_free(&longer);
}

static void
secret__of_another_purpose_object_time_or_key_is_refused_and_costs_no_try(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 }, sealed;
    struct jy_sm2 *other = NULL, *point = w.point;
    char object[JY_ORDER_OBJECT_SIZE];
    const struct { const char *purpose, *object; jy_time time; jy_err err; } rows[] = {
        { "approve", object, 0, JY_E_SECRET_UNREADABLE }, { "unfreeze", object, 0, JY_E_SECRET_UNREADABLE }, { "stamp", "other", 0, JY_E_SECRET_UNREADABLE },
        { "stamp", "o", 0, JY_E_SECRET_UNREADABLE },     /* the order's id alone is not enough */
        { "stamp", SEAL, 0, JY_E_SECRET_UNREADABLE }, { "stamp", object, -601, JY_E_SECRET_STALE }, { "stamp", object, 601, JY_E_SECRET_STALE },
    };

    (void)state;
    OK(jy_stamp_order_object(jy_buf_slice(&order), object));
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sealed = world_secret_at(rows[i].purpose, rows[i].object, SEAL_PIN, "", w.now + rows[i].time);
        IS(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_buf_slice(&sealed), NULL), rows[i].err);
        jy_buf_free(&sealed);
    }
    IS(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), JY_EMPTY, NULL), JY_E_SECRET_UNREADABLE);
    IS(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_slice_text("custodian-Pin-1"), NULL), JY_E_SECRET_UNREADABLE);
    OK(jy_sm2_generate(&other));
    w.point = other;
    sealed = world_order_secret("stamp", jy_buf_slice(&order), SEAL_PIN);
    w.point = point;
    IS(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_buf_slice(&sealed), NULL), JY_E_SECRET_UNREADABLE);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL));
    jy_sm2_free(other);
    jy_buf_free(&sealed);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

/* -- seals -- */

/* R13.3 */
static void
seal__validity_equals_its_certificates_to_the_second(void **state)
{
    struct jy_buf der = { 0 }, csr = { 0 }, cert;
    struct jy_seal *seal = NULL;
    char code[65];

    (void)state;
    OK(world_enrol("seal-2", "seal", "seal-2", &csr, code));
    cert = world_issue(jy_buf_slice(&csr), w.now - 77, w.now + 12345, false);
    OK(world_bind("seal-2", jy_buf_slice(&cert)));
    OK(world_make("seal-2", MAKER_PIN, &der));
    OK(jy_seal_parse(jy_buf_slice(&der), &seal, NULL));
    assert_true(jy_seal_valid_start(seal) == w.now - 77);
    assert_true(jy_seal_valid_end(seal) == w.now + 12345);
    assert_true(jy_seal_created(seal) == w.now);
    assert_string_equal(jy_seal_id(seal), ES_ID);
    assert_string_equal(jy_seal_vendor(seal), "JINYIN");
    OK(jy_seal_check_signature(seal, NULL));
    jy_seal_free(seal);
    jy_buf_free(&der);
    jy_buf_free(&csr);
    jy_buf_free(&cert);
}

static void
seal__asked_for_again_is_the_same_and_another_is_a_conflict(void **state)
{
    struct jy_buf first = { 0 }, again = { 0 }, sealed = world_secret("make", SEAL, MAKER_PIN);
    struct jy_msg_KEY_MAKE_SEAL m = world_seal_request(SEAL, jy_buf_slice(&sealed));

    (void)state;
    OK(world_make(SEAL, MAKER_PIN, &first));
    world_reopen();
    OK(world_make(SEAL, "no-Pin-at-all", &again));
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    m.width_mm = 40;
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_CONFLICT);
    m = world_seal_request(SEAL, jy_buf_slice(&sealed));
    m.picture = JY_SLICE("another", 7);
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_CONFLICT);
    m = world_seal_request(SEAL, jy_buf_slice(&sealed));
    TEXT(m.es_id, "1201010000002");
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_CONFLICT);
    jy_buf_free(&first);
    jy_buf_free(&again);
    jy_buf_free(&sealed);
}

static void
seal__is_not_made_without_live_certificates_maker_and_makers_pin(void **state)
{
    struct jy_buf csr = { 0 }, cert, sealed;
    struct jy_msg_KEY_MAKE_SEAL m;
    char code[65];

    (void)state;
    OK(world_enrol("seal-2", "seal", "seal-2", &csr, code));
    IS(world_make("seal-2", MAKER_PIN, NULL), JY_E_CERT_PERIOD);                   /* not bound */
    cert = world_issue(jy_buf_slice(&csr), w.now + 60, w.now + 1000, false);
    OK(world_bind("seal-2", jy_buf_slice(&cert)));
    IS(world_make("seal-2", MAKER_PIN, NULL), JY_E_CERT_PERIOD);                   /* not yet valid */
    w.now += 60;
    IS(world_make("seal-2", SEAL_PIN, NULL), JY_E_PIN_WRONG);
    sealed = world_secret("make", "seal-2", MAKER_PIN);
    m = world_seal_request("seal-2", jy_buf_slice(&sealed));
    TEXT(m.maker_key_id, APPROVER);
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_NOT_FOUND);           /* not a maker's key */
    TEXT(m.maker_key_id, SEAL);
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_NOT_FOUND);
    m = world_seal_request("seal-2", jy_buf_slice(&sealed));
    m.picture = JY_EMPTY;
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_ARGUMENT);
    m = world_seal_request("seal-2", jy_buf_slice(&sealed));
    m.width_mm = UINT32_MAX;
    IS(world_ask_bytes(JY_MSG_KEY_MAKE_SEAL, &m, NULL), JY_E_ARGUMENT);
    w.now += 1000;
    IS(world_make("seal-2", MAKER_PIN, NULL), JY_E_CERT_PERIOD);                   /* expired */
    w.now -= 1000;
    OK(world_make("seal-2", MAKER_PIN, NULL));
    jy_buf_free(&csr);
    jy_buf_free(&cert);
    jy_buf_free(&sealed);
}

/* R16.1 */
static void
approver__a_new_one_needs_the_custodian_and_voids_the_approvals_of_the_old(void **state)
{
    struct jy_buf order = world_order_der("o"), old = { 0 }, new = { 0 };
    struct jy_buf flow, secret;

    (void)state;
    world_key("approver-2", "approver", "second-Pin-2");
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &old));
    IS(world_assign(SEAL, "approver-2", APPROVER_PIN), JY_E_PIN_WRONG);
    IS(world_assign(SEAL, MAKER, SEAL_PIN), JY_E_NOT_FOUND);
    flow = world_flow_der(world_flow(SEAL, "approver-2"));
    secret = world_digest_secret("flow", jy_buf_slice(&flow), SEAL_PIN);
    OK(world_set_flow_with(SEAL, jy_buf_slice(&flow), JY_EMPTY, jy_buf_slice(&secret)));
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&old), NULL), JY_E_NO_APPROVAL);
    OK(world_approve("approver-2", "second-Pin-2", jy_buf_slice(&order), &new));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&new), NULL));
    OK(world_assign(SEAL, APPROVER, SEAL_PIN));
    IS(world_set_flow_with(SEAL, jy_buf_slice(&flow), JY_EMPTY, jy_buf_slice(&secret)), JY_E_CONFLICT);   /* an older flow never comes back */
    jy_buf_free(&order);
    jy_buf_free(&old);
    jy_buf_free(&new);
    jy_buf_free(&flow);
    jy_buf_free(&secret);
}

/* R21.1, R21.2 */
static void
state__frozen_needs_nobody_live_needs_the_custodian_cancelled_is_final(void **state)
{
    struct jy_buf order = world_order_der("o"), second = world_order_der("o2"), approval = { 0 };

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_state(SEAL, "frozen", NULL));
    OK(world_state(SEAL, "frozen", NULL));
    world_reopen();
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_SEAL_NOT_LIVE);
    IS(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&second), NULL), JY_E_SEAL_NOT_LIVE);
    IS(world_state(SEAL, "live", NULL), JY_E_SECRET_UNREADABLE);
    IS(world_state(SEAL, "live", APPROVER_PIN), JY_E_PIN_WRONG);
    IS(world_state(SEAL, "ACTIVE", NULL), JY_E_ARGUMENT);
    IS(world_state(APPROVER, "frozen", NULL), JY_E_NOT_FOUND);
    OK(world_state(SEAL, "live", SEAL_PIN));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL));
    OK(world_state(SEAL, "frozen", NULL));
    OK(world_state(SEAL, "cancelled", NULL));
    OK(world_state(SEAL, "cancelled", NULL));
    world_reopen();
    IS(world_state(SEAL, "live", SEAL_PIN), JY_E_BAD_STATE);
    IS(world_state(SEAL, "frozen", NULL), JY_E_BAD_STATE);
    IS(world_assign(SEAL, APPROVER, SEAL_PIN), JY_E_BAD_STATE);
    IS(world_change_pin(SEAL, SEAL_PIN, "second-Pin-2"), JY_E_SEAL_NOT_LIVE);
    IS(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&second), NULL), JY_E_SEAL_NOT_LIVE);
    OK(world_stamp("no-Pin-at-all", jy_buf_slice(&order), JY_EMPTY, NULL));   /* what was acknowledged stays */
    jy_buf_free(&order);
    jy_buf_free(&second);
    jy_buf_free(&approval);
}

static void
state__a_cancelled_seals_private_key_is_gone_from_the_record_and_the_old_file(void **state)
{
    struct jy_key_record record;
    int old = open(world_path("keys/" SEAL ".key"), O_RDONLY);
    uint8_t bytes[64];

    (void)state;
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    assert_int_not_equal(record.wrapped_key.len, 0);
    jy_record_free(&record);
    OK(world_state(SEAL, "cancelled", NULL));
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    assert_int_equal(record.wrapped_key.len, 0);
    assert_int_not_equal(record.seal.len, 0);
    jy_record_free(&record);
    assert_int_equal(pread(old, bytes, sizeof(bytes), 0), sizeof(bytes));      /* the file that has no name any more */
    for (size_t i = 0; i < sizeof(bytes); i++)
        assert_int_equal(bytes[i], 0);
    close(old);
}

/* -- approvals -- */

static void
approve__repeated_is_the_same_and_an_order_id_has_one_content(void **state)
{
    struct jy_stamp_order other = world_order("o");
    struct jy_buf order = world_order_der("o"), changed, first = { 0 }, again = { 0 },
                  sealed = world_order_secret("approve", jy_buf_slice(&order), APPROVER_PIN);

    (void)state;
    other.copies++;
    changed = world_encode(&other);
    OK(world_approve_with(APPROVER, jy_buf_slice(&order), jy_buf_slice(&sealed), &first));
    world_reopen();
    OK(world_approve_with(APPROVER, jy_buf_slice(&order), jy_buf_slice(&sealed), &again));
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    IS(world_approve_with(APPROVER, jy_buf_slice(&changed), jy_buf_slice(&sealed), NULL), JY_E_ORDER_SPENT);
    jy_buf_free(&order);
    jy_buf_free(&changed);
    jy_buf_free(&first);
    jy_buf_free(&again);
    jy_buf_free(&sealed);
}

/* One row an order that nobody may approve; none costs a PIN try. */
static void
approve__refuses_what_is_not_a_live_order_of_its_own_seal(void **state)
{
    const struct { const char *claim; jy_err err; } rows[] = {
        { "expired", JY_E_ORDER_EXPIRED },       { "from the future", JY_E_ARGUMENT }, { "other esID", JY_E_ARGUMENT },
        { "unknown seal", JY_E_NOT_FOUND },      { "not a seal key", JY_E_NOT_FOUND }, { "bad order id", JY_E_ARGUMENT },
        { "property not ASCII", JY_E_ARGUMENT }, { "leftover byte", JY_E_TRAILING },   { "not its approver", JY_E_FORBIDDEN },
        { "wrong PIN", JY_E_PIN_WRONG },
    };

    (void)state;
    world_key("approver-2", "approver", APPROVER_PIN);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_stamp_order o = world_order("o");
        const char *approver = i == 8 ? "approver-2" : APPROVER;
        struct jy_buf der;
        if (i == 0)
            o.expires = w.now - 1;
        if (i == 1)
            o.created = w.now + 1;
        if (i == 2)
            TEXT(o.es_id, "1201010000002");
        if (i == 3)
            TEXT(o.seal_key_id, "seal-9");
        if (i == 4)
            TEXT(o.seal_key_id, MAKER);
        if (i == 5)
            TEXT(o.order_id, "../o");
        if (i == 6)
            TEXT(o.property_info, "/签名");
        der = world_encode(&o);
        if (i == 7)
            OK(jy_buf_byte(&der, 0));
        if (world_approve(approver, i == 9 ? "wrong-Pin-1" : APPROVER_PIN, jy_buf_slice(&der), NULL) != rows[i].err)
            fail_msg("%s: %s", rows[i].claim, w.fault.text);
        assert_int_equal(world_wrong_pins(APPROVER), i == 9 ? 1 : 0);
        jy_buf_free(&der);
    }
}

/* -- stamps -- */

static void
stamp__the_same_order_gives_the_same_bytes_and_never_a_second_stamp(void **state)
{
    struct jy_stamp_order other = world_order("o");
    struct jy_buf order = world_order_der("o"), changed, approval = { 0 }, first = { 0 }, again = { 0 };
    uint32_t found = 0;

    (void)state;
    other.data_hash[31] ^= 1;
    changed = world_encode(&other);
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), &first));
    w.now += 100000;                                                /* expired since, and the certificate too */
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), &again));
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    world_reopen();
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), &again));
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&changed), jy_buf_slice(&approval), &again), JY_E_ORDER_SPENT);
    OK(world_settle("o", 1, &found, &again));                        /* too late to abandon */
    assert_int_equal(found, 1);
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    jy_buf_free(&order);
    jy_buf_free(&changed);
    jy_buf_free(&approval);
    jy_buf_free(&first);
    jy_buf_free(&again);
}

/* R16.1: the approver approved these bytes and no others. */
static void
stamp__no_byte_of_order_or_approval_may_change(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 }, sealed = world_order_secret("stamp", jy_buf_slice(&order), SEAL_PIN);

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    for (size_t i = 0; i < order.len; i++) {
        order.p[i] ^= 1;
        assert_int_not_equal(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_buf_slice(&sealed), NULL), JY_OK);
        order.p[i] ^= 1;
    }
    for (size_t i = 0; i < approval.len; i++) {
        approval.p[i] ^= 1;
        IS(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_buf_slice(&sealed), NULL), JY_E_NO_APPROVAL);
        approval.p[i] ^= 1;
    }
    IS(world_stamp_with(jy_buf_slice(&order), JY_EMPTY, jy_buf_slice(&sealed), NULL), JY_E_NO_APPROVAL);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    OK(world_stamp_with(jy_buf_slice(&order), jy_buf_slice(&approval), jy_buf_slice(&sealed), NULL));
    jy_buf_free(&order);
    jy_buf_free(&approval);
    jy_buf_free(&sealed);
}

static void
stamp__refuses_an_approval_of_another_order_another_approver_or_another_maker(void **state)
{
    struct jy_buf a = world_order_der("a"), b = world_order_der("b"), approval = { 0 }, forged = { 0 };
    struct jy_sm2 *key = NULL;
    struct jy_key_record record;

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&a), &approval));
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&b), jy_buf_slice(&approval), NULL), JY_E_NO_APPROVAL);
    OK(jy_sm2_generate(&key));
    forged = world_forge(jy_buf_slice(&b), APPROVER, w.now, key);
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&b), jy_buf_slice(&forged), NULL), JY_E_NO_APPROVAL);
    jy_buf_free(&forged);
    forged = world_forge(jy_buf_slice(&b), "approver-9", w.now, key);
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&b), jy_buf_slice(&forged), NULL), JY_E_NO_APPROVAL);
    jy_sm2_free(key);
    /* Under the approver's own key, which got out: not made here, no approval. */
    OK(jy_vault_load(&w.room.vault, APPROVER, &record, NULL));
    OK(jy_pin_unlock(&w.room, &record, APPROVER_PIN, &key, NULL));
    jy_buf_free(&forged);
    forged = world_forge(jy_buf_slice(&b), APPROVER, w.now, key);
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&b), jy_buf_slice(&forged), NULL), JY_E_NO_APPROVAL);
    jy_buf_free(&forged);
    forged = world_forge(jy_buf_slice(&a), APPROVER, w.now - 1, key);     /* nor beside the one that was */
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&a), jy_buf_slice(&forged), NULL), JY_E_NO_APPROVAL);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    jy_sm2_free(key);
    jy_record_free(&record);
    jy_buf_free(&a);
    jy_buf_free(&b);
    jy_buf_free(&approval);
    jy_buf_free(&forged);
}

static void
stamp__refuses_what_went_out_of_date_since_the_approval(void **state)
{
    struct jy_stamp_order long_order = world_order("long");
    struct jy_buf order = world_order_der("o"), later, approval = { 0 }, approval_later = { 0 };

    (void)state;
    long_order.expires = w.now + 200000;
    later = world_encode(&long_order);
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&later), &approval_later));
    w.now -= 5;                                                     /* the clock went back behind the approval */
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_NO_APPROVAL);
    w.now += 5 + 3601;
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_ORDER_EXPIRED);
    w.now += 86400;
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&later), jy_buf_slice(&approval_later), NULL), JY_E_SEAL_DATES);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    jy_buf_free(&order);
    jy_buf_free(&later);
    jy_buf_free(&approval);
    jy_buf_free(&approval_later);
}

static void
stamp__refuses_the_wrong_pin_and_counts_it(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 };

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    IS(world_stamp(APPROVER_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_PIN_WRONG);
    assert_int_equal(world_wrong_pins(SEAL), 1);
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL));
    assert_int_equal(world_wrong_pins(SEAL), 0);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

static void
settle__an_abandoned_order_is_never_approved_nor_stamped(void **state)
{
    struct jy_buf order = world_order_der("o"), fresh = world_order_der("fresh"), approval = { 0 };
    uint32_t found = 9;

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_settle("o", 0, &found, NULL));
    assert_int_equal(found, 0);
    OK(world_settle("o", 1, &found, NULL));
    assert_int_equal(found, 0);
    world_reopen();
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_ORDER_SPENT);
    IS(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), NULL), JY_E_ORDER_SPENT);
    OK(world_settle("o", 1, &found, NULL));
    assert_int_equal(found, 0);
    OK(world_settle("fresh", 1, &found, NULL));                      /* an order that never came */
    IS(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&fresh), NULL), JY_E_ORDER_SPENT);
    IS(world_settle("", 1, &found, NULL), JY_E_ARGUMENT);
    IS(world_settle("o", 2, &found, NULL), JY_E_ARGUMENT);
    jy_buf_free(&order);
    jy_buf_free(&fresh);
    jy_buf_free(&approval);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIFE(life__from_enrolment_to_a_stamp_that_verifies),
        LIVE(files__hold_no_pin_no_code_and_no_key_in_clear),
        LIFE(requests__only_those_to_the_key_room_are_answered),
        LIFE(enrol__repeated_gives_the_same_answer_until_the_code_is_replaced),
        LIFE(enrol__ids_and_kinds_are_checked),
        LIFE(bind__foreign_expired_and_unfit_certificates_are_refused),
        LIVE(pin__weak_ones_are_refused_and_cost_no_try),
        LIVE(pin__the_activation_code_must_be_replaced_first),
        LIVE(pin__five_wrong_ones_lock_the_key_also_after_a_restart),
        LIVE(pin__a_change_repeated_is_the_same_request_and_a_used_secret_does_nothing_again),
        LIVE(secret__used_once_is_used_in_every_encoding),
        LIVE(secret__of_another_purpose_object_time_or_key_is_refused_and_costs_no_try),
        LIVE(seal__validity_equals_its_certificates_to_the_second),
        LIVE(seal__asked_for_again_is_the_same_and_another_is_a_conflict),
        LIVE(seal__is_not_made_without_live_certificates_maker_and_makers_pin),
        LIVE(approver__a_new_one_needs_the_custodian_and_voids_the_approvals_of_the_old),
        LIVE(state__frozen_needs_nobody_live_needs_the_custodian_cancelled_is_final),
        LIVE(state__a_cancelled_seals_private_key_is_gone_from_the_record_and_the_old_file),
        LIVE(approve__repeated_is_the_same_and_an_order_id_has_one_content),
        LIVE(approve__refuses_what_is_not_a_live_order_of_its_own_seal),
        LIVE(stamp__the_same_order_gives_the_same_bytes_and_never_a_second_stamp),
        LIVE(stamp__no_byte_of_order_or_approval_may_change),
        LIVE(stamp__refuses_an_approval_of_another_order_another_approver_or_another_maker),
        LIVE(stamp__refuses_what_went_out_of_date_since_the_approval),
        LIVE(stamp__refuses_the_wrong_pin_and_counts_it),
        LIVE(settle__an_abandoned_order_is_never_approved_nor_stamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
