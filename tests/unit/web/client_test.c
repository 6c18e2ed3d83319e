/* SPDX-License-Identifier: Apache-2.0 */
/* R18.1–18.3: what an application signs (the vectors of docs/protocol/api-signature.md), what each tier may, and that the tables are whole. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "codec/text.h"
#include "daemons/web/client.h"
#include "daemons/web/route.h"
#include "daemons/web/webhook.h"

#define BODY_SM3 "aa2f1706a837e6b7d3d3bdbee3128991f49174081272379c865e2d58589aebb8"
#define NOTHING_SM3 "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
#define ANSWER_SM3 "303caea4984fe76d50989ee40a9496368063771073613ba51769a54aee755a86"
#define POINT "BJCEVRhb1y2wfTwxlyTnTIROaPR1c6SyPQnYLTjLGlOYwIEA2LiYvPIx+9wmtByctTshoRmNy4EYCPgSE2j1JrQ="
#define SM2_SIGNATURE "MEUCIQD8qbqo6Y0II3Uws+rieEdwAJA7BbShPAX7LY4owNoxnwIgGyoljSSurLj4mjYootRjqcfRqtu9yeE3hj88WEbop8M="

static const struct client_request posted = { "POST", "/api/v1/orders", "", "2026-01-31T09:00:00Z", "AAAAAAAAAAAAAAAAAAAAAA", "order-0001", BODY_SM3 };
static const struct client_request got = { "GET", "/api/v1/seals", "limit=2&before=9", "2026-01-31T09:00:00Z", "BBBBBBBBBBBBBBBBBBBBBB", "", NOTHING_SM3 };

static jy_err
fits(struct jy_buf *text, const char *signature, const char *point)
{
    struct jy_buf value = { 0 }, key = { 0 };
    uint8_t secret[CLIENT_SECRET_SIZE];
    jy_err rc;

    for (uint8_t i = 0; i < sizeof(secret); i++)
        secret[i] = i;
    assert_int_equal(jy_base64_decode(jy_slice_text(signature), &value), JY_OK);
    if (point != NULL)
        assert_int_equal(jy_base64_decode(jy_slice_text(point), &key), JY_OK);
    rc = client_signature_fits(jy_buf_slice(text), JY_SLICE(secret, sizeof(secret)), point == NULL ? NULL : key.p, jy_buf_slice(&value));
    jy_buf_free(&value);
    jy_buf_free(&key);
    return rc;
}

static jy_err
request_fits(struct client_request request, const char *signature, const char *point)
{
    struct jy_buf text = { 0 };
    jy_err rc;

    assert_int_equal(client_request_text(&request, &text), JY_OK);
    rc = fits(&text, signature, point);
    jy_buf_free(&text);
    return rc;
}

static void
R18_1__the_published_vectors_hold(void **state)
{
    struct jy_buf text = { 0 };

    (void)state;
    assert_int_equal(request_fits(posted, "2xSJgD8sEIYwe1iRPnRWqBCzDzspog8xD1D62QrmZtY=", NULL), JY_OK);
    assert_int_equal(request_fits(posted, SM2_SIGNATURE, POINT), JY_OK);
    assert_int_equal(request_fits(got, "73iGOcWFSPL0kSxfLx0RUh7W2f+ai+fsl9qD/UgfEAo=", NULL), JY_OK);
    assert_int_equal(client_answer_text(200, "BBBBBBBBBBBBBBBBBBBBBB", "2026-01-31T09:00:01Z", ANSWER_SM3, &text), JY_OK);
    assert_int_equal(fits(&text, "e71BO5u50NWAI3vjCBrrh0Bhn7hsj9DA6UcoufgNftM=", NULL), JY_OK);
    jy_buf_free(&text);
}

static void
every_member_of_a_request_is_covered_by_its_signature(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        struct client_request other = posted;
        const char **members[] = { &other.method, &other.path, &other.query, &other.time, &other.nonce, &other.idempotency_key, &other.digest };
        *members[i] = "x";
        assert_int_equal(request_fits(other, "2xSJgD8sEIYwe1iRPnRWqBCzDzspog8xD1D62QrmZtY=", NULL), JY_E_CLIENT_SIGNATURE);
        assert_int_equal(request_fits(other, SM2_SIGNATURE, POINT), JY_E_CLIENT_SIGNATURE);
    }
}

static void
what_is_no_signature_of_the_algorithm_is_refused(void **state)
{
    (void)state;
    assert_int_equal(request_fits(posted, "", NULL), JY_E_CLIENT_SIGNATURE);
    assert_int_equal(request_fits(posted, SM2_SIGNATURE, NULL), JY_E_CLIENT_SIGNATURE);
    assert_int_equal(request_fits(posted, "2xSJgD8sEIYwe1iRPnRWqBCzDzspog8xD1D62QrmZtY=", POINT), JY_E_CLIENT_SIGNATURE);
    assert_int_equal(request_fits(posted, "MEUCIQD8qbqo6Y0I", POINT), JY_E_CLIENT_SIGNATURE);
    /* The same r and s without DER: another spelling of the same signature. */
    assert_int_equal(request_fits(posted, "/Km6qOmNCCN1MLPq4nhHcACQOwW0oTwF+y2OKMDaMZ8bKiWNJK6suPiaNiii1GOpx9Gq273J4TeGPzxYRuinww==", POINT),
                     JY_E_CLIENT_SIGNATURE);
}

