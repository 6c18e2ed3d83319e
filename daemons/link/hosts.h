/* SPDX-License-Identifier: Apache-2.0 */
/* hosts.h: which URLs that others chose may be called. A URL in a certificate or from a client is not a reason to knock at our own doors. */
#ifndef JY_LINK_HOSTS_H
#define JY_LINK_HOSTS_H

#include <jinyin/base.h>

#include <sys/socket.h>

/**
 * list: "host" or "host:port", separated by blanks or commas; a host without a port has the port of its scheme. "*" = any host, by https only
 * and at a public address only (*public_only is set). Errors: JY_E_BAD_FIELD not an http or https URL, or with a user, a fragment or a control
 * character; JY_E_FORBIDDEN not on the list. config_key is named in the fault.
 */
JY_CHECK jy_err link_host_allowed(const char *list, const char *url, const char *config_key, bool *public_only, struct jy_fault *fault);
/** Not loopback, private, link-local, shared, multicast, documentation or unspecified; IPv4 within IPv6 as IPv4. */
bool link_address_is_public(const struct sockaddr *address);

#endif
