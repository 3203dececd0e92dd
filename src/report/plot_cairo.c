/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads cairo when the first picture is wanted. */
#ifdef HAVE_CAIRO

#include "report/plot_cairo.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

struct plot_cairo cairo;

static int cannot_load(const char *library, struct fault *fault)
{
    const char *why = dlerror();
    return fault_set(fault, FAULT_SYSTEM, 0,
                     "--plot needs the library %s (Debian: " PLOT_CAIRO_PACKAGE
                     "), which cannot be loaded: %s",
                     library, why ? why : "no reason given");
}

int plot_cairo_load_from(const char *library, struct plot_cairo *ret_cairo, struct fault *fault)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
#define X(name) {"cairo_" #name, offsetof(struct plot_cairo, name)},
        PLOT_CAIRO_TABLE(X)
#undef X
    };
    struct plot_cairo found = {0};
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return cannot_load(library, fault);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (!function) {
            int error = cannot_load(library, fault);
            dlclose(handle);
            return error;
        }
        /* POSIX has pointers to functions and to objects alike; ISO C knows no conversion. */
        memcpy((char *)&found + functions[i].at, &function, sizeof function);
    }
    *ret_cairo = found;
    return 0;
}

int plot_cairo_load(struct fault *fault)
{
    return cairo.create ? 0 : plot_cairo_load_from(PLOT_CAIRO_LIBRARY, &cairo, fault);
}

#else
typedef int plot_cairo_absent; /* ISO C wants something in every file; see plot_none.c */
#endif
