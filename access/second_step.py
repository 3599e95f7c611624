"""The second step of signing in: where it is asked for, and its page."""

import json
from typing import Any, cast

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal import auth as webauthn
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import company_sign_in, factors, proofs
from access.doors import public
from access.models import User
from access.proofs import Way


class SecondStep(AuthenticateStage):
    """Stands between the first step and the session, for whoever has a key or a code device."""

    urlname = "mfa_authenticate"

    def handle(self) -> tuple[Any, bool]:
        """As the library's; what a company's sign-in has told does not wait in the session meanwhile."""
        self.login.signal_kwargs = None
        answer: tuple[Any, bool] = super().handle()
        return answer

    def _should_handle(self, request: HttpRequest) -> bool:
        """Not for a passkey, which is both steps, nor where the company's sign-in has asked for a second one."""
        return super()._should_handle(request) and not company_sign_in.has_vouched(request, self.login.user)


@public()
@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=SecondStep.key, redirect_urlname="account_login")
def second_step(request: HttpRequest) -> HttpResponse:
    """Key first, then a code, then a lead's code."""
    stage = cast(Any, request)._login_stage
    user = cast(User, stage.login.user)
    wrong = None
    if request.method == "POST":
        way = way_of(request, (Way.KEY, Way.CODE, Way.SHIFT_CODE))
        proof = proofs.tried(request, user, way, request.POST.get("given", "")) if way else None
        if proof is not None:
            proofs.note(request, user, proof)
            answer: HttpResponse = stage.exit()
            return answer
        wrong = (way or Way.CODE).wrong
    return render(request, "account/second_step.html", {"wrong": wrong, **ways_on(user)})


def way_of(request: HttpRequest, known: tuple[Way, ...]) -> Way | None:
    """Which of the ways a form takes."""
    return next((way for way in known if way.value == request.POST.get("way")), None)


def ways_on(user: User) -> dict[str, Any]:
    """For the template: which of their own ways the person has, and the challenge for their keys."""
    kinds = factors.kinds_of(user)
    has_key = factors.Kind.WEBAUTHN in kinds
    return {
        "has_key": has_key,
        "keys_work": factors.keys_work(),
        "key_options": json.dumps(webauthn.begin_authentication(user)) if has_key else "",
        "code_label": _code_label(kinds),
    }


def _code_label(kinds: set[str]) -> str:
    if factors.Kind.TOTP in kinds:
        return _("Code from your device, or a recovery code")
    return _("Recovery code") if factors.Kind.RECOVERY_CODES in kinds else ""
