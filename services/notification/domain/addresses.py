"""Where a message may go: an address by the rule that identity takes it by (R37)."""

from chassis.kernel import contacts
from chassis.kernel.errors import Invalid


class UnusableAddress(ValueError):
    """The address cannot be given to a provider; nobody's mail is guessed."""


def email_address(text: str) -> str:
    """Return the address, ASCII and on one line. Raises `UnusableAddress`."""
    try:
        return contacts.mail_address(text)
    except Invalid as refused:
        raise UnusableAddress("not a mail address") from refused


def sender_address(text: str) -> str:
    """Return the address mail comes from, or nothing where none is given."""
    return email_address(text) if text else ""


def mobile_number(text: str) -> str:
    """Return the number as digits with the country code: 0812… is 62812….

    Raises `UnusableAddress` when it is no number, or a landline.
    """
    try:
        return contacts.mobile_number(text).removeprefix("+")
    except Invalid as refused:
        raise UnusableAddress(refused.errors[0].en) from refused


def masked(address: str) -> str:
    """Hide most of an address, for lists and logs."""
    local, at, domain = address.partition("@")
    if at:
        return f"{local[:2]}***@{domain}"
    return f"{address[:4]}{'*' * max(len(address) - 6, 3)}{address[-2:]}"
