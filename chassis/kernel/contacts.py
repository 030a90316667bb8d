"""Telephone numbers and mail addresses: what identity takes is what notification can use (R37)."""

import re
import unicodedata
from functools import lru_cache

import idna
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from chassis.kernel.errors import FieldError, Invalid

LONGEST_MAIL = 254
LONGEST_TYPED = 320
_HOME = "ID"
_TYPED_PHONE = re.compile(r"\+?[0-9 ().,/-]{3,40}")
# `0062 812…` is how this country's numbers are written abroad; other numbers begin with +.
_FROM_ABROAD = re.compile(r"00 ?(?=62)")
_NOT_MOBILE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LONGEST_LOCAL_PART = 64


class NoMobile(Invalid):
    """A landline or service number: it can be called, and no WhatsApp reaches it."""

    code = "no_mobile"
    text = {
        "id": "Nomor ini bukan nomor ponsel, jadi tidak dapat menerima WhatsApp.",
        "en": "This is not a mobile number, so it cannot receive WhatsApp.",
    }


def phone_number(text: str, *, pointer: str = "/phone") -> str:
    """Read a telephone number as Indonesian and return it as E.164 (`+62812…`).

    Raises `Invalid` for what is no number of anybody.
    """
    return phonenumbers.format_number(_parsed(text, pointer), PhoneNumberFormat.E164)


def mobile_number(text: str, *, pointer: str = "/phone") -> str:
    """Read a number that a WhatsApp message can be sent to, as E.164.

    Raises `Invalid`, or `NoMobile` for a landline.
    """
    number = _parsed(text, pointer)
    if phonenumbers.number_type(number) in _NOT_MOBILE:
        raise NoMobile.at(pointer)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def mail_address(text: str, *, pointer: str = "/email") -> str:
    """Read a mail address and return it in ASCII, its domain in small letters.

    Raises `Invalid`.
    """
    local, at, domain = _without_invisible(text).rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or len(local) > _LONGEST_LOCAL_PART:
        raise _invalid_mail(pointer)
    address = f"{local}@{_ascii_domain(domain, pointer)}"
    if len(address) > LONGEST_MAIL:
        raise _invalid_mail(pointer)
    return address


def _parsed(text: str, pointer: str) -> phonenumbers.PhoneNumber:
    plain = unicodedata.normalize("NFKC", _without_invisible(text))
    # Spreadsheets write an apostrophe before digits that are a text.
    plain = re.sub("^['\u2019]", "", plain)
    plain = re.sub("[ \t]+", " ", re.sub("[\u2010-\u2015\u2212]", "-", plain))
    digits = _FROM_ABROAD.sub("+", plain, count=1) if plain.startswith("00") else plain
    try:
        if not _TYPED_PHONE.fullmatch(digits) or digits.startswith("00"):
            raise _invalid_phone(pointer)
        number = phonenumbers.parse(digits, _HOME)
    except NumberParseException:
        raise _invalid_phone(pointer) from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _invalid_phone(pointer)
    return number


@lru_cache(maxsize=256)  # most of a region's people write from a few domains
def _ascii_domain(domain: str, pointer: str) -> str:
    # What `uts46` of the library does, without its 18 MB of tables.
    spelled = unicodedata.normalize("NFKC", domain).lower().replace("。", ".")
    try:
        name = idna.encode(spelled, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        raise _invalid_mail(pointer) from None
    labels = name.split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdecimal():
        raise _invalid_mail(pointer)
    return name


def _without_invisible(text: str) -> str:
    """Return a text without format characters; one that is too long for either is nothing."""
    if len(text) > LONGEST_TYPED:
        return ""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf").strip()


def _invalid_phone(pointer: str) -> Invalid:
    return Invalid(
        errors=[
            FieldError(
                pointer,
                "invalid_phone",
                "Nomor telepon tidak dikenal. Tulis seperti 0812-3456-7890 atau +62 812 3456 7890.",
                "Not a telephone number. Write it like 0812-3456-7890 or +62 812 3456 7890.",
            )
        ]
    )


def _invalid_mail(pointer: str) -> Invalid:
    return Invalid(
        errors=[
            FieldError(
                pointer,
                "invalid_email",
                "Alamat surel tidak dapat dipakai. Tulis seperti nama@contoh.go.id.",
                "Not a mail address we can use. Write it like name@example.go.id.",
            )
        ]
    )
