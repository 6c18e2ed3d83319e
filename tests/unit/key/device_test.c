/* SPDX-License-Identifier: Apache-2.0 */
/* R12.1: makers' keys and the service's statements in a device by GM/T 0018, here a soft one (tests/device/soft_sdf.c), which also fails as it is told. */
#include "world.h"

#include "codec/text.h"

static const char *soft_sdf;               /* the library, from the command line */

#define PASSWORD "device-access-1"

/* -- the device's own files -- */

static void
write_beside(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", w.root, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
    assert_int_equal(chmod(path, 0600), 0);
}

/* Every function of the device answers as it should, but this one. */
static void
break_device(const char *function, const char *code)
{
    char text[96];

    snprintf(text, sizeof(text), "%s %s\n", function, code);
    write_beside("sdf.so.fault", text);
}

static void
mend_device(void)
{
    write_beside("sdf.so.fault", "nothing 0\n");
}

/* Slots 1 to 3 and 9; the key of one and the password of one can be others (0: none). */
static void
write_keys(unsigned other_key, unsigned other_password)
{
    static const unsigned slots[] = { 1, 2, 3, 9 };
    struct jy_buf text = { 0 };

    for (size_t i = 0; i < 4; i++)
        OK(jy_buf_fmt(&text, "%u %s %062d%02x\n", slots[i], slots[i] == other_password ? "another" : PASSWORD, 0,
                      slots[i] == other_key ? 0x77u : 0x10u + slots[i]));
    OK(jy_buf_byte(&text, '\0'));
    write_beside("sdf.so.keys", (const char *)text.p);
    jy_buf_free(&text);
}

#define ACCESS "# what for, slot, access password\nmaker 1 " PASSWORD "\nmaker 2 " PASSWORD "\nstatement-archive 9 " PASSWORD "\n"

static char library[96], access_file[96];

static int
begin(void **state)
{
    uint8_t chunk[65536];
    size_t n;
    FILE *from, *to;

    if (world_begin(state) != 0)
        return -1;
    world_close();
    snprintf(library, sizeof(library), "%s/sdf.so", w.root);
    snprintf(access_file, sizeof(access_file), "%s/access", w.root);
    from = fopen(soft_sdf, "rb");
    to = fopen(library, "wb");
    assert_true(from != NULL && to != NULL);
    while ((n = fread(chunk, 1, sizeof(chunk), from)) > 0)
        assert_int_equal(fwrite(chunk, 1, n, to), n);
    fclose(from);
    assert_int_equal(fclose(to), 0);
    write_keys(0, 0);
    write_beside("access", ACCESS);
    w.sdf_library = library;
    w.sdf_access_file = access_file;
    OK(world_try_open());
    return 0;
}

#define WITH_DEVICE(test) cmocka_unit_test_setup_teardown(test, begin, world_end)

static void
point_in(unsigned slot, uint8_t point[JY_SM2_POINT_SIZE])
{
    const uint8_t d[32] = { [31] = (uint8_t)(0x10 + slot) };
    struct jy_sm2 *key;

    OK(jy_sm2_from_private(d, &key));
    OK(jy_sm2_point(key, point));
    jy_sm2_free(key);
}

static bool
lies_in(const char *key_id, unsigned slot)
{
    struct jy_key_record record;
    uint8_t point[JY_SM2_POINT_SIZE];
    bool same;

    OK(jy_vault_load(&w.room.vault, key_id, &record, NULL));
    point_in(slot, point);
    same = record.slot == slot && memcmp(point, record.point, sizeof(point)) == 0;
    jy_record_free(&record);
    return same;
}

/* -- claims -- */

static void
R12_1__a_whole_life_with_the_makers_key_in_the_device(void **state)
{
    struct jy_buf order, approval = { 0 }, value = { 0 }, csr = { 0 };
    struct jy_msg_KEY_STATEMENT say = { .purpose = "archive", .text = JY_SLICE("a manifest", 10) };
    struct jy_frame reply;
    uint8_t point[JY_SM2_POINT_SIZE];
    struct jy_sm2 *key;
    char code[65];

    (void)state;
    world_people();                        /* the CA took the request that the device signed, and the seal is the maker's */
    assert_true(lies_in(MAKER, 1));
    assert_string_equal(jy_device_name(w.room.device), "Jinyin NOT-FOR-USE 0001");
    order = world_order_der("order-1");
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), &value));
    OK(world_ask(JY_MSG_KEY_STATEMENT, &say, &reply));
    point_in(9, point);
    assert_memory_equal(reply.u.KEY_STATEMENT_SIGNED.point.p, point, sizeof(point));
    OK(jy_sm2_from_point(point, &key));
    OK(jy_sm2_verify(key, say.text, reply.u.KEY_STATEMENT_SIGNED.signature, NULL));
    jy_frame_free(&reply);
    /* The PIN is changed without the device, and the next maker has a slot of its own; a third has none. */
    break_device("SDF_OpenSession", "0x01000003");
    OK(world_change_pin(MAKER, MAKER_PIN, "another-Pin-2"));
    mend_device();
    world_reopen();
    OK(world_enrol("maker-2", "maker", "maker-2", &csr, code));
    assert_true(lies_in("maker-2", 2) && lies_in(MAKER, 1));
    IS(world_enrol("maker-3", "maker", "maker-3", &csr, code), JY_E_DEVICE_REFUSED);
    world_key("seal-2", "seal", SEAL_PIN);
    IS(world_make("seal-2", MAKER_PIN, NULL), JY_E_PIN_WRONG);
    OK(world_make("seal-2", "another-Pin-2", NULL));
    jy_sm2_free(key);
    jy_buf_free(&order);
    jy_buf_free(&approval);
    jy_buf_free(&value);
    jy_buf_free(&csr);
}

