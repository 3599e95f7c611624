"""What the tests of the engine do again and again."""

from datetime import UTC, datetime

from access.models import Client
from escalation import tasks
from escalation.matrix import stored
from escalation.matrix.document import Begins, Document, Path, Row, Step, Target, Trigger, When, Who
from escalation.models import Contact, Escalation, EscalationStep, Matrix
from tests.cast import World
from tickets.models import Event, Ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEAD = (Who(Target.ROLE, "team_lead"),)


def sweep() -> int:
    """One turn of a worker."""
    return tasks.sweep_due()


def put_in_force(world: World, document: Document, *, client: Client | None = None) -> None:
    """This matrix, from now on."""
    client = client or world.c1
    with world.enter(client):
        last = Matrix.objects.order_by("-version").first()
        at = MONDAY
        Matrix.objects.create(
            client=client,
            version=(last.version if last else 0) + 1,
            content=stored.write(document),
            made_at=at,
            valid_from=at,
            published_at=at,
        )


def one_path(*steps: Step, begins: Begins = Begins.ASKED, **more: object) -> Document:
    """A matrix of one row that takes every ticket."""
    return Document((Row("P", begins=begins),), (Path("P", steps, **more),))  # type: ignore[arg-type]


def at_share(percent: int, metric: str = "first_response") -> Step:
    return Step(When(Trigger.SHARE, percent=percent, metric=metric), LEAD)


def contacts(world: World) -> tuple[Who, ...]:
    """The client's own contact."""
    with world.enter(world.c1):
        return (Who(Target.CONTACT, Contact.objects.order_by("pk").values_list("key", flat=True)[0]),)


def escalations(world: World, ticket: Ticket) -> list[Escalation]:
    with world.enter(world.c1):
        return list(Escalation.objects.filter(ticket=ticket).order_by("pk"))


def told(world: World, ticket: Ticket) -> list[tuple[int, int]]:
    """Each step of the ticket's climbs with how often it was told."""
    with world.enter(world.c1):
        steps = EscalationStep.objects.filter(escalation__ticket=ticket).order_by("escalation_id", "position")
        return list(steps.values_list("position", "told"))


def kinds(world: World, ticket: Ticket, *wanted: str) -> list[str]:
    with world.enter(world.c1):
        found = Event.objects.filter(ticket=ticket, kind__in=wanted).order_by("pk")
        return list(found.values_list("kind", flat=True))
