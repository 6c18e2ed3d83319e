/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/hosts.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_SIZE 300                 /* host:port */

/* "host:port" in lower case, by the same reader that will call it. */
static bool
read_host(const char *url, char out[HOST_SIZE], bool *https)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    bool good = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && strlen(host) <= 255 && strlen(port) <= 5;

    if (good) {
        snprintf(out, HOST_SIZE, "%.255s:%.5s", host, port);
        *https = strcmp(scheme, "https") == 0;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_url_cleanup(parts);
    return good;
}

static bool
entry_is(const char *entry, size_t len, const char *host, bool https)
{
    char whole[HOST_SIZE];

    if (len == 0 || len >= HOST_SIZE - 6)
        return false;
    snprintf(whole, sizeof(whole), "%.*s%.4s", (int)len, entry, memchr(entry, ':', len) != NULL && entry[len - 1] != ']' ? "" : https ? ":443" : ":80");
    return strcasecmp(whole, host) == 0;
}

jy_err
link_host_allowed(const char *list, const char *url, const char *config_key, bool *public_only, struct jy_fault *fault)
{
    char host[HOST_SIZE];
    bool https = false, any = false;

    *public_only = false;
    if (strpbrk(url, "#\\ \t\r\n") != NULL || !read_host(url, host, &https))
        return jy_fail(fault, JY_E_BAD_FIELD, "url", 0, "not an http or https URL without user and fragment");
    for (const char *p = list; *p != '\0';) {
        size_t len = strcspn(p, " ,");
        if (entry_is(p, len, host, https))
            return JY_OK;
        any = any || (len == 1 && *p == '*');
        p += len;
        p += strspn(p, " ,");
    }
    if (any && https) {
        *public_only = true;
        return JY_OK;
    }
    return jy_fail(fault, JY_E_FORBIDDEN, config_key, 0, "%s is not one of the hosts in %s", host, config_key);
}

static const struct { uint32_t network, mask; } private_networks[] = {
    { 0x00000000, 0xFF000000 } /* this network */,   { 0x0A000000, 0xFF000000 } /* private */,       { 0x64400000, 0xFFC00000 } /* shared */,
    { 0x7F000000, 0xFF000000 } /* loopback */,       { 0xA9FE0000, 0xFFFF0000 } /* link-local */,    { 0xAC100000, 0xFFF00000 } /* private */,
    { 0xC0000000, 0xFFFFFF00 } /* IETF protocols */, { 0xC0000200, 0xFFFFFF00 } /* documentation */, { 0xC0A80000, 0xFFFF0000 } /* private */,
    { 0xC6120000, 0xFFFE0000 } /* benchmarking */,   { 0xC6336400, 0xFFFFFF00 } /* documentation */, { 0xCB007100, 0xFFFFFF00 } /* documentation */,
    { 0xE0000000, 0xF0000000 } /* multicast */,      { 0xF0000000, 0xF0000000 } /* reserved */,
};

static bool
is_public_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof(private_networks) / sizeof(private_networks[0]); i++)
        if ((address & private_networks[i].mask) == private_networks[i].network)
            return false;
    return true;
}

static uint32_t
last_four(const struct in6_addr *a)
{
    return (uint32_t)a->s6_addr[12] << 24 | (uint32_t)a->s6_addr[13] << 16 | (uint32_t)a->s6_addr[14] << 8 | a->s6_addr[15];
}

/* Only 2000::/3 is given out to the public; within it, what tunnels an IPv4 address is refused. */
static bool
is_public_v6(const struct in6_addr *a)
{
    static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

    if (IN6_IS_ADDR_V4MAPPED(a) || memcmp(a->s6_addr, nat64, sizeof(nat64)) == 0)
        return is_public_v4(last_four(a));
    if ((a->s6_addr[0] & 0xE0) != 0x20)
        return false;
    if (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x02)                              /* 6to4 */
        return false;
    if (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x01 && a->s6_addr[2] == 0x0d && a->s6_addr[3] == 0xb8)   /* documentation */
        return false;
    return !(a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x01 && a->s6_addr[2] == 0x00);                         /* 2001::/24: Teredo and its like */
}

bool
link_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_public_v4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    return address->sa_family == AF_INET6 && is_public_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}
