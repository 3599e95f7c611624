"""What the staffing pages show: who is on a contract, and who could be.  Reads only, by the people's own names."""

from access import clearance, core_team
from access.actor import Actor
from access.clearance import PersonLine
from access.core_team import Leaving
from access.errors import NotFound
from access.models import Assignment, Contract, User
from helpdesk.lib import clock


def on(contract: Contract) -> list[tuple[str, PersonLine, bool]]:
    """Everybody on the contract by name, with whether their time is over; those who work there first."""
    lines = [line for line in clearance.hired([contract.client_id]) if line.contract_id == contract.pk]
    names = dict(User.objects.filter(pk__in=[line.user_id for line in lines]).values_list("pk", "name"))
    now = clock.now()
    told = [(names[line.user_id], line, line.until is not None and line.until <= now) for line in lines]
    return sorted(told, key=lambda each: (each[2], each[0].casefold()))


def to_hire(actor: Actor, contract: Contract) -> list[tuple[int, str]]:
    """The vendor's people who are not on the contract, but for the reader, as the choices of a form."""
    there = Assignment.objects.filter(contract=contract).values_list("user_id", flat=True)
    people = User.objects.filter(vendor_id=contract.vendor_id, is_active=True).exclude(pk__in=[*there, actor.user_id])
    return list(people.order_by("name").values_list("pk", "name"))


def followers(contract: Contract, user_id: int) -> list[tuple[int, str]]:
    """Who on the contract could follow in the core team."""
    rows = Assignment.objects.filter(contract=contract, is_core=False).exclude(user_id=user_id)
    now = clock.now()
    ids = [row.user_id for row in rows if row.ends_at is None or row.ends_at > now]
    return list(User.objects.filter(pk__in=ids).order_by("name").values_list("pk", "name"))


def place_of(contract: Contract, user_id: int) -> Assignment:
    """Somebody's place on the contract; raises `NotFound`."""
    place = Assignment.objects.filter(contract=contract, user_id=user_id).select_related("card").first()
    if place is None:
        raise NotFound
    return place


def is_over(place: Assignment) -> bool:
    """Whether it has ended."""
    return place.ends_at is not None and place.ends_at <= clock.now()


def leaving(contract: Contract, place: Assignment) -> Leaving | None:
    """That the person is about to leave the core team."""
    found = core_team.of(contract).leaving
    return next((each for each in found if each.row.card_id == place.card_id), None)
