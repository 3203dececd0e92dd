/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interfaces in use, one capture each. */
#include "probe/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probe/contact.h"

#define FILTER_SIZE 1024

/* How old the count of lost frames may be, ns: a system call for each of 65,536 targets is too
 * many. */
#define DROPPED_AGE INT64_C(10000000)

/*
 * Let through what passes between our addresses and the peer's, fragments and extension headers
 * included, and ICMP from anybody on the path. Which of it concerns a probe is decided by its ports
 * and numbers.
 */
static void write_filter(const struct links_entry *entry, char text[FILTER_SIZE])
{
    char address[ADDRESS_TEXT_SIZE];
    size_t at = 0;

    text[0] = '\0';
    if (entry->local_count > LINK_LOCALS) {
        text_append(text, FILTER_SIZE, &at,
                    "tcp or ip[6:2] & 0x1fff != 0 or ip6 proto 43 or ip6 proto 44 or ip6 proto 60");
    } else {
        for (unsigned i = 0; i < entry->local_count; i++)
            text_append(text, FILTER_SIZE, &at, "%shost %s", i ? " or " : "(",
                        address_show(&entry->locals[i], address));
        text_append(text, FILTER_SIZE, &at, ")");
        if (entry->remote.family != IP_FAMILY_NONE)
            text_append(text, FILTER_SIZE, &at, " and host %s",
                        address_show(&entry->remote, address));
    }
    text_append(text, FILTER_SIZE, &at, " or icmp or icmp6");
}

/* Widens the entry to a pair of addresses; true if that changed it. */
static bool widen(struct links_entry *entry, const struct address *local,
                  const struct address *remote)
{
    bool changed = false, known = entry->local_count > LINK_LOCALS;

    for (unsigned i = 0; i < entry->local_count && i < LINK_LOCALS; i++)
        if (address_equal(&entry->locals[i], local))
            known = true;
    if (!known) {
        if (entry->local_count < LINK_LOCALS)
            entry->locals[entry->local_count] = *local;
        entry->local_count++;
        changed = true;
    }
    if (entry->remote.family != IP_FAMILY_NONE && !address_equal(&entry->remote, remote)) {
        entry->remote.family = IP_FAMILY_NONE;
        changed = true;
    }
    return changed;
}

static int add(struct links *links, const char *interface, const struct address *local,
               const struct address *remote, struct links_entry **ret_entry, struct fault *fault)
{
    struct links_entry *entry;
    char filter[FILTER_SIZE];
    int error;

    if (links->count == LINKS_MAX)
        return fault_set(fault, FAULT_SYSTEM, 0, "more than %d interfaces at once", LINKS_MAX);
    entry = calloc(1, sizeof *entry);
    if (!entry)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    entry->remote = *remote;
    entry->locals[entry->local_count++] = *local;
    write_filter(entry, filter);
    error = link_open(interface, links->load, links->clock, filter, &entry->link, fault);
    if (error) {
        free(entry);
        return error;
    }
    links->entry[links->count++] = entry;
    *ret_entry = entry;
    return 0;
}

int links_find(struct links *links, const char *interface, const struct address *local,
               const struct address *remote, struct links_entry **ret_entry, struct fault *fault)
{
    struct links_entry *entry = NULL;
    char filter[FILTER_SIZE];
    int error = 0;

    for (unsigned i = 0; i < links->count; i++)
        if (strcmp(link_interface(links->entry[i]->link), interface) == 0)
            entry = links->entry[i];
    if (!entry)
        return add(links, interface, local, remote, ret_entry, fault);
    if (widen(entry, local, remote)) {
        write_filter(entry, filter);
        error = link_set_filter(entry->link, filter, fault);
    }
    if (!error)
        *ret_entry = entry;
    return error;
}

static void flush(struct links_entry *entry)
{
    struct link_failure failures[LINK_BATCH];
    struct contact *batch[LINK_BATCH];
    unsigned count;

    if (entry->batch_count == 0)
        return;
    memcpy(batch, entry->batch, sizeof batch);
    entry->batch_count = 0;
    count = link_flush(entry->link, failures);
    for (unsigned i = 0; i < count; i++)
        if (batch[failures[i].number])
            contact_unsent(batch[failures[i].number], &failures[i].fault);
}

void links_queue(struct links_entry *entry, const uint8_t *packet, size_t length,
                 struct contact *owner)
{
    entry->batch[entry->batch_count++] = owner;
    if (link_queue(entry->link, packet, length))
        flush(entry);
}

void links_flush(struct links *links)
{
    for (unsigned i = 0; i < links->count; i++)
        flush(links->entry[i]);
}

void links_forget(struct links_entry *entry, const struct contact *owner)
{
    for (unsigned i = 0; i < entry->batch_count; i++)
        if (entry->batch[i] == owner)
            entry->batch[i] = NULL;
}

int64_t links_dropped(struct links_entry *entry, int64_t now)
{
    if (entry->dropped_at == 0 || now - entry->dropped_at > DROPPED_AGE) {
        entry->dropped = link_dropped(entry->link);
        entry->dropped_at = now;
    }
    return entry->dropped;
}

struct craft *links_craft(struct links *links, enum ip_family family, struct fault *fault)
{
    if (!links->craft[family])
        links->craft[family] = craft_new(family, fault);
    return links->craft[family];
}

static void entry_free(struct links_entry *entry)
{
    link_close(entry->link);
    free(entry);
}

void links_remove(struct links *links, struct links_entry *entry)
{
    for (unsigned i = 0; i < links->count; i++)
        if (links->entry[i] == entry) {
            links->entry[i] = links->entry[--links->count];
            break;
        }
    entry_free(entry);
}

void links_close(struct links *links)
{
    while (links->count > 0)
        entry_free(links->entry[--links->count]);
    for (unsigned family = 0; family < IP_FAMILY_COUNT; family++)
        if (links->craft[family]) {
            craft_free(links->craft[family]);
            links->craft[family] = NULL;
        }
}
