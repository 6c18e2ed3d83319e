/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a seal: licence (R7.1), staff (R13.4), physical seal and its impression fetched anew (R8.1, R11.2), key pair and certificate
 * (R11.1), the seal signed by the maker's key in the key room, and made and filed in one transaction (R13.2). A reissue (R20.1) or renewal
 * (R20.2) ends the present seal in the same transaction: never two alive, never none.
 */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/application.h"
#include "daemons/web/making.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"
#include "daemons/web/seal_request.h"

#include <stdio.h>
#include <string.h>

static const struct column issues_columns[] = { { "issues", COL_INT }, { NULL, COL_TEXT } };

struct making {
    struct exchange *x;
    bool apart;                            /* N7: keys of seals lie in another node's key room */
    json_t *application, *present;         /* the seal that ends with this one's making; NULL: none */
    const struct application_type *type;
    struct jy_frame impression, made;      /* replies of link and key */
    struct enrolment enrolment;
    struct jy_buf request;                 /* making node (N7): the stamping node's key room says that the seal's key lies there */
    char es_id[65], workstation_id[WEB_ID_SIZE];
    uint8_t impression_digest[JY_SM3_SIZE];
};

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
    if (m->apart) {
        ask.certificate = jy_cert_der(m->enrolment.certificate);
        ask.request = jy_buf_slice(&m->request);
    }
    rc = ask_key(m->x->web, JY_MSG_KEY_MAKE_SEAL, &ask, &m->made, fault);
    JY_KILL_POINT(seal_signed);
    if (rc == JY_OK && m->apart)           /* made and filed only when it is where its key is: a seal that nobody can use is none */
        rc = seal_request_hand_in(m->x, ask.seal_key_id, m->made.u.KEY_SEAL_MADE.seal, fault);
out:
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
insert_seal(struct making *m, struct db_tx *tx, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *p = &m->impression.u.LINK_PHYSICAL_SEAL_FOUND;
    const struct jy_cert *certificate = m->enrolment.certificate;
    const char *holder = json_string_value(json_object_get(m->application, "holder_id"));
    /* A position seal is kept by its holder (R16.2); with a new certificate alone the custodian stays (R20.2). */
    const char *custodian = holder != NULL || m->type->bit != TYPE_RENEWAL ? holder : json_string_value(json_object_get(m->present, "custodian_id"));

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
                          B_BLOB("impression_digest", JY_SLICE(m->impression_digest, JY_SM3_SIZE)), B_TEXT("custodian_id", custodian),
                          B_TEXT("holder_id", holder),
                          B_TEXT("scope_categories", json_string_value(json_object_get(m->application, "scope_categories"))),
                          B_INT("scope_amount_max_fen", json_integer_value(json_object_get(m->application, "scope_amount_max_fen"))),
                          B_INT("scope_valid_to", json_integer_value(json_object_get(m->application, "scope_valid_to"))),
                          B_TEXT("maker_workstation_id", m->workstation_id[0] == '\0' ? NULL : m->workstation_id),
                          B_TEXT("replaces_seal_id", m->present == NULL ? NULL : member(m->present, "seal_id")), B_INT("now", m->x->now)), NULL, fault);
}

/* R20.1, R20.2: the present seal ends, before the new one is there (one_statutory_seal sees every step). A renewed certificate is not revoked:
 * its key is destroyed, and what it signed stays simple to verify. */
static jy_err
end_present(struct making *m, struct db_tx *tx, struct jy_fault *fault)
{
    static const int superseded = 4;       /* RFC 5280 5.3.1 */
    struct exchange *x = m->x;
    const char *present_id = member(m->present, "seal_id");
    struct seal_change change = seal_change_of(x, m->present, m->type->seal_event, m->type->code);
    json_t *facts;
    jy_err rc;

    if (m->present == NULL)
        return JY_OK;
    change.at = x->now;                    /* the moment at which the new one is filed */
    if ((change.facts = facts = json_pack("{s:s, s:s}", "replaced_by", m->es_id, "application_id", x->id)) == NULL)
        return JY_E_NOMEM;
    rc = seal_change(tx, &change, fault);
    json_decref(facts);
    if (rc == JY_OK && m->type->bit == TYPE_REISSUE)
        rc = seal_revoke(tx, present_id, member(m->present, "certificate_serial"), superseded, x->now, fault);
    if (rc == JY_OK)
        rc = key_work_put(tx, present_id, "cancelled", x->now, fault);
    return rc != JY_OK ? rc : audit_append(tx, x->now, "seal_replaced", x->actor.person_id, audit_source(x), present_id, "ok", JY_EMPTY, fault);
}

