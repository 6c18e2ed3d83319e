/* SPDX-License-Identifier: Apache-2.0 */
/* register.h: the engraving system's register: fictitious organizations of Tianjin and their physical seals. Fixed tables, no state. */
#ifndef JY_SIM_REGISTER_H
#define JY_SIM_REGISTER_H

#include <jinyin/base.h>

/** An organization that does not exist: its name says 演示. */
struct sim_organization {
    const char *uscc;                 /* GB 32100 and GB 11714 check digits are right; region 1201xx */
    const char *name;
};

/** A physical seal as the engraving system knows it. */
struct sim_seal {
    const char *seal_code;            /* 13 digits: 4 region, 3 maker, 6 serial */
    size_t organization;              /* row of sim_organizations() */
    const char *kind;                 /* code of core/kinds.c */
    const char *state;                /* "in_use", "cancelled", "lost" */
    const char *line;                 /* the words below the centre, also the end of the seal's name; "" on a statutory seal */
    int width_mm, height_mm;
};

const struct sim_organization *sim_organizations(size_t *count);
/** In the order in which they are listed: the statutory seals in use come first. */
const struct sim_seal *sim_seals(size_t *count);
/** The row with this code, or NULL. */
const struct sim_seal *sim_seal_by_code(const char *seal_code);
const struct sim_organization *sim_seal_organization(const struct sim_seal *seal);
/** The seal's name (印章名称): the organization's, followed by the line below the centre. At most 200 bytes. */
JY_CHECK jy_err sim_seal_name(const struct sim_seal *seal, struct jy_buf *out);

#endif
