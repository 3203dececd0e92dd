/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rungs of the ladder of options, made into what the engine sends. */
#include "probe/ladder/rungs.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "probe/pattern.h"

/* Data that no server takes amiss, should it hand them on: the end of an empty line. */
#define SYN_DATA "\r\n"

/* Kinds that IANA has not assigned. */
#define KIND_FIRST 79
#define KIND_LAST  171
/* The first half of Fast Open's experiment identifier, RFC 7413 section 9. */
#define EXID_FASTOPEN 0xf989

/* Room for a rung's options with all holes filled. */
#define FILLED_SIZE 512

static const struct rung rungs[RUNG_COUNT] = {
/* clang-format off */
#define RUNG_HEADER(ID, FEATURE, ROLE, BESIDE, LIKE, NAME, OPTIONS, PURPOSE, REFERENCE, FLAGS, ECN_BITS, DATA_TEXT, WRONG) \
    [RUNG_##ID] = {.feature = RUNG_FEATURE_##FEATURE, .role = RUNG_ROLE_##ROLE, \
                   .beside = RUNG_##BESIDE, .like = PROFILE_##LIKE, .name = (NAME), \
                   .options = (OPTIONS), .purpose = (PURPOSE), .reference = (REFERENCE), \
                   .flags = (FLAGS), .ecn = (ECN_BITS), .data = (DATA_TEXT), \
                   .wrong_checksum = (WRONG)},
#include "probe/ladder/rungs.def"
    /* clang-format on */
};

static const struct {
    const char *name, *words, *reference;
} features[RUNG_FEATURE_COUNT] = {
#define X(id, name, words, reference) [RUNG_FEATURE_##id] = {name, words, reference},
    RUNG_FEATURE_TABLE(X)
#undef X
};

static const char *const roles[RUNG_ROLE_COUNT] = {
#define X(id, name, meaning) [RUNG_ROLE_##id] = name,
    RUNG_ROLE_TABLE(X)
#undef X
};

enum hole {
#define X(id, name, words) HOLE_##id,
    RUNG_HOLE_TABLE(X)
#undef X
        HOLE_COUNT
};
static const char *const holes[HOLE_COUNT] = {
#define X(id, name, words) [HOLE_##id] = (name),
    RUNG_HOLE_TABLE(X)
#undef X
};

static const char *const profile_options[PROFILE_COUNT] = {
#define X(id, name, options, window, hop_limit, help) [PROFILE_##id] = (options),
    PROFILE_TABLE(X)
#undef X
};

const struct rung *rung_of(enum rung_id id)
{
    assert(id < RUNG_COUNT);
    return &rungs[id];
}

enum rung_id rung_find(const char *name)
{
    unsigned id = 0;

    while (id < RUNG_COUNT && strcmp(name, rungs[id].name) != 0)
        id++;
    return (enum rung_id)id;
}

const char *rung_feature_name(enum rung_feature feature)
{
    assert(feature < RUNG_FEATURE_COUNT);
    return features[feature].name;
}

const char *rung_feature_words(enum rung_feature feature)
{
    assert(feature < RUNG_FEATURE_COUNT);
    return features[feature].words;
}

const char *rung_feature_reference(enum rung_feature feature)
{
    assert(feature < RUNG_FEATURE_COUNT);
    return features[feature].reference;
}

enum rung_feature rung_feature_find(const char *name)
{
    unsigned feature = 0;

    while (feature < RUNG_FEATURE_COUNT && strcmp(name, features[feature].name) != 0)
        feature++;
    return (enum rung_feature)feature;
}

const char *rung_role_name(enum rung_role role)
{
    assert(role < RUNG_ROLE_COUNT);
    return roles[role];
}

uint64_t rung_draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void rung_values_draw(uint64_t seed, uint64_t turn, struct rung_values *values)
{
    uint64_t state = seed, half[2];

    /* Neighbouring turns begin far from each other. */
    state = rung_draw(&state) ^ turn;
    state = rung_draw(&state);
    values->seq = (uint32_t)rung_draw(&state);
    do
        values->ts_val = (uint32_t)rung_draw(&state);
    while (values->ts_val == 0);
    do
        values->echo = (uint32_t)rung_draw(&state);
    while (values->echo == 0);
    do
        values->exid = (uint32_t)rung_draw(&state);
    while (values->exid >> 16 == EXID_FASTOPEN);
    values->kind = (uint8_t)(KIND_FIRST + rung_draw(&state) % (KIND_LAST - KIND_FIRST + 1));
    half[0] = rung_draw(&state);
    half[1] = rung_draw(&state);
    memcpy(values->nonce, half, sizeof(values->nonce));
}

bool rung_needs_cookie(enum rung_id id)
{
    return strstr(rung_of(id)->options, "{cookie}") != NULL;
}

