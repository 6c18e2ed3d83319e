/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a seal: licence (R7.1), staff (R13.4), physical seal and its impression fetched anew (R8.1, R11.2), key pair and certificate
 * (R11.1), the seal signed by the maker's key in the key room, and made and filed in one transaction (R13.2).
 */
#include "codec/text.h"
#include "daemons/web/filing.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>

static const struct column application_columns[] = {
    { "application_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "uscc", COL_TEXT }, { "district", COL_TEXT },
    { "seal_kind", COL_TEXT }, { "seal_name", COL_TEXT }, { "physical_seal_code", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column maker_columns[] = {
    { "state", COL_TEXT }, { "valid_from", COL_INT }, { "valid_to", COL_INT }, { "certificate", COL_BASE64 }, { NULL, COL_TEXT },
};
static const struct column issues_columns[] = { { "issues", COL_INT }, { NULL, COL_TEXT } };

struct making {
    struct exchange *x;
    json_t *application, *maker;
    struct jy_frame impression, made;      /* replies of link and key */
    struct enrolment enrolment;
    char es_id[65];
    uint8_t impression_digest[JY_SM3_SIZE];
};

/* The physical seal as it is now; its picture becomes the seal's (R11.2: fetched, never uploaded). */
static jy_err
fetch_impression(struct making *m, struct jy_fault *fault)
{
    struct jy_msg_LINK_PHYSICAL_SEAL ask = { { 0 } };
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *p = &m->impression.u.LINK_PHYSICAL_SEAL_FOUND;
    struct physical_seal_facts facts;
    jy_err rc;

    PUT(ask.seal_code, member(m->application, "physical_seal_code"));
    if ((rc = ask_link(m->x->web, JY_MSG_LINK_PHYSICAL_SEAL, &ask, &m->impression, fault)) != JY_OK)
        return rc;
    facts = (struct physical_seal_facts){ p->found != 0, p->uscc, p->name, p->kind, p->state, (int)p->width_mm, (int)p->height_mm };
    if ((rc = physical_seal_fits(&facts, member(m->application, "uscc"), member(m->application, "seal_kind"),
                                 member(m->application, "seal_name"), fault)) != JY_OK)
        return rc;
    return jy_sm3(p->picture, m->impression_digest);
}

/* esID is the physical seal's code; a later issue for the same code gets "-2", "-3": an esID never means two seals. */
static jy_err
choose_es_id(struct making *m, struct jy_fault *fault)
{
    const char *code = member(m->application, "physical_seal_code");
    json_t *row = NULL;
    long long issues;
    jy_err rc;

    if ((rc = find_row(m->x, SQL_SEAL_ISSUES_OF_CODE, BINDS(B_TEXT("seal_code", code)), issues_columns, &row, fault)) != JY_OK)
        return rc;
    issues = json_integer_value(json_object_get(row, "issues"));
    json_decref(row);
    if (issues == 0)
        snprintf(m->es_id, sizeof(m->es_id), "%.40s", code);
    else
        snprintf(m->es_id, sizeof(m->es_id), "%.40s-%lld", code, issues + 1);
    return JY_OK;
}

static jy_err
make(struct making *m, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *p = &m->impression.u.LINK_PHYSICAL_SEAL_FOUND;
    struct jy_msg_KEY_MAKE_SEAL ask = { { 0 } };
    struct jy_buf sealed = { 0 };
    jy_err rc;

    if ((rc = in_sealed(m->x, "sealed", &sealed, fault)) != JY_OK)
        goto out;
    key_id_of("maker", m->x->actor.maker_id, ask.maker_key_id);
    ask.sealed_pin = jy_buf_slice(&sealed);
    PUT(ask.seal_key_id, in_text(m->x, "seal_id"));
    PUT(ask.es_id, m->es_id);
    PUT(ask.name, member(m->application, "seal_name"));
    ask.type = (uint32_t)seal_kind_by_code(member(m->application, "seal_kind"))->national_type;
    PUT(ask.picture_type, p->picture_type);
    ask.picture = p->picture;
    ask.width_mm = p->width_mm;
    ask.height_mm = p->height_mm;
    rc = ask_key(m->x->web, JY_MSG_KEY_MAKE_SEAL, &ask, &m->made, fault);
out:
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
insert_seal(struct making *m, struct db_tx *tx, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *p = &m->impression.u.LINK_PHYSICAL_SEAL_FOUND;
    const struct jy_cert *certificate = m->enrolment.certificate;

    return rows_run(tx, SQL_SEAL_INSERT,
                    BINDS(B_TEXT("seal_id", in_text(m->x, "seal_id")), B_TEXT("es_id", m->es_id),
                          B_TEXT("seal_code", member(m->application, "physical_seal_code")),
                          B_TEXT("organization_id", member(m->application, "organization_id")), B_TEXT("district", member(m->application, "district")),
                          B_TEXT("maker_id", m->x->actor.maker_id), B_TEXT("maker_person_id", m->x->actor.person_id),
                          B_TEXT("application_id", m->x->id), B_TEXT("kind", member(m->application, "seal_kind")),
                          B_TEXT("name", member(m->application, "seal_name")), B_TEXT("state", "MADE"),
                          B_INT("valid_from", jy_cert_not_before(certificate)), B_INT("valid_to", jy_cert_not_after(certificate)),
                          B_INT("width_mm", p->width_mm), B_INT("height_mm", p->height_mm), B_BLOB("seal", m->made.u.KEY_SEAL_MADE.seal),
                          B_BLOB("certificate", jy_cert_der(certificate)), B_TEXT("certificate_serial", jy_cert_serial(certificate)),
                          B_BLOB("impression_digest", JY_SLICE(m->impression_digest, JY_SM3_SIZE)), B_INT("now", m->x->now)), NULL, fault);
}

static jy_err
record(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct making *m = arg;
    struct exchange *x = m->x;
    char digest[2 * JY_SM3_SIZE + 1], from[21], to[21];
    const char *application_to;
    json_t *facts = NULL;
    struct seal_change change;
    jy_err rc;

    if ((rc = state_after(application_moves, member(m->application, "state"), "make", &application_to, fault)) != JY_OK ||
        (rc = move_row(tx, SQL_APPLICATION_SET_STATE,
                             BINDS(B_TEXT("to", application_to), B_TEXT("maker_id", NULL), B_TEXT("seal_id", in_text(x, "seal_id")),
                                   B_TEXT("reason", NULL), B_INT("now", x->now), B_TEXT("application_id", x->id),
                                   B_TEXT("from", member(m->application, "state"))), fault)) != JY_OK ||
        (rc = insert_seal(m, tx, fault)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(m->impression_digest, JY_SM3_SIZE), digest);
    jy_time_rfc3339(jy_cert_not_before(m->enrolment.certificate), from);
    jy_time_rfc3339(jy_cert_not_after(m->enrolment.certificate), to);
    facts = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "seal_code", member(m->application, "physical_seal_code"), "uscc",
                      member(m->application, "uscc"), "organization", member(m->application, "organization_name"), "kind",
                      member(m->application, "seal_kind"), "name", member(m->application, "seal_name"), "maker_id", x->actor.maker_id,
                      "certificate_serial", jy_cert_serial(m->enrolment.certificate), "valid_from", from, "valid_to", to, "impression_digest", digest);
    change = (struct seal_change){ .seal_id = in_text(x, "seal_id"), .es_id = m->es_id, .district = member(m->application, "district"), .from = "MADE",
                                   .event = "file", .actor_id = x->actor.person_id, .at = x->now, .facts = facts };
    if ((rc = facts == NULL ? JY_E_NOMEM : seal_change(tx, &change, fault)) == JY_OK)
        rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "seal_id", in_text(x, "seal_id"), "es_id", m->es_id, "seal_code",
                                           member(m->application, "physical_seal_code"), "activation_code", m->enrolment.activation_code,
                                           "filing_number", change.filing_number, "seal", json_base64(m->made.u.KEY_SEAL_MADE.seal), "certificate",
                                           json_base64(jy_cert_der(m->enrolment.certificate))));
    json_decref(facts);
    return rc;
}

jy_err
seal_make(struct exchange *x, struct jy_fault *fault)
{
    struct making m = { .x = x };
    const char *to;
    jy_err rc;

    PUT(x->object, in_text(x, "seal_id"));
    if ((rc = find_row(x, SQL_MAKER_BY_ID, BINDS(B_TEXT("maker_id", x->actor.maker_id), SCOPE_CITY(x), SCOPE_MAKER(x)), maker_columns, &m.maker,
                       fault)) != JY_OK ||
        (rc = maker_may_make(member(m.maker, "state"), json_integer_value(json_object_get(m.maker, "valid_from")),
                             json_integer_value(json_object_get(m.maker, "valid_to")), x->now, fault)) != JY_OK ||
        (rc = find_row(x, SQL_APPLICATION_BY_ID, BINDS(B_TEXT("application_id", x->id), SCOPE_ANYWHERE(x)), application_columns, &m.application,
                       fault)) != JY_OK ||
        (rc = state_after(application_moves, member(m.application, "state"), "make", &to, fault)) != JY_OK ||
        (rc = fetch_impression(&m, fault)) != JY_OK || (rc = choose_es_id(&m, fault)) != JY_OK)
        goto out;
    m.enrolment = (struct enrolment){ .key_id = in_text(x, "seal_id"), .kind = "seal", .common_name = m.es_id,
                                      .organization = member(m.application, "organization_name"), .organization_code = member(m.application, "uscc") };
    if ((rc = enrol(x->web, &m.enrolment, x->now, fault)) == JY_OK && (rc = make(&m, fault)) == JY_OK)
        rc = commit(x, record, &m, fault);
out:
    enrolment_end(&m.enrolment);
    jy_frame_free(&m.impression);
    jy_frame_free(&m.made);
    json_decref(m.application);
    json_decref(m.maker);
    return rc;
}
