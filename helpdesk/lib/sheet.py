"""Reads a sheet that somebody pasted: tabs from a spreadsheet, or CSV with commas or semicolons."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext


class BadSheet(ValueError):
    """The sheet can't be read; says where and why, in words for the person who pasted it.

    `before` are the rows above, for whoever numbers them otherwise.
    """

    def __init__(self, reason: str, *, row: int, column: str | int) -> None:
        self.row, self.column, self.reason = row, column, reason
        self.before: tuple[SheetRow, ...] = ()
        super().__init__(f"{place(row, column)}: {reason}")


class UnreadableText(ValueError):
    """What was given is no text; the message is for the person."""


def text_of(data: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8, UTF-16 with or without its mark, else Windows' own (cp1252).

    Raises `UnreadableText` for what is none of these, as a workbook or a picture.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data:
        # Every second byte of mostly Latin text is zero; which one tells the order.
        evens, odds = data[::2].count(0), data[1::2].count(0)
        return _decoded(data, "utf-16-be" if evens > odds else "utf-16-le")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if any(mark < " " and mark not in "\t\n\r" for mark in text):
        raise UnreadableText(gettext("This file is no text. Save the sheet as CSV, then choose that file."))
    return text


@dataclass(frozen=True)
class SheetRow:
    """One row with its number as a spreadsheet shows it, from 1; its cells are trimmed."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """The most that is read; empty cells between others count."""

    rows: int = 2_000
    cells: int = 50_000
    cell_length: int = 10_000


def place(row: int, column: str | int) -> str:
    """How to name a cell to a person: "row 11, priority", or "row 11, column 3"; both from 1."""
    if isinstance(column, int):
        return gettext("row %(row)s, column %(column)s") % {"row": row, "column": column}
    return gettext("row %(row)s, %(column)s") % {"row": row, "column": column}


def read_sheet(text: str, limits: Limits | None = None) -> list[SheetRow]:
    """The rows that hold anything, in order.

    Any newlines, a byte order mark and quoted cells (with newlines and doubled quotes inside) are
    understood. The separator is a tab where the first row has one, else the more frequent of ";" and
    ","; ";" is the rarer in words and wins a draw. Raises BadSheet for a quote that never ends and
    above a limit, and reads no further then.
    """
    limits = limits or Limits()
    source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    rows: list[SheetRow] = []
    try:
        for number, cells in _rows(source, _separator(source), limits):
            if not any(cells):
                continue
            if len(rows) == limits.rows:
                reason = gettext("a sheet may have %(limit)s rows. Paste it in parts.") % {"limit": limits.rows}
                raise BadSheet(reason, row=number, column=1)
            rows.append(SheetRow(number=number, cells=cells))
    except BadSheet as error:
        error.before = tuple(rows)
        raise
    return rows


def _separator(source: str) -> str:
    source = source.lstrip("\n ")
    bare = ""
    # Every second part lies between quotes.
    for part in source.split('"')[::2]:
        line, newline, _ = part.partition("\n")
        bare += line
        if newline:
            break
    if not any(mark in bare for mark in "\t;,"):
        # The quotes were inches, or the row has one cell.
        bare = source.partition("\n")[0]
    if "\t" in bare:
        return "\t"
    return ";" if ";" in bare and bare.count(";") >= bare.count(",") else ","


def _rows(source: str, separator: str, limits: Limits) -> Iterator[tuple[int, tuple[str, ...]]]:
    at, number, total = 0, 1, 0
    end_of_cell = re.compile(f"[{separator}\n]")
    while at < len(source):
        cells: list[str] = []
        ended = False
        while not ended:
            total += 1
            if total > limits.cells:
                reason = gettext("a sheet may have %(limit)s cells. Paste it in parts.") % {"limit": limits.cells}
                raise BadSheet(reason, row=number, column=len(cells) + 1)
            cell, at = _cell(source, at, end_of_cell, row=number, column=len(cells) + 1)
            if len(cell) > limits.cell_length:
                reason = gettext("the text is longer than %(limit)s characters.") % {"limit": limits.cell_length}
                raise BadSheet(reason, row=number, column=len(cells) + 1)
            cells.append(cell)
            ended = source[at : at + 1] != separator
            at += 1
        yield number, tuple(cells)
        number += 1


def _cell(source: str, at: int, end_of_cell: re.Pattern[str], *, row: int, column: int) -> tuple[str, int]:
    """The cell that begins at `at`, and where its separator, its newline or the end stands."""
    quoted = ""
    if source.startswith('"', at):
        end = source.find('"', at + 1)
        while end >= 0 and source.startswith('"', end + 1):
            end = source.find('"', end + 2)
        if end < 0:
            reason = gettext("a quote begins here and never ends. Close it or take it away.")
            raise BadSheet(reason, row=row, column=column)
        quoted = source[at + 1 : end].replace('""', '"')
        at = end + 1
    found = end_of_cell.search(source, at)
    end = found.start() if found else len(source)
    return (quoted + source[at:end]).strip(), end
