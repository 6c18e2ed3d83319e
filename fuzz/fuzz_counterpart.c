/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of hostile counterparts to the adapters: register, platform, gateway, time stamp authority; URLs that others chose. No crash, and what is
 * believed fits its message. First byte: which reader; the rest: the body. Signatures never fit, which is the point: nothing unsigned is believed.
 */
#include "daemons/link/adapter.h"
#include "daemons/link/hosts.h"
#include "daemons/link/message.h"
#include "daemons/link/platform.h"

#include <jinyin/timestamp.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t d[32] = { 1 };

static void
read_register(struct jy_slice body)
{
    struct jy_msg_LINK_REGISTER ask = { .after = "", .limit = 500 };
    struct jy_frame reply = { 0 };
    struct jy_buf frame = { 0 };
    int fds[JY_FRAME_FDS_MAX], fd_count;

    if (link_register_read(&ask, "n", body, &reply, NULL) == JY_OK && jy_ipc_encode(reply.type, &reply.u, &frame, fds, &fd_count) != JY_OK)
        abort();
    jy_buf_free(&frame);
    jy_frame_free(&reply);
}

static void
read_platform(const struct jy_sm2 *key, struct jy_slice body)
{
    char text[257];
    struct jy_buf rows = { 0 };
    uint32_t number;

    if (link_platform_read_challenge(key, "A", body, text, NULL) == JY_OK || link_platform_read_taken(key, "e", "R", body, text, NULL) == JY_OK ||
        link_platform_read_status(key, "c", "t", "n", body, &number, NULL) == JY_OK ||
        link_platform_read_revoked(key, 1, 500, "n", body, &rows, &number, NULL) == JY_OK)
        abort();
    if (link_platform_read_token(body, text, NULL) == JY_OK && strlen(text) > 256)
        abort();
    jy_buf_free(&rows);
}

static void
read_url(struct jy_slice body)
{
    char url[512];
    bool public_only;

    if (body.len >= sizeof(url))
        return;
    memcpy(url, body.p, body.len);
    url[body.len] = '\0';
    if (link_host_allowed("", url, "hosts", &public_only, NULL) == JY_OK)
        abort();
    (void)!link_host_allowed("a.example *", url, "hosts", &public_only, NULL);
    (void)link_mail_address_is_plain(url);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_sm2 *key;
    struct jy_timestamp_request asked = { .nonce = { 1 }, .nonce_len = 1, .cert_req = true };
    struct jy_buf token = { 0 };
    struct jy_slice body = JY_SLICE(data + 1, size - 1);
    char receipt[65];

    if (size < 1 || (key == NULL && jy_sm2_from_private(d, &key) != JY_OK))
        return 0;
    switch (data[0] % 5) {
    case 0:
        read_register(body);
        break;
    case 1:
        read_platform(key, body);
        break;
    case 2:
        (void)!link_sms_read("e", body, receipt, NULL);
        break;
    case 3:
        (void)!link_time_stamp_judge(body, &asked, &token, NULL);
        jy_buf_free(&token);
        break;
    default:
        read_url(body);
    }
    return 0;
}
