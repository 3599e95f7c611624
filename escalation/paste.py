"""Reads a pasted sheet of matrix rows and contacts; every error names its cell.  No database.

Columns of a row: category, priority, then pairs of after and who, which make a path.  A first row of
headings may say otherwise, and have the other columns of a row (`escalation.heads`), whose cells are those
of the grid (`escalation.matrix.cells`); under *path* it names one that there is.  *After* is a delay
(`escalation.delays`); *who* a contact's name, "Name <email>", or a role, as "vendor: team lead" where a
contact is called the same.
A row that begins with the headings contact and email starts a second block: contact, email, phone, job.
Rows are counted from 1 without headings and empty lines, as the matrix counts those that it takes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from access.rights import VENDOR_ROLES
from escalation.delays import BadDelay, minutes_of
from escalation.heads import PAIRS, BadHead, Cell, Columns, columns_of, is_head
from escalation.matrix import cells
from escalation.matrix.cells import Names, by_name, find
from escalation.matrix.document import MOST_PATHS, MOST_ROWS, Document, Path, Row, Step, Target, Trigger, When, Who
from helpdesk.lib.sheet import BadSheet, Limits, SheetRow, place, read_sheet

T = TypeVar("T")

MOST_STEPS = 8
# Nobody reads more, and every one of them costs time.
MOST_ERRORS = 50
# A likely name is looked for so often, among so many and in so many letters: to compare two texts costs their product.
MOST_GUESSES, MOST_COMPARED, LONGEST_COMPARED = 5, 200, 60
_CONTACT_HEADS = {"contact", "contacts", "kontakt", "kontakter", "name", "namn"}
_EMAIL_HEADS = {"email", "e-mail", "mail", "e-post", "epost"}
_VENDOR = re.compile(r"(?:vendor|leverantör|leverantören)\s*:\s*(.+)", re.IGNORECASE)
_ADDRESSED = re.compile(r"(.*)<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class PastedContact:
    """A contact that the sheet names and that does not exist yet."""

    name: str
    email: str
    phone: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class PastedStep:
    """After so many minutes: a vendor's role, or a contact by name."""

    after_minutes: int
    vendor_role: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One row of the sheet; `number` is its place among them, from 1.

    Its path is named in it, or is made of the steps.
    """

    number: int
    row: Row
    steps: tuple[PastedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell, for the person who pasted it; row 0 is the heading."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = place(self.row, self.column) if self.row else _("heading, %(column)s") % {"column": self.column}
        return f"{capfirst(where)}: {self.reason}"


@dataclass
class Pasted:
    """What a sheet says; with `errors` nothing of it may be used.

    After `MOST_ERRORS` it was read no further, which `is_cut` tells.  `length` is how many rows there
    are above the contacts, with those that can't be read.
    """

    rows: list[PastedRow] = field(default_factory=list)
    contacts: list[PastedContact] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    is_cut: bool = False
    length: int = 0

    def refuse(self, row: int, column: str, reason: str) -> None:
        """Note what is wrong in a cell; raises `_EnoughError` with the last that is noted."""
        self.errors.append(CellError(row, column, reason))
        if len(self.errors) == MOST_ERRORS:
            raise _EnoughError


class _EnoughError(Exception):
    """The sheet has so many errors that it is read no further."""


class _Wrong(ValueError):
    """A cell that can't be read; the message is for the person."""


def parse(text: str, *, names: Names, contacts: Sequence[str]) -> Pasted:
    """The rows and new contacts of a sheet, with an error for each cell that can't be read.

    `names` are what its rows may name, `contacts` the names of those that there are.
    """
    pasted = Pasted()
    try:
        sheet = read_sheet(text, Limits(rows=MOST_ROWS * 2, cells=MOST_ROWS * 40, cell_length=400))
    except BadSheet as error:
        number = 1 + sum(not _is_heading(row, at) for at, row in enumerate(error.before))
        pasted.refuse(number, str(error.column), error.reason)
        return pasted
    at = next((i for i, row in enumerate(sheet) if _is_contact_head(row)), len(sheet))
    try:
        heads = columns_of(sheet[0].cells) if at else None
    except BadHead as error:
        pasted.refuse(0, error.head, str(error))
        return pasted
    rows = sheet[1:at] if heads else sheet[:at]
    numbered = [SheetRow(number, row.cells) for number, row in enumerate([*rows, *sheet[at + 1 :]], start=1)]
    pasted.length = len(rows)
    try:
        _Contacts(pasted, contacts).read(numbered[len(rows) :])
        _Rows(pasted, names, contacts, heads or PAIRS).read(numbered[: len(rows)])
    except _EnoughError:
        pasted.is_cut = True
    if not pasted.rows and not pasted.contacts and not pasted.errors:
        pasted.refuse(1, _("category"), _("the sheet is empty. Paste rows of category and priority."))
    return pasted


