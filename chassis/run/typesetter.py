"""A process of its own that sets one paper: the job comes by stdin, the PDF goes to stdout.

Run as a file, never imported: so that what a paper costs ends with it, and no other process
carries Typst. Letters for which no font is there are written as their code points.
"""

import json
import re
import resource
import sys

import typst

_MEMORY = 768 * 1_048_576
_CPU_SECONDS = 10
_MOST_UNKNOWN = 200
_NO_LETTER = re.compile('the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    job = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(_set(job["template"], json.dumps(job["facts"], ensure_ascii=False)))


def _set(template: str, facts: str) -> bytes:
    for _ in range(_MOST_UNKNOWN):
        try:
            return _compiled(template, facts)
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


def _without(letters: set[str], facts: str) -> str:
    for letter in letters:
        written = json.dumps(letter, ensure_ascii=False)[1:-1]
        facts = facts.replace(written, f"(U+{ord(letter):04X})")
    return facts


if __name__ == "__main__":
    main()