bool rung_ready(enum rung_id id, const struct rung_values *values)
{
    return values->cookie_length > 0 || !rung_needs_cookie(id);
}

/* Text that grows. */
struct filled {
    char text[FILLED_SIZE];
    size_t at;
};

static void add_hex(struct filled *filled, const uint8_t *bytes, size_t length)
{
    char hex[2 * OPTIONS_MAX + 1];

    text_show_hex(bytes, length, hex, sizeof(hex));
    text_append(filled->text, sizeof(filled->text), &filled->at, "%s", hex);
}

static void add_number(struct filled *filled, uint32_t number)
{
    text_append(filled->text, sizeof(filled->text), &filled->at, "%u", number);
}

/* What a profile asks for, with our values in it. */
static void add_profile(struct filled *filled, enum profile profile,
                        const struct rung_values *values)
{
    char text[OPTIONS_TEXT_SIZE];
    struct options options;
    int error;

    error = options_read(profile_options[profile], "profile", &options, NULL);
    assert(!error);
    (void)error;
    pattern_offer_mss(&options, values->mss);
    options_set_timestamps(&options, values->ts_val, 0);
    text_append(filled->text, sizeof(filled->text), &filled->at, "%s",
                options_show(&options, text));
}

static void add_hole(struct filled *filled, enum hole hole, const struct rung_values *values)
{
    switch (hole) {
    case HOLE_MSS:
        add_number(filled, values->mss);
        return;
    case HOLE_TS:
        add_number(filled, values->ts_val);
        return;
    case HOLE_ECHO:
        add_number(filled, values->echo);
        return;
    case HOLE_EXID:
        text_append(filled->text, sizeof(filled->text), &filled->at, "%08x", values->exid);
        return;
    case HOLE_KIND:
        add_hex(filled, &values->kind, 1);
        return;
    case HOLE_COOKIE:
        add_hex(filled, values->cookie, values->cookie_length);
        return;
    case HOLE_NONCE:
        add_hex(filled, values->nonce, 16);
        return;
    case HOLE_NONCE14:
        add_hex(filled, values->nonce, 14);
        return;
    case HOLE_NONCE8:
        add_hex(filled, values->nonce, 8);
        return;
    case HOLE_NONCE4:
        add_hex(filled, values->nonce, 4);
        return;
    case HOLE_NONCE2:
        add_hex(filled, values->nonce, 2);
        return;
    case HOLE_COUNT:
        break;
    }
    assert(hole < HOLE_COUNT);
}

/* `name`: what stands in the braces. */
static void add_named(struct filled *filled, const char *name, const struct rung_values *values)
{
    enum profile profile = profile_find(name);
    unsigned hole = 0;

    if (profile < PROFILE_COUNT) {
        add_profile(filled, profile, values);
        return;
    }
    while (hole < HOLE_COUNT && strcmp(name, holes[hole]) != 0)
        hole++;
    add_hole(filled, (enum hole)hole, values);
}

void rung_options(enum rung_id id, const struct rung_values *values, struct options *ret_options)
{
    const char *from = rung_of(id)->options;
    struct filled filled = {.at = 0};
    int error;

    assert(rung_ready(id, values));
    assert(values->cookie_length <= RUNG_COOKIE_MAX);
    while (*from) {
        size_t plain = strcspn(from, "{");
        char name[16];

        text_append(filled.text, sizeof(filled.text), &filled.at, "%.*s", (int)plain, from);
        from += plain;
        if (*from == '{') {
            size_t length = strcspn(++from, "}");

            assert(length < sizeof(name) && from[length] == '}');
            memcpy(name, from, length);
            name[length] = '\0';
            add_named(&filled, name, values);
            from += length + 1;
        }
    }
    error = options_read(filled.text, "rung", ret_options, NULL);
    assert(!error);
    (void)error;
}

void rung_spec(enum rung_id id, const struct rung_values *values, struct spec *spec)
{
    const struct rung *rung = rung_of(id);

    spec->profile = rung->like;
    spec->has_options = true;
    rung_options(id, values, &spec->options);
    spec->flags = rung->flags;
    spec->ecn = false; /* the flags say it */
    spec->has_seq = true;
    spec->seq = values->seq;
    spec->retries = 0;
    spec->data = (const uint8_t *)rung->data;
    spec->data_length = rung->data ? strlen(rung->data) : 0;
    spec->data_in_syn = rung->data != NULL;
}

void rung_mark(enum rung_id id, struct segment *syn)
{
    syn->ecn = rung_of(id)->ecn;
}

void rung_spoil(enum rung_id id, uint8_t *packet, size_t length)
{
    size_t tcp = packet[0] >> 4 == 6 ? 40 : (packet[0] & 0x0fU) * 4;

    assert(length >= tcp + TCP_HEADER_MIN);
    if (rung_of(id)->wrong_checksum)
        packet[tcp + 17] ^= 1;
}
