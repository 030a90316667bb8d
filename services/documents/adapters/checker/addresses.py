"""Which addresses a link may name: those of the web, of mail and of a telephone."""

import re
from urllib.parse import unquote

_ALLOWED = re.compile(r"https?://?[^\\]|mailto:", re.IGNORECASE)
# What people type without a scheme; viewers make it a web address.
_BARE = re.compile(r"www\.[a-z0-9]|#", re.IGNORECASE)
_ATTACHING = re.compile(
    r"mailto:[^?]*\?(?:.*[&;])?\s*(?:attach|attachment)\s*=", re.IGNORECASE | re.DOTALL
)
_PHONE = re.compile(r"(?:tel|sms):(?:[-+0-9().,/ ]|%20)*", re.IGNORECASE)
# What pages of the web write where a link is a button; browsers print it as an address.
_IDLE = re.compile(r"javascript:(?:void\(?0\)?)?;*", re.IGNORECASE)
_BLANK = re.compile(r"\s|%20")
_SCRIPT = re.compile(r"(?:javascript|vbscript|data|livescript):", re.IGNORECASE)
_LEADING = "".join(map(chr, range(0x21)))


def is_web_address(address: str) -> bool:
    """Tell whether a link's address is http, https or mailto, as strict readers read it.

    Control characters inside the scheme, which some readers drop, make it another one.
    """
    plain = address.strip(" \t\r\n\x00")
    if not plain or _BARE.match(plain):
        return True
    return bool(_ALLOWED.match(plain)) and not _ATTACHING.match(unquote(plain))


def may_be_followed(address: str) -> bool:
    """Tell whether a link may name an address: of the web, of a telephone, or of nothing."""
    plain = address.strip(" \t\r\n\x00")
    is_idle = _IDLE.fullmatch(_BLANK.sub("", plain))
    return bool(is_web_address(plain) or is_idle or _PHONE.fullmatch(plain))


def is_script(address: str) -> bool:
    """Tell whether an address is a program, whatever stands between its letters."""
    return bool(_SCRIPT.match("".join(letter for letter in address if letter not in _LEADING)))
