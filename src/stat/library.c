/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the numerical library is to behave. */
#include "stat/library.h"

#include <gsl/gsl_errno.h>

void stat_library_begin(void)
{
    gsl_set_error_handler_off();
}
