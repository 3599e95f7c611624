"""What a form or a button asks: done, said and gone on from; or its page again, with what is in the way."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from access.console.forms import CorrectableForm
from access.errors import Conflict, Invalid
from access.requests import DoorRequest


def answer(
    request: DoorRequest,
    act: Callable[[], Any],
    said: str | Callable[[Any], str],
    *,
    page: Callable[..., HttpResponse],
    onwards: HttpResponse,
    form: CorrectableForm | None = None,
) -> HttpResponse:
    """Do it, say so and go on.

    `said` is the sentence, or makes it of what `act` returns; "" says nothing.  What the form or the action
    can't take is shown by `page`, called with its `status`: beside the fields of `form`, which the page
    holds, or without one as `refusal`.
    """
    if form is not None and not form.is_valid():
        return page(status=400)
    try:
        done = act()
    except (Invalid, Conflict) as error:
        if form is not None:
            return page(status=form.refuse(error))
        return page(status=error.status, refusal=str(error))
    if sentence := said if isinstance(said, str) else said(done):
        messages.success(request, sentence)
    return onwards
