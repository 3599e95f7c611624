"""One cell of a matrix row as people write it, and back: in the grid, in a pasted sheet, in a copy.  No database.

An empty cell takes any.  Several values stand between commas; one that has a comma itself stands in quotes.
Hours are "support hours", "outside support hours", or spans of the week: "Mon-Fri 18:00-22:00, Sat 10-14".
What is written in one of the product's languages is read in every other, because sheets travel.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TypeVar

from django.conf import settings
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from escalation.matrix.document import PRIORITIES, WEEK_MINUTES, Begins, Hours, Row, Span, fold
from escalation.matrix.stored import LONGEST_NAME, MOST_NAMES, MOST_WINDOWS

T = TypeVar("T")
DAY_MINUTES = 24 * 60
COLUMNS = ("category", "priority", "tier", "language", "tag", "service", "hours", "begins", "path")
ANY = {"", "any", "all", "*", "alla", "vilken som helst"}
_FORMULA = "=+-@"
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_DASH = r"\s*(?:-|–|—|\bto\b|\btill\b)\s*"
_SPAN = re.compile(rf"(?:([^\W\d]+)\.?(?:{_DASH}([^\W\d]+)\.?)?\s+)?{_CLOCK}{_DASH}(?:([^\W\d]+)\.?\s+)?{_CLOCK}")


class BadCell(ValueError):
    """A cell that can't be read; the message is for the person who wrote it."""


def _no_such(what: str, text: str) -> str:
    return _("there is no %(what)s “%(text)s”.") % {"what": what, "text": text[:60]}


@dataclass(frozen=True)
class Names:
    """What the cells of a client's matrix name: categories and services by key, paths.

    `no_such` says that there is nothing of a kind that is called so.
    """

    categories: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[str] = ()
    no_such: Callable[[str, str], str] = _no_such

    @cached_property
    def category_keys(self) -> Mapping[str, str]:
        """The keys of categories by name."""
        return _keys(self.categories)

    @cached_property
    def service_keys(self) -> Mapping[str, str]:
        """The keys of services by name."""
        return _keys(self.services)

    @cached_property
    def path_names(self) -> Mapping[str, str]:
        """The paths as they are written."""
        return by_name((path, path) for path in self.paths)


def _keys(names: Mapping[str, str]) -> dict[str, str]:
    # A key, where nothing is called so: what left the client's list keeps its place in a row.
    return {**{key: key for key in names}, **by_name((name, key) for key, name in names.items())}


def label(column: str) -> str:
    """A column's head in the reader's language."""
    return {
        "category": _("Category"),
        "priority": _("Priority"),
        "tier": _("Tier"),
        "language": _("Language"),
        "tag": _("Tag"),
        "service": _("Service"),
        "hours": _("Hours"),
        "begins": _("Begins"),
        "path": _("Path"),
    }[column]


def show(row: Row, names: Names) -> dict[str, str]:
    """The cells of a row in the reader's words; `read` gives the same row back."""
    return {
        "category": _joined(names.categories.get(key, key) for key in row.categories),
        "priority": show_priorities(row.priority_from, row.priority_to),
        "tier": _joined(row.tiers),
        "language": _joined(row.languages),
        "tag": _joined(row.tags),
        "service": _joined(names.services.get(key, key) for key in row.services),
        "hours": show_hours(row.hours),
        "begins": show_begins(row.begins),
        "path": row.path,
    }


def read(cells: Mapping[str, str], names: Names) -> tuple[Row | None, dict[str, str]]:
    """The row that the cells say, or None; and what is wrong by column, in words for the person."""
    wrong: dict[str, str] = {}

    def cell(column: str, reader: Callable[[str], T]) -> T | None:
        try:
            return reader(cells.get(column, ""))
        except BadCell as error:
            wrong[column] = str(error)
            return None

    categories = cell("category", lambda text: read_named(text, names.category_keys, _("category"), names.no_such))
    priorities = cell("priority", read_priorities)
    tiers, tags = cell("tier", read_words), cell("tag", read_words)
    languages = cell("language", read_languages)
    services = cell("service", lambda text: read_named(text, names.service_keys, _("service"), names.no_such))
    hours, begins = cell("hours", read_hours), cell("begins", read_begins)
    path = cell("path", lambda text: read_path(text, names))
    if wrong or hours is None or begins is None or priorities is None or path is None:
        return None, wrong
    first, last = priorities
    more = (tiers or (), languages or (), tags or (), services or ())
    return Row(path, categories or (), first, last, *more, hours=hours, begins=begins), wrong


