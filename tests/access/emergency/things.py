"""What the tests of emergency access ask again and again."""

from access.models import AccessLogContent, EmergencyAccess

State = EmergencyAccess.State


def page(ticket, slug="alderby"):
    return f"/desk/{slug}/{ticket.number}/"


def read(world, request):
    """The request as it stands at the second client."""
    with world.enter(world.c2):
        return EmergencyAccess.objects.get(pk=request.pk)


def lines(world, what):
    """The second client's log entries of a kind of change."""
    with world.enter(world.c2):
        return list(AccessLogContent.objects.filter(detail__what=what))
