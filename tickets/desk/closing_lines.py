"""The client's closing lines, with which the composer begins: put under an answer, and taken off again."""

from access.actor import Actor, ClientFace
from access.models import ClientProfile
from tickets.actions.voice import signed
from tickets.queries import ticket_page


def signature(actor: Actor, profile: ClientProfile, face: ClientFace) -> str:
    """The client's closing lines with the agent's first name."""
    standing = actor.standings[face.id]
    return signed(profile.signature, standing.card_name or actor.name)


def of(actor: Actor, face: ClientFace) -> str:
    """As `signature`, read for the purpose; one statement."""
    return signature(actor, ticket_page.profile_of(face.id), face)


def without(actor: Actor, face: ClientFace, body: str) -> str:
    """The text without the actor's closing lines at its end; one statement."""
    sign = of(actor, face)
    text = body.replace("\r\n", "\n").rstrip()
    return text.removesuffix(sign).rstrip() if sign else text
