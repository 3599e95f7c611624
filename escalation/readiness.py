"""What a contract needs from this app before it comes into force: hours, targets, contacts, and cover for each hour."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Contract
from access.onboarding import HardLine, check_line
from escalation import calendars, rosters
from escalation.calendars import week_of
from escalation.models import PLEDGED, Contact, SlaPolicy
from escalation.promises import in_force
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar
from helpdesk.lib.stretches import open_in

AHEAD = timedelta(days=14)
SHOWN = 3


def declare() -> None:
    """Declare this app's hard lines."""
    for line in (
        HardLine("support_hours", gettext_lazy("Support hours"), _hours),
        HardLine("sla_targets", gettext_lazy("Targets for every promise"), _targets),
        HardLine("escalation_contacts", gettext_lazy("Escalation contacts"), _contacts, "console:contacts"),
        HardLine("cover", gettext_lazy("A cleared agent for every promised hour"), _cover, "console:people"),
    ):
        check_line(line)


def promised_hours(contract: Contract) -> WeekCalendar | None:
    """The support hours that the contract promises now, None where it promises none."""
    now = clock.now()
    policy = SlaPolicy.objects.filter(pk=in_force(contract.client_id, contract.pk, now))
    row = policy.select_related("calendar").first()
    if row is None:
        return None
    return week_of(calendars.in_force(contract.client_id, now).get(row.calendar.name, row.calendar))


def _hours(contract: Contract) -> str:
    hours = promised_hours(contract)
    return "" if hours is not None and any(hours.week) else _("No support hours are agreed yet.")


def _targets(contract: Contract) -> str:
    policy = SlaPolicy.objects.filter(pk=in_force(contract.client_id, contract.pk, clock.now())).first()
    told = set(policy.targets.values_list("metric", flat=True)) if policy is not None else set()
    lacking = [metric.label for metric in PLEDGED if metric.value not in told]
    return _("Without a target: %(names)s.") % {"names": ", ".join(map(str, lacking))} if lacking else ""


def _contacts(contract: Contract) -> str:
    found = Contact.objects.filter(client_id=contract.client_id, is_active=True).exists()
    return "" if found else _("Nobody of the client can be asked yet.")


def _cover(contract: Contract) -> str:
    hours = promised_hours(contract)
    if hours is None:
        return _("No support hours are agreed yet.")
    now = clock.now()
    until = now + AHEAD
    gaps = rosters.bare(open_in(hours, now, until), rosters.of_contracts([contract], now, until), now, until)
    if not gaps:
        return ""
    zone = ZoneInfo(hours.zone)
    told = ", ".join(date_format(start.astimezone(zone), "j M H:i") for start, _end in gaps[:SHOWN])
    return _("Nobody who is cleared is on shift from %(times)s.") % {"times": told}
