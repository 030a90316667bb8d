"""Named places where a test may end or hold a process, to prove what a crash there leaves behind.

They sit where a crash is most likely to lose or double something. Without `FAILPOINTS` in the
environment each is one comparison; only tests set it, to a folder. A file there named like a
point arms it for the first process that comes by: its text is `kill`, `stop` (until SIGCONT) or
`pause <seconds>`.
"""

import os
import signal
import time
from pathlib import Path

# Between handing a message to the broker and its confirm there is none: that is one call of the
# client library, and a death in it leaves what one before it, or after the confirm, leaves.
# `sender.after_send` is passed whatever the provider did, also when it never answered.
POINTS = (
    "api.before_commit",
    "api.after_commit",
    "sequencer.before_commit",
    "publisher.before_publish",
    "publisher.after_confirm",
    "publisher.after_mark",
    "consumer.before_store",
    "inbox.before_commit",
    "consumer.before_ack",
    "consumer.after_ack",
    "dispatcher.after_claim",
    "dispatcher.before_commit",
    "dispatcher.after_commit",
    "timers.after_claim",
    "timers.before_commit",
    "timers.after_commit",
    "jobs.after_claim",
    "jobs.before_commit",
    "jobs.after_commit",
    "sender.after_claim",
    "sender.after_send",
    "upload.after_store",
    "pieces.after_store",
    "pieces.after_finish",
    "made_file.after_answer",
    "sweep.between_two",
    "migration.before_commit",
)
_FOLDER = os.environ.get("FAILPOINTS")


def failpoint(point: str) -> None:
    """Do what a test armed at this point, and nothing otherwise."""
    if _FOLDER is not None:
        _act(Path(_FOLDER), point)


def _act(folder: Path, point: str) -> None:
    taken = folder / f"{point}.{os.getpid()}.hit"
    try:
        (folder / point).rename(taken)  # of several processes one gets it
    except FileNotFoundError:
        return
    what, _, seconds = taken.read_text().partition(" ")
    if what == "pause":
        time.sleep(float(seconds))
    else:
        os.kill(os.getpid(), signal.SIGSTOP if what == "stop" else signal.SIGKILL)
