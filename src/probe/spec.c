/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user wants sent, turned into a control block's parameters. */
#include "probe/spec.h"

#include <assert.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static const struct {
    const char *name, *options;
    uint16_t window;
    uint8_t hop_limit;
    const char *help;
} profiles[PROFILE_COUNT] = {
#define X(id, name, options, window, hop_limit, help)                                              \
    [PROFILE_##id] = {name, options, window, hop_limit, help},
    PROFILE_TABLE(X)
#undef X
};

static const struct {
    const char *name, *help;
} closes[CLOSE_COUNT] = {
#define X(id, name, help) [CLOSE_##id] = {name, help},
    CLOSE_TABLE(X)
#undef X
};

void spec_init(struct spec *spec)
{
    memset(spec, 0, sizeof *spec);
    spec->profile = PROFILE_LINUX;
    spec->flags = TCP_SYN;
    spec->window = -1;
    spec->hop_limit = -1;
    spec->traffic_class = -1;
    spec->dont_fragment = -1;
    spec->timeout = SECOND;
    spec->retries = 2;
    spec->close_timeout = SECOND;
    spec->close = CLOSE_FIN;
}

int spec_check(const struct spec *spec, struct fault *fault)
{
    if (!(spec->flags & TCP_SYN) || spec->flags & (TCP_ACK | TCP_RST))
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--flags': a handshake begins with SYN, and with neither ACK nor RST");
    if (spec->half_close && spec->close != CLOSE_FIN)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--half-close' sends a FIN and cannot go with '--close=%s'",
                         closes[spec->close].name);
    if (spec->data_in_syn && spec->data_length == 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--fast-open' puts data into the SYN and needs '--send'");
    if (spec->source.family != IP_FAMILY_NONE && spec->family != IP_FAMILY_NONE &&
        spec->source.family != spec->family)
        return fault_set(fault, FAULT_USAGE, 0, "'--source' is not an IPv%c address",
                         spec->family == IP_FAMILY_V4 ? '4' : '6');
    return 0;
}

uint16_t spec_route_mss(const struct route *route, enum ip_family family)
{
    uint32_t headers = TCP_HEADER_MIN + (family == IP_FAMILY_V6 ? 40u : 20u);
    uint32_t mss = route->mtu > headers ? route->mtu - headers : 1;

    /* 65535 in the option means "no limit" to a receiver of jumbograms (RFC 2675), so the largest
     * is below it. */
    return (uint16_t)(mss > 65495 ? 65495 : mss);
}

/* The profile's options with the route's MSS put in. */
static void profile_options(enum profile profile, uint16_t mss, struct options *ret_options)
{
    int error = options_read(profiles[profile].options, "profile", ret_options, NULL);

    assert(!error);
    (void)error;
    for (unsigned i = 0; i < ret_options->count; i++) {
        const struct option *option = &ret_options->list[i];

        if (option->kind == OPTION_MSS) {
            ret_options->bytes[option->at + 2] = (uint8_t)(mss >> 8);
            ret_options->bytes[option->at + 3] = (uint8_t)mss;
        }
    }
}

void spec_apply(const struct spec *spec, const struct route *route,
                const struct address *destination, uint16_t source_port, uint16_t destination_port,
                const struct spec_random *random, struct tcb_parameters *ret_parameters,
                struct craft_header *ret_header)
{
    uint16_t mss = spec_route_mss(route, destination->family);
    uint16_t window = profiles[spec->profile].window;
    uint8_t hop_limit = profiles[spec->profile].hop_limit;
    struct option_summary summary;

    if (window == 0)
        window = (uint16_t)(65535 / mss * mss);
    if (spec->window >= 0)
        window = (uint16_t)spec->window;
    if (hop_limit == 0)
        hop_limit = route->hop_limit;

    *ret_parameters = (struct tcb_parameters){
        .source_port = source_port,
        .destination_port = destination_port,
        .iss = spec->has_seq ? spec->seq : random->iss,
        .syn_flags = (uint16_t)(spec->flags | (spec->ecn ? TCP_ECE | TCP_CWR : 0)),
        .syn_window = window,
        .receive_window = window,
        .ts_offset = random->ts_offset,
        .mss_default = destination->family == IP_FAMILY_V6 ? 1220 : 536,
        .mss_limit = mss,
        .rto_initial = spec->timeout,
        .rto_min = SECOND / 5, /* as Linux and others; RFC 6298 2.4 would have 1 s */
        .rto_max = 60 * SECOND,
        .syn_retries = spec->retries,
        .data_retries = 3,
        .msl = spec->time_wait / 2,
        .data = spec->data,
        .data_length = spec->data_length,
        .data_in_syn = spec->data_in_syn,
    };
    if (spec->has_options)
        ret_parameters->syn_options = spec->options;
    else
        profile_options(spec->profile, mss, &ret_parameters->syn_options);
    /* Where a scale was offered the window may grow to what the scale can say, as a real receiver's
     * would. */
    options_summarize(&ret_parameters->syn_options, &summary);
    if (spec->has_options && summary.has_timestamps && summary.ts_val != 0) {
        ret_parameters->has_ts_first = true;
        ret_parameters->ts_first = summary.ts_val;
    }
    if (summary.has_wscale && window > 0 && spec->window < 0)
        ret_parameters->receive_window = 1u << 20;

    *ret_header = (struct craft_header){
        .source = route->source,
        .destination = *destination,
        .hop_limit = spec->hop_limit >= 0 ? (uint8_t)spec->hop_limit : hop_limit,
        .traffic_class = spec->traffic_class >= 0 ? (uint8_t)spec->traffic_class : 0,
        .identification = random->identification ? random->identification : 1,
        .dont_fragment = spec->dont_fragment != 0,
        .flow_label = random->flow_label & 0xfffff,
    };
}

const char *profile_name(enum profile profile)
{
    assert(profile < PROFILE_COUNT);
    return profiles[profile].name;
}

const char *profile_help(enum profile profile)
{
    assert(profile < PROFILE_COUNT);
    return profiles[profile].help;
}

enum profile profile_find(const char *name)
{
    unsigned profile = 0;

    while (profile < PROFILE_COUNT && strcmp(name, profiles[profile].name) != 0)
        profile++;
    return (enum profile)profile;
}

const char *close_name(enum close_manner manner)
{
    assert(manner < CLOSE_COUNT);
    return closes[manner].name;
}

const char *close_help(enum close_manner manner)
{
    assert(manner < CLOSE_COUNT);
    return closes[manner].help;
}

enum close_manner close_find(const char *name)
{
    unsigned manner = 0;

    while (manner < CLOSE_COUNT && strcmp(name, closes[manner].name) != 0)
        manner++;
    return (enum close_manner)manner;
}
