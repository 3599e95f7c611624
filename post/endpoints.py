"""Endpoints of a client, or of a vendor there: added, changed, tried out, and their secrets renewed."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right, Side
from access.wording import one_line
from helpdesk.lib import clock, outside, vault
from helpdesk.lib.locks import hold
from post import calls, signing
from post.calls import Call
from post.models import Endpoint, EndpointPace, OutboxCall

MOST_ENDPOINTS = 20
# Both secrets sign for so long, so that nobody has to change theirs at the same moment.
OLD_SECRET_LASTS = timedelta(hours=24)
TEST = "endpoint.test"
RETRIED_MOST = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a client says of an endpoint."""

    name: str
    address: str
    carries: Endpoint.Carries = Endpoint.Carries.WEBHOOK
    provider: str = "webhook"
    is_active: bool = True


def save(actor: Actor, *, client_id: int, plan: Plan, endpoint_id: int | None = None) -> tuple[Endpoint, str]:
    """Add an endpoint, or change it; returns it and its secret where it is new, else "".

    Needs SOURCES_EDIT, or STAFF in a vendor's office for that vendor's own.  Raises `NotFound`, `Invalid` for an
    address that may not be asked, and `Conflict` for a name that is taken.
    """
    vendor_id = _whose(actor, client_id)
    values = _checked(plan)
    hold("endpoints", client_id, vendor_id)
    rows = list(own(client_id, vendor_id))
    row = next((each for each in rows if each.pk == endpoint_id), None)
    if endpoint_id is not None and row is None:
        raise NotFound
    if row is None and len(rows) >= MOST_ENDPOINTS:
        raise Conflict(_("Twenty endpoints at most. Change one that you no longer need."))
    if any(each is not row and each.name.casefold() == values["name"].casefold() for each in rows):
        raise Conflict(_("Another endpoint is called so already."))
    secret = ""
    if row is None:
        secret = signing.new_secret()
        key = _key(values["name"], {each.key for each in rows})
        kept = {"key": key, "secret": vault.lock(secret), "created_at": clock.now()}
        row = Endpoint(client_id=client_id, vendor_id=vendor_id, **kept)
    for name, value in values.items():
        setattr(row, name, value)
    row.is_active = plan.is_active
    row.save()
    _log(actor, row, "endpoint saved")
    return row, secret


def _whose(actor: Actor, client_id: int) -> int | None:
    """The vendor whose endpoints the actor may change, None for the client's own; raises `RightMissing`."""
    if actor.side is Side.OFFICE:
        actor.require(Right.STAFF, client_id)
        return actor.vendor_id
    actor.require(Right.SOURCES_EDIT, client_id)
    return None


def _log(actor: Actor, row: Endpoint, what: str, **more: int) -> None:
    """Of a vendor's endpoint that vendor reads, and the client, and no other vendor."""
    detail = {"what": what, "endpoint": row.key, **more}
    if row.vendor_id is None:
        log.record(actor, row.client_id, log.Action.CHANGE, detail=detail)
    else:
        log.record_of_vendor(actor, row.vendor_id, row.client_id, log.Action.CHANGE, detail=detail)


def renew_secret(actor: Actor, *, client_id: int, endpoint_id: int) -> tuple[Endpoint, str]:
    """Sign with another secret from now on, and with the old one too for a day; returns the new one.

    Needs what `save` needs; raises `NotFound`.
    """
    row = _locked(client_id, endpoint_id, _whose(actor, client_id))
    secret = signing.new_secret()
    row.old_secret, row.old_until = row.secret, clock.now() + OLD_SECRET_LASTS
    row.secret = vault.lock(secret)
    row.save(update_fields=["secret", "old_secret", "old_until"])
    _log(actor, row, "endpoint secret renewed")
    return row, secret


