/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a plan share: its chance and its ports. */
#ifndef PROBE_ISN_PLAN_PARTS_H
#define PROBE_ISN_PLAN_PARTS_H

#include "probe/isn_plan.h"

/* Proposals of a port, or of a group of ports, before all are forgotten that were used. */
#define ISN_PLAN_PROPOSALS 64

/* The next number of the plan's own sequence of them; 0 ... below - 1; from ... to. */
uint64_t isn_plan_draw(struct isn_plan *plan);
uint32_t isn_plan_below(struct isn_plan *plan, uint32_t below);
int64_t isn_plan_between(struct isn_plan *plan, int64_t from, int64_t to);

/* From which port on there are enough of them outside the machine's own range, or just enough. */
void isn_plan_range(struct isn_plan *plan, const struct isn_plan_options *options);
/* Whether a source has used a port; that it does. */
bool isn_plan_used(const struct isn_plan *plan, uint32_t src, uint32_t port);
void isn_plan_use(struct isn_plan *plan, uint32_t src, uint32_t port);

/* Ports whose numbers tell an affine function of the port, or one that is linear in its bits, from
 * a hash. */
struct isn_plan_group {
    uint16_t ports[4];
    unsigned count, at;
};

/* The next port of the group, or of another one. */
uint16_t isn_plan_group_next(struct isn_plan *plan, struct isn_plan_group *group);

#endif
