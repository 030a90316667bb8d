"""docs/asvs.md: how far the requirements of ASVS are shown, from docs/asvs.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "docs" / "asvs.toml"
ANSWERS = {
    "test": "shown by tests",
    "page": "written down",
    "reason": "not applicable",
    "open": "open",
}
CHAPTERS = (
    *("Encoding and cleaning", "Validation and business rules", "Browsers", "API"),
    *("Files", "Signing in", "Sessions", "Authority", "Signed tokens", "OAuth and OpenID"),
    *("Cryptography", "Connections", "Configuration", "Data protection", "Code and design"),
    *("Logs and errors", "WebRTC"),
)
_PREFIX = "v5.0.0-"
_INTRO = """# OWASP ASVS 5.0.0, levels 1 and 2

Made by `./simpul generate` from [asvs.toml](asvs.toml), which names the tests; change the answers
there.

Each of the {count} requirements of levels 1 and 2 of the
[standard](https://github.com/OWASP/ASVS) has one answer: tests that show it, for what asks to be
written down the page where it is, why it does not apply, or what is missing. A requirement that is
only half shown is open, and names the tests of the half. Nobody outside the project has verified
this. What is protected from whom is in the [threat model](threat-model.md).
"""


def requirements() -> dict[str, dict[str, Any]]:
    """Return the answers by the number of their requirement, `6.2.1`."""
    return {
        name.removeprefix(_PREFIX): values
        for name, values in tomllib.loads(SOURCE.read_text("utf-8")).items()
    }


def answer_of(requirement: Mapping[str, Any]) -> str:
    """Tell which kind of answer a requirement has; the first where it has several."""
    return next((kind for kind in ANSWERS if kind in requirement), "none")


def page(answers: Mapping[str, Mapping[str, Any]]) -> str:
    """Render the whole page."""
    return "\n".join(
        [
            _INTRO.format(count=len(answers)),
            *_counts(answers),
            *_listed("What is open", "what is missing", "open", answers),
            *_listed("What does not apply", "because", "reason", answers),
        ]
    )


def _counts(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| chapter | " + " | ".join(ANSWERS.values()) + " | of |"
    yield "|---" * (len(ANSWERS) + 2) + "|"
    for number, title in enumerate(CHAPTERS, start=1):
        own = (each for name, each in answers.items() if name.split(".")[0] == str(number))
        yield _count(f"{number} {title}", own)
    yield _count("**all**", answers.values())


def _count(title: str, answers: Iterable[Mapping[str, Any]]) -> str:
    counted = Counter(answer_of(each) for each in answers)
    cells = (title, *(counted[kind] for kind in ANSWERS), counted.total())
    return "| " + " | ".join(map(str, cells)) + " |"


def _listed(
    title: str, column: str, kind: str, answers: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"| no. | level | what it comes to | {column} |"
    yield "|---|---|---|---|"
    for name, each in answers.items():
        if kind in each:
            yield f"| {name} | {each['level']} | {each['means']} | {each[kind]} |"
    if kind == "reason":
        yield ""
