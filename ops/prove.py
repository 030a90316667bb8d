"""`./simpul prove`: what takes longer than a change can wait for; run before a release.

Each part that passed is remembered for the commit it passed with, so a run that was broken off
goes on where it was, and a failed part is the only one that runs again.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops import programs, reports, test
from ops.engines import minio
from ops.speech import Stop, choose, say


@dataclass(frozen=True)
class Part:
    """Tests marked `prove(part=…)` with this name, and the settings that give them their length.

    `whole` names files of which every test runs, also those that every change must pass: with
    these settings they take longer.
    """

    name: str
    says: tuple[str, str]
    minutes: int  # on two idle cores
    settings: Mapping[str, str] = field(default_factory=dict)
    workers: int = 0  # processes of pytest; 0 = none beside itself
    whole: tuple[str, ...] = ()

    @property
    def chosen(self) -> list[str]:
        expression = "prove or not prove" if self.whole else f"prove(part='{self.name}')"
        return ["-n", str(self.workers), "-m", expression, *self.whole]


OUTAGES = (
    "tests/faults/test_broken_links.py",
    "tests/faults/test_empty_broker.py",
    "tests/faults/test_full_disks.py",
    "tests/faults/test_outages.py",
    "tests/faults/test_slow_providers.py",
    "tests/faults/test_store_outages.py",
    "tests/faults/test_silent_broker.py",
    "tests/faults/test_silent_database.py",
    "tests/faults/test_slow_store.py",
)
ALONE = {"NOTHING_ELSE_RUNS": "yes"}  # holds tests to what is promised in seconds


PARTS = (
    Part(
        "gate",
        ("5.000 peristiwa, 100 kematian proses", "5,000 events, 100 deaths of processes"),
        12,
    ),
    Part(
        "comparison",
        ("yang sama, sambil membandingkan dengan feed", "the same while comparing with the feeds"),
        4,
    ),
    Part(
        "mistakes",
        ("sepuluh kesalahan yang disengaja, satu per satu", "ten mistakes put in one by one"),
        9,
    ),
    Part(
        "clocks",
        ("jam mesin yang salah", "wrong clocks of machines"),
        7,
    ),
    Part(
        "upgrade",
        ("rilis sebelumnya dan ini berdampingan", "the previous release and this, side by side"),
        6,
    ),
    Part(
        "mutants",
        ("setiap kesalahan bagi mesin status", "every mistake for the state machine"),
        4,
        workers=2,
    ),
    Part(
        "machine",
        ("mesin status, lama dan acak", "the state machine, long and drawn anew"),
        9,
        {"MACHINE_RUNS": "1200", "MACHINE_STEPS": "50"},
        workers=2,
    ),
    Part(
        "outages",
        ("setiap mesin mati dan sambungan putus, lama", "every engine away, every link broken"),
        12,
        {"BROKER_AWAY": "60", "LINK_SECONDS": "20"},
        whole=OUTAGES,
    ),
    Part(
        "orders",
        ("urutan menyalakan", "orders of starting"),
        5,
    ),
    Part(
        "bodies",
        (
            "10.000 kiriman acak ke setiap layanan, setiap teks, operasi, dan orang asing",
            "10,000 random bodies to each service, every text, operation and stranger",
        ),
        5,
        {"RAW_BODIES": "10000", "EVERY_CASE": "yes"},
        workers=2,
        whole=(
            "tests/journeys/test_raw_bodies.py",
            "tests/journeys/test_cost_of_texts.py",
            "tests/journeys/test_regions_do_not_leak.py",
            "tests/identity/test_api_fuzzed.py",
            "tests/proposal/test_api_description.py",
        ),
    ),
    Part(
        "files",
        (
            "setiap berkas PDF korpus, juga ditulis ulang, dan biaya yang terberat",
            "every PDF file of the corpus, also rewritten, and what the heaviest cost",
        ),
        6,
        {"EVERY_CASE": "yes"},
        workers=2,
        whole=(
            "tests/documents/test_corpus_cost.py",
            "tests/documents/test_corpus_hostile.py",
            "tests/documents/test_corpus_plain.py",
            "tests/documents/test_corpus_rewritten.py",
        ),
    ),
    Part(
        "growth",
        (
            "setiap pertanyaan kepada layanan yang menyimpan tiga kali lebih banyak",
            "every question to services that hold three times as much",
        ),
        3,
        {"EVERY_CASE": "yes"},
        workers=2,
        whole=("tests/engines/test_growth_on_postgres.py", "tests/journeys/test_growth.py"),
    ),
    Part(
        "idle",
        ("biaya sistem yang tidak dipakai siapa pun", "what a system costs that nobody uses"),
        5,
    ),
    Part("minio", ("MinIO dibangun dan diuji", "MinIO built and tested"), 2),
    Part("rest", ("pengujian lama lainnya", "other long tests"), 6, workers=2),
)


def configure(parser: argparse.ArgumentParser) -> None:
    names = [part.name for part in PARTS]
    parser.add_argument(
        "--list",
        action="store_true",
        help=choose(
            "menyebutkan bagian-bagiannya dan mana yang sudah lulus",
            "name the parts and which passed",
        ),
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar=choose("BAGIAN", "PART"),
        help=choose("bagian ini saja", "this one"),
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help=choose("juga yang sudah lulus dengan komit ini", "also what passed with this commit"),
    )


def run(options: argparse.Namespace) -> int:
    chosen = [part for part in PARTS if not options.only or part.name in options.only]
    record = Record.of(reports.home() / "prove.json", code_of_today())
    if options.list:
        show(chosen, record)
        return 0
    if absent := programs.after_installing(programs.missing()):
        line = programs.not_tested(absent)
        raise Stop(line, line)
    left = [part for part in chosen if options.again or not record.has_passed(part)]
    building = minio.begin(reports.home() / "minio") if _wants_minio(left) else None
    for part in chosen:
        if part in left:
            record.add(part, prove(part, building))
        else:
            say(f"\n══ {part.name}: sudah lulus", f"\n══ {part.name}: passed before")
            print(record.results[part.name].output)
    show(chosen, record)
    return int(not all(record.has_passed(part) for part in chosen))


@dataclass(frozen=True)
class Result:
    """How one part ended, and the reports of its tests."""

    passed: bool
    seconds: float
    output: str


@dataclass
class Record:
    """The results of one state of the code, kept in a file; those of other states are dropped."""

    path: Path
    code: str
    results: dict[str, Result]

    @classmethod
    def of(cls, path: Path, code: str) -> "Record":
        try:
            content = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            content = {}
        # Code without a name (no repository, no git) is never the same as before.
        results = content.get("results", {}) if code and content.get("code") == code else {}
        return cls(path, code, {name: Result(**values) for name, values in results.items()})

    def has_passed(self, part: Part) -> bool:
        return part.name in self.results and self.results[part.name].passed

    def add(self, part: Part, result: Result) -> None:
        self.results[part.name] = result
        results = {name: vars(result) for name, result in self.results.items()}
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"code": self.code, "results": results}, indent=1), "utf-8")
        draft.replace(self.path)


def code_of_today() -> str:
    """Name the commit, and what was changed or added since by its hash; empty without a commit."""
    commit = _git("rev-parse", "HEAD").decode().strip()
    changed = _git("diff", "HEAD", "--binary") + _new_files()
    mark = hashlib.sha256(changed).hexdigest()[:12] if changed else ""
    return "+".join(filter(None, [commit, mark])) if commit else ""


def _new_files() -> bytes:
    """Return name and hash of each file that git does not have yet and that is not ignored."""
    names = _git("ls-files", "-z", "--others", "--exclude-standard").split(b"\0")
    paths = {name: test.ROOT / os.fsdecode(name) for name in names if name}
    return b"".join(
        name + hashlib.sha256(path.read_bytes()).digest()
        for name, path in paths.items()
        if path.is_file()
    )


def _git(*words: str) -> bytes:
    try:
        ran = subprocess.run(["git", *words], cwd=test.ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return b""
    return ran.stdout


def prove(part: Part, building: minio.Build | None) -> Result:
    """Run one part and print its reports."""
    say(f"\n══ {part.name}: {part.says[0]}", f"\n══ {part.name}: {part.says[1]}")
    reports.forget()
    settings = {**part.settings, **({} if part.workers else ALONE)}
    if part.name == "minio" and building is not None:
        building.finished()
        settings["PATH"] = os.pathsep.join([str(building.folder), os.environ.get("PATH", "")])
    report, began = reports.home() / f"prove-{part.name}.xml", time.monotonic()
    code = test.pytest(report, ["-q", *part.chosen], settings)
    seconds = time.monotonic() - began
    texts = reports.read()
    for text in texts:
        print(text)
    # A part whose tests were skipped has proved nothing.
    counts = reports.counted(report) if report.exists() else {"passed": 0, "skipped": 0}
    passed = code == 0 and counts["passed"] > 0 and counts["skipped"] == 0
    return Result(passed, seconds, output="\n".join([f"{counts}", *texts]))


def _wants_minio(parts: list[Part]) -> bool:
    return any(part.name == "minio" for part in parts) and shutil.which("minio") is None


def show(parts: list[Part], record: Record) -> None:
    """Print each part, how long it takes or took, and whether it passed with this code."""
    print()
    for part in parts:
        result = record.results.get(part.name)
        if result is None:
            ended = choose(f"belum; sekitar {part.minutes} menit", f"not yet; {part.minutes} min")
        else:
            word = choose("lulus", "passed") if result.passed else choose("GAGAL", "FAILED")
            ended = f"{word}, {result.seconds:.0f} s"
        print(f"  {part.name:<12}{ended:<32}{choose(*part.says)}")
    seconds = sum(result.seconds for result in record.results.values())
    passed = sum(map(record.has_passed, parts))
    say(
        f"simpul prove: {passed} dari {len(parts)} bagian lulus, {seconds:.0f} detik",
        f"simpul prove: {passed} of {len(parts)} parts passed, {seconds:.0f} seconds",
    )