def _is_contact_head(row: SheetRow) -> bool:
    words = [cell.casefold() for cell in row.cells]
    return words[0] in _CONTACT_HEADS and any(word in _EMAIL_HEADS for word in words[1:])


def _is_heading(row: SheetRow, at: int) -> bool:
    """Whether the row at this place of the sheet is none of the rows that are counted."""
    return is_head(row.cells) if at == 0 else _is_contact_head(row)


class _Contacts:
    """Reads the second block, and contacts named in place."""

    def __init__(self, pasted: Pasted, known: Sequence[str]) -> None:
        self.pasted = pasted
        self.known = {name.casefold() for name in known}

    def read(self, block: Sequence[SheetRow]) -> None:
        for row in block:
            name, email, phone, job = (*row.cells[:4], "", "", "", "")[:4]
            if not name:
                self.pasted.refuse(row.number, _("contact"), _("give the contact's name."))
                continue
            if name.casefold() in self.known:
                continue
            try:
                self.pasted.contacts.append(PastedContact(name[:120], _address(email), phone[:40], job[:120]))
                self.known.add(name.casefold())
            except _Wrong as error:
                self.pasted.refuse(row.number, _("email"), str(error))


class _Rows:
    """Reads the first block."""

    def __init__(self, pasted: Pasted, names: Names, contacts: Sequence[str], columns: Columns) -> None:
        self.pasted = pasted
        self.known = {
            _("category"): list(names.categories.values()),
            _("service"): list(names.services.values()),
            _("path"): names.paths,
        }
        # The steps of a row make its path, where the sheet has no column that names one.
        self.makes_paths = not columns.has("path")
        self.cells = replace(names, paths=["-"] if self.makes_paths else names.paths, no_such=self._no_such_name)
        self.contact_names = contacts
        self.guesses = 0
        self.names = by_name((name, name) for name in [*contacts, *(c.name for c in pasted.contacts)])
        self.columns = columns

    def read(self, rows: Sequence[SheetRow]) -> None:
        for row in rows:
            if len(self.pasted.rows) == MOST_ROWS:
                reason = _("a matrix has at most %(most)s rows.") % {"most": MOST_ROWS}
                self.pasted.refuse(row.number, _("category"), reason)
                return
            self._row(row)

    def _row(self, row: SheetRow) -> None:
        before = len(self.pasted.errors)
        columns = self.columns
        said = {name: columns.field_in(row.cells, name) for name in cells.COLUMNS}
        said |= {"category": columns.category_in(row.cells), "priority": columns.priority_in(row.cells)}
        if self.makes_paths:
            said["path"] = "-"
        found, wrong = cells.read(said, self.cells)
        for column, reason in wrong.items():
            self.pasted.refuse(row.number, cells.label(column).lower(), reason)
        steps = self._steps(row, columns.steps_in(row.cells)) if self.makes_paths else ()
        if found is not None and len(self.pasted.errors) == before:
            self.pasted.rows.append(PastedRow(row.number, found, steps))

    def _cell(self, row: SheetRow, column: str, read: Callable[[str], T], text: str) -> T | None:
        try:
            return read(text)
        except (_Wrong, BadDelay) as error:
            self.pasted.refuse(row.number, column, str(error))
            return None

    def _no_such_name(self, what: str, text: str) -> str:
        return self._no_such(what, text, self.known.get(what, ()))

    def _steps(self, row: SheetRow, cells: Sequence[Cell]) -> tuple[PastedStep, ...]:
        steps = []
        for cell in cells:
            minutes = self._cell(row, cell.after_column, minutes_of, cell.after)
            target = self._cell(row, cell.who_column, self._who, cell.who)
            if minutes is not None and target is not None:
                steps.append(PastedStep(minutes, *target))
        if not cells:
            self.pasted.refuse(row.number, _("who 1"), _("say who is told, at least once."))
        if len(steps) > MOST_STEPS:
            reason = _("a path has at most %(most)s steps.") % {"most": MOST_STEPS}
            self.pasted.refuse(row.number, _("who %(number)s") % {"number": MOST_STEPS + 1}, reason)
        return tuple(sorted(steps, key=lambda step: step.after_minutes))

    def _who(self, text: str) -> tuple[str, str]:
        if not text:
            raise _Wrong(_("say who is told."))
        if name := find(self.names, text):
            return "", name
        if vendor := _VENDOR.fullmatch(text):
            return _role(vendor[1]), ""
        if addressed := _ADDRESSED.fullmatch(text):
            return "", self._new(addressed[1].rstrip(), addressed[2])
        if role := _roles().get(_plain(text)):
            return role, ""
        hint = _("Write “Name <email>” for somebody new.")
        raise _Wrong(f"{self._no_such(_('contact'), text, self.contact_names)} {hint}")

    def _no_such(self, what: str, text: str, known: Sequence[str]) -> str:
        """What is told of a name that is none, for the first few with the likeliest of those that are stored."""
        values = {"what": what, "text": text[:60]}
        self.guesses += 1
        if self.guesses <= MOST_GUESSES and (near := _nearest(text, known)):
            return _("there is no %(what)s “%(text)s”. Did you mean “%(near)s”?") % {**values, "near": near}
        return _("there is no %(what)s “%(text)s”.") % values

    def _new(self, name: str, email: str) -> str:
        name = name.strip(' "')[:120] or email[:120]
        if find(self.names, name) is None:
            self.pasted.contacts.append(PastedContact(name, _address(email)))
            self.names[name.casefold()] = name
        return find(self.names, name) or name


