"""Which addresses a link may name: those of the web and of mail."""

import re

_ALLOWED = re.compile(r"https?://?[^\\]|mailto:", re.IGNORECASE)
# What people type without a scheme; viewers make it a web address.
_BARE = re.compile(r"www\.[a-z0-9]|#", re.IGNORECASE)
_ATTACHING = re.compile(r"[?&]\s*(?:attach|attachment)\s*=", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|vbscript|data|livescript):", re.IGNORECASE)
_LEADING = "".join(map(chr, range(0x21)))


def is_web_address(address: str) -> bool:
    """Tell whether a link's address is http, https or mailto, as strict readers read it.

    Control characters inside the scheme, which some readers drop, make it another one.
    """
    plain = address.strip(" \t\r\n\x00")
    if not plain or _BARE.match(plain):
        return True
    return bool(_ALLOWED.match(plain)) and not _ATTACHING.search(plain.replace("%61", "a"))


def is_script(address: str) -> bool:
    """Tell whether an address is a program, whatever stands between its letters."""
    return bool(_SCRIPT.match("".join(letter for letter in address if letter not in _LEADING)))
