/* SPDX-License-Identifier: Apache-2.0 */
/* What PostgreSQL reports, in the words of store/README.md. */
#include "store/postgres.h"

#include <stdio.h>
#include <string.h>

#define TRIGGER_STATE "JY001"    /* raised by jinyin_refuse(), postgres_schema.c */

/* The first row whose state begins the SQLSTATE. */
static const struct {
    const char *state;
    jy_err err;
    const char *hint;
} states[] = {
    { TRIGGER_STATE, JY_E_CONFLICT, "" },
    { "23", JY_E_CONFLICT, "" },                     /* integrity constraint */
    { "22021", JY_E_CONFLICT, "text that is not UTF-8: " },
    { "53100", JY_E_IO, "the disk is full: " },
    { "53200", JY_E_NOMEM, "" },
    { "53", JY_E_UNAVAILABLE, "" },                  /* too many connections */
    { "54", JY_E_LIMIT, "" },
    { "22003", JY_E_LIMIT, "" },
    { "55P03", JY_E_UNAVAILABLE, "another process holds the store: " },
    { "40", JY_E_UNAVAILABLE, "" },
    { "57", JY_E_UNAVAILABLE, "" },                  /* cancelled, shut down */
    { "08", JY_E_UNAVAILABLE, "" },
    { "25", JY_E_IO, "" },                           /* a write in a reader; a transaction that failed before */
    { "58", JY_E_IO, "reading or writing the store failed: " },
    { "XX001", JY_E_IO, "the store is damaged: " },
    { "XX002", JY_E_IO, "the store is damaged: " },
    { "42501", JY_E_INTERNAL, "the role lacks a right; `jinyin migrate` gives it: " },
};

static void
copy(char *out, size_t size, const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);

    if (len >= size)                  /* between two characters of UTF-8 */
        for (len = size - 1; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
            ;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = '\0';
}

void
pg_error_take(struct db_conn *conn, PGresult *result, struct pg_error *out)
{
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    *out = (struct pg_error){ .err = JY_E_INTERNAL };
    copy(out->sqlstate, sizeof(out->sqlstate), state);
    copy(out->text, sizeof(out->text), text != NULL ? text : PQerrorMessage(conn->pg));
    if (text == NULL)                 /* libpq ends its own words with a line */
        out->text[strcspn(out->text, "\n")] = '\0';
    if (result != NULL) {
        copy(out->table, sizeof(out->table), PQresultErrorField(result, PG_DIAG_TABLE_NAME));
        copy(out->column, sizeof(out->column), PQresultErrorField(result, PG_DIAG_COLUMN_NAME));
        copy(out->constraint, sizeof(out->constraint), PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
    }
    for (size_t i = 0; state != NULL && i < sizeof(states) / sizeof(states[0]); i++)
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0) {
            char whole[sizeof(out->text)];
            out->err = states[i].err;
            copy(whole, sizeof(whole), out->text);
            snprintf(out->text, sizeof(out->text), "%s%.*s", states[i].hint, (int)(sizeof(whole) - strlen(states[i].hint) - 1), whole);
            break;
        }
    if (PQstatus(conn->pg) == CONNECTION_BAD || conn->lost) {
        conn->lost = true;
        out->err = JY_E_UNAVAILABLE;
    }
    PQclear(result);
}

/* "seal.maker_id, seal.number" of an index over columns, its own name of one over expressions. */
static bool
columns_of(struct db_conn *conn, const char *index, char *out, size_t size)
{
    static const char ask[] =
        "SELECT string_agg(t.relname || '.' || a.attname, ', ' ORDER BY k.n) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid "
        "JOIN pg_class t ON t.oid = i.indrelid CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n) "
        "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
        "WHERE x.relname = $1 AND x.relnamespace = current_schema()::regnamespace AND NOT 0 = ANY (i.indkey::int2[])";
    PGresult *result;
    bool found;

    if (pg_ask(conn, ask, 1, &index, &result, NULL) != JY_OK)
        return false;
    found = PQntuples(result) == 1 && !PQgetisnull(result, 0, 0);
    if (found)
        copy(out, size, PQgetvalue(result, 0, 0));
    PQclear(result);
    return found;
}

jy_err
pg_error_tell(struct db_conn *conn, const struct pg_error *error, const char *context, struct jy_fault *fault)
{
    char where[sizeof(fault->where)] = "", columns[sizeof(fault->where)];

    if (error->err != JY_E_CONFLICT)
        snprintf(where, sizeof(where), "%s", context == NULL ? "" : context);
    else if (strcmp(error->sqlstate, TRIGGER_STATE) == 0)
        copy(where, sizeof(where), error->text);
    else if (strcmp(error->sqlstate, "23503") == 0)
        strcpy(where, "foreign key");
    else if (strcmp(error->sqlstate, "23502") == 0)
        snprintf(where, sizeof(where), "%s.%s", error->table, error->column);
    else if (strcmp(error->sqlstate, "23505") == 0 && columns_of(conn, error->constraint, columns, sizeof(columns)))
        memcpy(where, columns, sizeof(where));
    else
        snprintf(where, sizeof(where), "%s", error->constraint);
    return jy_fail(fault, error->err, where, 0, "%s", error->text);
}

jy_err
pg_fail(struct db_conn *conn, PGresult *result, const char *context, struct jy_fault *fault)
{
    struct pg_error error;

    pg_error_take(conn, result, &error);
    return pg_error_tell(conn, &error, context, fault);
}
