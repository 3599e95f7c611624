"""How a finished action answers: by a redirect, which htmx follows as a whole page."""

from django.http import HttpResponse, HttpResponseRedirect

from access.requests import DoorRequest


def go(request: DoorRequest, url: str) -> HttpResponse:
    """Go to `url`, with htmx or without."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
