/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of an interface: index, name, flags, MTU. */
#include <assert.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/route.h"

static_assert(INTERFACE_NAME_SIZE == IF_NAMESIZE, "an interface's name fits");

unsigned interface_index(const char *name)
{
    return if_nametoindex(name);
}

bool interface_name(unsigned index, char name[INTERFACE_NAME_SIZE])
{
    return if_indextoname(index, name) != NULL;
}

bool interface_facts(const char *name, struct interface_facts *ret_facts)
{
    struct ifreq request = {0};
    struct interface_facts facts = {0};

    if (strlen(name) >= sizeof(request.ifr_name))
        return false;
    memcpy(request.ifr_name, name, strlen(name) + 1);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* any kind will do */
    if (descriptor < 0)
        return false;
    bool known = ioctl(descriptor, SIOCGIFINDEX, &request) == 0;
    facts.index = known ? (unsigned)request.ifr_ifindex : 0;
    known = known && ioctl(descriptor, SIOCGIFFLAGS, &request) == 0;
    facts.up = known && (unsigned)request.ifr_flags & IFF_UP;
    facts.loopback = known && (unsigned)request.ifr_flags & IFF_LOOPBACK;
    known = known && ioctl(descriptor, SIOCGIFMTU, &request) == 0;
    facts.mtu = known ? (uint32_t)request.ifr_mtu : 0;
    close(descriptor);
    if (known)
        *ret_facts = facts;
    return known;
}
