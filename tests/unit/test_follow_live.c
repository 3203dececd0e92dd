/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that probe/follow says of a server what `handshake` says of it in its ladder. */
#include "follow_script.h"

struct row {
    const char *name;
    enum follow_hint hint;
    const char *segments[10];
};

static const struct row rows[] = {
    {"the client closes first",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "> . 1:11 ack 1", "< . 1:6 ack 11",
      "> F. 11:11 ack 6", "< . 6:6 ack 12", "< F. 6:6 ack 12", "> . 12:12 ack 7"}},
    {"FIN and ACK in one",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "> F. 1:1 ack 1", "< F. 1:1 ack 2",
      "> . 2:2 ack 2"}},
    {"the server closes first",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "< F. 1:1 ack 1", "> . 1:1 ack 2",
      "> F. 1:1 ack 2", "< . 2:2 ack 2"}},
    {"both at once",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "> F. 1:1 ack 1", "< F. 1:1 ack 1",
      "< . 2:2 ack 2", "> . 2:2 ack 2"}},
    {"both at once, the other way round",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "< F. 1:1 ack 1", "> F. 1:1 ack 1"}},
    {"reset by the server",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "> . 1:1 ack 1", "< R 1:1"}},
    {"reset by the client", FOLLOW_HINT_ANSWERED, {"> S 0:0", "< S. 0:0 ack 1", "> R 1:1"}},
    {"refused", FOLLOW_HINT_REFUSED, {"> S 0:0", "> S 0:0", "< R. 0:0 ack 1"}},
    {"nothing is known", FOLLOW_HINT_NONE, {"> S 0:0", "> S 0:0"}},
    {"SYN and SYN,ACK repeated",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "> S 0:0", "< S. 0:0 ack 1", "< S. 0:0 ack 1", "> . 1:1 ack 1"}},
    {"the ACK was not captured",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1", "< . 1:11 ack 1"}},
    {"data in the SYN",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:5", "< S. 0:0 ack 6", "< . 1:11 ack 6", "> . 6:6 ack 11"}},
    {"wrong checksums",
     FOLLOW_HINT_ANSWERED,
     {"> S 0:0", "< S. 0:0 ack 1 badsum", "< S. 0:0 ack 1", "< R 1:1 badsum", "> . 1:1 ack 1"}},
};

static void play(const struct row *row)
{
    bool answered = row->hint == FOLLOW_HINT_ANSWERED;
    struct script script;
    struct server server;
    unsigned copy = 0;

    script_begin(&script, 1000, 7000);
    follow_init_hint(&script.follow, row->hint, 1);
    server_begin(&server, answered, row->hint == FOLLOW_HINT_REFUSED, answered ? 1 : 0);
    for (size_t i = 0; i < COUNT_OF(row->segments) && row->segments[i]; i++) {
        struct line line = {(double)i, row->segments[i], NULL, NULL, NULL};
        struct seen seen = {.outgoing = row->segments[i][0] == '>'};
        enum server_state live, followed;

        script_line(&script, &line);
        seen.segment = script.segment;
        if (seen.outgoing && seen.segment.flags & TCP_SYN)
            copy++;
        seen.copy = copy;
        if (strstr(row->segments[i], "badsum"))
            seen.remarks = REMARK(CHECKSUM);
        live = server_follow(&server, &seen);
        followed = (enum server_state)script.step.server.state;
        if (live != followed)
            fail_msg("%s: %s: live %s, followed %s", row->name, row->segments[i],
                     server_state_name(live), server_state_name(followed));
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        play(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
