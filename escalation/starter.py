"""What a new client and a new contract begin with: support hours, promises, a contact and four rows.

The client changes all of it in its console; nothing else depends on these numbers.
"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from access.models import Client, Contract
from access.rights import Role
from access.signals import client_created, contract_begun
from escalation.calendars import office_calendar
from escalation.matrix import stored
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from escalation.models import Contact, Matrix, Metric, SlaPolicy, SlaTarget
from helpdesk.lib import clock

MINUTE, HOUR = 60, 3600
# Business time by priority 1 to 4, and the share of tickets in which it is promised.
TARGETS = {
    Metric.FIRST_RESPONSE: ((1 * HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR), 90),
    Metric.NEXT_RESPONSE: ((30 * MINUTE, 2 * HOUR, 4 * HOUR, 8 * HOUR), 90),
    Metric.SOLVE: ((8 * HOUR, 20 * HOUR, 40 * HOUR, 80 * HOUR), 85),
    Metric.CLIENT_RESPONSE: ((1 * HOUR, 4 * HOUR, 8 * HOUR, 20 * HOUR), 80),
}
# After how many minutes of silence the vendor's team lead is told, by priority.
LEAD_TOLD = {1: 15, 2: 60, 3: 240, 4: 1440}


def listen() -> None:
    """Subscribe to new clients and contracts."""
    client_created.connect(_equip, dispatch_uid="escalation.starter.client")
    contract_begun.connect(_promise, dispatch_uid="escalation.starter.contract")


def _equip(*, client: Client, contract: Contract | None, **more: Any) -> None:
    if contract is not None:
        _promise(client=client, contract=contract)
    contact = Contact.objects.create(client=client, name=_everyone(client), language=client.language)
    now = clock.now()
    content = stored.write(_matrix(contact))
    Matrix.objects.create(client=client, version=1, content=content, made_at=now, valid_from=now, published_at=now)


def _matrix(contact: Contact) -> Document:
    """A row for each priority: the client's team is asked at once, the vendor's lead told after a while.

    A client's team and a vendor's leads may be one person each: somebody stands in for both.
    """
    lead, agents = (Who(Target.ROLE, role.value) for role in (Role.TEAM_LEAD, Role.AGENT))
    ask = Step(When(), (Who(Target.CONTACT, contact.key),), instead=(lead,), hands_over=True)
    paths = {
        priority: Path(
            _("Priority %(number)s") % {"number": priority},
            (ask, Step(When(minutes=minutes), (lead,), instead=(agents,))),
        )
        for priority, minutes in LEAD_TOLD.items()
    }
    rows = (Row(path.name, priority_from=priority, priority_to=priority) for priority, path in paths.items())
    return Document(tuple(rows), tuple(paths.values()))


def _promise(*, client: Client, contract: Contract, **more: Any) -> None:
    since = contract.valid_from
    policy = SlaPolicy.objects.create(
        client=client,
        vendor_id=contract.vendor_id,
        contract=contract,
        valid_from=since,
        calendar=office_calendar(client.pk, client.time_zone, at=since),
    )
    SlaTarget.objects.bulk_create(
        SlaTarget(
            client=client, policy=policy, metric=metric, priority=priority, seconds=seconds, promised_percent=percent
        )
        for metric, (by_priority, percent) in TARGETS.items()
        for priority, seconds in enumerate(by_priority, start=1)
    )


def _everyone(client: Client) -> str:
    """The name of the contact that stands for all of the client's people who may answer."""
    with translation.override(client.language):
        return _("%(client)s team") % {"client": client.name}
