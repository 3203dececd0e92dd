/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of our connections a packet belongs to. */
#include "probe/contact.h"

#include <string.h>

static void make_key(struct contact_key *key, const struct address *local, uint16_t local_port,
                     const struct address *remote, uint16_t remote_port)
{
    memset(key, 0, sizeof *key);
    memcpy(key->local, local->bytes, sizeof key->local);
    memcpy(key->remote, remote->bytes, sizeof key->remote);
    key->local_port = local_port;
    key->remote_port = remote_port;
    key->family = (uint16_t)local->family;
}

void contact_add(struct contact **table, struct contact *contact, const struct address *local,
                 uint16_t local_port, const struct address *remote, uint16_t remote_port)
{
    make_key(&contact->key, local, local_port, remote, remote_port);
    HASH_ADD(hh, *table, key, sizeof contact->key, contact);
    contact->listed = true;
}

void contact_remove(struct contact **table, struct contact *contact)
{
    if (contact->listed)
        HASH_DEL(*table, contact);
    contact->listed = false;
}

struct contact *contact_find(struct contact *table, const struct address *local,
                             uint16_t local_port, const struct address *remote,
                             uint16_t remote_port)
{
    struct contact_key key;
    struct contact *contact;

    make_key(&key, local, local_port, remote, remote_port);
    HASH_FIND(hh, table, &key, sizeof key, contact);
    return contact;
}
