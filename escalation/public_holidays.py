"""Public holidays by country and region, from the `holidays` package: the only place that asks it.

What it answers is written into a calendar's version once; nothing counts on what it says later.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from types import ModuleType

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class UnknownPlace(ValueError):
    """There is no such country, or it has no such region."""


@cache
def _package() -> ModuleType:
    """Imported by who asks it first: it takes long, and most processes never ask."""
    import holidays

    return holidays


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Every country with public holidays as (ISO code, English name), by name."""
    known = set(_package().list_supported_countries(include_aliases=False))
    found = {code: _CAMEL.sub(" ", name) for name, code, *_more in _package().registry.COUNTRIES.values()}
    return tuple(sorted(((code, name) for code, name in found.items() if code in known), key=lambda pair: pair[1]))


@cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """The regions of a country that have days of their own, as (code, name), by name; raises `UnknownPlace`."""
    if country not in dict(countries()):
        raise UnknownPlace(country)
    place = _package().country_holidays(country)
    called = {code: name for name, code in getattr(place, "subdivisions_aliases", {}).items()}
    return tuple(sorted(((code, called.get(code, code)) for code in place.subdivisions), key=lambda pair: pair[1]))


def public_holidays(country: str, region: str, years: Iterable[int], language: str) -> dict[date, str]:
    """The public holidays of these years with their names, in `language` where the package has it.

    An empty `region` means what the whole country keeps.  Raises `UnknownPlace`.
    """
    if region and region not in dict(regions(country)):
        raise UnknownPlace(region)
    regions(country)
    spoken = _package().country_holidays(country).supported_languages
    chosen = next((each for each in sorted(spoken) if each.split("_")[0] == language.split("-")[0]), None)
    found = _package().country_holidays(country, subdiv=region or None, years=list(years), language=chosen)
    return {day: name.replace(";", ",") for day, name in sorted(found.items())}
