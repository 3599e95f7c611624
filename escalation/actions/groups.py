"""Several contacts who are asked together."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.rights import Right
from access.wording import one_line
from escalation.models import Contact, ContactGroup, GroupMember
from escalation.parts import refuse_taken

GROUP = "contact_group"
MOST_MEMBERS = 50


def save_group(
    actor: Actor, *, client_id: int, name: str, contact_ids: Collection[int], group_id: int | None = None
) -> ContactGroup:
    """Make a group of contacts, or say anew who is in one.

    Needs MATRIX_EDIT.  Raises `Invalid` naming the field, `NotFound`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    group = _found(client_id, group_id) if group_id is not None else ContactGroup(client_id=client_id)
    group.name = one_line(name, "name", 120)
    wanted = set(contact_ids)
    if not group.name:
        raise Invalid(_("Give the group a name."), "name")
    if not wanted or len(wanted) > MOST_MEMBERS:
        raise Invalid(_("A group has between 1 and %(most)s contacts.") % {"most": MOST_MEMBERS}, "members")
    if Contact.objects.filter(client_id=client_id, pk__in=wanted).count() != len(wanted):
        raise Invalid(_("Choose among your contacts."), "members")
    refuse_taken(group, _("There is a group of that name already."))
    group.save()
    members = GroupMember.objects.filter(client_id=client_id, group=group)
    present = set(members.values_list("contact_id", flat=True))
    members.filter(contact_id__in=present - wanted).delete()
    GroupMember.objects.bulk_create(
        GroupMember(client_id=client_id, group=group, contact_id=pk) for pk in sorted(wanted - present)
    )
    detail = {"what": "contact group saved", "members": len(wanted)}
    log.record(actor, client_id, log.Action.CHANGE, (GROUP, group.pk), detail=detail)
    return group


def set_group_active(actor: Actor, *, client_id: int, group_id: int, active: bool) -> ContactGroup:
    """Stop asking a group, or ask it again.  Needs MATRIX_EDIT.  Raises `NotFound`."""
    actor.require(Right.MATRIX_EDIT, client_id)
    group = _found(client_id, group_id)
    group.is_active = active
    group.save(update_fields=["is_active"])
    what = "contact group activated" if active else "contact group deactivated"
    log.record(actor, client_id, log.Action.CHANGE, (GROUP, group.pk), detail={"what": what})
    return group


def _found(client_id: int, group_id: int) -> ContactGroup:
    group = ContactGroup.objects.select_for_update().filter(client_id=client_id, pk=group_id).first()
    if group is None:
        raise NotFound
    return group