def by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What stands under each name as it is written, and under its folded form where that means no other too."""
    exact: dict[str, T] = dict(pairs)
    folded: dict[str, list[T]] = {}
    for name, value in exact.items():
        folded.setdefault(fold(name), []).append(value)
    return {**{form: values[0] for form, values in folded.items() if len(values) == 1}, **exact}


def find(named: Mapping[str, T], name: str) -> T | None:
    """What `by_name` holds under a name: written the same before written otherwise, or None.

    A "'" that keeps a spreadsheet from taking the name for a formula is no part of it.
    """
    for text in (name, fold(name), name.removeprefix("'"), fold(name.removeprefix("'"))):
        if text in named:
            return named[text]
    return None


def read_named(
    text: str, known: Mapping[str, str], what: str, no_such: Callable[[str, str], str] = _no_such
) -> tuple[str, ...]:
    """The keys of what a cell names, each once; none for any.  Raises `BadCell`."""
    text = text.strip()
    whole = find(known, text) if text else None
    if whole is not None:
        return (whole,)
    if text.casefold() in ANY:
        return ()
    found = []
    for name in _parts(text):
        key = find(known, name)
        if key is None:
            raise BadCell(no_such(what, name))
        found.append(key)
    return _bounded(found)


def read_words(text: str) -> tuple[str, ...]:
    """The words of a cell, each once; none for any.  Raises `BadCell`."""
    if text.strip().casefold() in ANY:
        return ()
    found = []
    for word in _parts(text):
        if len(word) > LONGEST_NAME or not word.isprintable():
            raise BadCell(
                _("“%(text)s” is too long, or has marks that no name has.") % {"text": "".join(word[:40].split())}
            )
        found.append(word[1:] if word[0] == "'" and word[1:2] in tuple(_FORMULA) else word)
    return _bounded(found)


def read_languages(text: str) -> tuple[str, ...]:
    """Codes of languages, as "sv" or "pt-BR".  Raises `BadCell`."""
    found = read_words(text)
    for code in found:
        if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})?", code, re.ASCII):
            raise BadCell(_("“%(text)s” is no code of a language. Write it like sv or pt-BR.") % {"text": code[:40]})
    return found


def read_priorities(text: str) -> tuple[int, int]:
    """The first and last priority that a cell says: "2", "P1", "1 to 3", "1-3", "1, 2", "any".  Raises `BadCell`."""
    plain = text.casefold().strip()
    if plain in ANY:
        return PRIORITIES[0], PRIORITIES[-1]
    words = [word for word in re.split(r"\s*(?:,|;|/|-|–|\bto\b|\btill\b|\band\b|\boch\b|\s)\s*", plain) if word]
    numbers = []
    for word in words:
        number = word.removeprefix("p")
        if number not in {"1", "2", "3", "4"}:
            raise BadCell(_("“%(text)s” is not one of 1 to 4.") % {"text": text[:40]})
        numbers.append(int(number))
    if not numbers:
        raise BadCell(_("“%(text)s” is not one of 1 to 4.") % {"text": text[:40]})
    is_range = len(numbers) == 2 and "," not in plain
    if sorted(set(numbers)) != list(range(min(numbers), max(numbers) + 1)) and not is_range:
        raise BadCell(_("“%(text)s” leaves one out between. Use two rows.") % {"text": text[:40]})
    return min(numbers), max(numbers)


def show_priorities(first: int, last: int) -> str:
    """ "1", "1 to 3", or nothing for any; a spreadsheet takes "1, 2" for a number and "1-2" for a date."""
    if (first, last) == (PRIORITIES[0], PRIORITIES[-1]):
        return ""
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def read_hours(text: str) -> Hours:
    """The time window that a cell says.  Spans that overlap count once.  Raises `BadCell`."""
    plain = fold(text)
    if plain in ANY:
        return Hours()
    if (span := _spans().get(plain)) is not None:
        return Hours(span)
    own = [span for piece in re.split(r"[,;]", plain) if piece.strip() for span in _own(piece.strip())]
    if len(set(own)) > MOST_WINDOWS:
        raise BadCell(_("these are more than %(most)s spans of the week.") % {"most": MOST_WINDOWS})
    if not own:
        raise BadCell(_("“%(text)s” says no hours.") % {"text": text[:40]})
    return Hours(Span.OWN, tuple(sorted(set(own))))


def show_hours(hours: Hours) -> str:
    """The same in the reader's words; days that follow each other with the same hours stand together."""
    if hours.span is not Span.OWN:
        return {Span.ANY: "", Span.OPEN: _("support hours"), Span.SHUT: _("outside support hours")}[hours.span]
    alike: dict[tuple[int, int], list[int]] = {}
    for start, end in hours.own:
        day, minute = divmod(start, DAY_MINUTES)
        alike.setdefault((minute, end - start), []).append(day)
    return ", ".join(
        text
        for (minute, length), days in sorted(alike.items(), key=lambda item: (item[1], item[0]))
        for text in _shown_spans(minute, length, days)
    )


def read_begins(text: str) -> Begins:
    """When the climb begins by itself; nothing written is when asked.  Raises `BadCell`."""
    plain = fold(text)
    if not plain:
        return Begins.ASKED
    if (found := _begins().get(plain)) is not None:
        return found
    known = {"asked": show_begins(Begins.ASKED), "once": show_begins(Begins.OPENED)}
    raise BadCell(_("write “%(asked)s” or “%(once)s”.") % known)