def send_test(actor: Actor, *, client_id: int, endpoint_id: int) -> OutboxCall:
    """Make a call that tells nothing but that it is a test.  Needs SOURCES_EDIT; raises `NotFound` and `Conflict`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    row = _locked(client_id, endpoint_id, None)
    if not row.is_active:
        raise Conflict(_("This endpoint is switched off. Switch it on first."))
    now = clock.now()
    body: dict[str, object] = {"text": "This is a test."}
    if row.carries != Endpoint.Carries.WEBHOOK:
        body |= {"number": "", "language": "en"}
    test = Call(unique=f"test/{row.pk}/{int(now.timestamp() * 1000)}", kind=TEST, endpoint=row, body=body)
    call = calls.post_call(actor, client_id, test)
    if call is None:
        raise Conflict(_("A test is on its way already."))
    _log(actor, row, "endpoint tested")
    return call


def retry(
    actor: Actor, *, client_id: int, endpoint_id: int, call_id: int | None = None, vendor_id: int | None = None
) -> int:
    """Have calls tried again that were given up: one, or all of the endpoint; returns how many.

    Each goes under the id that it had.  One that is on its way already is left alone.  Needs SOURCES_EDIT; for an
    endpoint of the actor's vendor (`vendor_id`) TICKET_REPLY.  Raises `NotFound`, and `Conflict` where the
    endpoint is switched off.
    """
    if vendor_id is not None and vendor_id != actor.vendor_id:
        raise NotFound
    actor.require(Right.SOURCES_EDIT if vendor_id is None else Right.TICKET_REPLY, client_id)
    row = _locked(client_id, endpoint_id, vendor_id)
    if not row.is_active:
        raise Conflict(_("This endpoint is switched off. Switch it on first."))
    dead = OutboxCall.objects.select_for_update().filter(client_id=client_id, endpoint=row)
    if call_id is not None:
        dead = dead.filter(pk=call_id)
        if not dead.exists():
            raise NotFound
    found = list(dead.filter(state=OutboxCall.State.DEAD).order_by("pk")[:RETRIED_MOST])
    if found:
        calls.send_again(actor, row, found)
        _log(actor, row, "calls sent again", calls=len(found))
    return len(found)


@dataclass(frozen=True, slots=True)
class Line:
    """An endpoint in the list: how many calls were given up, and whether it failed the last time."""

    row: Endpoint
    dead: int
    fails: bool


def lines(client_id: int, vendor_id: int | None = None) -> list[Line]:
    """The endpoints of one side as its list shows them; three statements."""
    dead = dict(
        OutboxCall.objects.filter(client_id=client_id, state=OutboxCall.State.DEAD)
        .order_by()
        .values_list("endpoint_id")
        .annotate(count=Count("pk"))
    )
    failing = set(
        EndpointPace.objects.filter(client_id=client_id, failures__gt=0).values_list("endpoint_id", flat=True)
    )
    return [Line(row, dead.get(row.pk, 0), row.pk in failing) for row in own(client_id, vendor_id)]


def of_vendors(client_id: int) -> list[Endpoint]:
    """Where vendors have their own people told of what happens at this client."""
    rows = Endpoint.objects.filter(client_id=client_id).exclude(vendor=None).select_related("vendor")
    return list(rows.order_by("vendor__name", "name"))


def dead_count(client_id: int, endpoint_id: int) -> int:
    """How many calls of an endpoint were given up."""
    rows = OutboxCall.objects.filter(client_id=client_id, endpoint_id=endpoint_id, state=OutboxCall.State.DEAD)
    return rows.count()


def one(client_id: int, endpoint_id: int, vendor_id: int | None = None) -> Endpoint:
    """One endpoint of this side; raises `NotFound`."""
    row = own(client_id, vendor_id).filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    return row


def own(client_id: int, vendor_id: int | None = None) -> QuerySet[Endpoint]:
    """The client's own endpoints, or a vendor's there."""
    whose = Q(vendor=None) if vendor_id is None else Q(vendor_id=vendor_id)
    return Endpoint.objects.filter(whose, client_id=client_id).order_by("name")


def _locked(client_id: int, endpoint_id: int, vendor_id: int | None) -> Endpoint:
    row = own(client_id, vendor_id).select_for_update().filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    return row


def _checked(plan: Plan) -> dict[str, str]:
    name = one_line(plan.name, "name", 80)
    if not name:
        raise Invalid(_("Give the endpoint a name."), "name")
    if plan.provider not in settings.CALL_PROVIDERS:
        raise Invalid(_("There is no such provider."), "provider")
    address = plan.address.strip()
    if len(address) > 500:
        raise Invalid(_("This is no web address."), "address")
    try:
        outside.check(address)
    except outside.NotAllowed as error:
        raise Invalid(str(error), "address") from None
    except outside.OutsideError:
        raise Invalid(_("The name of this address is unknown. Check how it is spelled."), "address") from None
    return {"name": name, "address": address, "carries": plan.carries.value, "provider": plan.provider}


def _key(name: str, taken: set[str]) -> str:
    stem = slugify(name)[:34] or "endpoint"
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if each not in taken)
