"""One rule for every text from outside (ruling R36), and the folding by which words are found.

`line`, `name` and `prose` clean what somebody typed or refuse it with a reason; `exact` is for
what must be taken as it comes. `shown_line` and `shown_block` are for what cannot be refused any
more (file names, facts of events): they leave out what the others would refuse.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from chassis.kernel.errors import FieldError, Invalid

_NEW_LINES = re.compile("\r\n|[\r\u2028\u2029]")
_DROPPED = re.compile("[\u00ad\u200b\u2060\ufeff]")
_DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_JOINER, _STYLE = "\u200d", "\ufe0f"
_SKIN = frozenset("🏻🏼🏽🏾🏿")
# Letters and a sign of other scripts that are drawn as nothing.
_EMPTY_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Putting marks in order takes ever longer in a longer row, so Unicode bounds it (UAX 15, D4).
_MOST_MARKS = 30
_WIDE_MARKS = "\uff9e\uff9f"
_APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’‛ʹʻʼʽʾʿˈ′‵＇"))

_REASONS: Mapping[str, tuple[str, str]] = {
    "nothing_left": (
        "Isi dengan teks yang dapat dibaca.",
        "Enter a text that can be read.",
    ),
    "line_break": (
        "Tulis dalam satu baris.",
        "Write it on one line.",
    ),
    "control_character": (
        "Teks berisi karakter kendali ({code}). Ketik ulang bagian itu.",
        "The text has a control character ({code}). Type that part again.",
    ),
    "broken_character": (
        "Teks berisi karakter yang rusak ({code}). Ketik ulang bagian itu.",
        "The text has a broken character ({code}). Type that part again.",
    ),
    "too_many_marks": (
        "Terlalu banyak tanda pada satu huruf. Ketik ulang teksnya.",
        "There are too many marks on one letter. Type the text again.",
    ),
    "direction_mark": (
        "Teks berisi tanda pembalik arah baca ({code}) yang tidak terlihat. Ketik ulang teksnya.",
        "The text has an invisible mark that turns its direction ({code}). Type the text again.",
    ),
    "invisible_character": (
        "Teks berisi karakter yang tidak terlihat ({code}). Ketik ulang bagian itu.",
        "The text has an invisible character ({code}). Type that part again.",
    ),
}


def line(text: str, *, pointer: str = "", may_be_empty: bool = False) -> str:
    """Clean a text of one line. Raises `Invalid` with the reason at `pointer`."""
    cleaned = prose(text, pointer=pointer, may_be_empty=may_be_empty)
    if "\n" in cleaned:
        raise _refusal("line_break", pointer)
    return cleaned


def name(text: str, *, pointer: str = "", may_be_empty: bool = False) -> str:
    """Clean a line in which several blanks mean one. Raises `Invalid`."""
    return re.sub(" +", " ", line(text, pointer=pointer, may_be_empty=may_be_empty))


def prose(text: str, *, pointer: str = "", may_be_empty: bool = False) -> str:
    """Clean a text that may have several lines, each ended by a line feed. Raises `Invalid`."""
    plain = _plain(text)
    for place, reason in _refused(plain):
        raise _refusal(reason, pointer, plain[place])
    bounded = _bounded(plain)
    cleaned = unicodedata.normalize("NFC", bounded)
    if bounded != plain or _bounded(cleaned) != cleaned:
        raise _refusal("too_many_marks", pointer)
    if not any(map(_is_seen, cleaned)) and (cleaned or not may_be_empty):
        raise _refusal("nothing_left", pointer)
    return cleaned


def exact(text: str, *, pointer: str = "") -> str:
    """Return a password, code or token as it came.

    Raises `Invalid` for what no database keeps: U+0000 and halves of characters.
    """
    for character in text:
        if character == "\0" or unicodedata.category(character) == "Cs":
            raise _refusal(_reason(character) or "", pointer, character)
    return text


def shown_line(text: str) -> str:
    """Make one line of a text and leave out whatever `line` would refuse."""
    return " ".join(shown_block(text).split())


def shown_block(text: str) -> str:
    """Keep a text's lines and leave out whatever `prose` would refuse."""
    plain = _plain(text)
    if plain.isascii() and plain.isprintable():
        return plain
    refused = {place for place, _ in _refused(plain)}
    rest = "".join(letter for place, letter in enumerate(plain) if place not in refused)
    composed = _bounded(unicodedata.normalize("NFC", _bounded(rest)))
    return "\n".join(part.rstrip(" ") for part in composed.split("\n")).strip(" \n")


def fold(text: str) -> str:
    """Return a text as it is looked up: without case, width, accents and apostrophes."""
    return _bare(_bare(text).casefold())


def _bare(text: str) -> str:
    plain = text.translate(_APOSTROPHES)
    if plain.isascii():
        return plain
    spread = unicodedata.normalize("NFKD", _bounded(plain))
    letters = spread.translate(_APOSTROPHES)
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    lines = _DROPPED.sub("", _NEW_LINES.sub("\n", text)).replace("\t", " ")
    blanks = (" " if unicodedata.category(letter) == "Zs" else letter for letter in lines)
    return "".join(blanks).strip(" \n")


def _bounded(text: str) -> str:
    """Leave out the marks of a row that is longer than any script needs."""
    if text.isascii():
        return text
    row, letters = 0, []
    for letter in text:
        is_mark = unicodedata.category(letter)[0] == "M" or letter in _WIDE_MARKS
        row = row + 1 if is_mark else 0
        if row <= _MOST_MARKS:
            letters.append(letter)
    return "".join(letters)


def _is_seen(character: str) -> bool:
    if character == "\n" or character in _EMPTY_LETTERS:
        return False
    return unicodedata.category(character)[0] in "LNPSC"


def _refused(text: str) -> Iterator[tuple[int, str]]:
    """Find each character that no text may have, with the reason."""
    if text.isascii() and text.isprintable():
        return
    for place, character in enumerate(text):
        reason = _reason(character)
        if reason and not (character == _JOINER and _joins_emoji(text, place)):
            yield place, reason


def _reason(character: str) -> str | None:
    category = unicodedata.category(character)
    if category == "Cc":
        return None if character == "\n" else "control_character"
    if category == "Cs" or (category == "Cn" and _is_no_character(ord(character))):
        return "broken_character"
    if category != "Cf":
        return None
    return "direction_mark" if character in _DIRECTION_MARKS else "invisible_character"


def _is_no_character(number: int) -> bool:
    return number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF


def _joins_emoji(text: str, place: int) -> bool:
    before = place - 1
    while before >= 0 and (text[before] == _STYLE or text[before] in _SKIN):
        before -= 1
    return before >= 0 and _is_emoji(text[before]) and _is_emoji(text[place + 1 : place + 2])


def _is_emoji(character: str) -> bool:
    if not character:
        return False
    symbol = unicodedata.category(character) == "So" or character in "↔⬛"
    return symbol or 0x1F000 <= ord(character) <= 0x1FAFF


def _refusal(reason: str, pointer: str, character: str = "") -> Invalid:
    code = f"U+{ord(character):04X}" if character else ""
    indonesian, english = (text.format(code=code) for text in _REASONS[reason])
    return Invalid(errors=[FieldError(pointer, reason, indonesian, english)])
