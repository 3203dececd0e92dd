/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in general: which files, well-formed, the same twice, errors, and drawing that cannot be
 * harmed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CAIRO
#include <cairo.h>
#endif

#include "plot_check.h"
#include "report/plot.h"

static void test_endings(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "x.gif", "svg", "x.svg.gz", "x.", "", ".svg", "x/.png", "x.svg ",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fault fault = {0};
        assert_int_equal(plot_check_path(wrong[i], &fault), -FAULT_USAGE);
        assert_non_null(strstr(fault.what, ".svg, .png or .pdf"));
        assert_null(plot_open(wrong[i], 10, 10, "", &fault));
    }
}

#ifndef HAVE_CAIRO
/* A build without cairo says so, and what would be needed. */
static void test_without(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_int_equal(plot_check_path(in_folder("x.svg"), &fault), -FAULT_USAGE);
    assert_non_null(
        strstr(fault.what, "this build has no cairo: --plot is not available; configure"));
    fault_clear(&fault);
    assert_null(plot_open(in_folder("x.svg"), 10, 10, "", &fault));
    assert_int_equal(fault.code, FAULT_USAGE);
    assert_int_equal(count_files(false), 0);
}
#else

static const char *const names[] = {"x.svg", "x.png", "X.PDF"};
static const char *const again[] = {"y.svg", "y.png", "Y.PDF"};

static void test_path(void **state)
{
    (void)state;
    struct fault fault = {0};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(plot_check_path(in_folder(names[i]), &fault), 0);
    assert_int_equal(count_files(false), 0);
    assert_int_equal(plot_check_path("/no-such-folder/x.svg", &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "/no-such-folder/x.svg"));
}

#define BAD_TEXT "a\xff\x01<&>\"\n\xef\xbf\xbe\xed\xa0\x80z"

/* Everything that can be drawn, with numbers of every bad kind among the good ones. */
static void draw_all(struct plot *plot)
{
    static const double bad[] = {
        0,     -0.0,   1,   50,     (double)NAN, (double)INFINITY, -(double)INFINITY,
        1e300, -1e300, 1e9, 5e-324, -7,
    };
    enum { COUNT = sizeof bad / sizeof bad[0] };
    struct plot_point points[COUNT * COUNT];
    for (size_t i = 0; i < (size_t)COUNT * COUNT; i++)
        points[i] = (struct plot_point){bad[i / COUNT], bad[i % COUNT]};
    struct plot_pen pen = {PLOT_ALARM, 1, 0.5, true};
    struct plot_type type = {9, PLOT_INK, PLOT_LEFT, false, false};
    plot_stroke(plot, &pen, points, (size_t)COUNT * COUNT);
    plot_boxes(plot, &pen, points, (size_t)COUNT * COUNT / 2);
    for (size_t i = 0; i < (size_t)COUNT * COUNT; i++) {
        plot_segment(plot, &pen, points[i].x, points[i].y, 10, 10);
        plot_text(plot, &type, points[i].x, points[i].y, i % 3 == 0 ? 5 : 0, BAD_TEXT);
    }
    for (int shape = 0; shape < PLOT_SHAPE_COUNT; shape++) {
        struct plot_marker marker = {(enum plot_shape)shape, 6, pen, shape % 2 == 1};
        plot_markers(plot, &marker, points, (size_t)COUNT * COUNT);
        plot_legend(plot, 10, 12.0 * shape, &marker, &pen, &type, "entry");
    }
    for (int scale = 0; scale < PLOT_SCALE_COUNT; scale++) {
        struct plot_axis axis = {.scale = (enum plot_scale)scale,
                                 .from = scale == PLOT_SCALE_LOG ? 0.1 : 0,
                                 .to = 99.9,
                                 .label = "label"};
        struct plot_panel panel = {
            .x = 60, .y = 20, .width = 120, .height = 60, .across = axis, .up = axis, .title = "T"};
        struct plot_marker marker = {PLOT_SHAPE_CROSS, 6, pen, false};
        plot_panel_draw(plot, &panel);
        plot_panel_line(plot, &panel, &pen, points, (size_t)COUNT * COUNT);
        plot_panel_bars(plot, &panel, &pen, points, (size_t)COUNT * COUNT / 2);
        plot_panel_markers(plot, &panel, &marker, points, (size_t)COUNT * COUNT);
        for (size_t i = 0; i < COUNT; i++)
            plot_panel_rule(plot, &panel, &pen, bad[i]);
        plot_panel_line(plot, &panel, &pen, NULL, 0);
    }
}

static void write_all(const char *path)
{
    struct fault fault = {0};
    struct plot *plot = plot_open(path, 200, 100, "A title <&> \xff", &fault);
    assert_non_null(plot);
    draw_all(plot);
    if (plot_close(plot, &fault) != 0)
        fail_msg("%s", fault.what);
}

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        write_all(in_folder(names[i]));
        if (i != 2)
            check_picture(in_folder(names[i]));
        write_all(in_folder(again[i]));
        assert_same_bytes(in_folder(names[i]), in_folder(again[i]));
    }
    assert_true(svg_has(in_folder("x.svg"), "<title>A title &lt;&amp;&gt; \357\277\275</title>"));
    assert_true(svg_has(in_folder("x.svg"), "\na\357\277\275?&lt;&amp;&gt;\"?\357\277\275"));
    assert_int_equal(count_files(true), 6);
}