/* Whatever the device fails in, nothing is half-done, the asker is told function and code, and the same request succeeds afterwards. */
static void
R12_1__a_device_that_goes_in_the_middle_leaves_nothing_half_done(void **state)
{
    static const struct { const char *function, *code; jy_err want; } rows[] = {
        { "SDF_GetPrivateKeyAccessRight", "0x01000003", JY_E_DEVICE_DOWN }, { "SDF_GetPrivateKeyAccessRight", "0x01000007", JY_E_DEVICE_REFUSED },
        { "SDF_InternalSign_ECC", "0x01000004", JY_E_DEVICE_DOWN }, { "SDF_InternalSign_ECC", "0x01000008", JY_E_DEVICE_REFUSED },
        { "SDF_InternalSign_ECC", "0x0100FFFF", JY_E_DEVICE_DOWN }, { "garble", "1", JY_E_DEVICE_DOWN },
    };
    struct jy_key_record record;
    struct jy_buf csr = { 0 };
    char code[65];

    (void)state;
    world_key(MAKER, "maker", MAKER_PIN);
    world_key(SEAL, "seal", SEAL_PIN);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        break_device(rows[i].function, rows[i].code);
        IS(world_make(SEAL, MAKER_PIN, NULL), rows[i].want);
        assert_true(strstr(w.fault.text, i < 5 ? rows[i].function : "does not fit") != NULL && (i == 5 || strstr(w.fault.text, rows[i].code + 2) != NULL));
        OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
        assert_int_equal(record.seal.len, 0);
        jy_record_free(&record);
        assert_int_equal(jy_vault_key_row(&w.room.vault, MAKER)->wrong_pins, 0);
        IS(world_enrol("maker-2", "maker", "maker-2", &csr, code), rows[i].want);
        assert_null(jy_vault_key_row(&w.room.vault, "maker-2"));
    }
    break_device("SDF_ExportSignPublicKey_ECC", "0x01000003");
    IS(world_enrol("maker-2", "maker", "maker-2", &csr, code), JY_E_DEVICE_DOWN);
    break_device("SDF_OpenDevice", "0x01000005");          /* and it stays away: what was open is closed by now */
    IS(world_make(SEAL, MAKER_PIN, NULL), JY_E_DEVICE_DOWN);
    mend_device();
    OK(world_make(SEAL, MAKER_PIN, NULL));
    OK(world_enrol("maker-2", "maker", "maker-2", &csr, code));
    jy_buf_free(&csr);
}

static void
R12_1__another_access_password_in_the_device_is_refused_by_it(void **state)
{
    (void)state;
    world_key(MAKER, "maker", MAKER_PIN);
    world_key(SEAL, "seal", SEAL_PIN);
    write_keys(0, 1);
    IS(world_make(SEAL, MAKER_PIN, NULL), JY_E_DEVICE_REFUSED);
    assert_non_null(strstr(w.fault.text, "PARDENY"));
    write_keys(0, 0);
    OK(world_make(SEAL, MAKER_PIN, NULL));
}

