"""The queue's filters as they stand in an address: read, checked, and written back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from access.actor import Actor, ClientFace
from tickets.models import Status
from tickets.queries.queue import Sort, View, Wanted

LONGEST = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; empty texts ask for nothing.  `ignored` are the names of bad values."""

    view: View = View.DUE
    sort: Sort = Sort.DUE
    client: ClientFace | None = None
    status: Status | None = None
    priority: int | None = None
    category: str = ""
    tag: str = ""
    service: str = ""
    language: str = ""
    words: str = ""
    cursor: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def client_id(self) -> int | None:
        """The one client asked for, or None."""
        return self.client.id if self.client else None

    @property
    def narrows(self) -> bool:
        """Whether anything but the view is asked for."""
        of_kind = (self.category, self.tag, self.service, self.language)
        return any((self.client, self.status, self.priority, *of_kind, self.words))

    @property
    def narrows_within_client(self) -> bool:
        """Whether more is asked for than a view and a client."""
        return replace(self, client=None).narrows

    @property
    def number(self) -> int | None:
        """The ticket number that the words are, with or without a #."""
        digits = self.words.removeprefix("#")
        return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) <= 12 else None

    def wanted(self, ids: list[int] | None) -> Wanted:
        """As the queue's query takes it; `ids` is what the words were found in."""
        of_kind = {"category": self.category, "tag": self.tag, "service": self.service, "language": self.language}
        return Wanted(self.view, self.sort, self.status, self.priority, ids=ids, **of_kind)

    def query(self, **changes: object) -> str:
        """The query string of these filters with some changed, from the first page; "" or "?..."."""
        changed = replace(self, cursor="", **changes)  # type: ignore[arg-type]  # the fields' own names
        pairs = {
            "view": changed.view.value if changed.view is not View.DUE else "",
            "sort": changed.sort.value if changed.sort is not Sort.DUE else "",
            "client": changed.client.slug if changed.client else "",
            "status": changed.status.value if changed.status else "",
            "priority": changed.priority or "",
            "category": changed.category,
            "tag": changed.tag,
            "service": changed.service,
            "language": changed.language,
            "q": changed.words,
        }
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{text}" if text else ""


def read(data: Mapping[str, str], actor: Actor) -> Filters:
    """The filters in a query string; what can't be understood is left out and named in `ignored`."""
    ignored: list[str] = []

    def one_of(name: str, known: Mapping[str, T], nothing: T) -> T:
        given = data.get(name, "").strip()
        if given and given not in known:
            ignored.append(name)
        return known.get(given, nothing)

    def text(name: str) -> str:
        given = " ".join(data.get(name, "").split())
        if len(given) > LONGEST or not given.isprintable():
            ignored.append(name)
            return ""
        return given

    found = Filters(
        view=one_of("view", {v.value: v for v in View}, View.DUE),
        sort=one_of("sort", {v.value: v for v in Sort}, Sort.DUE),
        client=one_of("client", {face.slug: face for face in actor.clients}, None),
        status=one_of("status", {v.value: v for v in Status}, None),
        priority=one_of("priority", {str(n): n for n in range(1, 5)}, None),
        language=one_of("language", {code: code for code, _name in settings.LANGUAGES}, ""),
        category=text("category"),
        tag=text("tag").lower(),
        service=text("service"),
        words=text("q"),
        cursor=data.get("after", ""),
    )
    return replace(found, ignored=tuple(ignored))


def ignored_sentence(names: tuple[str, ...]) -> str:
    """Tells that some filters were left out."""
    words = {
        "view": _("view"),
        "sort": _("order"),
        "client": _("client"),
        "status": _("status"),
        "priority": _("priority"),
        "category": _("category"),
        "tag": _("tag"),
        "service": _("service"),
        "language": _("language"),
        "q": _("words"),
    }
    listed = ", ".join(words[name] for name in names)
    return _("Left out, because it is not known here: %(filters)s.") % {"filters": listed}
