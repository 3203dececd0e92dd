/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's run: what it is asked for, and what follows its end. */
#include "cmd/cli.h"
#include "cmd/run_parts.h"
#include "net/clock.h"

#define RATE_DEFAULT 1000.0

/* With --ordered so many targets may run ahead of the oldest that is still under way. */
#define WINDOW_LEAST 1024
#define WINDOW_TIMES 4

static int rest(void *data, struct fault *fault)
{
    struct run *run = data;
    int error = output_flush(&run->output, fault);

    run->reader_gone = run->reader_gone || (error && cli_reader_gone(fault));
    return error;
}

static int item_done(void *data, uint64_t index, struct fault *fault)
{
    struct run *run = data;
    int error = run->order ? order_done(run->order, index, fault) : 0;

    run->reader_gone = run->reader_gone || (error && cli_reader_gone(fault));
    return error;
}

struct engine_options run_engine(struct run *run, unsigned parallel)
{
    const struct settings *settings = run->settings;
    unsigned at_once = settings->parallel ? settings->parallel : parallel;
    uint64_t window = (uint64_t)at_once * WINDOW_TIMES;

    return (struct engine_options){
        .spec = &settings->spec,
        .feed = run->feed,
        .parallel = at_once,
        .rate = settings->rate > 0.0 ? settings->rate : RATE_DEFAULT,
        .deadline = settings->deadline,
        .write_path = settings->write_path,
        .writes_files = settings->plot_path || settings->prometheus_path,
        .dry_run = settings->dry_run,
        .all_addresses = settings->all_addresses,
        .adapter_time = settings->adapter_time,
        .window = run->order ? (window < WINDOW_LEAST ? WINDOW_LEAST : window) : 0,
        .calls =
            {
                .data = run,
                .item_done = run->order ? item_done : NULL,
                .rest = rest,
                .progress = run->shows_progress ? run_show_progress : NULL,
            },
    };
}

/* Whatever should have made the list has failed, perhaps: nothing measured is nothing met. */
static void tell_none(struct run *run)
{
    run->unmeasured++;
    if (!run->settings->quiet && !run->plugin)
        fputs("tcpprobe: there was no target: the list is empty\n", stderr);
}

/* Targets whose turn never came, and bad lines, were not measured either. */
static void count_unprobed(struct run *run)
{
    uint64_t bad = feed_bad_lines(run->feed), total, left = 0;

    if (run->stopped && feed_total(run->feed, &total) && total > feed_given(run->feed))
        left = total - feed_given(run->feed);
    else if (run->stopped && !feed_total(run->feed, &total))
        left = 1;
    run->unmeasured += (size_t)(bad + left);
    if (run->plugin)
        plugin_take_unprobed(run->plugin, (size_t)(bad + left));
    if (bad + left + feed_given(run->feed) == 0)
        tell_none(run);
    if (left == 0 || run->settings->quiet || run->plugin)
        return;
    if (feed_total(run->feed, &total))
        fprintf(stderr, "tcpprobe: the run was ended before %llu of %llu targets were probed\n",
                (unsigned long long)left, (unsigned long long)total);
    else
        fputs("tcpprobe: the run was ended before all targets were read\n", stderr);
}

static int write_files(struct run *run, struct fault *fault)
{
    struct prometheus_run facts = {
        .version = PACKAGE_VERSION,
        .timestamp_s = (double)clock_realtime() / 1e9,
        .met = run->met,
        .unmet = run->unmet,
        .unmeasured = run->unmeasured,
    };

    if (!run->prometheus)
        return 0;
    return prometheus_write(run->prometheus, run->settings->prometheus_path, &facts, fault);
}

static int status_of(const struct run *run)
{
    if (run->plugin)
        return (int)plugin_finish(run->plugin, run->settings->quiet ? NULL : stdout);
    if (run->unmet > 0)
        return EXIT_STATUS_UNMET;
    return run->unmeasured > 0 ? EXIT_STATUS_UNMEASURED : EXIT_STATUS_MET;
}

/* What reads a table wants its header also where no row was to be printed. */
static void end_table(struct run *run)
{
    if (run->settings->format == FORMAT_CSV && !run->settings->quiet && !run->order &&
        run->output.written == 0)
        csv_header(&run->output, run->printed);
}

int run_finish(struct run *run, struct fault *fault)
{
    int error = output_flush(&run->output, fault);

    if (error && cli_reader_gone(fault))
        run->reader_gone = true;
    else if (error)
        return error;
    if (!run->reader_gone)
        end_table(run);
    error = write_files(run, fault);
    return error ? error : status_of(run);
}

int run_engine_run(struct run *run, struct engine_options *options, struct fault *fault)
{
    int error = engine_run(options, &run->stopped, fault), more;
    struct fault other;

    run_hide_progress(run);
    if (run->order)
        order_finish(run->order);
    if (error && cli_reader_gone(fault)) /* of the report, or of --write=- */
        run->reader_gone = true;
    if (error && !run->reader_gone) {
        write_files(run, &other);
        return error;
    }
    if (!run->reader_gone) {
        end_table(run);
        count_unprobed(run);
        run_tell_summary(run);
    }
    more = write_files(run, fault);
    return more ? more : status_of(run);
}
