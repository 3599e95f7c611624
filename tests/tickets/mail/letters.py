"""Raw mails, and what became of them."""

from post import addresses
from post.models import OutboxMail
from tickets.actions import intake

MAILBOX = "voltarra@desk.example"


def mail(
    text="The charger hums.", *, sender="Nova Ek <nova@mail.example>", to=MAILBOX, subject="Humming", number=1, **more
):
    head = {"From": sender, "To": to, "Subject": subject, "Message-ID": f"<{number}@mail.example>", **more}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in head.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode("utf-8", "surrogateescape")


def ask(world, customer):
    with world.enter(customer) as actor:
        return intake.open_ticket(
            actor, client_id=customer.client_id, customer=customer, subject="Dead", body="Nothing."
        )


def reply_to(world, ticket, box):
    return addresses.reply_address(box, client_id=world.c1.pk, ticket_id=ticket.pk)


def rows(world, model, client=None, **where):
    client = client or world.c1
    with world.enter(client):
        return list(model.objects.filter(client=client, **where).order_by("pk"))


def letters_to(world, address):
    return rows(world, OutboxMail, to_address=address)
