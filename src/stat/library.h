/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the numerical library is to behave. */
#ifndef STAT_LIBRARY_H
#define STAT_LIBRARY_H

/*
 * To be called once, before any figure is reckoned: an argument out of a function's domain, or an
 * iteration that does not come to an end, gives NAN, which is reported as unknown. By itself GSL
 * would end the program.
 */
void stat_library_begin(void);

#endif