/* The picture has its size, a white ground, and what was drawn in its place. */
static void test_pixels(void **state)
{
    (void)state;
    struct fault fault = {0};
    const char *path = in_folder("x.png");
    struct plot *plot = plot_open(path, 100, 50, "", &fault);
    assert_non_null(plot);
    struct plot_pen pen = {{1, 0, 0}, 1, 0, false};
    struct plot_panel panel = {.x = 10, .y = 10, .width = 80, .height = 30};
    panel.across = panel.up = (struct plot_axis){.from = 0, .to = 10};
    /* The lower left quarter of the panel, and beyond it on both sides, which is clipped. */
    struct plot_point box[2] = {{-100, -100}, {5, 5}};
    plot_panel_bars(plot, &panel, &pen, box, 1);
    assert_int_equal(plot_close(plot, &fault), 0);
    cairo_surface_t *image = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(image), 200);
    assert_int_equal(cairo_image_surface_get_height(image), 100);
    const unsigned char *bytes = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    for (int y = 0; y < 100; y++) {
        for (int x = 0; x < 200; x++) {
            uint32_t pixel;
            memcpy(&pixel, bytes + y * stride + 4 * x, sizeof pixel);
            bool inside = x >= 20 && x < 100 && y >= 50 && y < 80;
            assert_int_equal(pixel & 0xffffff, inside ? 0xff0000 : 0xffffff);
        }
    }
    cairo_surface_destroy(image);
    assert_int_equal(count_files(true), 1);
}

static void test_errors(void **state)
{
    (void)state;
    struct fault fault = {0};
    const char *path = in_folder("full.svg");
    assert_int_equal(symlink("/dev/full", path), 0);
    struct plot *plot = plot_open(path, 100, 50, "", &fault);
    assert_non_null(plot);
    assert_int_equal(plot_close(plot, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "full"));
    /* The folder goes while the measurement runs. */
    fault_clear(&fault);
    assert_int_equal(mkdir(in_folder("gone"), 0700), 0);
    plot = plot_open(in_folder("gone/x.pdf"), 100, 50, "", &fault);
    assert_non_null(plot);
    assert_int_equal(rmdir(in_folder("gone")), 0);
    assert_int_equal(plot_close(plot, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "gone/x.pdf"));
    /* Nothing is written that is not finished. */
    plot = plot_open(in_folder("dropped.png"), 100, 50, "", &fault);
    assert_non_null(plot);
    plot_drop(plot);
    plot_drop(NULL);
    assert_int_equal(count_files(true), 1);
}

static void test_shortened(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct plot *plot = plot_open(in_folder("x.svg"), 100, 50, "", &fault);
    assert_non_null(plot);
    struct plot_type type = {9, PLOT_INK, PLOT_LEFT, false, false};
    double wide = plot_text_width(plot, &type, "a long text that is too wide");
    assert_true(wide > plot_text_width(plot, &type, "a long text"));
    assert_true(plot_text_width(plot, &type, "") < 0.001);
    /* The words are whole for those who listen, whatever is drawn of them. */
    plot_text(plot, &type, 0, 0, wide / 2, "a long text that is too wide");
    plot_text(plot, &type, 0, 0, 0.001, "ööö");
    assert_int_equal(plot_close(plot, &fault), 0);
    assert_true(svg_has(in_folder("x.svg"), "a long text that is too wide\nööö\n"));
    check_picture(in_folder("x.svg"));
    count_files(true);
}

/* Eight series differ by colour and by shape, and stand out against white. */
static void test_series(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLOT_SERIES_COUNT; i++) {
        struct plot_colour a = plot_series_colour(i);
        double light = 0.2126 * a.red + 0.7152 * a.green + 0.0722 * a.blue;
        assert_true(light < 0.70);
        assert_true(plot_series_shape(i) < PLOT_SHAPE_CROSS);
        for (size_t j = 0; j < i; j++) {
            struct plot_colour b = plot_series_colour(j);
            assert_true(fabs(a.red - b.red) + fabs(a.green - b.green) + fabs(a.blue - b.blue) >
                        0.3);
            assert_int_not_equal(plot_series_shape(i), plot_series_shape(j));
        }
    }
    assert_int_equal(plot_series_shape(PLOT_SERIES_COUNT), plot_series_shape(0));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endings),
#ifndef HAVE_CAIRO
        cmocka_unit_test(test_without),
#else
        cmocka_unit_test(test_path),      cmocka_unit_test(test_forms),
        cmocka_unit_test(test_pixels),    cmocka_unit_test(test_errors),
        cmocka_unit_test(test_shortened), cmocka_unit_test(test_series),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
