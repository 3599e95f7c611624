"""Who is called at night in the demo: the vendor's nights, the client's weeks, a cold, and a swap that waits."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from access import standing
from access.models import Client, User
from escalation.oncall import actions, queries, swaps
from escalation.oncall.plans import Hours, LayerPlan
from helpdesk.demo.clearance import Moment
from helpdesk.lib import clock

CLIENT = "voltarra"
NIGHTS: Hours = (((18 * 60, 32 * 60),),) * 7
WEEKENDS: Hours = ((), (), (), (), (), ((0, 24 * 60),), ((0, 24 * 60),))


def moments(client: Client, staff: dict[str, User], now: datetime) -> list[Moment]:
    """The schedules are made three weeks ago; today somebody is ill and somebody has a wedding."""
    if client.slug != CLIENT:
        return []
    return [
        (now - timedelta(days=21), partial(_schedules, client, staff)),
        (now - timedelta(hours=3), partial(_changes, client, staff)),
    ]


def _plan(client: Client, staff: dict[str, User], name: str, *keys: str, hours: Hours = ()) -> LayerPlan:
    today = clock.as_local(clock.now(), client.time_zone).date()
    people = tuple(("card", _card(client, staff[key])) for key in keys)
    return LayerPlan(name, people, 1, "week", 9 * 60, today - timedelta(days=today.weekday()), hours)


def _card(client: Client, user: User) -> int:
    with standing.acting(user) as actor:
        return swaps.own_card(actor, client.pk)


def _schedules(client: Client, staff: dict[str, User]) -> None:
    nights = _plan(client, staff, "Nights", "linnea", "omar", "tomas", hours=NIGHTS)
    weekends = _plan(client, staff, "Weekends", "elin", "priya", hours=WEEKENDS)
    weeks = _plan(client, staff, "Weeks", "petra", "ida")
    with standing.acting(staff["eva"]) as actor:
        actions.save_schedule(
            actor,
            client_id=client.pk,
            vendor_id=actor.vendor_id,
            name="Nights and weekends",
            zone=client.time_zone,
            layers=[nights, weekends],
            passes_on=True,
        )
    with standing.acting(staff["petra"]) as actor:
        actions.save_schedule(
            actor, client_id=client.pk, vendor_id=None, name="Out of hours", zone=client.time_zone, layers=[weeks]
        )


def _changes(client: Client, staff: dict[str, User]) -> None:
    tomorrow = clock.as_local(clock.now(), client.time_zone).date() + timedelta(days=1)
    evening = datetime.combine(tomorrow, time(18), ZoneInfo(client.time_zone))
    who = ("card", _card(client, staff["eva"]))
    with standing.acting(staff["eva"]) as actor:
        actions.override(
            actor,
            client_id=client.pk,
            schedule_id=queries.schedules(client.pk).exclude(vendor=None).get().pk,
            who=who,
            starts_at=evening,
            ends_at=evening + timedelta(hours=14),
            reason="A cold: I take the night.",
        )
    ida = _card(client, staff["ida"])
    with standing.acting(staff["petra"]) as actor:
        coming = queries.coming_of(client.pk, swaps.own_card(actor, client.pk), None, days=30)
        planned, shift = next(each for each in coming if each[1].start > clock.now())
        swaps.ask_swap(
            actor,
            client_id=client.pk,
            schedule_id=planned.schedule.pk,
            other_card_id=ida,
            starts_at=shift.start,
            ends_at=shift.end,
            reason="My sister marries.",
        )
