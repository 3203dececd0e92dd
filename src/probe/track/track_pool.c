/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items of one size, taken and given back without an allocation for each. */
#include <stdlib.h>

#include "probe/track/track_parts.h"

void track_pool_init(struct track_pool *pool, size_t item_size)
{
    *pool = (struct track_pool){.item_size = item_size};
}

void track_pool_release(struct track_pool *pool)
{
    for (size_t i = 0; i < pool->block_count; i++)
        free(pool->blocks[i]);
    free(pool->blocks);
    track_pool_init(pool, pool->item_size);
}

static bool add_block(struct track_pool *pool)
{
    if (pool->block_count == pool->block_room) {
        size_t room = pool->block_room > 0 ? pool->block_room * 2 : 16;
        uint8_t **blocks = realloc(pool->blocks, room * sizeof *blocks);
        if (!blocks)
            return false;
        pool->blocks = blocks;
        pool->block_room = room;
    }
    uint8_t *block = malloc(TRACK_BLOCK * pool->item_size);
    if (!block)
        return false;
    pool->blocks[pool->block_count++] = block;
    return true;
}

uint32_t track_pool_take(struct track_pool *pool)
{
    if (pool->vacant > 0) {
        uint32_t number = pool->vacant;
        memcpy(&pool->vacant, track_pool_at(pool, number), sizeof pool->vacant);
        return number;
    }
    if (pool->used == pool->block_count * TRACK_BLOCK && !add_block(pool))
        return 0;
    return ++pool->used;
}

void track_pool_give(struct track_pool *pool, uint32_t number)
{
    memcpy(track_pool_at(pool, number), &pool->vacant, sizeof pool->vacant);
    pool->vacant = number;
}
