/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first bytes of data of segments that both captures have. */
#include "probe/track/compare_parts.h"

#include "base/text.h"

#include <inttypes.h>

static void look(struct compare_pair *pair, unsigned direction, const struct compare_both *both)
{
    const uint8_t *samples[2];
    unsigned length = both->digests[0]->sample_length, at = 0;
    char texts[2][80];

    if (both->digests[1]->sample_length < length)
        length = both->digests[1]->sample_length;
    for (unsigned i = 0; i < 2; i++)
        samples[i] =
            &both->sides[i]->bytes[both->digests[i]->bytes_at + both->digests[i]->options_length];
    while (at < length && samples[0][at] == samples[1][at])
        at++;
    if (at == length || pair->found[FINDING_CMP_PAYLOAD])
        return;
    for (unsigned i = 0; i < 2; i++)
        text_safe(samples[i] + at, length - at < 16 ? length - at : 16, texts[i], sizeof texts[i]);
    compare_row(pair, COMPARE_PLACE_SEGMENT, "payload", arena_copy(pair->arena, texts[0]),
                arena_copy(pair->arena, texts[1]),
                compare_text(pair->arena, "the data differ from byte %u of a segment on%s", at,
                             compare_way(pair, direction)));
    compare_find(pair, FINDING_CMP_PAYLOAD,
                 "from the %s, segment %" PRIu64 " of A's file and %" PRIu64 " of B's",
                 direction == COMPARE_FORWARD ? "client" : "server", both->digests[0]->frame,
                 both->digests[1]->frame);
    pair->rewritten = true;
}

/* Segments that were cut otherwise and begin with the same byte. */
#define CUT_TRIED 32

static void look_at_cut(struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];
    unsigned tried = 0;

    for (uint32_t i = 0; i < a->count && tried < CUT_TRIED; i++) {
        unsigned direction = compare_direction(a, &a->digests[i]);
        uint32_t seq = compare_translate(pair, 0, direction, a->digests[i].seq);

        if (pair->fates[0][i] != COMPARE_FATE_CUT || a->digests[i].sample_length == 0)
            continue;
        tried++;
        for (uint32_t j = 0; j < b->count; j++)
            if (pair->fates[1][j] == COMPARE_FATE_CUT && b->digests[j].seq == seq &&
                compare_direction(b, &b->digests[j]) == direction) {
                struct compare_both both = {
                    {a, b}, {&a->digests[i], &b->digests[j]}, compare_near(pair, direction)};

                look(pair, direction, &both);
                break;
            }
    }
}

void compare_payload(struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0];

    for (uint32_t i = 0; i < a->count; i++)
        if (pair->other[0][i] != COMPARE_NONE) {
            unsigned direction = compare_direction(a, &a->digests[i]);
            struct compare_both both = compare_both_of(pair, i, direction);

            look(pair, direction, &both);
        }
    look_at_cut(pair);
}