static jy_err
record(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct making *m = arg;
    struct exchange *x = m->x;
    char digest[2 * JY_SM3_SIZE + 1], from[21], to[21];
    struct application_change application = application_change_of(x, m->application, "make");
    json_t *facts = NULL;
    struct seal_change change;
    jy_err rc;

    x->now = application.at = jy_now();        /* one moment for the old seal's end and the new one's filing: that of the writing (filing.c) */
    application.seal_id = in_text(x, "seal_id");
    if ((rc = application_change(tx, &application, fault)) != JY_OK || (rc = end_present(m, tx, fault)) != JY_OK ||
        (rc = insert_seal(m, tx, fault)) != JY_OK || (m->apart && (rc = seal_request_done(tx, in_text(x, "seal_id"), x->now, fault)) != JY_OK))
        return rc;
    jy_hex(JY_SLICE(m->impression_digest, JY_SM3_SIZE), digest);
    jy_time_rfc3339(jy_cert_not_before(m->enrolment.certificate), from);
    jy_time_rfc3339(jy_cert_not_after(m->enrolment.certificate), to);
    facts = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "seal_code", member(m->application, "physical_seal_code"), "uscc",
                      member(m->application, "uscc"), "organization", member(m->application, "organization_name"), "kind",
                      member(m->application, "seal_kind"), "name", member(m->application, "seal_name"), "maker_id", x->actor.maker_id,
                      "certificate_serial", jy_cert_serial(m->enrolment.certificate), "valid_from", from, "valid_to", to, "impression_digest", digest,
                      "replaces", m->present == NULL ? NULL : member(m->present, "es_id"));
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
    struct making m = { .x = x, .apart = x->web->node == JY_NODE_MAKING };
    const char *to;
    jy_err rc;

    PUT(x->object, in_text(x, "seal_id"));
    if ((rc = maker_is_licensed(x, fault)) != JY_OK || (rc = application_find(x, &m.application, fault)) != JY_OK ||
        (rc = state_after(application_moves, member(m.application, "state"), "make", &to, fault)) != JY_OK)
        goto out;
    m.type = application_type_by_code(member(m.application, "type"));
    if (!m.type->makes) {
        rc = jy_fail(fault, JY_E_BAD_STATE, "type", 0, "%s makes no seal", m.type->code);
        goto out;
    }
    if (jy_room_config_bool(x->web->room, "making_four_eyes") && strcmp(member(m.application, "accepted_by"), x->actor.person_id) == 0) {
        rc = jy_fail(fault, JY_E_FOUR_EYES, "accepted_by", 0, "you accepted this application (R13.4)");
        goto out;
    }
    if ((rc = made_at(x, m.workstation_id, fault)) != JY_OK || (rc = application_present_seal(x, m.application, &m.present, fault)) != JY_OK ||
        (rc = application_physical_seal(x, m.application, m.present, &m.impression, m.impression_digest, fault)) != JY_OK ||
        (rc = choose_es_id(&m, fault)) != JY_OK)
        goto out;
    m.enrolment = (struct enrolment){ .key_id = in_text(x, "seal_id"), .kind = "seal", .common_name = m.es_id,
                                      .organization = member(m.application, "organization_name"), .organization_code = member(m.application, "uscc") };
    rc = m.apart ? seal_request_key(x, &m.enrolment, &m.request, fault) : enrol(x->web, &m.enrolment, x->now, fault);
    if (rc == JY_OK && (rc = make(&m, fault)) == JY_OK)
        rc = commit(x, record, &m, fault);
    if (rc == JY_OK && m.present != NULL)
        key_work_run(x->web);
out:
    enrolment_end(&m.enrolment);
    jy_buf_free(&m.request);
    jy_frame_free(&m.impression);
    jy_frame_free(&m.made);
    json_decref(m.application);
    json_decref(m.present);
    return rc;
}
