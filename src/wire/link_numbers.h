/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of link layers that more than one file reads. */
#ifndef WIRE_LINK_NUMBERS_H
#define WIRE_LINK_NUMBERS_H

#include "wire/ip.h"

/* Link types as pcap_datalink() and capture files number them; some have several numbers. */
#define LINK_NULL        0
#define LINK_EN10MB      1
#define LINK_RAW         101
#define LINK_RAW_BSD     12
#define LINK_RAW_OPENBSD 14
#define LINK_LOOP        108
#define LINK_LINUX_SLL   113
#define LINK_IPV4        228
#define LINK_IPV6        229
#define LINK_LINUX_SLL2  276

#define ETHERTYPE_IPV4         0x0800
#define ETHERTYPE_IPV6         0x86dd
#define ETHERTYPE_VLAN         0x8100 /* 802.1Q */
#define ETHERTYPE_SERVICE_VLAN 0x88a8 /* 802.1ad */
#define ETHERTYPE_OLD_QINQ     0x9100 /* before 802.1ad, still in use */

/* Whether a VLAN tag follows. */
bool link_is_vlan(uint16_t ethertype);

/* The address family of a BSD loopback header; AF_INET6 is another number on each system. */
enum ip_family link_loopback_family(uint32_t number);

#endif
