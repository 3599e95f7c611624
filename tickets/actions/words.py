"""How a client's portal speaks: the sentences that its customers choose from."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from access.rights import Right
from access.wording import one_line
from helpdesk.lib.locks import hold
from tickets.models import Impact, ImpactWords

LONGEST = 120


def set_impact_words(actor: Actor, *, client_id: int, language: str, words: Mapping[Impact, str]) -> None:
    """Have the portal ask for the impact in these words, in one language; without any, in the product's own.

    All of them or none, so that no list mixes two voices.  Needs MATRIX_EDIT; raises `Invalid`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("The interface does not speak that language."), "language")
    cleaned = {impact: one_line(text, "words", LONGEST) for impact, text in words.items()}
    cleaned = {impact: text for impact, text in cleaned.items() if text}
    if cleaned and set(cleaned) != set(Impact):
        raise Invalid(_("Give a sentence for each of the three, or for none."), "words")
    if len(set(cleaned.values())) != len(cleaned):
        raise Invalid(_("Two of the sentences are the same: nobody could choose."), "words")
    # Rows that are deleted and written anew can't be locked: of two who save at once, the later one waits and wins.
    hold("impact words", client_id, language)
    ImpactWords.objects.filter(client_id=client_id, language=language).delete()
    ImpactWords.objects.bulk_create(
        ImpactWords(client_id=client_id, language=language, impact=impact, words=text)
        for impact, text in cleaned.items()
    )
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "impact words", "language": language})
