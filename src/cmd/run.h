/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that probe targets share: where targets come from, what is expected of them,
 * where their records go, and the status that this makes. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include <time.h>

#include "cmd/expect.h"
#include "cmd/order.h"
#include "cmd/plugin.h"
#include "cmd/settings.h"
#include "probe/engine.h"
#include "report/progress_text.h"
#include "report/prometheus.h"

struct run {
    const struct settings *settings;
    const struct schema *schema;  /* of a target's record */
    const struct schema *printed; /* of those that are printed */
    struct output output;
    struct feed *feed;
    struct expect *expect, *only;
    struct plugin *plugin;
    struct prometheus *prometheus;
    struct order *order;
    struct arena memory; /* for one record's clauses at a time */
    size_t met, unmet, unmeasured;
    struct progress progress;
    int64_t began; /* ns */
    bool shows_progress, progress_shown;
    bool reader_gone, stopped;
};

/*
 * Reads targets and clauses, and checks what does not fit together. `schema` is that of the records
 * of targets, `printed` of those that are printed (the same, or one record a probe). To be ended
 * with run_close() whatever it returns. 0 or a fault.
 */
int run_open(struct run *run, const struct settings *settings, const struct schema *schema,
             const struct schema *printed, struct fault *fault);
void run_close(struct run *run);

/* The engine's options as far as all commands have them; `data` of the calls is the run. */
struct engine_options run_engine(struct run *run, unsigned parallel);

/* Whether it is certain that there is one target and no more. */
bool run_alone(const struct run *run);
/* As many targets as may be probed at once, where `parallel` may be: fewer only where it is certain
 * that there are fewer. */
unsigned run_at_once(const struct run *run, unsigned parallel);

/* Whether anybody may look at this field of a record, or at fields of the object that it is. */
bool run_wants(const struct run *run, const char *key);

/* A target has been dealt with: judges its record (*unmet is the record's field), counts it, and
 * prints it where that is wanted. 0 or a fault that ends the run. */
int run_take(struct run *run, const struct engine_result *result, const void *record,
             const char **unmet, struct fault *fault);
/* Whether --only lets this record of what is printed through. */
bool run_chooses(const struct run *run, const void *record);
/* Prints one record, in its order. */
int run_print(struct run *run, const struct schema *schema, const void *record, uint64_t index,
              struct fault *fault);

/* A dry run: a packet was made, as engine_calls.packet has it; and where none could be, why not. */
int run_take_packet(void *data, const struct packet_record *record, uint64_t index,
                    struct fault *fault);
void run_take_unmade(struct run *run, const char *reason);

/* engine_run(), and what follows: the targets that were never probed, the summary, the files. An
 * exit status, or a fault. */
int run_engine_run(struct run *run, struct engine_options *options, struct fault *fault);

/* The same without an engine, when the last record has been taken: an exit status, or a fault. */
int run_finish(struct run *run, struct fault *fault);

/* SIGQUIT: how far the run has come, on standard error. */
void run_tell_now(struct run *run);

/* Takes the line of progress away, so that something else can be written. */
void run_hide_progress(struct run *run);
/* Puts a line of parts with ';' between them in its place: as many as the terminal's width has room
 * for, and the first one at any rate. Cuts `text`. */
void run_show_line(struct run *run, char *text);
/* "3 min 20 s", rounded up. Returns text. */
#define RUN_TIME_SIZE 40
const char *run_show_time(int64_t ns, char text[RUN_TIME_SIZE]);

#endif
