"""Turns the translations (``.po``) into the binary form that gettext reads (``.mo``), without GNU gettext.

The format is described in the GNU gettext manual, "The Format of GNU MO Files".
"""

import ast
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.services.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
_MAGIC = 0x950412DE
_HEADER_BYTES = 28
_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(".*")$')
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"$')


class BadTranslation(CannotStart):
    """A translation file can't be read; the text names the file and the line."""


@dataclass
class _Entry:
    context: str | None = None
    source: str | None = None
    plural: str | None = None
    translations: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False


def ensure_messages(root: Path = ROOT) -> int:
    """Compile every translation file under ``root`` that is newer than its result; returns how many."""
    compiled = 0
    for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        fresh = target.with_suffix(".mo.new")
        try:
            text = source.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadTranslation(f"{source} isn't UTF-8: save it in that encoding.") from None
        fresh.write_bytes(compile_messages(text, name=str(source)))
        fresh.replace(target)
        compiled += 1
    return compiled


def compile_messages(text: str, *, name: str) -> bytes:
    """The binary form of one translation file; unfinished (fuzzy) and empty translations are left out."""
    catalogue: dict[bytes, bytes] = {}
    for entry in _entries(text, name=name):
        is_header = entry.source == "" and entry.context is None
        forms = [entry.translations[index] for index in sorted(entry.translations)]
        if (entry.fuzzy and not is_header) or not forms or not all(forms):
            continue
        key = entry.source or ""
        if entry.plural is not None:
            key = f"{key}\0{entry.plural}"
        if entry.context is not None:
            key = f"{entry.context}\4{key}"
        if key.encode() in catalogue:
            raise BadTranslation(f"{name} translates {entry.source!r} twice: keep one of them.")
        catalogue[key.encode()] = "\0".join(forms).encode()
    return _pack(catalogue)


def _entries(text: str, *, name: str) -> list[_Entry]:
    """The entries in their order; each one ends where the next one's first keyword or comment begins."""
    entries = [_Entry()]
    keyword, index = "", 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            if entries[-1].translations:
                entries.append(_Entry())
            if line.startswith("#,") and "fuzzy" in line:
                entries[-1].fuzzy = True
            continue
        found = _KEYWORD.match(line)
        if found:
            keyword, index = found[1].split("[")[0], int(found[2] or 0)
            if keyword in {"msgctxt", "msgid"} and entries[-1].translations:
                entries.append(_Entry())
        quoted = found[3] if found else line
        try:
            # The escapes are those of C, which Python's literals share.
            piece = ast.literal_eval(quoted) if keyword and _TEXT.match(quoted) else None
        except SyntaxError:
            piece = None
        if piece is None:
            raise BadTranslation(f"{name}, line {number}, isn't a translation: {line!r}. Correct that line.")
        _add(entries[-1], keyword, index, piece)
    return [entry for entry in entries if entry.source is not None]


def _add(entry: _Entry, keyword: str, index: int, piece: str) -> None:
    if keyword == "msgctxt":
        entry.context = (entry.context or "") + piece
    elif keyword == "msgid":
        entry.source = (entry.source or "") + piece
    elif keyword == "msgid_plural":
        entry.plural = (entry.plural or "") + piece
    else:
        entry.translations[index] = entry.translations.get(index, "") + piece


def _pack(catalogue: dict[bytes, bytes]) -> bytes:
    """Header, the table of sources, the table of translations, then the texts; sources in byte order."""
    keys = sorted(catalogue)
    tables_end = _HEADER_BYTES + 16 * len(keys)
    texts = b""
    tables = b""
    for group in (keys, [catalogue[key] for key in keys]):
        for item in group:
            tables += struct.pack("<II", len(item), tables_end + len(texts))
            texts += item + b"\0"
    second_table = _HEADER_BYTES + 8 * len(keys)
    header = struct.pack("<7I", _MAGIC, 0, len(keys), _HEADER_BYTES, second_table, 0, tables_end)
    return header + tables + texts
