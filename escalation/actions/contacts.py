"""The client's people and inboxes that escalations go to."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.links import CUSTOMERS, STAFF
from access.models import SignedLink, StaffCard
from access.rights import Right
from access.wording import one_line
from escalation.models import Contact
from escalation.oncall import keeping
from escalation.parts import refuse_taken
from helpdesk.lib import clock

CONTACT = "contact"
# Every purpose whose link a contact can hold: the recipient of another one's is a customer, or of the staff.
TO_CONTACTS = tuple(set(SignedLink.Purpose) - {*CUSTOMERS, *STAFF})


def save_contact(
    actor: Actor,
    *,
    client_id: int,
    contact_id: int | None = None,
    name: str,
    email: str = "",
    phone: str = "",
    job: str = "",
    language: str = "en",
    card_id: int | None = None,
) -> Contact:
    """Add a contact, or change one; without an address it stands for everyone who may answer.

    Needs MATRIX_EDIT.  `card_id` ties it to one of the client's own staff.  A new address kills
    the links that went to the old one.  Raises `Invalid` naming the field, `NotFound`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    contact = _found(client_id, contact_id) if contact_id is not None else Contact(client_id=client_id)
    before = contact.email
    contact.name, contact.email = one_line(name, "name", 120), _address(email)
    contact.phone, contact.job = one_line(phone, "phone", 40), one_line(job, "job", 120)
    contact.language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    contact.card_id = _own_card(client_id, card_id)
    if before != contact.email:
        contact.returned_since, contact.returned_why = None, ""
    if not contact.name:
        raise Invalid(_("Give the contact a name."), "name")
    refuse_taken(contact, _("There is a contact of that name already."))
    contact.save()
    if contact_id is not None and before != contact.email:
        _kill_links(contact)
    log.record(actor, client_id, log.Action.CHANGE, (CONTACT, contact.pk), detail={"what": "contact saved"})
    return contact


def set_contact_active(actor: Actor, *, client_id: int, contact_id: int, active: bool) -> Contact:
    """Stop asking a contact, whose links die at once, or ask them again.  Needs MATRIX_EDIT."""
    actor.require(Right.MATRIX_EDIT, client_id)
    contact = _found(client_id, contact_id)
    # Until now they were on call, or were not.
    keeping.keep(actor, client_id=client_id)
    contact.is_active = active
    contact.save(update_fields=["is_active"])
    if not active:
        _kill_links(contact)
    what = "contact activated" if active else "contact deactivated"
    log.record(actor, client_id, log.Action.CHANGE, (CONTACT, contact.pk), detail={"what": what})
    return contact


def _found(client_id: int, contact_id: int) -> Contact:
    contact = Contact.objects.select_for_update().filter(client_id=client_id, pk=contact_id).first()
    if contact is None:
        raise NotFound
    return contact


def _own_card(client_id: int, card_id: int | None) -> int | None:
    if card_id is None:
        return None
    if not StaffCard.objects.filter(client_id=client_id, pk=card_id, vendor=None).exists():
        raise Invalid(_("Choose one of your own people."), "card")
    return card_id


def _kill_links(contact: Contact) -> None:
    """For good, whatever they were for: a used one still shows what it was about."""
    links = SignedLink.objects.filter(
        client_id=contact.client_id, purpose__in=TO_CONTACTS, recipient_id=contact.pk, revoked_at=None
    )
    links.update(revoked_at=clock.now())


def _address(text: str) -> str:
    address = one_line(text, "email", 254).lower()
    if address:
        try:
            validate_email(address)
        except ValidationError:
            raise Invalid(_("“%(address)s” is no e-mail address.") % {"address": address[:60]}, "email") from None
    return address
