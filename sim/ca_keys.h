/* SPDX-License-Identifier: Apache-2.0 */
/* ca_keys.h: the keys and certificates of the CA, its time stamp authority and its OCSP responder: made once, kept in two folders. */
#ifndef JY_SIM_CA_KEYS_H
#define JY_SIM_CA_KEYS_H

#include <jinyin/cert.h>

#define SIM_CA_MARK "NOT FOR PRODUCTION"

/* The levels are CAs with lists of their own; the services after them are certificates of the issuing CA. */
enum { SIM_CA_ROOT, SIM_CA_ISSUING, SIM_CA_LEVELS, SIM_CA_TSA = SIM_CA_LEVELS, SIM_CA_RESPONDER, SIM_CA_KEYS };

struct sim_ca_level {
    struct jy_sm2 *key;
    struct jy_cert *cert;
};

/** The name of a key in file names and URLs: "root", "issuing", "tsa", "responder". */
const char *sim_ca_level_name(int level);
/**
 * Load folder/ca and folder/services, or make each in one step: a crash leaves a whole folder or none. Free levels with sim_ca_keys_free,
 * also on error.
 */
JY_CHECK jy_err sim_ca_keys_open(const char *folder, const char *base_url, jy_time now, struct sim_ca_level levels[SIM_CA_KEYS],
                                 struct jy_fault *fault);
void sim_ca_keys_free(struct sim_ca_level levels[SIM_CA_KEYS]);
/** A serial number: 16 random bytes, positive. */
JY_CHECK jy_err sim_ca_serial(uint8_t serial[16]);

#endif
