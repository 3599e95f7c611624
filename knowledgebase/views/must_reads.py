"""What agents must read: the client asks and sees who has read it, and each agent signs."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console, staff
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from knowledgebase import actions, must_reads
from knowledgebase.forms import MustReadForm, ReadForm
from knowledgebase.models import Article


@console(Right.ARTICLE_READ)
@require_safe
def all_must_reads(request: DoorRequest, client: str) -> HttpResponse:
    """Everything that is asked for, with who has read it and who has not."""
    context = {
        "found": must_reads.progress(request.client.id),
        "may_publish": request.actor.may(Right.ARTICLE_PUBLISH, request.client.id),
        "section": "articles",
    }
    return render(request, "knowledgebase/console/must_reads.html", context)


@console(Right.ARTICLE_PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def must_read_new(request: DoorRequest, client: str, article: int) -> HttpResponse:
    """Ask whoever works for the client to read the revision in force."""
    found = Article.objects.filter(client_id=request.client.id, pk=article).first()
    if found is None:
        raise NotFound
    form = MustReadForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                _ask(request, found, form)
            except (Conflict, Invalid) as error:
                status = form.refuse(error)
            else:
                said = _("“%(title)s” is to be read and signed. Whoever has not read it sees it under My access.")
                messages.success(request, said % {"title": found.title})
                return redirect("console:must_reads", client=client)
    context = {"form": form, "article": found, "section": "articles"}
    return render(request, "knowledgebase/console/must_read.html", context, status=status)


@console(Right.ARTICLE_PUBLISH)
@require_POST
def must_read_end(request: DoorRequest, client: str, must_read: int) -> HttpResponse:
    """Ask for it no longer."""
    row = actions.stop_asking(request.actor, client_id=request.client.id, must_read_id=must_read)
    messages.success(request, _("Nobody is asked to read “%(title)s” any more.") % {"title": row.title})
    return redirect("console:must_reads", client=client)


@staff(Right.ARTICLE_READ)
@require_POST
def read(request: DoorRequest, client: str, slug: str) -> HttpResponse:
    """Sign that I have read an article."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise NotFound
    try:
        number = form.cleaned_data["number"]
        reading = actions.sign(request.actor, client_id=request.client.id, slug=slug, number=number)
    except Conflict as error:
        messages.warning(request, str(error))
    else:
        said = _("Thank you. It is noted that you have read “%(title)s”, revision %(number)s.")
        messages.success(request, said % {"title": reading.must_read.title, "number": number})
    return redirect("desk:playbook", client=client, slug=slug)


def _ask(request: DoorRequest, article: Article, form: MustReadForm) -> None:
    given, due_at = form.cleaned_data, None
    if given["due_on"] is not None:
        # By the end of that day, where the client is.
        day = given["due_on"] + timedelta(days=1)
        due_at = datetime.combine(day, time(), ZoneInfo(request.client.time_zone))
    actions.ask_to_read(
        request.actor,
        client_id=request.client.id,
        article_id=article.pk,
        said=given["said"],
        due_at=due_at,
        role=given["role"],
    )
