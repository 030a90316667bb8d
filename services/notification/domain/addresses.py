"""Where a message may go: a mail address or a mobile number that is safe to hand to a provider."""

import re

EMAIL_LIMIT = 254
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MOBILE = re.compile(r"[1-9]\d{7,14}")
_LOCAL_PREFIX = re.compile(r"^0(?=8)")


class UnusableAddress(ValueError):
    """The address cannot be given to a provider; nobody's mail is guessed."""


def email_address(text: str) -> str:
    """Return the address, ASCII and on one line.

    Raises `UnusableAddress` for anything that could break a header or an SMTP command.
    """
    address = text.strip(" ")
    if len(address) > EMAIL_LIMIT or not _EMAIL.fullmatch(address):
        raise UnusableAddress("not a mail address")
    return address


def sender_address(text: str) -> str:
    """Return the address mail comes from, or nothing where none is given."""
    return email_address(text) if text else ""


def mobile_number(text: str) -> str:
    """Return the number as digits with the country code: 0812… is 62812….

    Raises `UnusableAddress` when it is no number.
    """
    digits = re.sub(r"[ ().-]", "", text).removeprefix("+")
    number = _LOCAL_PREFIX.sub("62", digits)
    if not _MOBILE.fullmatch(number):
        raise UnusableAddress("not a mobile number with country code")
    return number


def masked(address: str) -> str:
    """Hide most of an address, for lists and logs."""
    local, at, domain = address.partition("@")
    if at:
        return f"{local[:2]}***@{domain}"
    return f"{address[:4]}{'*' * max(len(address) - 6, 3)}{address[-2:]}"
