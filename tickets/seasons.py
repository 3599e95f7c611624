"""Spans of every year: reading them as people write them, keeping them, and whether a day is in one.

No database.  A span is kept as "11-15/12-24", month and day, both days within; one that ends before
it begins goes over New Year.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import dates, translation
from django.utils.formats import date_format

# A leap year, so that the 29th of February can be named.
_ANY_YEAR = 2000
_DAY = re.compile(r"(?:(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<first>\d{1,2})\.?\s*(?P<word>[^\W\d_]{3,})\.?)")
MOST_SEASONS = 6


def parse(text: str) -> list[str]:
    """The spans of a text, one a line, as they are kept: "15 Nov – 24 Dec" or "11-15 to 12-24".

    Months are understood in every language of the interface.  Raises `ValueError` with the line
    that is none.
    """
    found = [_span(line.strip()) for line in text.splitlines() if line.strip()]
    if len(found) > MOST_SEASONS:
        raise ValueError(text.splitlines()[-1].strip())
    return list(dict.fromkeys(found))


def is_busy(seasons: Iterable[str], day: date) -> bool:
    """Whether a day is in one of the spans."""
    mark = f"{day:%m-%d}"
    return any(_holds(season, mark) for season in seasons)


def words(season: str) -> str:
    """One span in the reader's language: 15 Nov – 24 Dec."""
    days = (date(_ANY_YEAR, *map(int, end.split("-"))) for end in season.split("/"))
    return " – ".join(date_format(day, "j M") for day in days)


def _holds(season: str, mark: str) -> bool:
    start, end = season.split("/")
    return start <= mark <= end if start <= end else mark >= start or mark <= end


def _span(line: str) -> str:
    found = [_day_of(match) for match in _DAY.finditer(line)]
    if len(found) != 2 or None in found:
        raise ValueError(line)
    return "/".join(f"{each:%m-%d}" for each in found if each)


def _day_of(match: "re.Match[str]") -> date | None:
    if match["month"]:
        month: int | None = int(match["month"])
    else:
        month = _months().get(match["word"][:3].casefold())
    try:
        return date(_ANY_YEAR, month or 0, int(match["day"] or match["first"]))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """The first three letters of each month, in every language of the interface, to its number."""
    found: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(name)[:3].casefold(): number for number, name in dates.MONTHS.items()}
    return found