def show_begins(begins: Begins) -> str:
    """The same in the reader's words."""
    return pgettext("a climb begins", "when asked") if begins is Begins.ASKED else pgettext("a climb begins", "at once")


def read_path(text: str, names: Names) -> str:
    """The name of a path as it is written in the matrix.  Raises `BadCell`."""
    text = text.strip()
    if not text:
        raise BadCell(_("say which path it takes."))
    found = find(names.path_names, text)
    if found is None:
        raise BadCell(names.no_such(_("path"), text))
    return found


def _bounded(found: Sequence[str]) -> tuple[str, ...]:
    once = tuple(dict.fromkeys(found))
    if len(once) > MOST_NAMES:
        raise BadCell(_("a cell takes at most %(most)s values.") % {"most": MOST_NAMES})
    return once


def _joined(values: Iterable[str]) -> str:
    return ", ".join(
        '"' + value.replace('"', '""') + '"' if set(value) & {",", ";", '"'} or value.casefold() in ANY else value
        for value in values
    )


def _parts(text: str) -> list[str]:
    quoted = text.replace(";", ",") if '"' not in text else text
    parts = next(csv.reader([quoted.replace("\n", ",").replace("\r", "")], skipinitialspace=True), [])
    return [" ".join(part.split()) for part in parts if part.strip()]


def _shown_spans(minute: int, length: int, days: Sequence[int]) -> list[str]:
    names = [str(name) for name in WEEKDAYS_ABBR.values()]
    if length < DAY_MINUTES or (minute == 0 and length == DAY_MINUTES):
        end = minute + length
        times = f"{_time(minute)}-{_time(end if end <= DAY_MINUTES else end - DAY_MINUTES)}"
        return [f"{_day_range(names, run)} {times}" for run in _runs(sorted(days))]
    return [
        f"{names[day]} {_time(minute)}-{names[(day + (minute + length) // DAY_MINUTES) % 7]}"
        f" {_time((minute + length) % DAY_MINUTES)}"
        for day in days
    ]


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _day_range(names: Sequence[str], run: Sequence[int]) -> str:
    return names[run[0]] if len(run) == 1 else f"{names[run[0]]}-{names[run[-1]]}"


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _own(piece: str) -> list[tuple[int, int]]:
    """The spans of one piece, as "mon-fri 18:00-22:00", "18-22" for each day, or "fri 18:00-mon 08:00"."""
    match = _SPAN.fullmatch(piece)
    if match is None:
        raise BadCell(
            _("“%(text)s” says no hours. Write them like Mon-Fri 18:00-22:00, Sat 10-14.") % {"text": piece[:40]}
        )
    first, last, until = (_day(name) if name else None for name in (match[1], match[2], match[5]))
    start, end = _minute(match[3], match[4], piece), _minute(match[6], match[7], piece)
    if start == DAY_MINUTES:
        raise BadCell(_("“%(text)s” has a time that no day has.") % {"text": piece[:40]})
    if until is not None:
        if first is None or last is not None:
            raise BadCell(_("“%(text)s”: write one day on each side.") % {"text": piece[:40]})
        begin, finish = first * DAY_MINUTES + start, until * DAY_MINUTES + end
        return [(begin, finish if finish > begin else finish + WEEK_MINUTES)]
    if start == end:
        raise BadCell(_("“%(text)s” has no length. The whole day is 0-24.") % {"text": piece[:40]})
    if first is None:
        days = list(range(7))
    elif last is None:
        days = [first]
    else:
        days = [(first + number) % 7 for number in range((last - first) % 7 + 1)]
    length = end - start if end > start else end + DAY_MINUTES - start
    return [(day * DAY_MINUTES + start, day * DAY_MINUTES + start + length) for day in days]


def _minute(hour: str, minute: str | None, piece: str) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or found > DAY_MINUTES:
        raise BadCell(_("“%(text)s” has a time that no day has.") % {"text": piece[:40]})
    return found


def _day(name: str) -> int:
    found = _days().get(name)
    if found is None:
        raise BadCell(_("“%(text)s” is no day of the week.") % {"text": name[:40]})
    return found


@cache
def _days() -> dict[str, int]:
    """The days of the week by their names, short and long, in every language."""
    found: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for names in (WEEKDAYS, WEEKDAYS_ABBR):
                found |= {str(name).casefold().rstrip("."): day for day, name in names.items()}
    return found


@cache
def _spans() -> dict[str, Span]:
    found = {"open": Span.OPEN, "shut": Span.SHUT, "outside": Span.SHUT, "inside": Span.OPEN}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {show_hours(Hours(span)).casefold(): span for span in (Span.OPEN, Span.SHUT)}
    return found


@cache
def _begins() -> dict[str, Begins]:
    found = {begins.value: begins for begins in Begins}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {show_begins(begins).casefold(): begins for begins in Begins}
    return found
