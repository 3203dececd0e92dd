/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that are under way in fragments: which there are, and when they are given up. */
#include "probe/fragments.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probe/fragments_parts.h"

#define TCP_HEADER_MIN 20
#define TCP_OFFSET_AT  12
#define TCP_PORTS_SIZE 4

struct fragments {
    struct fragments_options options;
    struct datagram *table;
    size_t bytes;
    uint8_t buffer[FRAGMENTS_WHOLE_MAX];
};

struct fragments *fragments_new(const struct fragments_options *options)
{
    struct fragments *fragments = calloc(1, sizeof *fragments);
    if (!fragments)
        return NULL;
    fragments->options = *options;
    if (options->datagrams == 0)
        fragments->options.datagrams = FRAGMENTS_DATAGRAMS;
    if (options->bytes == 0)
        fragments->options.bytes = FRAGMENTS_BYTES;
    if (options->lifetime_ns == 0)
        fragments->options.lifetime_ns = FRAGMENTS_LIFETIME_NS;
    return fragments;
}

static void account(struct fragments *fragments, struct datagram *datagram, size_t bytes)
{
    fragments->bytes = fragments->bytes - datagram->bytes + bytes;
    datagram->bytes = bytes;
}

/* Its fragments are needed no more. */
static void empty(struct fragments *fragments, struct datagram *datagram)
{
    pieces_free(&datagram->pieces);
    free(datagram->head);
    datagram->head = NULL;
    account(fragments, datagram, sizeof *datagram);
}

static void forget(struct fragments *fragments, struct datagram *datagram)
{
    empty(fragments, datagram);
    account(fragments, datagram, 0);
    datagram_remove(&fragments->table, datagram);
}

void fragments_free(struct fragments *fragments)
{
    if (!fragments)
        return;
    while (fragments->table)
        forget(fragments, fragments->table);
    free(fragments);
}

static void tell(const struct fragments *fragments, const struct datagram *datagram,
                 enum fragments_reason reason)
{
    if (datagram->state != DATAGRAM_OPEN || !fragments->options.lost)
        return;
    struct fragments_loss loss = {
        .reason = reason,
        .source = datagram->source,
        .destination = datagram->destination,
        .protocol = datagram->protocol,
        .identification = datagram->key.identification,
        .place = datagram->key.place,
        .first_ns = datagram->first_ns,
        .last_ns = datagram->last_ns,
        .fragments = datagram->fragments,
        .has_end = datagram->has_end,
        .total = datagram->has_end ? datagram->total : 0,
    };
    unsigned count;
    uint32_t reach = pieces_reach(datagram->pieces, &count);
    const struct piece *piece = datagram->pieces;
    if (!datagram->has_end || reach < datagram->total) {
        loss.missing = count + 1;
        loss.missing_at = reach;
        while (piece && piece->offset < reach)
            piece = piece->next;
        loss.missing_length = piece ? piece->offset - reach : 0;
    }
    piece = datagram->pieces;
    if (datagram->protocol == IP_PROTOCOL_TCP && piece && piece->offset == 0 &&
        piece->held >= TCP_PORTS_SIZE) {
        loss.has_ports = true;
        loss.source_port = (uint16_t)(piece->bytes[0] << 8 | piece->bytes[1]);
        loss.destination_port = (uint16_t)(piece->bytes[2] << 8 | piece->bytes[3]);
    }
    fragments->options.lost(fragments->options.data, &loss);
}

/* Told and forgotten. */
static void give_up(struct fragments *fragments, struct datagram *datagram,
                    enum fragments_reason reason)
{
    tell(fragments, datagram, reason);
    forget(fragments, datagram);
}

/* Told, and what else comes of it is useless. */
static int kill_datagram(struct fragments *fragments, struct datagram *datagram,
                         enum fragments_reason reason)
{
    tell(fragments, datagram, reason);
    empty(fragments, datagram);
    datagram->state = DATAGRAM_DEAD;
    return FRAGMENT_USELESS;
}

static bool is_old(const struct fragments *fragments, const struct datagram *datagram,
                   int64_t now_ns)
{
    return now_ns > datagram->first_ns && (uint64_t)now_ns - (uint64_t)datagram->first_ns >
                                              (uint64_t)fragments->options.lifetime_ns;
}

