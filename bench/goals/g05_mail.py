"""G5: from a submit to the mail that a server accepts, against the sum of the raw parts."""

from collections import Counter

from bench.flow import flow, notices
from bench.forms import DISTRIBUTED, Cluster
from bench.mail_sink import SINK
from bench.raw import commit_time, hand_off, publish_to_consume
from bench.registry import Goal, Reading, Stage
from bench.stats import percentile

_OF_A_RAW_PART = 10.0  # a second


def run(stage: Stage) -> list[Reading]:
    form = stage.system
    assert isinstance(form, Cluster)
    raw = (
        percentile(publish_to_consume(form, _OF_A_RAW_PART, 2), 99)
        + percentile(commit_time(form), 99)
        + percentile(hand_off(SINK.port), 99)
    )
    return [_at(stage, form, rate, raw) for rate in stage.pace.mails]


def _at(stage: Stage, form: Cluster, rate: float, raw: float) -> Reading:
    SINK.forget()
    said = flow(form, rate, stage.pace.flow)
    mailed = notices(form, said, within=60 + 40 * stage.pace.flow)
    taken = {notice: SINK.taken.get(notice, []) for notice in mailed}
    lost = len(said) - len({mailed[n] for n, times in taken.items() if times})
    doubled = sum(Counter({n: len(times) for n, times in taken.items()}).values()) - len(taken)
    times = [(one[0] - said[mailed[n]]) * 1000 for n, one in taken.items() if one]
    p99 = percentile(times, 99) if times else float("inf")
    note = f"{lost} lost, {max(doubled, 0)} doubled of {len(said)}"
    wanted = rate == max(stage.pace.mails)
    return Reading(f"{rate:g}/s, p99", [p99], [raw], "ms", note=note, counts=wanted)


GOAL = Goal(
    "G5",
    "submit → mail accepted by SMTP, p99 at 50/s and more",
    "the sum of the raw parts",
    10,
    2.5,
    "at most",
    (DISTRIBUTED,),
    run,
)
