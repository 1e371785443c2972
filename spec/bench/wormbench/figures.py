"""Samples, medians, and the bars they are held against."""

import statistics
from dataclasses import dataclass
from typing import Callable, Optional


def median(values):
    return statistics.median(values)


def percentile(values, share):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Bar:
    """What a figure of ours is held against.

    `against` names the columns whose best value counts, none for an absolute bar. `must` and `aim` are factors of
    it (or the limit itself)."""

    against: tuple
    must: float
    aim: Optional[float] = None


@dataclass(frozen=True)
class Figure:
    key: str
    name: str
    unit: str
    more_is_better: bool
    show: Callable[[float], str]
    bars: tuple = ()


def plain(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


FIGURES = (
    Figure("stream", "one stream", "MB/s", True, plain, (
        Bar(("tor tuned",), 4, 7),
        Bar(("haproxy", "nginx"), 0.35, 0.6),
        Bar(("haproxy + TLS 1.3",), 0.8),
    )),
    Figure("streams", "8 streams, 8 circuits", "MB/s", True, plain, (Bar(("tor tuned",), 4, 8),)),
    Figure("cpu", "CPU of the whole path, 1 stream", "s/GB", False, plain, (Bar(("tor tuned",), 1 / 4, 1 / 8),)),
    Figure("cpu8", "CPU of the whole path, 8 streams", "s/GB", False, plain, (Bar(("tor tuned",), 1 / 4, 1 / 8),)),
    Figure("turn", "first byte, open stream, median", "ms", False, plain, (Bar(("tor tuned",), 1),)),
    Figure("turn99", "first byte, open stream, p99", "ms", False, plain, (Bar((), 3),)),
    Figure("open", "first byte, new stream, median", "ms", False, plain, (Bar(("tor tuned",), 1),)),
    Figure("open99", "first byte, new stream, p99", "ms", False, plain, (Bar((), 5),)),
    Figure("circuit", "circuit built, links up, median", "ms", False, plain, (Bar(("tor tuned",), 1),)),
    Figure("circuit99", "circuit built, links up, p99", "ms", False, plain),
)


#: Carriers that bulk is measured over, each with the least share of TCP's in the same run; None where there is none.
CARRIERS = {"tls": 0.8, "websocket": None, "quic": 0.4, "pluggable": None}

#: Numbers of circuits that one flow is split over; over TCP.
SPLITS = (2, 3)


#: Columns of services whose place nobody knows, Tor's and ours, and what ours are held to.
ONIONS = "tor onion"
SERVICES = "published"
REACH = Figure("reach", "first byte, service never seen, median", "ms", False, plain)
SERVICE_BARS = {"reach": 0.5, "open": 1, "stream": 4}


@dataclass(frozen=True)
class Verdict:
    """One bar, met or not. `met` is None where one of the two figures is missing."""

    figure: str
    bar: str
    ratio: Optional[float]
    met: Optional[bool]
    aim_met: Optional[bool]


def judge(columns, ours="wormholes"):
    """All verdicts over `columns`: name to figures by key."""
    return [judge_bar(figure, bar, columns, ours) for figure in FIGURES for bar in figure.bars]


def judge_carriers(columns, ours="wormholes"):
    """One stream over each carrier that has a bar, against TCP."""
    stream = FIGURES[0]
    return [
        judge_bar(stream, Bar((ours,), share), columns, f"{ours} over {carrier}")
        for carrier, share in CARRIERS.items()
        if share and f"{ours} over {carrier}" in columns
    ]


def judge_services(columns):
    """Our published services, against Tor's onion services."""
    figures = [figure for figure in (*FIGURES, REACH) if figure.key in SERVICE_BARS]
    return [judge_bar(figure, Bar((ONIONS,), SERVICE_BARS[figure.key]), columns, SERVICES)
            for figure in figures if SERVICES in columns]


def judge_bar(figure, bar, columns, ours):
    value = columns.get(ours, {}).get(figure.key)
    words = describe(figure, bar)
    others = [columns[name][figure.key] for name in bar.against if columns.get(name, {}).get(figure.key)]
    if value is None or (bar.against and not others):
        return Verdict(figure.name, words, None, None, None)
    best = 1.0 if not bar.against else (max(others) if figure.more_is_better else min(others))
    ratio = value / best

    def meets(factor):
        return None if factor is None else (ratio >= factor if figure.more_is_better else ratio <= factor)

    return Verdict(figure.name, words, ratio, meets(bar.must), meets(bar.aim))


def describe(figure, bar):
    sign = ">=" if figure.more_is_better else "<="
    if not bar.against:
        return f"{sign} {plain(bar.must)} {figure.unit}"
    text = f"{sign} {bar.must:g} x {' / '.join(bar.against)}"
    return text + (f" (aim {bar.aim:g})" if bar.aim else "")
