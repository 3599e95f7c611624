"""*Is it you?*: a fresh proof before what must not be done by whoever finds the browser open."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from access import company_sign_in, fresh, proofs
from access.doors import staff
from access.proofs import Way
from access.requests import DoorRequest
from access.second_step import way_of, ways_on


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: DoorRequest) -> HttpResponse:
    """A key, a code, the password or the company's sign-in, then back to where the person was."""
    onwards = request.POST.get("next") or request.GET.get("next") or ""
    onwards = onwards if fresh.is_local(onwards) else "/"
    company = company_sign_in.bound_to(request.user)
    known = (Way.KEY, Way.CODE) if company_sign_in.is_required(request.user.email) else (Way.KEY, Way.CODE, Way.WORD)
    wrong: Any = None
    if request.method == "POST":
        way = way_of(request, known)
        proof = proofs.tried(request, request.user, way, request.POST.get("given", "")) if way else None
        if proof is not None:
            proofs.note(request, request.user, {**proof, "reauthenticated": True})
            return redirect(onwards)
        wrong = (way or Way.CODE).wrong
    has_word = Way.WORD in known and request.user.has_usable_password()
    context = {
        "wrong": wrong,
        "onwards": onwards,
        "what": fresh.about_to(request, onwards),
        "company": company,
        "has_word": has_word,
    }
    if company is not None:
        context["company_url"] = company.start(onwards, again=True)
    return render(request, "account/reauthenticate.html", {**context, **ways_on(request.user)})


@staff()
@require_safe
def go_on(request: DoorRequest, kept: str) -> HttpResponse:
    """What was typed before the question, to be sent with one click."""
    form = fresh.kept_form(request, kept) if fresh.is_fresh(request) else None
    if form is None:
        return redirect("start")
    return render(request, "account/go_on.html", {"form": form, "what": fresh.words_of(form["path"])})
