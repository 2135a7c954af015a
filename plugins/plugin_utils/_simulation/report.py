# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The report of a simulation: one HTML page that needs nothing beside itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Any

from .charts import LEFT, Buckets, Frame, ceiling, drawing, strip
from .figures import alarm_figures, figures
from .model import Course, Setting

#: What is compared: figure -> what it is called, and which value is best (None: neither).
ROWS = {
    "failed_percent": ("requests that failed, percent", min),
    "failed_no_task": ("failed at zero tasks (503)", None),
    "failed_timed_out": ("failed after waiting too long", None),
    "waited": ("waited a second or more", None),
    "wait_seconds_p50": ("wait, half of the requests, seconds", None),
    "wait_seconds_p95": ("wait, 95 % of the requests, seconds", min),
    "wait_seconds_p99": ("wait, 99 % of the requests, seconds", min),
    "task_hours": ("task-hours", min),
    "cost": ("cost", min),
    "tasks_mean": ("tasks, on average", None),
    "tasks_max": ("tasks, at most", None),
    "hours_at_zero": ("hours at zero tasks", None),
    "scaled_out": ("times scaled out", None),
    "scaled_in": ("times scaled in", None),
}
_BARS = ("failed_percent", "task_hours", "cost")
_STYLE = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#18202b;--soft:#566273;--rule:#dfe4ea;--load:#7fb0dc;
--peak:#d3e5f5;--cap:#0b4f8a;--short:#c62828;--run:#4f8a5b;--start:#c3dfc8;--wait:#dd9a00;--zero:#c62828;
--late:#7b3fa0;--ok:#4f8a5b;--none:#8b96a5}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1b212a;--ink:#e8ecf1;--soft:#a3afbd;--rule:#323b47;
--load:#3f76a8;--peak:#24435f;--cap:#8cc4f5;--short:#ff7b72;--run:#69b578;--start:#2f5237;--wait:#e8b339;
--zero:#ff7b72;--late:#c79af0;--ok:#69b578;--none:#7d8998}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1640px;margin:0 auto;padding:24px}h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:0 0 4px}
h3{font-size:14px;margin:18px 0 2px}p{margin:4px 0 10px}.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:18px 20px;margin:16px 0}
.sides{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,560px),1fr))}
.sides .card{margin:0;min-width:0}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:5px 12px;border-bottom:1px solid var(--rule);vertical-align:top}
th:first-child{text-align:left;font-weight:400}thead th,thead th:first-child{font-weight:600}
.compare{table-layout:fixed;min-width:560px}.compare th:first-child{width:34%}
td.best{font-weight:700}
.bar{display:block;height:5px;border-radius:3px;background:var(--load);margin:3px 0 0 auto;min-width:1px}
.bar.failed{background:var(--zero)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(84px,1fr));gap:8px 12px;margin:10px 0 0}
.cards b{display:block;font-size:19px;line-height:1.3}
.note{border-left:4px solid var(--wait);padding:2px 0 2px 12px;margin:8px 0}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 18px;padding:0;margin:0 0 2px;font-size:13px;
color:var(--soft)}
.legend i{display:inline-block;width:14px;height:10px;border-radius:2px;margin-right:6px}
.legend i.rule{height:3px;vertical-align:3px}svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}
svg text{fill:var(--soft)}.value{text-anchor:end}.time{text-anchor:middle}.grid{stroke:var(--rule);fill:none}
.axis,.tick{stroke:var(--soft);fill:none}.load{fill:var(--load)}.peak{fill:var(--peak)}
.cap{fill:none;stroke:var(--cap);stroke-width:2}.short{fill:var(--short);opacity:.75}.run{fill:var(--run)}
.start{fill:var(--start)}.wait{fill:var(--wait)}.zero{fill:var(--zero)}.late{fill:var(--late)}.alarm{fill:var(--zero)}
.ok{stroke:var(--ok);stroke-width:3}.unknown{stroke:var(--none);stroke-width:2;stroke-dasharray:3 4}
.text{text-align:left}svg .who{fill:var(--ink)}
i.load{background:var(--load)}i.peak{background:var(--peak)}i.cap{background:var(--cap)}
i.short{background:var(--short)}i.run{background:var(--run)}i.start{background:var(--start)}
i.wait{background:var(--wait)}i.zero,i.alarm{background:var(--zero)}i.late{background:var(--late)}
i.ok{background:var(--ok)}i.unknown{background:repeating-linear-gradient(90deg,var(--none) 0 3px,transparent 3px 6px)}
summary{cursor:pointer;margin:12px 0 4px}summary:focus-visible{outline:2px solid var(--cap)}
pre{overflow-x:auto;font-size:13px}@media print{body{background:#fff}.card{break-inside:avoid}}
"""


@dataclass(frozen=True)
class _View:
    """One document's part of the page: a key that is no other's, and how high the axes of all parts are."""

    key: str
    name: str
    course: Course
    setting: Setting
    tops: Mapping[str, float]

    @property
    def seconds(self) -> int:
        return len(self.course.arrived) * self.course.interval

    @property
    def buckets(self) -> Buckets:
        return Buckets(len(self.course.arrived), self.course.interval)

    def frame(self, top: float, height: int) -> Frame:
        return Frame(self.setting.start, self.seconds, top, height, above=18)

    def when(self, second: float, style: str = "%a %d %b %H:%M") -> str:
        return datetime.fromtimestamp(self.setting.start + second, UTC).strftime(style)

    def chart(self, title: str, legend: Sequence[tuple[str, str]], frame: Frame, described: str, drawn: str) -> str:
        name = f"{self.key}-{title.partition(' ')[0].lower()}"
        return f"<h3>{title}</h3>{_legend(legend)}{drawing(frame.bottom + frame.below, title, described, name, drawn)}"


def report(
    title: str,
    told: Sequence[str],
    documents: Mapping[str, Mapping[str, Any]],
    courses: Mapping[str, Course],
    setting: Setting,
) -> str:
    """Return the page. told says what was simulated, a sentence each; documents and courses have the same names."""
    counted = {name: figures(course, setting) for name, course in courses.items()}
    tops = _tops(courses, setting)
    views = [_View(f"s{at}", name, course, setting, tops) for at, (name, course) in enumerate(courses.items())]
    sides = "".join(_side(view, documents[view.name], counted[view.name]) for view in views)
    begin, end = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") for at in (setting.start, setting.end))
    items = "".join(f"<li>{escape(item)}</li>" for item in told)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escape(title)}</h1><p class="soft">{begin} to {end} UTC, simulated</p>'
        f'<section class="card"><h2>What was simulated</h2><ul>{items}</ul></section>'
        f'{_comparison(counted)}{_notes(views)}<div class="sides">{sides}</div></main></body></html>\n'
    )


def _notes(views: Sequence[_View]) -> str:
    notes = [
        f'<p class="note"><b>{escape(view.name)}</b>: {escape(note)}</p>'
        for view in views
        for note in view.course.notes
    ]
    return f'<section class="card"><h2>To be known</h2>{"".join(notes)}</section>' if notes else ""


def _comparison(counted: Mapping[str, Mapping[str, Any]]) -> str:
    names = list(counted)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    requests = counted[names[0]]["requests"]
    rows = []
    for key, (label, choose) in ROWS.items():
        values = [counted[name][key] for name in names]
        if key == "cost" and not any(values):
            continue
        top = max(values)
        wanted = choose(values) if choose and len(set(values)) > 1 else None
        cells = []
        for value in values:
            drawn = ""
            if key in _BARS and top:
                css = "bar failed" if key == "failed_percent" else "bar"
                drawn = f'<span class="{css}" style="width:{round(100 * value / top, 1)}%"></span>'
            mark = " class=best" if value == wanted else ""
            cells.append(f"<td{mark}>{value:,}{drawn}</td>")
        rows.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    title = "Side by side" if len(names) > 1 else "In numbers"
    best = " The best value of a row is bold." if len(names) > 1 else ""
    return (
        f'<section class="card"><h2>{title}</h2><p class="soft">{requests:,} requests.{best}</p>'
        f'<div class="scroll"><table class="compare"><thead><tr><th scope="col">figure</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _tops(courses: Mapping[str, Course], setting: Setting) -> dict[str, float]:
    """Return how high the axes of all documents' charts are, so that these can be compared."""
    load, tasks, failed, waited = [0.0], [0.0], [0.0], [0.0]
    for course in courses.values():
        buckets = Buckets(len(course.arrived), course.interval)
        load += [max(course.arrived) / course.interval, max(course.running) * setting.task.rate]
        tasks += [*course.running, *course.desired]
        failed += buckets.sum([a + b for a, b in zip(course.no_task, course.timed_out, strict=True)])
        waited += buckets.sum(course.waited)
    return {
        "load": ceiling(max(load), 0.1),
        "tasks": max(tasks) + 0.5,
        "failed": ceiling(max(failed)),
        "waited": ceiling(max(waited)),
    }


def _side(view: _View, document: Mapping[str, Any], counted: Mapping[str, Any]) -> str:
    shown = [("failed", f"{counted['failed_percent']:g} %"), ("95 % wait", f"{counted['wait_seconds_p95']} s")]
    shown.append(("task-hours", f"{counted['task_hours']:,}"))
    if view.setting.task.price_per_hour:
        shown.append(("cost", f"{counted['cost']:,}"))
    shown += [("most tasks", str(counted["tasks_max"])), ("changes", f"{len(view.course.changes):,}")]
    cards = "".join(f"<div><b>{value}</b>{label}</div>" for label, value in shown)
    charts = "".join(chart(view) for chart in (_load, _tasks, _alarms, _failed, _waited))
    return (
        f'<section class="card" aria-labelledby="{view.key}"><h2 id="{view.key}">{escape(view.name)}</h2>'
        f'<div class="cards">{cards}</div>{charts}{_table(view)}{_changes(view)}'
        f"<details><summary>The document</summary><pre>{escape(json.dumps(document, indent=2))}</pre></details>"
        "</section>"
    )


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    items = "".join(f'<li><i class="{css}" aria-hidden="true"></i>{label}</li>' for css, label in entries)
    return f'<ul class="legend">{items}</ul>'


def _load(view: _View) -> str:
    course, buckets, answers = view.course, view.buckets, view.setting.task.rate
    rates = [number / course.interval for number in course.arrived]
    load, peak = buckets.mean(rates), buckets.most(rates)
    capacity = buckets.mean([tasks * answers for tasks in course.running])
    frame = view.frame(view.tops["load"], 170)
    drawn = (
        frame.axes("requests per second")
        + (frame.area(peak, buckets.seconds, "peak") if buckets.size > 1 else "")
        + frame.area(load, buckets.seconds, "load")
        + frame.between(capacity, load, buckets.seconds, "short")
        + frame.line(capacity, buckets.seconds, "cap")
    )
    described = f"Load of at most {max(rates):.3g} and capacity of at most {max(capacity):.3g} requests per second."
    busiest = [("peak", f"in the busiest {_span(course.interval)}")] if buckets.size > 1 else []
    legend = [("load", "load"), *busiest, ("cap rule", "what the tasks can answer"), ("short", "load over it")]
    return view.chart("Load against capacity", legend, frame, described, drawn)


def _tasks(view: _View) -> str:
    course, buckets = view.course, view.buckets
    frame = view.frame(view.tops["tasks"], 110)
    drawn = (
        frame.axes("tasks")
        + frame.area(buckets.most(course.desired), buckets.seconds, "start")
        + frame.area(buckets.least(course.running), buckets.seconds, "run")
    )
    described = f"Between {min(course.running)} and {max(course.running)} tasks, {len(course.changes)} changes."
    labels = ("answering", "asked for, not answering yet")
    if buckets.size > 1:
        labels = (f"answering all of {_span(buckets.seconds)}", "asked for at some time of it")
    return view.chart("Tasks", [("run", labels[0]), ("start", labels[1])], frame, described, drawn)


def _alarms(view: _View) -> str:
    alarms = view.course.alarms
    if not alarms:
        return ""
    frame = view.frame(1.0, 36 * len(alarms) - 12)
    drawn, top = frame.times(), float(frame.above)
    for name, states in alarms.items():
        spans = [(begin, end, state) for (begin, state), (end, _next) in pairwise(states)]
        drawn += f'<text class="who" x="{LEFT}" y="{top - 4}">{escape(name)}</text>'
        drawn += strip(frame, top, spans, view.buckets.seconds)
        top += 36
    times = ", ".join(f"{item['name']} {item['times_in_alarm']} times" for item in alarm_figures(view.course))
    legend = [("alarm", "in ALARM"), ("ok rule", "OK"), ("unknown rule", "without enough data")]
    return view.chart("Alarms", legend, frame, f"In ALARM: {times}.", drawn)


def _failed(view: _View) -> str:
    course, buckets, patience = view.course, view.buckets, view.setting.patience
    zero, late = buckets.sum(course.no_task), buckets.sum(course.timed_out)
    frame = view.frame(view.tops["failed"], 70)
    drawn = (
        frame.axes(f"requests in {_a_span(buckets.seconds)}")
        + frame.area([a + b for a, b in zip(zero, late, strict=True)], buckets.seconds, "late")
        + frame.area(zero, buckets.seconds, "zero")
    )
    described = f"{sum(zero):.0f} requests failed at zero tasks, {sum(late):.0f} after waiting {patience:g} seconds."
    legend = [("zero", "there was no task (503)"), ("late", f"it would have waited over {patience:g} s")]
    return view.chart("Failed requests", legend, frame, described, drawn)


def _waited(view: _View) -> str:
    course, buckets = view.course, view.buckets
    frame = view.frame(view.tops["waited"], 70)
    waited = buckets.sum(course.waited)
    drawn = frame.axes(f"requests in {_a_span(buckets.seconds)}") + frame.area(waited, buckets.seconds, "wait")
    legend = [("wait", "waited a second or more for their turn")]
    return view.chart("Waiting requests", legend, frame, f"{sum(waited):.0f} requests waited.", drawn)


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else "minute" if seconds == 60 else f"{seconds // 60} minutes"


def _a_span(seconds: int) -> str:
    return "a minute" if seconds == 60 else _span(seconds)


def _table(view: _View) -> str:
    """Return what the charts show as a table: no more than 48 rows."""
    course = view.course
    span = next((span for span in (300, 900, 1800, 3600, 10_800, 86_400) if view.seconds / span <= 48), 604_800)
    size = max(1, span // course.interval)
    rows = []
    for at in range(0, len(course.arrived), size):
        part = slice(at, at + size)
        arrived, running = course.arrived[part], course.running[part]
        failed = sum(course.no_task[part]) + sum(course.timed_out[part])
        cells = (
            f"{sum(arrived):,}",
            f"{sum(arrived) / len(arrived) / course.interval:.2f}",
            f"{min(running)} to {max(running)}",
            f"{sum(course.waited[part]):,.0f}",
            f"{failed:,.0f}",
        )
        shown = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{view.when(at * course.interval)}</th>{shown}</tr>')
    names = ("from", "requests", "a second", "tasks", "waited", "failed")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        '<details><summary>The charts as a table</summary><div class="scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></details>"
    )


def _changes(view: _View) -> str:
    changes = view.course.changes
    if not changes:
        return ""
    rows = []
    for change in changes[:100]:
        cause = escape(change["cause"])
        rows.append(
            f'<tr><th scope="row">{view.when(change["second"], "%a %d %b %H:%M:%S")}</th>'
            f'<td>{change["from"]} → {change["to"]}</td><td class="text">{cause}</td></tr>'
        )
    rest = f", the first {len(rows)} of {len(changes):,}" if len(changes) > len(rows) else ""
    return (
        f'<details><summary>Changes of the desired count{rest}</summary><div class="scroll"><table>'
        '<thead><tr><th scope="col">at</th><th scope="col">tasks</th><th scope="col" class="text">because</th></tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div></details>"
    )