void fragments_expire(struct fragments *fragments, int64_t now_ns)
{
    /* Where times go backwards an old one may stand behind a younger, and goes with that. */
    while (fragments->table && is_old(fragments, fragments->table, now_ns))
        give_up(fragments, fragments->table, FRAGMENTS_LOSS_TIME);
}

void fragments_end(struct fragments *fragments)
{
    while (fragments->table)
        give_up(fragments, fragments->table, FRAGMENTS_LOSS_END);
}

size_t fragments_bytes(const struct fragments *fragments)
{
    return fragments->bytes;
}

size_t fragments_datagrams(const struct fragments *fragments)
{
    return datagrams_count(fragments->table);
}

/* Makes room for `bytes` more of `datagram`; false: even alone it has too many. */
static bool make_room(struct fragments *fragments, const struct datagram *datagram, size_t bytes)
{
    while (fragments->bytes + bytes > fragments->options.bytes) {
        struct datagram *oldest = fragments->table;
        if (oldest == datagram)
            oldest = datagram_next(oldest);
        if (!oldest)
            return false;
        give_up(fragments, oldest, FRAGMENTS_LOSS_ROOM);
    }
    return true;
}

static struct datagram *begin(struct fragments *fragments, const struct packet *packet,
                              const struct fragment *fragment, int64_t at_ns)
{
    while (fragments->table && fragments_datagrams(fragments) >= fragments->options.datagrams)
        give_up(fragments, fragments->table, FRAGMENTS_LOSS_ROOM);
    struct datagram *datagram =
        datagram_add(&fragments->table, &fragment->key, fragments->options.seed);
    if (!datagram)
        return NULL;
    datagram->source = packet->source;
    datagram->destination = packet->destination;
    datagram->first_ns = datagram->last_ns = at_ns;
    datagram->protocol = fragment->next;
    account(fragments, datagram, sizeof *datagram);
    return datagram;
}

/* The packet that the fragment is of; one that has had its time, or whose identification was used
 * again, makes place for another. NULL: none. */
static struct datagram *find(struct fragments *fragments, const struct fragment *fragment,
                             int64_t at_ns)
{
    struct datagram *datagram =
        datagram_find(fragments->table, &fragment->key, fragments->options.seed);
    if (!datagram)
        return NULL;
    if (is_old(fragments, datagram, at_ns)) {
        give_up(fragments, datagram, FRAGMENTS_LOSS_TIME);
        return NULL;
    }
    if (datagram->state == DATAGRAM_WHOLE) {
        struct fit fit = pieces_fit(datagram->pieces, fragment);
        if (fit.overlap < fragment->length || fit.conflict) {
            forget(fragments, datagram);
            return NULL;
        }
    }
    return datagram;
}

/* Whether the fragment says another end than those before it. */
static bool is_contradiction(const struct datagram *datagram, const struct fragment *fragment)
{
    uint32_t end = fragment->offset + fragment->length;
    if (datagram->has_end)
        return fragment->is_last ? end != datagram->total : end > datagram->total;
    return fragment->is_last && end < datagram->total;
}

static bool keep_head(struct datagram *datagram, const struct fragment *fragment)
{
    datagram->head = malloc(fragment->head_length);
    if (!datagram->head)
        return false;
    memcpy(datagram->head, fragment->head, fragment->head_length);
    datagram->head_length = fragment->head_length;
    datagram->link = fragment->link;
    datagram->protocol = fragment->next;
    datagram->is_good = fragment->is_good;
    datagram->first_length = fragment->length;
    return true;
}

/* Whether the first fragment lacks some of TCP's header: the first 20 bytes, or what they say. */
static bool is_split(const struct packet *packet, uint32_t first_length, size_t head_length)
{
    if (packet->protocol != IP_PROTOCOL_TCP || packet->payload_length < TCP_HEADER_MIN)
        return false;
    size_t behind = packet->header_length - head_length; /* IPv6: headers inside the first one */
    size_t header = (size_t)(packet->payload[TCP_OFFSET_AT] >> 4) * 4;
    return first_length < behind + (header > TCP_HEADER_MIN ? header : TCP_HEADER_MIN);
}

