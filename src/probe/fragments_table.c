/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packets that are under way in fragments, by what their fragments have in common. */
#include <stdlib.h>

#include "base/siphash.h"
#include "probe/fragments_parts.h"

struct datagram *datagram_find(struct datagram *table, const struct fragments_key *key,
                               const uint64_t seed[2])
{
    unsigned hash = (unsigned)siphash(seed, key, sizeof *key);
    struct datagram *datagram;
    HASH_FIND_BYHASHVALUE(hh, table, key, sizeof *key, hash, datagram);
    return datagram;
}

struct datagram *datagram_next(const struct datagram *datagram)
{
    return datagram->hh.next;
}

size_t datagrams_count(const struct datagram *table)
{
    return HASH_COUNT(table);
}

struct datagram *datagram_add(struct datagram **table, const struct fragments_key *key,
                              const uint64_t seed[2])
{
    unsigned hash = (unsigned)siphash(seed, key, sizeof *key);
    struct datagram *datagram = calloc(1, sizeof *datagram);
    if (!datagram)
        return NULL;
    datagram->key = *key;
    HASH_ADD_BYHASHVALUE(hh, *table, key, sizeof datagram->key, hash, datagram);
    if (!datagram->hh.tbl) {
        free(datagram);
        return NULL;
    }
    return datagram;
}

void datagram_remove(struct datagram **table, struct datagram *datagram)
{
    HASH_DEL(*table, datagram);
    free(datagram);
}
