"""What the client's tickets are about: a tree of categories."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import categories as actions
from tickets.actions.categories import LONGEST_NAME, Definition
from tickets.categories import DEEPEST, Placed, arranged, siblings
from tickets.desk.forms import DeskForm
from tickets.models import TicketCategory
from tickets.portal.forms import WordsField
from tickets.queries import categories as queries


class CategoryForm(DeskForm):
    """What a category is called, and what it is a part of."""

    name = WordsField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    parent = forms.TypedChoiceField(
        label=gettext_lazy("Part of"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("What your matrix and your promises say of that one holds for this one too."),
    )
    is_offered = forms.BooleanField(label=gettext_lazy("Your portal’s form offers it"), required=False, initial=True)
    is_retired = forms.BooleanField(
        label=gettext_lazy("Retired: it stays on its tickets, and nobody can choose it"), required=False
    )

    def __init__(self, *args: Any, parents: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        field.choices = [("", _("Nothing: it stands at the top")), *parents]  # type: ignore[attr-defined]  # a choice field

    def definition(self) -> Definition:
        """What was written."""
        data = self.cleaned_data
        return Definition(data["name"], data["parent"], data["is_offered"], data["is_retired"])


@console(Right.MATRIX_EDIT)
@require_safe
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """The whole tree."""
    found, counts = queries.tree(request.client.id)
    rows = [each.category for each in found]
    beside = {each.category.pk: siblings(rows, each.category) for each in found}
    shown = [
        {
            "placed": each,
            "open": counts[each.category.pk],
            "is_first": beside[each.category.pk][0] is each.category,
            "is_last": beside[each.category.pk][-1] is each.category,
            "may_have_parts": each.depth + 1 < DEEPEST,
        }
        for each in found
    ]
    return render(request, "tickets/console/categories.html", {"section": "matrix", "categories": shown})


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_category(request: DoorRequest, client: str) -> HttpResponse:
    """One more category."""
    return _edit(request, client, None)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_category(request: DoorRequest, client: str, category_id: int) -> HttpResponse:
    """Change a category, move it under another, or retire it."""
    return _edit(request, client, category_id)


@console(Right.MATRIX_EDIT)
@require_POST
def order_category(request: DoorRequest, client: str, category_id: int) -> HttpResponse:
    """One place up or down among its neighbours."""
    up = request.POST.get("to") != "down"
    actions.order_category(request.actor, client_id=request.client.id, category_id=category_id, up=up)
    return redirect(reverse("console:categories", kwargs={"client": client}) + f"#c{category_id}")


def _edit(request: DoorRequest, client: str, category_id: int | None) -> HttpResponse:
    found = arranged(TicketCategory.objects.filter(client_id=request.client.id))
    placed = next((each for each in found if each.category.pk == category_id), None)
    if placed is None and category_id is not None:
        raise NotFound
    form = CategoryForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(placed.category) if placed else _under(request, found),
        parents=_parents(found, placed),
    )
    status = 200
    if form.is_bound:
        status = 400
        try:
            if form.is_valid():
                _save(request, placed, form.definition())
                return redirect("console:categories", client=client)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context = {"section": "matrix", "form": form, "placed": placed}
    return render(request, "tickets/console/category.html", context, status=status)


def _parents(found: list[Placed], placed: Placed | None) -> list[tuple[int, str]]:
    """What it can be a part of: nothing of its own, and nothing that stands too deep."""
    own = placed.category if placed else None
    return [
        (each.category.pk, each.path)
        for each in found
        if each.depth + 1 < DEEPEST and own is not each.category and own not in each.above
    ]


def _initial(row: TicketCategory) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("name", "is_offered", "is_retired")}
    return {**facts, "parent": row.parent_id}


def _under(request: DoorRequest, found: list[Placed]) -> dict[str, Any]:
    """The one whose page asked for a part of it."""
    asked = request.GET.get("under", "")
    return {"parent": asked} if any(str(each.category.pk) == asked for each in found) else {}


def _save(request: DoorRequest, placed: Placed | None, given: Definition) -> None:
    if placed is None:
        actions.add_category(request.actor, client_id=request.client.id, given=given)
        messages.success(request, _("Tickets can be about “%(category)s” now.") % {"category": given.name})
        return
    is_moved = placed.category.parent_id != given.parent_id
    category_id = placed.category.pk
    actions.change_category(request.actor, client_id=request.client.id, category_id=category_id, given=given)
    said = _("“%(category)s” is changed.")
    if is_moved:
        said = _("“%(category)s” has moved. The clocks of its open tickets are counted by what holds there now.")
    messages.success(request, said % {"category": given.name})