/* N3: device, vault secret and every file of the server are not enough: the access password opens by the maker's PIN alone. */
static void
R12_1_N3__the_device_signs_for_nobody_without_the_pin(void **state)
{
    struct jy_buf journal = { 0 };
    struct jy_key_record record;
    struct jy_sm2 *key;

    (void)state;
    world_key(MAKER, "maker", MAKER_PIN);
    world_key(SEAL, "seal", SEAL_PIN);
    write_beside("access", "statement-archive 9 " PASSWORD "\n");          /* the maker's row is not needed once its key was enrolled */
    world_reopen();
    IS(world_make(SEAL, "wrong-Pin-11", NULL), JY_E_PIN_WRONG);
    OK(jy_vault_load(&w.room.vault, MAKER, &record, NULL));
    assert_true(record.wrapped_key.len > 0 && memmem(record.wrapped_key.p, record.wrapped_key.len, PASSWORD, strlen(PASSWORD)) == NULL);
    OK(jy_device_key_of_secret(w.room.device, JY_SLICE(((uint8_t[JY_DEVICE_SECRET_SIZE]){ [3] = 1 }), JY_DEVICE_SECRET_SIZE), record.point, &key));
    IS(jy_sm2_sign(key, JY_SLICE("x", 1), (uint8_t[JY_SM2_SIGNATURE_MAX]){ 0 }, &(size_t){ 0 }), JY_E_DEVICE_REFUSED);
    IS(jy_sm2_private(key, (uint8_t[32]){ 0 }), JY_E_CRYPTO);
    IS(jy_sm2_to_pem(key, &journal), JY_E_CRYPTO);
    jy_sm2_free(key);
    jy_record_free(&record);
    OK(world_make(SEAL, MAKER_PIN, NULL));
    jy_buf_free(&journal);
}

static void
R12_1__the_start_compares_the_device_with_what_was_enrolled(void **state)
{
    (void)state;
    world_key(MAKER, "maker", MAKER_PIN);
    world_close();
    write_keys(1, 0);
    IS(world_try_open(), JY_E_DEVICE_REFUSED);
    assert_non_null(strstr(w.fault.text, "another key"));
    write_keys(0, 0);
    w.sdf_library = "";
    IS(world_try_open(), JY_E_ARGUMENT);                   /* the key would be gone, silently */
    w.sdf_library = library;
    break_device("SDF_OpenDevice", "0x01000005");
    IS(world_try_open(), JY_E_DEVICE_DOWN);
    mend_device();
    OK(world_try_open());
}

static void
R12_1__what_a_device_cannot_hold_or_a_file_does_not_say_is_refused_at_the_start(void **state)
{
    static const struct { const char *text, *says; jy_err want; } rows[] = {
        { "seal 3 p\n", "PIN", JY_E_ARGUMENT }, { "approver 3 p\n", "PIN", JY_E_ARGUMENT }, { "maker\n", "USE SLOT PASSWORD", JY_E_ARGUMENT },
        { "maker 0 p\n", "USE SLOT PASSWORD", JY_E_ARGUMENT }, { "maker 1x p\n", "USE SLOT PASSWORD", JY_E_ARGUMENT },
        { "maker 1 p q\n", "USE SLOT PASSWORD", JY_E_ARGUMENT }, { "other 1 p\n", "USE SLOT PASSWORD", JY_E_ARGUMENT },
        { "maker 1 p\nmaker 1 p\n", "twice", JY_E_ARGUMENT }, { "statement-a 1 p\nstatement-a 2 p\n", "twice", JY_E_ARGUMENT },
        { "# nothing\n", "no slot", JY_E_ARGUMENT }, { "maker 5 p\n", "KEYNOTEXIST", JY_E_DEVICE_REFUSED },
    };

    (void)state;
    world_close();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_beside("access", rows[i].text);
        memset(&w.fault, 0, sizeof(w.fault));
        IS(world_try_open(), rows[i].want);
        assert_non_null(strstr(w.fault.text, rows[i].says));
    }
    write_beside("access", ACCESS);
    assert_int_equal(chmod(access_file, 0644), 0);
    IS(world_try_open(), JY_E_ARGUMENT);
    assert_int_equal(chmod(access_file, 0600), 0);
    w.sdf_library = "/nowhere/sdf.so";
    IS(world_try_open(), JY_E_ARGUMENT);
    w.sdf_library = "libcrypto.so.3";                      /* a library, but none of a device */
    IS(world_try_open(), JY_E_ARGUMENT);
    assert_non_null(strstr(w.fault.text, "SDF_OpenDevice"));
    w.sdf_library = library;
    OK(world_try_open());
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_DEVICE(R12_1__a_whole_life_with_the_makers_key_in_the_device),
        WITH_DEVICE(R12_1__a_device_that_goes_in_the_middle_leaves_nothing_half_done),
        WITH_DEVICE(R12_1__another_access_password_in_the_device_is_refused_by_it),
        WITH_DEVICE(R12_1_N3__the_device_signs_for_nobody_without_the_pin),
        WITH_DEVICE(R12_1__the_start_compares_the_device_with_what_was_enrolled),
        WITH_DEVICE(R12_1__what_a_device_cannot_hold_or_a_file_does_not_say_is_refused_at_the_start),
    };

    if (argc < 2)
        return 1;
    soft_sdf = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