def put(pasted: Pasted, into: Document, keys: Mapping[str, str], where: str) -> Document:
    """The document with the sheet's rows instead of its own (`replace`), `above` or `below` them.

    `keys` are those of contacts, as `by_name` holds them.  Rows whose steps are those of a path that there is
    climb it, the others get paths of their own; paths that no row climbs any more stay.  More rows or paths
    than a matrix may have are left for whoever keeps it to refuse.
    """
    paths = {path.name: path for path in into.paths}
    known = {path.steps: path.name for path in into.paths if path == Path(path.name, path.steps)}
    fresh = []
    for row in pasted.rows:
        steps = tuple(_step(step, keys) for step in row.steps)
        if steps and steps not in known:
            name = _free_name(paths)
            paths[name], known[steps] = Path(name, steps), name
        fresh.append(replace(row.row, path=known[steps]) if steps else row.row)
    rows = {"replace": fresh, "above": [*fresh, *into.rows], "below": [*into.rows, *fresh]}[where]
    return Document(tuple(rows), tuple(paths.values()))


def _step(step: PastedStep, keys: Mapping[str, str]) -> Step:
    when = When(Trigger.START, step.after_minutes)
    if not step.contact:
        return Step(when, (Who(Target.ROLE, step.vendor_role),))
    return Step(when, (Who(Target.CONTACT, find(keys, step.contact) or step.contact),), hands_over=True)


def _free_name(taken: Mapping[str, Path]) -> str:
    names = (_("Path %(number)s") % {"number": number} for number in range(len(taken) + 1, MOST_PATHS * 10))
    return next(name for name in names if name not in taken)


@cache
def _roles() -> dict[str, str]:
    """The vendor's roles by their names in every language, because sheets travel."""
    roles = {_plain(role.value): role.value for role in VENDOR_ROLES}
    for code, _name in settings.LANGUAGES:
        with override(code):
            roles |= {_plain(str(role.label)): role.value for role in VENDOR_ROLES}
    return roles


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _role(text: str) -> str:
    if role := _roles().get(_plain(text)):
        return role
    known = ", ".join(str(role.label) for role in VENDOR_ROLES)
    raise _Wrong(_("“%(text)s” is no role of the vendor's. There is: %(known)s.") % {"text": text[:40], "known": known})


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise _Wrong(_("“%(text)s” is no e-mail address.") % {"text": text[:60]}) from None
    return text.lower()


def _nearest(text: str, known: Sequence[str]) -> str:
    folded = {name.casefold()[:LONGEST_COMPARED]: name for name in known[:MOST_COMPARED]}
    near = get_close_matches(text.casefold()[:LONGEST_COMPARED], folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else ""
