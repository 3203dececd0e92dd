/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an adapter's clock is used: only if it stamps every frame of both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/net_tstamp.h>

#include "net/link_clock.h"

#define SOFTWARE                                                                                   \
    (SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE)
#define HARDWARE                                                                                   \
    (SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE)
#define OFF_ON (1U << HWTSTAMP_TX_OFF | 1U << HWTSTAMP_TX_ON)
#define ALL    (1U << HWTSTAMP_FILTER_NONE | 1U << HWTSTAMP_FILTER_ALL)
#define PTP    (1U << HWTSTAMP_FILTER_NONE | 1U << HWTSTAMP_FILTER_PTP_V2_EVENT)

#define NO_CLOCK "capture, nanoseconds (the adapter has no clock)"
#define NO_SENT  "capture, nanoseconds (the adapter does not stamp what it sends)"
#define NO_ALL   "capture, nanoseconds (the adapter does not stamp all that it receives)"

static void test_lacks(void **state)
{
    (void)state;
    static const struct {
        struct link_clock_facts facts;
        const char *words;
    } rows[] = {
        {{true, SOFTWARE | HARDWARE, 0, OFF_ON, ALL}, NULL},
        {{true, HARDWARE, 3, OFF_ON, ALL | PTP}, NULL},
        {{false, 0, 0, 0, 0}, NO_CLOCK}, /* not asked: no such call in the kernel */
        {{false, HARDWARE, 0, OFF_ON, ALL}, NO_CLOCK},
        {{true, SOFTWARE, -1, 0, 0}, NO_CLOCK}, /* veth, loopback, virtio */
        {{true, HARDWARE, -1, OFF_ON, ALL}, NO_CLOCK},
        {{true, HARDWARE & ~SOF_TIMESTAMPING_RAW_HARDWARE, 0, OFF_ON, ALL}, NO_CLOCK},
        {{true, HARDWARE & ~SOF_TIMESTAMPING_TX_HARDWARE, 0, OFF_ON, ALL}, NO_SENT},
        {{true, HARDWARE, 0, 1U << HWTSTAMP_TX_OFF, ALL}, NO_SENT},
        {{true, HARDWARE, 0, 1U << HWTSTAMP_TX_ONESTEP_SYNC, ALL}, NO_SENT},
        {{true, HARDWARE & ~SOF_TIMESTAMPING_RX_HARDWARE, 0, OFF_ON, ALL}, NO_ALL},
        {{true, HARDWARE, 0, OFF_ON, PTP}, NO_ALL}, /* many adapters: PTP's frames only */
        {{true, HARDWARE, 0, OFF_ON, 0}, NO_ALL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = link_clock_lacks(&rows[i].facts);
        if (!got != !rows[i].words || (got && strcmp(got, rows[i].words) != 0))
            fail_msg("row %zu: %s", i, got ? got : "nothing lacks");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
