# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a service scale on the embedded AWS, and draw what happened.

.venv/bin/python tools/plot_scaling.py docs/scaling_live.svg takes about a minute, in which most of an hour passes in
CloudWatch. tests/local_aws/evaluation/test_scaling_live.py tests the same run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "plugins"))
sys.path.append(str(Path(__file__).parents[1] / "roles" / "local_aws" / "files"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "local_aws"))
import launch
from live_scaling import Live, play
from plugin_utils._simulation.charts import WIDTH, Frame, drawing, strip
from servers import FILES, Server, free_port

ROOT = Path(__file__).resolve().parents[1]
SPEED = 60
ALARMS = {"load-out": "out", "load-in": "in", "wake": "wake"}
STYLE = """<style>
text{font:12px system-ui,sans-serif;fill:#444}.value{text-anchor:end}.time{text-anchor:middle}.unit{font-weight:600}
.note{font-size:11px}.grid{stroke:#ddd}.axis,.tick{stroke:#888}.mark{stroke:#888;stroke-dasharray:3 3}
.answered{fill:#4c8bd6}.refused{fill:#d6453d}.running{fill:#b9d7b0}.desired{fill:none;stroke:#2f7d32;stroke-width:2}
.alarm{fill:#d6453d}.ok{stroke:#2f7d32}.unknown{stroke:#888;stroke-dasharray:2 4}.paper{fill:#fff}
</style>"""


def main() -> None:
    """Run it, and write the drawing to the file that is named."""
    [target] = sys.argv[1:]
    folder, _made = launch.environment(FILES / "requirements.txt", ROOT / ".cache" / "llmops.ecs")
    with tempfile.TemporaryDirectory() as scratch:
        delays = {"LOCAL_AWS_DELAYS": "role=0,eni=0,drain=0"}
        server = Server(Path(scratch) / "home", free_port(), delays, folder / "bin" / "python")
        server.answer(server.run("start", "--speed", str(SPEED)))
        try:
            with Live(server, Path(scratch)) as live:
                for _point in play(live):
                    pass
                Path(target).write_text(drawn(live) + "\n", encoding="utf-8")
        finally:
            server.stop()


def drawn(live: Live) -> str:
    """Return the run as SVG: requests by the minute, tasks, and the alarms' states."""
    seconds = live.counts[-1][0] * 60
    asked = Frame(0, seconds, top=_most(_by_minute(live.requests, seconds)), height=110, above=40)
    tasks = Frame(0, seconds, top=3, height=110, above=asked.bottom + 50)
    alarms = Frame(0, seconds, top=1, height=3 * 26, above=tasks.bottom + 50)
    parts = [
        f'{STYLE}<rect class="paper" width="{WIDTH}" height="{alarms.bottom + 30}"/>',
        asked.axes("requests a minute, red: answered 503"),
        *_requests(live, asked, seconds),
        tasks.axes("tasks: running, and desired (line)"),
        *_tasks(live, tasks, seconds),
        f'<text class="unit" x="52" y="{alarms.above - 6}">alarms: red in ALARM, green OK, dots no data</text>',
        alarms.times(),
    ]
    for row, (name, label) in enumerate(ALARMS.items()):
        top = alarms.above + 26 * row + 5
        parts.append(f'<text class="value" x="46" y="{top + 12}">{label}</text>')
        parts.append(strip(alarms, top, _spans(live, name, seconds), 1))
    for minute, what in live.marks:
        x = asked.x(minute * 60)
        parts.append(
            f'<path class="mark" d="M{x} 14V{alarms.bottom}"/><text class="note" x="{x + 3}" y="12">{what}</text>'
        )
    told = (
        "Load brings three tasks; ten idle minutes begin the way to none; a request is answered 503 and wakes one; "
        "schedules open and close."
    )
    picture = drawing(alarms.bottom + 30, "A service that scales", told, "run", "".join(parts))
    return picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _by_minute(requests: Iterable[tuple[float, int]], seconds: float) -> list[list[int]]:
    """Return how many requests were answered, and how many refused, in each minute."""
    found = [[0, 0] for _minute in range(int(seconds // 60) + 1)]
    for minute, status in list(requests):
        found[min(int(minute), len(found) - 1)][status == 503] += 1
    return found


def _most(minutes: list[list[int]]) -> float:
    return max(10, *(sum(pair) for pair in minutes))


def _requests(live: Live, frame: Frame, seconds: float) -> Iterable[str]:
    minutes = _by_minute(live.requests, seconds)
    answered, both = [float(pair[0]) for pair in minutes], [float(sum(pair)) for pair in minutes]
    yield frame.area(answered, 60, "answered")
    yield frame.between(answered, both, 60, "refused")


def _tasks(live: Live, frame: Frame, seconds: float) -> Iterable[str]:
    step = 6.0
    desired, running, at = [], [], 0
    for index in range(int(seconds / step)):
        while at + 1 < len(live.counts) and live.counts[at + 1][0] * 60 <= index * step:
            at += 1
        desired.append(float(live.counts[at][1]))
        running.append(float(live.counts[at][2]))
    yield frame.area(running, step, "running")
    yield frame.line(desired, step, "desired")


def _spans(live: Live, name: str, seconds: float) -> Iterable[tuple[float, float, str]]:
    begin, state = 0.0, "INSUFFICIENT_DATA"
    for minute, item in live.history(name):
        yield begin, minute * 60, state
        begin, state = minute * 60, item["HistorySummary"].rpartition(" ")[2]
    yield begin, seconds, state


if __name__ == "__main__":
    main()
