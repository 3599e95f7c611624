"""The queue's filters that a person keeps under a name, and drops again."""

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Invalid, NotFound
from access.wording import one_line
from helpdesk.lib import clock
from helpdesk.lib.locks import hold
from tickets.models import SavedView

MOST_VIEWS = 20
LONGEST_NAME = 60


def keep_view(actor: Actor, *, name: str, query: str) -> SavedView:
    """Keep these filters for the actor alone; under a name that they have, in place of what it meant.

    `query` is that of the queue's address.  Raises `Invalid` without a name or filters, and above
    `MOST_VIEWS`; `NotFound` for whoever has no account to keep it under.
    """
    if actor.user_id is None:
        raise NotFound
    called = one_line(name, "name", LONGEST_NAME)
    if not called:
        raise Invalid(_("Give the view a name."), "name")
    if not query:
        raise Invalid(_("Nothing is filtered here, so there is nothing to keep."), "query")
    # Counted and written by one at a time, or several at once would each find room for the last.
    hold("saved views", actor.user_id)
    mine = SavedView.objects.filter(user_id=actor.user_id)
    if mine.exclude(name=called).count() >= MOST_VIEWS:
        raise Invalid(_("You keep %(most)s views already. Remove one first.") % {"most": MOST_VIEWS}, "name")
    view, _created = SavedView.objects.update_or_create(
        user_id=actor.user_id, name=called, defaults={"query": query, "created_at": clock.now()}
    )
    return view


def remove_view(actor: Actor, *, view_id: int) -> SavedView:
    """Drop a view of the actor's own; raises `NotFound`."""
    rows = SavedView.objects.filter(user_id=actor.user_id or 0, pk=view_id)
    view = rows.first()
    if view is None:
        raise NotFound
    rows.delete()
    return view
