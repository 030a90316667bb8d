"""A process of its own that sets one paper: the job comes by stdin, the PDF goes to stdout.

Run as a file, never imported: so that what a paper costs ends with it, and no other process
carries Typst. Letters for which no font is there are written as their code points.
"""

import json
import re
import resource
import sys
import unicodedata
from typing import Any

import typst

_MEMORY = 768 * 1_048_576
_CPU_SECONDS = 10
_MOST_UNKNOWN = 200
_NO_LETTER = re.compile('the text `"([^`]*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# What may be one with the letter before it: marks, joiners, and what Python does not know yet.
_JOINED = {"Mn", "Mc", "Me", "Cf", "Cn"}
_SKIN = "🏻🏼🏽🏾🏿"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    job = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(_set(job["template"], job["facts"]))


def _set(template: str, facts: Any) -> bytes:
    for _ in range(_MOST_UNKNOWN):
        try:
            return _compiled(template, json.dumps(facts, ensure_ascii=False))
        except typst.TypstError as error:
            readable = _without(_letters_in(str(error)), facts)
            if readable == facts:
                raise SystemExit(error.diagnostic) from None  # says where in the template
            facts = readable
    raise SystemExit("more letters than can be written out")


def _compiled(template: str, facts: str) -> bytes:
    return typst.compile(
        template,
        format="pdf",
        pdf_standards="a-2b",
        sys_inputs={"facts": facts},
        ignore_system_fonts=True,  # the same paper on every machine
    )


def _letters_in(error: str) -> set[str]:
    return {
        letter
        for text in _NO_LETTER.findall(error)
        for letter in _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
    }


def _without(letters: set[str], facts: Any) -> Any:
    """Write letters out in the texts of the facts; the names of the facts stay."""
    if isinstance(facts, dict):
        return {name: _without(letters, fact) for name, fact in facts.items()}
    if isinstance(facts, list):
        return [_without(letters, fact) for fact in facts]
    return _written_out(letters, facts) if isinstance(facts, str) else facts


def _written_out(letters: set[str], text: str) -> str:
    """Write out what is no plain letter, and what is joined to a letter that Typst names.

    Of "e in a circle" Typst names the e, though it is the circle for which no font is there.
    """
    shown, base = [], ""
    for letter in text:
        joined = unicodedata.category(letter) in _JOINED or letter in _SKIN
        base = base if joined else letter
        odd = letter in letters and not _is_plain(letter)
        shown.append(f"(U+{ord(letter):04X})" if odd or (joined and base in letters) else letter)
    return "".join(shown)


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isprintable()


if __name__ == "__main__":
    main()
