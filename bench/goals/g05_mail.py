"""G5: from a submit to the mail that a server accepts, against the sum of the raw parts."""

from bench.flow import Mailed, flow, mailed, submitted_flow
from bench.forms import Cluster, Form
from bench.mail_sink import SINK
from bench.raw import commit_time, hand_off, publish_to_consume
from bench.registry import BOTH, Goal, Reading, Stage
from bench.stats import percentile

_OF_A_RAW_PART = 10.0  # a second


def run(stage: Stage) -> list[Reading]:
    return [_at(stage, rate) for rate in _rates(stage)]


def _rates(stage: Stage) -> list[float]:
    """Embedded mails come from submits over HTTP, which are not answered at more than this."""
    return [rate for rate in stage.pace.mails if stage.is_distributed or rate <= 50]


def _limit(form: Form, stage: Stage) -> float:
    """Add up, in milliseconds, what the parts take with nothing of ours in between."""
    parts = [commit_time(form, stage.home), hand_off(SINK.port)]
    if isinstance(form, Cluster):
        parts.append(publish_to_consume(form, _OF_A_RAW_PART, 2))
    return sum(percentile(times, 99) for times in parts)


def _at(stage: Stage, rate: float) -> Reading:
    """Take the raw parts and our mails in turns."""
    rounds = [(_limit(stage.system, stage), _round(stage, rate)) for _ in range(stage.pace.repeats)]
    limit, ours = [each for each, _ in rounds], [_p99(found) for _, found in rounds]
    lost, doubled, said = (
        sum(getattr(found, name) for _, found in rounds) for name in ("lost", "doubled", "said")
    )
    kind = "short" if lost or doubled else "note"
    told = {kind: f"{lost} lost, {doubled} doubled of {said}"}
    wanted = rate == max(_rates(stage))
    return Reading(f"{rate:g}/s, p99", ours, limit, "ms", counts=wanted, **told)


def _round(stage: Stage, rate: float) -> Mailed:
    form, within = stage.system, 60 + 40 * stage.pace.flow
    SINK.forget()
    if isinstance(form, Cluster):
        return mailed(form, flow(form, rate, stage.pace.flow), within)
    count = max(1, min(round(rate * stage.pace.flow), stage.pace.submits))
    return submitted_flow(form, rate, count, within)


def _p99(found: Mailed) -> float:
    return percentile(found.times, 99) if found.times else float("inf")


GOAL = Goal(
    "G5",
    "submit → mail accepted by SMTP, p99 at 50/s and more",
    "the sum of the raw parts",
    10,
    2.5,
    "at most",
    BOTH,
    run,
    in_the_way=(
        "The same way as G4, then a claim and an end of each mail in transactions of their "
        "own, so that none is lost or doubled. Tried: mails taken and ended ten at once, a "
        "kept connection, lighter mails."
    ),
)
