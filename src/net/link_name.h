/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types by name. */
#ifndef NET_LINK_NAME_H
#define NET_LINK_NAME_H

#define LINK_NAME_SIZE 24
/* libpcap's name of a LINKTYPE_ number, "EN10MB"; the number where it has none. Returns `text` or
 * static storage. */
const char *link_name(int link_type, char text[LINK_NAME_SIZE]);

#endif
