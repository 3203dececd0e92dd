/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of all commands have in common: a title, labelled facts, the verdict. */
#include "report/page.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

void page_show_duration(const struct style *style, double ms, char *text, size_t size)
{
    text_show_duration((int64_t)llround(ms * 1e6), style->utf8 ? "µ" : "u", text, size);
}

bool page_some(int64_t value)
{
    return value != RECORD_UNKNOWN && value > 0;
}

void page_append_address(char *text, size_t size, size_t *at, const char *target,
                         const char *address, int64_t addresses)
{
    /* A name's address is news, an address is not. */
    bool news = address && (!target || !strstr(target, address)), several = addresses > 1;
    if (news && several)
        text_append(text, size, at, " (%s, 1 of %" PRId64 " addresses)", address, addresses);
    else if (news)
        text_append(text, size, at, " (%s)", address);
    else if (several)
        text_append(text, size, at, " (1 of %" PRId64 " addresses)", addresses);
}

void page_append_answer(char *text, size_t size, size_t *at, const char *from, const char *family,
                        int64_t ttl, int64_t hops)
{
    text_append(text, size, at, "from %s", from);
    if (ttl != RECORD_UNKNOWN)
        text_append(text, size, at, ", %s %" PRId64,
                    family && strcmp(family, "IPv6") == 0 ? "hop limit" : "TTL", ttl);
    if (page_some(hops))
        text_append(text, size, at, ", so about %" PRId64 " hop%s away", hops,
                    hops == 1 ? "" : "s");
}

void page_put_title(const struct page *page, const struct page_title *title)
{
    char text[512];
    size_t at = 0;
    text_append(text, sizeof text, &at, "tcpprobe %s %s", title->command,
                title->target ? title->target : "");
    page_append_address(text, sizeof text, &at, title->target, title->address, title->addresses);
    if (title->interface)
        text_append(text, sizeof text, &at, " via %s", title->interface);
    if (title->time && page->style->verbose > 0)
        text_append(text, sizeof text, &at, " at %s", title->time);
    if (title->mode)
        text_append(text, sizeof text, &at, ", %s", title->mode);
    style_wrap_tone(page->style, page->stream, TONE_BOLD, 0, PAGE_INDENT, text);
}

void page_put_fact(struct page *page, enum tone tone, const char *label, const char *text)
{
    if (!page->facts)
        fputc('\n', page->stream);
    page->facts = true;
    fprintf(page->stream, "%*s%s%-*s%s", PAGE_INDENT, "", style_tone(page->style, TONE_DIM),
            PAGE_LABEL, label, style_tone(page->style, TONE_PLAIN));
    style_wrap_tone(page->style, page->stream, tone, PAGE_INDENT + PAGE_LABEL,
                    PAGE_INDENT + PAGE_LABEL, text);
}

static void put_line(const struct page *page, size_t indent, enum tone tone, const char *label,
                     const char *text)
{
    style_spaces(page->stream, indent);
    fputs(style_tone(page->style, tone), page->stream);
    style_put(page->style, page->stream, label, strlen(label));
    fprintf(page->stream, ":%s", style_tone(page->style, TONE_PLAIN));
    if (text && *text) {
        fputc(' ', page->stream);
        style_put(page->style, page->stream, text, strlen(text));
    }
    fputc('\n', page->stream);
}

void page_put_judgement(const struct page *page, size_t indent, enum tone tone, const char *verdict,
                        const char *reason, const char *unmet)
{
    put_line(page, indent, tone, verdict, reason);
    if (unmet)
        put_line(page, indent, TONE_BAD, "not met", unmet);
}

enum tone page_verdict_tone(const char *verdict)
{
    if (!verdict || strcmp(verdict, verdict_word(VERDICT_INCONCLUSIVE)) == 0)
        return TONE_WARN;
    return strcmp(verdict, verdict_word(VERDICT_OPEN)) == 0 ? TONE_GOOD : TONE_BAD;
}

void page_put_verdict(const struct page *page, size_t indent, const char *verdict,
                      const char *reason, const char *unmet)
{
    page_put_judgement(page, indent, page_verdict_tone(verdict),
                       verdict ? verdict : verdict_word(VERDICT_INCONCLUSIVE), reason, unmet);
}

static enum tone severity_tone(const char *severity)
{
    if (strcmp(severity, severity_word(SEVERITY_HIGH)) == 0)
        return TONE_BAD;
    if (strcmp(severity, severity_word(SEVERITY_MEDIUM)) == 0)
        return TONE_WARN;
    return strcmp(severity, severity_word(SEVERITY_LOW)) == 0 ? TONE_BOLD : TONE_DIM;
}

void page_put_findings(const struct page *page, struct record_list list)
{
    const struct finding_record *findings = list.items;
    size_t widest = 0, severities = strlen(severity_word(SEVERITY_MEDIUM));
    for (size_t i = 0; i < list.count; i++)
        if (strlen(findings[i].id) > widest)
            widest = strlen(findings[i].id);
    for (size_t i = 0; i < list.count; i++) {
        size_t column = PAGE_INDENT + severities + 2 + widest + 2;
        fprintf(page->stream, "%*s%s%-*s%s  ", PAGE_INDENT, "",
                style_tone(page->style, severity_tone(findings[i].severity)), (int)severities,
                findings[i].severity, style_tone(page->style, TONE_PLAIN));
        style_put(page->style, page->stream, findings[i].id, strlen(findings[i].id));
        /* On a narrow page the text begins below, so that it is not a column of single words. */
        if (column + 30 > page->style->width) {
            column = PAGE_INDENT + severities + 2;
            fputc('\n', page->stream);
            style_spaces(page->stream, column);
        } else {
            style_spaces(page->stream, widest + 2 - strlen(findings[i].id));
        }
        style_wrap(page->style, page->stream, column, column, findings[i].text);
    }
}

void page_show_end(const char *address, int64_t port, char *text, size_t size)
{
    size_t at = 0;
    bool brackets = address && strchr(address, ':');
    if (brackets)
        text_append(text, size, &at, "[%s]", address);
    else
        text_append(text, size, &at, "%s", address ? address : "?");
    if (port != RECORD_UNKNOWN)
        text_append(text, size, &at, ":%" PRId64, port);
}
