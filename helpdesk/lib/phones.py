"""Phone numbers: one spelling for each, the country a client's customers dial from, and what stays of a hidden one.

The numbering plans are those of `phonenumbers`; nothing here knows a customer.
"""

from functools import cache
from importlib.resources import files

import phonenumbers

# Three characters less would be an extension or a service that nobody could be told apart by.
SHORTEST = 7


def e164(text: str, country: str = "") -> str:
    """The number as +, country code and digits, or "" where the text is no number that can be dialled.

    `country` (two letters) is where a number without a country code is dialled.
    """
    try:
        number = phonenumbers.parse(text[:60], country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spellings(text: str, country: str = "") -> list[str]:
    """The digits that a number may be kept as: with its country code, without it, and as they were typed."""
    typed = digits(text)
    found = [typed] if len(typed) >= SHORTEST else []
    if whole := e164(text, country):
        number = phonenumbers.parse(whole, None)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        found += [whole[1:], f"00{whole[1:]}", digits(national)]
    return list(dict.fromkeys(found))


def calling_code(text: str) -> str:
    """The country code of a number that begins with a plus, as "+46"; "" for any other text."""
    whole = e164(text)
    return f"+{phonenumbers.parse(whole, None).country_code}" if whole else ""


def digits(text: str) -> str:
    """The ASCII digits of a text, in their order."""
    return "".join(c for c in text if c.isascii() and c.isdigit())


def is_country(code: str) -> bool:
    """Whether numbers are dialled in a country of this two letter name."""
    return code in phonenumbers.SUPPORTED_REGIONS


def country_of(time_zone: str) -> str:
    """The two letter name of the country whose clock this is, "" for none (UTC)."""
    return _countries().get(time_zone, "")


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone, as the time zone database itself has it."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
