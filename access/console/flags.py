"""Flags of the access log: the client's thresholds, and what has passed them, explained by the vendor's lead."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from access import queries
from access.actions import flags as actions
from access.actor import Actor
from access.console.forms import CorrectableForm
from access.doing import answer
from access.doors import console
from access.errors import NotFound
from access.models import FlagRules, LogFlag
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib.paging import BadCursor, keyset

ON_A_PAGE = 30
NEWEST = ("-starts_at", "-id")
Kind = LogFlag.Kind


class RulesForm(CorrectableForm):
    """The client's thresholds."""

    without_ticket_most = forms.IntegerField(
        label=gettext_lazy("Records opened without a ticket, by one person in an hour"),
        required=False,
        min_value=1,
        max_value=actions.MOST,
        help_text=gettext_lazy("A flag is raised above this number. Empty means never."),
    )
    bulk_most = forms.IntegerField(
        label=gettext_lazy("Records opened at all, by one person"),
        required=False,
        min_value=1,
        max_value=actions.MOST,
        help_text=gettext_lazy("A flag is raised above this number. Empty means never."),
    )
    bulk_minutes = forms.IntegerField(
        label=gettext_lazy("… in so many minutes"), min_value=1, max_value=actions.LONGEST_MINUTES
    )
    off_hours = forms.BooleanField(
        label=gettext_lazy("Any record opened outside a person’s shift; without a roster, outside the support hours"),
        required=False,
    )

    @classmethod
    def of(cls, rules: FlagRules) -> "RulesForm":
        """The form as the thresholds stand."""
        return cls(initial={name: getattr(rules, name) for name in cls.base_fields})


class FlagFilter(forms.Form):
    """Which flags a reader looks for; everything may stay open."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    person = forms.TypedChoiceField(label=gettext_lazy("Person"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=gettext_lazy("Explained"),
        required=False,
        choices=[("", gettext_lazy("either way")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("not yet"))],
    )

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kind"]).choices = [("", _("anything")), *Kind.choices]
        cast(forms.TypedChoiceField, self.fields["person"]).choices = [("", _("anybody")), *people]

    def narrow(self, rows: QuerySet[LogFlag]) -> QuerySet[LogFlag]:
        """Those that are looked for; what can't be understood is left open."""
        self.is_valid()
        given = self.cleaned_data
        if given.get("kind"):
            rows = rows.filter(kind=given["kind"])
        if given.get("person") is not None:
            rows = rows.filter(user_id=given["person"])
        if given.get("state"):
            rows = rows.filter(explained_at__isnull=given["state"] == "no")
        return rows


class ExplainForm(CorrectableForm):
    """What it was, in the lead's words."""

    text = forms.CharField(label=gettext_lazy("What it was, in a sentence"), max_length=actions.LONGEST_EXPLANATION)


@dataclass(frozen=True, slots=True)
class Shown:
    """A flag with its arithmetic in a sentence, and whether the reader may explain it."""

    row: LogFlag
    sentence: str
    may_explain: bool
    form: ExplainForm | None = None


@console(Right.LOG_READ)
@require_safe
def flags(request: DoorRequest, client: str) -> HttpResponse:
    """What has passed a threshold, and the thresholds."""
    return _page(request)


@console(Right.CLEARANCE_EDIT)
@require_POST
def set_rules(request: DoorRequest, client: str) -> HttpResponse:
    """Set the thresholds."""
    form = RulesForm(request.POST)

    def act() -> FlagRules:
        return actions.set_rules(request.actor, client_id=request.client.id, **form.cleaned_data)

    onwards = redirect("console:flags", client=client)
    said = _("The thresholds are saved. They count for what is opened from now on.")
    return answer(request, act, said, page=partial(_page, request, rules_form=form), onwards=onwards, form=form)


@console(Right.CLEARANCE_EXTEND)
@require_POST
def explain(request: DoorRequest, client: str, flag: int) -> HttpResponse:
    """Say what it was."""
    form = ExplainForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    act = partial(actions.explain, request.actor, client_id=request.client.id, flag_id=flag, text=text)
    onwards = redirect("console:flags", client=client)
    return answer(request, act, _explained, page=partial(_page, request), onwards=onwards)


def _explained(row: LogFlag) -> str:
    return _("Thank you. Your word stands beside the flag about %(name)s now.") % {"name": row.card.name}


def entries_of(actor: Actor, client_id: int, flag_id: int) -> list[int]:
    """The entries behind a flag; raises `NotFound` for one that the actor may not see."""
    row = actions.visible_to(actor, client_id).filter(pk=flag_id).first()
    if row is None:
        raise NotFound
    return list(row.entries)


def sentence(row: LogFlag) -> str:
    """The arithmetic of a flag, in the reader's language and time."""
    said = {
        "name": row.card.name,
        "count": row.count,
        "most": row.threshold,
        "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60),
        "start": formats.date_format(timezone.localtime(row.starts_at), "j M H:i"),
        "end": formats.time_format(timezone.localtime(row.ends_at).time(), "H:i"),
    }
    match Kind(row.kind):
        case Kind.WITHOUT_TICKET:
            text = _("%(name)s, %(start)s to %(end)s: %(count)s records opened without a ticket; more than %(most)s.")
        case Kind.BULK:
            text = _("%(name)s, %(start)s to %(end)s: %(count)s records in %(minutes)s minutes; more than %(most)s.")
        case Kind.OFF_HOURS:
            text = _("%(name)s, %(start)s to %(end)s: %(count)s records opened outside working hours.")
    return text % said


def _page(
    request: DoorRequest, *, rules_form: RulesForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    actor, client_id = request.actor, request.client.id
    form = FlagFilter(request.GET, people=queries.readers(actor, client_id))
    rows = form.narrow(actions.visible_to(actor, client_id).select_related("card"))
    try:
        page = keyset(rows, order=NEWEST, cursor=request.GET.get("at"), size=ON_A_PAGE)
    except BadCursor:
        raise NotFound from None
    query = request.GET.copy()
    query["at"] = page.next_cursor or ""
    context = {
        "section": "access_log",
        "form": form,
        "page": page,
        "found": [_shown(actor, row) for row in page.items],
        "next_url": f"?{query.urlencode()}" if page.next_cursor else "",
        "rules": actions.rules_of(client_id),
        "rules_form": rules_form or RulesForm.of(actions.rules_of(client_id)),
        "may_set": actor.may(Right.CLEARANCE_EDIT, client_id),
        "is_filtered": any(value for name, value in request.GET.items() if name != "at"),
        "refusal": refusal,
    }
    return render(request, "access/console/flags.html", context, status=status)


def _shown(actor: Actor, row: LogFlag) -> Shown:
    may_explain = (
        actor.may(Right.CLEARANCE_EXTEND, row.client_id) and row.explained_at is None and row.user_id != actor.user_id
    )
    return Shown(row, sentence(row), may_explain, ExplainForm(auto_id=f"flag{row.pk}_%s") if may_explain else None)
