/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the routes of web with the very fields that check them, the errors, and the limits of a query, as JSON: tools/gen_openapi.py reads it. */
#include "daemons/web/client.h"
#include "daemons/web/route.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { enum field_kind kind; const char *name; } kinds[] = {
    { IN_TEXT, "text" }, { IN_BOOL, "bool" }, { IN_INT, "int" }, { IN_NUMBER, "number" }, { IN_TIME, "time" }, { IN_SEALED, "sealed" },
    { IN_TEXTS, "texts" }, { IN_OBJECTS, "objects" },
};
static const char *const scopes[] = { "unset", "public", "self", "own_organization", "own_maker", "by_role", "city_wide" };
static const char *const bodies[] = { "unset", "none", "json", "bytes" };
static const struct { const char *code; int http; const char *en, *zh; } errors[] = {
#define JY_ERROR(name, code, http, en, zh) { code, http, en, zh },
#include <jinyin/errors.def>
#undef JY_ERROR
};

/* The handler's own name is the operation's: one word for both. */
static const char *
handler_name(web_handler *handler)
{
    Dl_info info;
    void *address;

    memcpy(&address, &handler, sizeof(address));
    return dladdr(address, &info) != 0 && info.dli_sname != NULL ? info.dli_sname : "";
}

static json_t *field_json(const struct field *field);

static json_t *
fields_json(const struct field *fields)
{
    json_t *list = json_array();

    for (const struct field *field = fields; field != NULL && field->name != NULL; field++)
        json_array_append_new(list, field_json(field));
    return list;
}

static json_t *
field_json(const struct field *field)
{
    const struct field_form *form = field->check == NULL ? NULL : field_form(field->check);
    json_t *out = json_pack("{s:s, s:I, s:I, s:b}", "name", field->name, "min", (json_int_t)field->min, "max", (json_int_t)field->max, "optional",
                            field->optional), *codes;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].kind == field->kind)
            json_object_set_new(out, "kind", json_string(kinds[i].name));
    if (field->kind == IN_OBJECTS)
        json_object_set_new(out, "members", fields_json(field->members));
    if (field->check != NULL)
        json_object_set_new(out, "form", json_string(form == NULL ? "undescribed" : form->name));
    if (form != NULL && form->pattern != NULL)
        json_object_set_new(out, "pattern", json_string(form->pattern));
    if (form != NULL && form->code_at != NULL) {
        codes = json_array();
        for (size_t i = 0; form->code_at(i) != NULL; i++)
            json_array_append_new(codes, json_string(form->code_at(i)));
        json_object_set_new(out, "codes", codes);
    }
    return out;
}

/* What an application needs for the route: a scope, whose tiers come with it. */
static json_t *
right_json(const struct client_right *right)
{
    size_t count;
    const struct client_tier *tiers = client_tiers(&count);
    json_t *codes = json_array();

    for (size_t i = 0; i < count; i++)
        if ((client_scope_by_code(right->scope)->tiers & tiers[i].tier) != 0)
            json_array_append_new(codes, json_string(tiers[i].code));
    return json_pack("{s:s, s:b, s:o}", "scope", right->scope, "needs_person", right->needs_person, "tiers", codes);
}

static json_t *
route_json(const struct route *r)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:I, s:b, s:s}", "method", r->method, "path", r->path, "handler", handler_name(r->handler),
                            "scope", scopes[r->scope], "audit", r->audit, "body", bodies[r->body], "body_max", (json_int_t)r->body_max, "once", r->once,
                            "source", r->source), *roles = json_array(), *fresh = json_array();
    const struct client_right *right = client_right_of(r);

    for (unsigned bit = 1; bit != 0 && bit < ANYBODY; bit <<= 1)
        if ((r->fresh & bit) != 0)
            json_array_append_new(fresh, json_string(role_code((enum role)bit)));
    for (unsigned bit = 1; bit != 0 && bit < ANYBODY; bit <<= 1)
        if ((r->roles & bit) != 0 && role_code((enum role)bit)[0] != '\0')
            json_array_append_new(roles, json_string(role_code((enum role)bit)));
    if (right != NULL)
        json_object_set_new(out, "right", right_json(right));
    json_object_set_new(out, "roles", roles);
    json_object_set_new(out, "fresh", fresh);
    json_object_set_new(out, "fields", fields_json(r->fields));
    return out;
}

int
main(void)
{
    json_t *all = json_object(), *list = json_array(), *known = json_array();
    size_t count;
    const struct route *table = routes(&count);
    char *text;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, route_json(&table[i]));
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        json_array_append_new(known, json_pack("{s:s, s:i, s:s, s:s}", "code", errors[i].code, "status", errors[i].http, "en", errors[i].en, "zh",
                                               errors[i].zh));
    json_object_set_new(all, "version", json_string(JY_VERSION));
    json_object_set_new(all, "routes", list);
    json_object_set_new(all, "errors", known);
    text = json_dumps(all, JSON_INDENT(1));
    if (text == NULL || puts(text) < 0 || fflush(stdout) != 0)
        return EXIT_FAILURE;
    free(text);
    json_decref(all);
    return EXIT_SUCCESS;
}