static int finish(struct fragments *fragments, struct datagram *datagram,
                  struct fragments_packet *ret_packet)
{
    struct packet packet;
    if (fragments_join(datagram->head, datagram->head_length, datagram->link, datagram->protocol,
                       datagram->is_good, datagram->pieces, datagram->total, fragments->buffer,
                       &packet) < 0)
        return kill_datagram(fragments, datagram, FRAGMENTS_LOSS_HEADERS);
    *ret_packet = (struct fragments_packet){
        .packet = packet,
        .fragments = datagram->fragments,
        .duplicates = datagram->duplicates,
        .disordered = datagram->disordered,
        .overlap = datagram->overlap,
        .conflict = datagram->conflict,
        .split_header = is_split(&packet, datagram->first_length, datagram->head_length),
        .first_length = datagram->first_length,
        .first_ns = datagram->first_ns,
        .last_ns = datagram->last_ns,
    };
    datagram->state = DATAGRAM_WHOLE;
    return FRAGMENT_WHOLE;
}

/* Adds a fragment that fits. */
static int add(struct fragments *fragments, struct datagram *datagram,
               const struct fragment *fragment, const struct fit *fit)
{
    bool is_first = fragment->offset == 0 && !datagram->head;
    uint32_t end = fragment->offset + fragment->length;
    size_t more = fit->bytes + (is_first ? fragment->head_length : 0);
    if (datagram->piece_count + fit->gaps > FRAGMENTS_PIECES)
        return kill_datagram(fragments, datagram, FRAGMENTS_LOSS_PIECES);
    if (!make_room(fragments, datagram, more))
        return kill_datagram(fragments, datagram, FRAGMENTS_LOSS_ROOM);
    if ((is_first && !keep_head(datagram, fragment)) || !pieces_add(&datagram->pieces, fragment)) {
        forget(fragments, datagram);
        return -FAULT_MEMORY;
    }
    account(fragments, datagram, datagram->bytes + more);
    datagram->piece_count += fit->gaps;
    datagram->fragments++;
    datagram->overlap = datagram->overlap || fit->overlap > 0;
    datagram->disordered = datagram->disordered || fit->disordered;
    datagram->has_end = datagram->has_end || fragment->is_last;
    if (end > datagram->total)
        datagram->total = end;
    return FRAGMENT_KEPT;
}

int fragments_put(struct fragments *fragments, const struct packet *packet, uint64_t place,
                  int64_t at_ns, struct fragments_packet *ret_packet)
{
    struct fragment fragment;
    assert(packet->is_fragment);
    if (!fragment_read(packet, place, &fragment))
        return FRAGMENT_BAD;
    fragments_expire(fragments, at_ns);
    struct datagram *datagram = find(fragments, &fragment, at_ns);
    if (!datagram)
        datagram = begin(fragments, packet, &fragment, at_ns);
    if (!datagram)
        return -FAULT_MEMORY;
    if (datagram->state == DATAGRAM_DEAD)
        return FRAGMENT_USELESS;
    if (datagram->state == DATAGRAM_WHOLE)
        return FRAGMENT_DUPLICATE;
    if (is_contradiction(datagram, &fragment))
        return FRAGMENT_BAD;

    struct fit fit = pieces_fit(datagram->pieces, &fragment);
    bool is_new_end = fragment.is_last && !datagram->has_end;
    bool is_same = fit.exact && !fit.conflict && !is_new_end;
    if (fit.overlap > 0 && !is_same && packet->family == IP_FAMILY_V6)
        return kill_datagram(fragments, datagram, FRAGMENTS_LOSS_OVERLAP);
    datagram->last_ns = at_ns;
    datagram->conflict = datagram->conflict || fit.conflict;
    if (fit.overlap == fragment.length && !is_new_end) {
        datagram->overlap = datagram->overlap || !is_same;
        datagram->duplicates++;
        return FRAGMENT_DUPLICATE;
    }
    int got = add(fragments, datagram, &fragment, &fit);
    if (got != FRAGMENT_KEPT)
        return got;
    unsigned count;
    if (datagram->has_end && datagram->head &&
        pieces_reach(datagram->pieces, &count) == datagram->total)
        return finish(fragments, datagram, ret_packet);
    return FRAGMENT_KEPT;
}
