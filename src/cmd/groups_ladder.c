/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a climb of the ladder of TCP options. */
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "probe/climb.h"

/* The words of tables, read out of them: for completions, and for people. Each begins with a
 * separator that is not meant. */
#define X(id, name, ...) "," name
static const char feature_values[] = RUNG_FEATURE_TABLE(X), severity_values[] = SEVERITY_TABLE(X);
#undef X
#define X(id, name, ...) ", " name
static const char feature_words[] = RUNG_FEATURE_TABLE(X), severity_words[] = SEVERITY_TABLE(X);
#undef X

#define HOUR (INT64_C(3600) * 1000000000)

static const struct cli_option ladder_options[] = {
    {"features", CLI_KEY_FEATURES, "LIST", &feature_values[1],
     "Ask about these only, as in sack,timestamps,ecn (default: all; 'describe features' lists "
     "them), and what they are held against"},
    {"repeat", CLI_KEY_REPEAT, "NUMBER", NULL,
     "Send each SYN this often, 1 to 100, so that loss is told from a rule (default: 3)"},
    {"patience", CLI_KEY_PATIENCE, "DURATION", NULL,
     "Hold one connection half-open for this long, to see the SYN,ACK come again; 0: none "
     "(default: 8s)"},
    {"send", CLI_KEY_SEND, "TEXT|@FILE", NULL,
     "Send this on the connections that are opened whole, so that the peer sends data: text with "
     "\\n, \\r, \\t, \\xHH, or the bytes of a file ('@-': standard input)"},
    {"half-open", CLI_KEY_HALF_OPEN, NULL, NULL,
     "Open no connection whole: what was negotiated is not tried out"},
    {"no-hops", CLI_KEY_NO_HOPS, NULL, NULL,
     "Send no SYNs that expire on the way: what routers quote of them is not looked at"},
    {"each", CLI_KEY_EACH, NULL, NULL,
     "A record for each option, in place of one for each target (CSV: always)"},
    {"fail-on", CLI_KEY_FAIL_ON, "SEVERITY", &severity_values[1],
     "From a finding of this severity on the exit status is 1 (default: medium)"},
    {0},
};

static int take_features(const char *argument, uint32_t *ret_features, struct fault *fault)
{
    uint32_t features = 0;

    for (const char *at = argument; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        char name[32] = "";
        enum rung_feature feature;

        if (length < sizeof name)
            memcpy(name, at, length);
        feature = rung_feature_find(name);
        if (feature == RUNG_FEATURE_COUNT)
            return fault_set(fault, FAULT_SYNTAX, 0,
                             "--features '%s': '%.*s' is none of them, which are %s", argument,
                             (int)length, at, &feature_words[2]);
        features |= UINT32_C(1) << feature;
        at += length;
    }
    *ret_features = features;
    return 0;
}

static int take_fail_on(const char *argument, struct ladder_settings *ladder, struct fault *fault)
{
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (strcmp(argument, severity_word((enum severity)i)) == 0) {
            ladder->fail_on = (enum severity)i;
            ladder->has_fail_on = true;
            return 0;
        }
    return fault_set(fault, FAULT_SYNTAX, 0, "--fail-on '%s': one of %s is wanted", argument,
                     &severity_words[2]);
}

static int take_ladder(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    struct ladder_settings *ladder = &settings->ladder;
    uint64_t value;
    int error = 0;

    switch (key) {
    case CLI_KEY_FEATURES:
        return take_features(argument, &ladder->features, fault);
    case CLI_KEY_REPEAT:
        error = text_number(argument, "--repeat", 1, RUNGS_REPEAT_MAX, &value, fault);
        if (!error)
            ladder->repeat = (unsigned)value;
        break;
    case CLI_KEY_PATIENCE:
        return text_duration(argument, "--patience", 0, HOUR, &ladder->patience, fault);
    case CLI_KEY_SEND:
        return cli_read_send(argument, settings, fault);
    case CLI_KEY_HALF_OPEN:
        ladder->half_open = true;
        break;
    case CLI_KEY_NO_HOPS:
        ladder->no_hops = true;
        break;
    case CLI_KEY_EACH:
        settings->each = true;
        break;
    case CLI_KEY_FAIL_ON:
        return take_fail_on(argument, ladder, fault);
    }
    return error;
}

const struct cli_group cli_group_ladder = {"Ladder", ladder_options, take_ladder};
