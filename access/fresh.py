"""Whether somebody has just shown who they are: asked before exports, changes of roles and of sign-in itself.

`fresh_sign_in` guards a view.  Whoever comes too late is asked (*Is it you?*) and comes back to where
they were; what they had typed is kept in their session and waits there for one click.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from access.requests import DoorRequest
from helpdesk.lib import clock, tokens

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

FRESH = timedelta(minutes=5)
_KEPT = "kept_forms"
_KEPT_FOR = timedelta(minutes=10)
_KEPT_MOST, _KEPT_BYTES = 3, 50_000
# When the company's sign-in last asked its person, as it told us (seconds); without it, long ago.
COMPANY_PROOF = "company_proof_at"


def fresh_sign_in(what: Promise | str) -> Callable[[V], V]:
    """Let nobody into this view whose last proof is older than five minutes; stands below door and methods.

    `what` follows *You were about to …* in the question.  A POST that comes too late is done after it: its
    fields are kept, its files are not.
    """

    def guard(view: V) -> V:
        @wraps(view)
        def guarded(request: DoorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs) if is_fresh(request) else ask(request)

        # Plain attributes, as the door is.
        vars(guarded).update(asks_fresh=True, about_to=what)
        return guarded  # type: ignore[return-value]  # the same view, guarded

    return guard


def about_to(request: HttpRequest, onwards: str) -> str:
    """What the person was about to do at the address that they go on to, in our own words; "" where nobody knows."""
    path = urlsplit(onwards).path
    kept = next((mine["path"] for name, mine in _kept(request).items() if path == _waits_at(name)), None)
    return words_of(onwards if kept is None else kept)


def words_of(address: str) -> str:
    """What the guarded view at an address is for; "" where there is none."""
    try:
        return str(getattr(resolve(urlsplit(address).path).func, "about_to", ""))
    except Resolver404:
        return ""


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session's person has proved who they are in the last five minutes, by whatever way."""
    if not request.user.is_authenticated:
        return False
    since = (clock.now() - FRESH).timestamp()
    return any(_proved_at(request, record) > since for record in get_authentication_records(request, request.user))


def _proved_at(request: HttpRequest, record: dict[str, Any]) -> float:
    """A company's sign-in may let somebody through whom it asked this morning."""
    at = float(record.get("at", 0))
    return min(at, float(request.session.get(COMPANY_PROOF, 0))) if record.get("method") == "socialaccount" else at


def ask(request: DoorRequest) -> HttpResponse:
    """Send whoever comes too late to the question, and remember where to go on."""
    if request.method in ("GET", "HEAD"):
        back = request.get_full_path()
    else:
        back = _keep(request) or _page_before(request)
    url = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
    if request.htmx:
        response = HttpResponse()
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)


def _keep(request: DoorRequest) -> str:
    """Keep what was typed; gives the address where it waits, or nothing where it can't be kept."""
    skipped = ("csrfmiddlewaretoken",)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in skipped and "password" not in name
        for value in values
    ]
    if request.FILES or sum(len(name) + len(str(value)) for name, value in fields) > _KEPT_BYTES:
        return ""
    now, name = clock.now(), tokens.random_token()[:12]
    before = list(_kept(request).items())[-(_KEPT_MOST - 1) :]
    mine = {"path": request.get_full_path(), "fields": fields, "at": now.timestamp()}
    request.session[_KEPT] = {**dict(before), name: mine}
    return _waits_at(name)


def _kept(request: HttpRequest) -> dict[str, dict[str, Any]]:
    return dict(request.session.get(_KEPT, {}))


def _waits_at(name: str) -> str:
    return reverse("account_go_on", kwargs={"kept": name})


def kept_form(request: HttpRequest, name: str) -> dict[str, Any] | None:
    """What waits under this name, for once: `path` and `fields`, a list of pairs."""
    forms = _kept(request)
    found: dict[str, Any] | None = forms.pop(name, None)
    if found is None:
        return None
    request.session[_KEPT] = forms
    return found if found["at"] > (clock.now() - _KEPT_FOR).timestamp() else None


def _page_before(request: HttpRequest) -> str:
    """Where the form stood, as far as the browser tells and it is ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    ours = f"{parts.scheme}://{parts.netloc}" == settings.BASE_URL
    return path if ours and is_local(path) else reverse(settings.LOGIN_REDIRECT_URL)


def is_local(address: str) -> bool:
    """Whether this leads to one of our own pages: a path, and nothing that a browser takes for more."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