/* Every right × every tier: a scope beyond the tier cannot be granted, so the cell is the table's word. */
static void
R18__every_right_has_a_route_and_a_tier(void **state)
{
    struct jy_fault fault = { 0 };
    size_t count, tiers;
    const struct client_right *rights = client_rights(&count);
    const struct client_tier *tier = client_tiers(&tiers);

    (void)state;
    assert_int_equal(client_rights_check(&fault), JY_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(client_scope_by_code(rights[i].scope)->tiers, 0);
    for (size_t t = 0; t < tiers; t++) {
        assert_true(tier[t].per_minute > 0 && tier[t].per_day >= tier[t].per_minute);
        assert_true((client_scope_by_code("verify")->tiers & tier[t].tier) != 0);
        assert_true(((client_scope_by_code("making")->tiers & tier[t].tier) != 0) == (tier[t].tier == TIER_MAKER));
    }
    assert_ptr_equal(client_tier_of(NULL), client_tier_by_code("maker"));
    assert_ptr_equal(client_tier_of("state_organ"), client_tier_by_code("state_organ"));
    assert_ptr_equal(client_tier_of("enterprise"), client_tier_by_code("other"));
    assert_null(client_scope_by_code("everything"));
}

/* No application can manage applications, people, keys or the state of a seal, and none does a person's act alone. */
static void
N3__no_application_approves_stamps_or_makes_alone(void **state)
{
    static const char *const acts[] = { "/approve", "/stamp", "/accept", "/seal", "/refuse", "/correct", "/carry-out" };
    size_t count;
    const struct client_right *rights = client_rights(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *last = strrchr(rights[i].path, '/');
        assert_null(strstr(rights[i].path, "/clients"));
        assert_null(strstr(rights[i].path, "/people"));
        assert_null(strstr(rights[i].path, "/keys"));
        for (size_t a = 0; a < sizeof(acts) / sizeof(acts[0]); a++)
            if (strcmp(last, acts[a]) == 0)
                assert_true(rights[i].needs_person);
    }
}

static void
webhooks_go_to_names_by_https_only(void **state)
{
    static const char *const good[] = { "https://example.com", "https://example.com/", "https://a-b.example.com:8443/x?y=1", "https://example.com?x" };
    static const char *const bad[] = {
        "", "https://", "https:///x", "http://example.com/", "https://localhost/", "https://10.0.0.1/", "https://1.2.3.4:443/", "https://[::1]/",
        "https://u@example.com/", "https://example.com/#f", "https://example.com:/", "https://example.com:123456/", "https://EXAMPLE.com/",
        "https://.example.com/", "https://-a.example.com/", "https://exa\tmple.com/", "https://example.com\\@evil.com/", "https://example.com%00.x/",
        "http://127.0.0.1.example.com/", "http://127.0.0.1/",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(webhook_url_is_good(good[i], false));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        for (int development = 0; development < 2; development++)
            assert_false(webhook_url_is_good(bad[i], development == 1));
    assert_true(webhook_url_is_good("http://127.0.0.1:8000/x", true));
    assert_false(webhook_url_is_good("http://127.0.0.1:8000/x", false));
    assert_false(webhook_url_is_good("http://127.0.0.1:8000@evil.com/x", true));
}

static void
every_check_of_a_field_is_described(void **state)
{
    size_t count;
    const struct route *table = routes(&count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (const struct field *field = table[i].fields; field != NULL && field->name != NULL; field++)
            if (field->check != NULL && field_form(field->check) == NULL)
                fail_msg("%s %s: the check of %s has no row in forms.c", table[i].method, table[i].path, field->name);
}

static void
every_listed_code_passes_its_check(void **state)
{
    size_t count;
    const struct route *table = routes(&count);
    struct jy_fault fault;

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (const struct field *field = table[i].fields; field != NULL && field->name != NULL; field++) {
            const struct field_form *form = field->check == NULL ? NULL : field_form(field->check);
            for (size_t c = 0; form != NULL && form->code_at != NULL && form->code_at(c) != NULL; c++)
                assert_int_equal(field->check(form->code_at(c), field->name, &fault), JY_OK);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R18_1__the_published_vectors_hold),
        cmocka_unit_test(every_member_of_a_request_is_covered_by_its_signature),
        cmocka_unit_test(what_is_no_signature_of_the_algorithm_is_refused),
        cmocka_unit_test(R18__every_right_has_a_route_and_a_tier),
        cmocka_unit_test(N3__no_application_approves_stamps_or_makes_alone),
        cmocka_unit_test(webhooks_go_to_names_by_https_only),
        cmocka_unit_test(every_check_of_a_field_is_described),
        cmocka_unit_test(every_listed_code_passes_its_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
