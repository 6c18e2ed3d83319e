/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemons/page/page.h"
#include "tests/unit/memory_file.h"

static struct page_room room = { .document_max_bytes = 4 << 20, .timeout_seconds = 20 };

/* As web asks and as it is answered. */
static void
ask_table(struct jy_slice json, int output, struct jy_frame *reply)
{
    struct jy_msg_PAGE_TABLE ask = { .table = memory_file(json), .output = output };
    struct jy_frame request;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(jy_ipc_send(ends[0], JY_ROOM_WEB, JY_MSG_PAGE_TABLE, &ask), JY_OK);
    assert_int_equal(jy_ipc_receive(ends[1], JY_ROOM_PAGE, 1000, &request), JY_OK);
    page_answer(&room, ends[1], &request);
    assert_int_equal(jy_ipc_receive(ends[0], JY_ROOM_WEB, 1000, reply), JY_OK);
    jy_frame_free(&request);
    close(ask.table);
    close(ends[0]);
    close(ends[1]);
}

#define HEAD "{\"title\":{\"zh\":\"用章登记簿\",\"en\":\"Register of use\"},\"made\":\"2026-11-26T12:00:00Z\",\"foot\":\"\",\"facts\":[],\"columns\":" \
             "[{\"zh\":\"用途\",\"en\":\"purpose\",\"width_mm\":20}],\"rows\":["

static void
R19_1__a_table_becomes_a_document(void **state)
{
    int output = memory_file(JY_EMPTY);
    struct jy_document *document;
    struct jy_buf json = { 0 };
    struct jy_frame reply;
    off_t size;
    void *pdf;

    (void)state;
    assert_int_equal(jy_buf_text(&json, HEAD), JY_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(jy_buf_fmt(&json, "%s[\"合同 %d\"]", i == 0 ? "" : ",", i), JY_OK);
    assert_int_equal(jy_buf_text(&json, "]}"), JY_OK);
    ask_table(jy_buf_slice(&json), output, &reply);
    assert_int_equal(reply.type, JY_MSG_PAGE_TABLED);
    assert_true(reply.u.PAGE_TABLED.pages > 1);
    size = lseek(output, 0, SEEK_END);
    assert_ptr_not_equal(pdf = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, output, 0), MAP_FAILED);
    assert_int_equal(jy_document_open(JY_SLICE(pdf, (size_t)size), &document, NULL), JY_OK);
    assert_int_equal(jy_document_page_count(document), reply.u.PAGE_TABLED.pages);
    assert_true(jy_document_page(document, 0).width_mm > 296.9 && jy_document_page(document, 0).width_mm < 297.1);
    jy_document_free(document);
    munmap(pdf, (size_t)size);
    jy_frame_free(&reply);
    jy_buf_free(&json);
    close(output);
}

static void
a_table_that_is_none_is_refused_with_its_reason(void **state)
{
    static const struct { const char *json; jy_err err; const char *where; } rows[] = {
        { "", JY_E_EMPTY_FILE, "document" }, { "{", JY_E_FORMAT, "table" }, { HEAD "[1]]}", JY_E_FORMAT, "rows[0][0]" },
        { HEAD "[\"a\",\"b\"]]}", JY_E_FORMAT, "rows[0]" },
    };
    struct jy_buf big = { 0 };
    struct jy_frame reply;
    int output = memory_file(JY_EMPTY);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ask_table(jy_slice_text(rows[i].json), output, &reply);
        assert_int_equal(reply.type, JY_MSG_ERROR);
        assert_string_equal(reply.u.ERROR.code, jy_err_code(rows[i].err));
        assert_string_equal(reply.u.ERROR.where, rows[i].where);
        jy_frame_free(&reply);
    }
    assert_int_equal(jy_buf_reserve(&big, JY_TABLE_MAX + 1), JY_OK);
    memset(big.p, ' ', big.len = JY_TABLE_MAX + 1);
    ask_table(jy_buf_slice(&big), output, &reply);
    assert_int_equal(reply.type, JY_MSG_ERROR);
    assert_string_equal(reply.u.ERROR.code, jy_err_code(JY_E_LIMIT));
    assert_int_equal(lseek(output, 0, SEEK_END), 0);
    jy_frame_free(&reply);
    jy_buf_free(&big);
    close(output);
}

static int
begin(void **state)
{
    (void)state;
    return jy_fonts_open(&room.fonts, NULL) == JY_OK ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    jy_fonts_free(room.fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R19_1__a_table_becomes_a_document),
        cmocka_unit_test(a_table_that_is_none_is_refused_with_its_reason),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
