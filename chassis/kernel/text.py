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
    return _accepted(_cleaned(text), pointer, may_be_empty=may_be_empty, breaks=False)


def name(text: str, *, pointer: str = "", may_be_empty: bool = False) -> str:
    """Clean a line in which several blanks mean one. Raises `Invalid`."""
    return re.sub(" +", " ", line(text, pointer=pointer, may_be_empty=may_be_empty))


def prose(text: str, *, pointer: str = "", may_be_empty: bool = False) -> str:
    """Clean a text that may have several lines, each ended by a line feed. Raises `Invalid`."""
    return _accepted(_cleaned(text), pointer, may_be_empty=may_be_empty, breaks=True)


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
    cleaned = _cleaned(text)
    refused = {place for place, _ in _refused(cleaned)}
    rest = "".join(letter for place, letter in enumerate(cleaned) if place not in refused)
    lines = (part.rstrip(" ") for part in unicodedata.normalize("NFC", rest).split("\n"))
    return "\n".join(lines).strip(" \n")


def fold(text: str) -> str:
    """Return a text as it is looked up: without case, width, accents and apostrophes."""
    spread = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    letters = unicodedata.normalize("NFKD", spread.translate(_APOSTROPHES))
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))


def _cleaned(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    lines = _DROPPED.sub("", _NEW_LINES.sub("\n", text)).replace("\t", " ")
    blanks = (" " if unicodedata.category(letter) == "Zs" else letter for letter in lines)
    return unicodedata.normalize("NFC", "".join(blanks)).strip(" \n")


def _accepted(text: str, pointer: str, *, may_be_empty: bool, breaks: bool) -> str:
    for place, reason in _refused(text):
        raise _refusal(reason, pointer, text[place])
    if not breaks and "\n" in text:
        raise _refusal("line_break", pointer)
    if not any(map(_is_seen, text)) and (text or not may_be_empty):
        raise _refusal("nothing_left", pointer)
    return text


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
