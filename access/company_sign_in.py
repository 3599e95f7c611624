"""Whose people sign in at their own company, and what follows; the conversation itself is `access.openid`.

All of it is decided by the mail domain that was typed, never by whether somebody has the address.
"""

from dataclasses import dataclass

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from access.models import SignInDomain, User

# Of whom the company's sign-in has just said that it asked for a second step.
VOUCHED = "company_vouched"


@dataclass(frozen=True, slots=True)
class Place:
    """A company's sign-in as the sign-in page knows it."""

    key: str
    organisation: str
    required: bool

    def start(self, onwards: str = "", *, again: bool = False) -> str:
        """The address that leads there."""
        query = {"next": onwards} if onwards else {}
        if again:
            query["again"] = "1"
        url = reverse("company_start", kwargs={"key": self.key})
        return f"{url}?{urlencode(query)}" if query else url


def domain_of(address: str) -> str:
    """The mail domain of an address in small letters, or nothing."""
    _name, at, domain = address.strip().lower().rpartition("@")
    return domain.rstrip(".") if at else ""


def place_of(address: str) -> Place | None:
    """The company's sign-in for an address."""
    domain = domain_of(address)
    row = SignInDomain.objects.filter(domain=domain).first() if domain else None
    return None if row is None else Place(row.provider, row.organisation, row.required)


def any_place() -> bool:
    """Whether any company signs in by itself: only then is the address asked first."""
    return SignInDomain.objects.exists()


def is_required(address: str) -> bool:
    """Whether people with such an address have no other way in."""
    place = place_of(address)
    return place is not None and place.required


def bound_to(user: User) -> Place | None:
    """The company's sign-in by which this person has come in before."""
    place = place_of(user.email)
    known = place is not None and SocialAccount.objects.filter(user=user, provider=place.key).exists()
    return place if known else None


def page(request: HttpRequest, place: Place) -> HttpResponse:
    """Sends the person on: a page, because a form may not lead to another site by itself."""
    context = {"place": place, "onwards_url": place.start(get_next_redirect_url(request) or "")}
    return render(request, "account/company.html", context)


def ask_first(request: HttpRequest, key: str) -> HttpResponse:
    """The page that leads to a company's sign-in, for somebody who did not come from a page of ours."""
    row = SignInDomain.objects.filter(provider=key).order_by("pk").first()
    if row is None:
        return HttpResponseRedirect(reverse("account_login"))
    return page(request, Place(row.provider, row.organisation, row.required))


def instead(request: HttpRequest, user: User) -> HttpResponse | None:
    """The page for somebody who came by another way although their company's is the only one."""
    place = place_of(user.email)
    if place is None or not place.required or _came_by(request, user, place):
        return None
    clear_login(request)
    return page(request, place)


def _came_by(request: HttpRequest, user: User, place: Place) -> bool:
    records = get_authentication_records(request, user)
    return any(each["method"] == "socialaccount" and each.get("provider") == place.key for each in records)


def has_vouched(request: HttpRequest, user: User | None) -> bool:
    """Whether this sign-in has come from a company that answers for a second step."""
    return user is not None and request.session.get(VOUCHED) == user.pk
