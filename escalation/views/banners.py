"""What a portal says of a major incident, closed by a customer until there is something new."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from access.doors import portal
from access.requests import DoorRequest
from escalation import portal_banners


@portal()
@require_POST
def close(request: DoorRequest, client: str, banner_id: int) -> HttpResponse:
    """Remember on this device that this was read; a new word on it is shown again."""
    back = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    answer = redirect(back) if is_own else redirect("portal:home", client=client)
    portal_banners.forget(request, answer, banner_id)
    return answer
