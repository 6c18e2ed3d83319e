/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of a stamping by digest only: the request that a prepared document makes, and the answer that finishes it. */
#include <jinyin/digest.h>

#include <codec/json.h>
#include <codec/text.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 2000
#define ANSWER_MAX (4u << 20)

static json_t *
place_json(const struct jy_stamp_place *p)
{
    json_t *out = json_pack("{s:i, s:f, s:f, s:f, s:f}", "page", p->page, "x_mm", p->x_mm, "y_mm", p->y_mm, "width_mm", p->width_mm, "height_mm",
                            p->height_mm);

    if (out != NULL && p->clip.width_mm > 0 &&
        (json_object_set_new(out, "clip_x_mm", json_real(p->clip.x_mm)) != 0 || json_object_set_new(out, "clip_y_mm", json_real(p->clip.y_mm)) != 0 ||
         json_object_set_new(out, "clip_width_mm", json_real(p->clip.width_mm)) != 0 ||
         json_object_set_new(out, "clip_height_mm", json_real(p->clip.height_mm)) != 0)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

jy_err
jy_digest_request(struct jy_slice original, const struct jy_prepared *prepared, const struct jy_stamp_place *places, size_t count, struct jy_buf *out,
                  struct jy_fault *fault)
{
    enum jy_format format = jy_format_detect(original);
    json_t *list = json_array(), *root;
    uint8_t digest[JY_SM3_SIZE];
    char *text = NULL;
    jy_err rc = list == NULL ? JY_E_NOMEM : JY_OK;

    if (format == JY_FORMAT_UNKNOWN)
        rc = jy_fail(fault, JY_E_UNKNOWN_FORMAT, NULL, 0, "neither OFD nor PDF");
    else if (count > PLACES_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "places", 0, "%zu places, %d are taken in one order", count, PLACES_MAX);
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (json_array_append_new(list, place_json(&places[i])) != 0)
            rc = JY_E_NOMEM;
    if (rc == JY_OK)
        rc = jy_sm3(original, digest);
    if (rc != JY_OK) {
        json_decref(list);
        return rc;
    }
    root = json_pack("{s:s, s:I, s:o, s:o, s:s, s:s, s:o}", "format", format == JY_FORMAT_OFD ? "OFD" : "PDF", "size", (json_int_t)original.len,
                     "document_digest", jy_json_hex(JY_SLICE(digest, JY_SM3_SIZE)), "data_hash", jy_json_hex(JY_SLICE(prepared->data_hash, JY_SM3_SIZE)),
                     "property_info", prepared->property_info, "slot", prepared->slot, "places", list);
    if (root == NULL || (text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9))) == NULL)
        rc = JY_E_NOMEM;
    if (rc == JY_OK && (rc = jy_buf_text(out, text)) == JY_OK)
        rc = jy_buf_byte(out, '\n');
    free(text);
    json_decref(root);
    return rc;
}

jy_err
jy_digest_answer(struct jy_slice json, char slot[256], struct jy_buf *value, struct jy_fault *fault)
{
    json_error_t error;
    json_t *root;
    const char *place, *text;
    jy_err rc = JY_OK;

    slot[0] = '\0';
    if (json.len > ANSWER_MAX)
        return jy_fail(fault, JY_E_LIMIT, "answer", 0, "%zu bytes", json.len);
    if ((root = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &error)) == NULL)
        return jy_fail(fault, JY_E_FORMAT, "answer", (uint64_t)(error.position < 0 ? 0 : error.position), "not JSON: %.120s", error.text);
    place = json_string_value(json_object_get(root, "slot"));
    text = json_string_value(json_object_get(root, "value"));
    if (place == NULL || place[0] == '\0' || strlen(place) > 255)
        rc = jy_fail(fault, JY_E_FORMAT, "slot", 0, "not the answer to an order by digest only");
    else if (text == NULL || text[0] == '\0')
        rc = jy_fail(fault, JY_E_FORMAT, "value", 0, "there is none: the order is not stamped yet");
    else if (jy_base64_decode(jy_slice_text(text), value) != JY_OK)
        rc = jy_fail(fault, JY_E_FORMAT, "value", 0, "must be base64");
    else
        memcpy(slot, place, strlen(place) + 1);
    json_decref(root);
    return rc;
}
