"""Letters that came back after a mail server had taken them."""

from collections.abc import Collection

from access.actor import Actor
from helpdesk.lib import clock
from post import signals
from post.models import OutboxHint, OutboxMail


def mark(
    actor: Actor, client_id: int, ids: Collection[str], recipients: Collection[str], reason: str, text: str
) -> int:
    """Note that letters of this client came back: given up, with what the mail server said; returns how many.

    Believed is only what names a letter by its id, which nobody can guess (`post.outbox.message_id`), and the
    address that this letter really went to: as a recipient, or anywhere in `text` where none is named.  So whoever
    got a letter may call it undelivered, and nobody else's.
    """
    to = {address.casefold() for address in recipients}
    said = text.casefold()
    # Before the letters: as whoever sends them locks both.
    letters = OutboxMail.objects.filter(client_id=client_id, message_id__in=ids)
    list(OutboxHint.objects.select_for_update().filter(mail_id__in=list(letters.values_list("pk", flat=True))))
    marked = 0
    for mail in letters.select_for_update().exclude(state=OutboxMail.State.DEAD):
        address = mail.to_address.casefold()
        was_sent = mail.attempted_at is not None or mail.accepted_at is not None
        if was_sent and address and (address in to or (not to and address in said)):
            _come_back(actor, mail, reason)
            marked += 1
    return marked


def _come_back(actor: Actor, mail: OutboxMail, reason: str) -> None:
    now = clock.now()
    mail.state, mail.bounced_at, mail.last_error = OutboxMail.State.DEAD, now, reason[:200]
    mail.save(update_fields=["state", "bounced_at", "last_error"])
    OutboxHint.objects.filter(mail_id=mail.pk).delete()
    signals.tell(signals.mail_failed, actor, mail, now)
