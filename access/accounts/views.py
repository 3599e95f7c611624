"""One's own sign-in: keys, codes and sessions, each changed after a fresh proof only."""

import json
from base64 import b64encode
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import company_sign_in, factors, proofs, user_sessions
from access.accounts.forms import DeviceForm, KeyForm
from access.doors import staff
from access.errors import NotFound
from access.fresh import fresh_sign_in
from access.proofs import Way
from access.requests import DoorRequest


@staff()
@require_safe
def security(request: DoorRequest) -> HttpResponse:
    """My keys and codes, where I am signed in, and how my company signs in."""
    mine = factors.of(request.user)
    context = {
        "factors": mine,
        "has_second_step": any(factor.kind in factors.STRONG for factor in mine),
        "sessions": user_sessions.of(request),
        "company": company_sign_in.bound_to(request.user),
        "keys_work": factors.keys_work(),
        "section": "my_access",
    }
    return render(request, "account/security.html", context)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(gettext_lazy("add a key to your sign-in"))
def add_key(request: DoorRequest) -> HttpResponse:
    """A passkey, which signs in by itself, or a key for the second step."""
    alone = request.GET.get("kind") != "key"
    form = KeyForm(request.POST or None, initial={"name": get_adapter().generate_authenticator_name(*_key(request))})
    wrong = None
    if request.method == "POST" and form.is_valid():
        credential = proofs.new_key(request.user, form.cleaned_data["given"], alone=alone)
        if credential is not None:
            name = form.cleaned_data["name"] or get_adapter().generate_authenticator_name(*_key(request))
            factors.add_key(request, name=name, credential=credential)
            messages.success(request, _("“%(name)s” is added. Sessions elsewhere have ended.") % {"name": name})
            return _onwards(request)
        wrong = _("The key did not answer as it should. Nothing was added; try once more.")
    options = json.dumps(webauthn.begin_registration(request.user, alone))
    context = {"form": form, "options": options, "alone": alone, "wrong": wrong, "section": "my_access"}
    context["keys_work"] = factors.keys_work()
    return render(request, "account/add_key.html", context)


def _key(request: DoorRequest) -> tuple[Any, Any]:
    return request.user, factors.Kind.WEBAUTHN


def _onwards(request: DoorRequest) -> HttpResponse:
    """Whoever has no recovery codes yet gets them now, or a lost key would lock them out."""
    if factors.Kind.RECOVERY_CODES in factors.kinds_of(request.user):
        return redirect("account_security")
    return redirect("account_recovery_codes")


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(gettext_lazy("add a device with codes to your sign-in"))
def add_device(request: DoorRequest) -> HttpResponse:
    """A device that shows codes: the secret as a picture and as text, then a code as proof."""
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = totp.get_totp_secret()
        if totp.validate_totp_code(secret, form.cleaned_data["code"]):
            factors.add_device(request, secret)
            messages.success(request, _("The device is added. Sessions elsewhere have ended."))
            return _onwards(request)
        form.add_error("code", Way.CODE.wrong)
    secret = totp.get_totp_secret(regenerate=request.method != "POST")
    svg = get_adapter().build_totp_svg(get_adapter().build_totp_url(request.user, secret))
    picture = "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    context = {"form": form, "picture": picture, "secret": spaced, "section": "my_access"}
    return render(request, "account/add_device.html", context)


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(gettext_lazy("make new recovery codes"))
def recovery_codes(request: DoorRequest) -> HttpResponse:
    """Ten codes for the day when the key is lost; shown in this answer and nowhere else."""
    if not factors.kinds_of(request.user) & set(factors.STRONG):
        return redirect("account_security")
    codes = factors.new_recovery_codes(request) if request.method == "POST" else []
    context = {"codes": codes, "text": "\n".join(codes), "section": "my_access"}
    return render(request, "account/recovery_codes.html", context)


@staff()
@require_POST
@fresh_sign_in(gettext_lazy("remove a way to sign in"))
def remove_factor(request: DoorRequest, factor_id: int) -> HttpResponse:
    """Remove one of my keys or codes."""
    name = factors.remove(request, factor_id)
    if name is None:
        raise NotFound
    said = _("Removed: %(name)s. It opens nothing any more, and sessions elsewhere have ended.")
    messages.success(request, said % {"name": name})
    return redirect("account_security")


@staff()
@require_POST
def end_session(request: DoorRequest, session_id: int) -> HttpResponse:
    """Sign me out somewhere else."""
    if not user_sessions.end(request, session_id):
        raise NotFound
    messages.success(request, _("That session has ended."))
    return redirect("account_security")


@staff()
@require_POST
def end_other_sessions(request: DoorRequest) -> HttpResponse:
    """Sign me out everywhere but here."""
    user_sessions.end_others(request)
    messages.success(request, _("All other sessions have ended."))
    return redirect("account_security")


@staff()
@require_POST
def enter_shift_code(request: DoorRequest) -> HttpResponse:
    """Use my lead's code although I am signed in already: I have no key yet."""
    proof = proofs.tried(request, request.user, Way.SHIFT_CODE, request.POST.get("given", ""))
    if proof is None:
        messages.error(request, Way.SHIFT_CODE.wrong)
        return redirect("account_security")
    user_sessions.end_others(request)
    proofs.note(request, request.user, proof)
    messages.success(request, _("Good. What needs a second step is open to you for this shift."))
    return redirect("account_security")
