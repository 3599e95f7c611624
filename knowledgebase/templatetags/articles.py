"""What pages of other apps show of articles."""

from django import template
from django.utils.translation import get_language

from access.actor import ClientFace
from knowledgebase import queries
from knowledgebase.models import Article

register = template.Library()


@register.simple_tag
def shelf(client: ClientFace, limit: int = 10) -> list[Article]:
    """A client's public articles to begin with, in the reader's language first."""
    return queries.shelf(client_id=client.id, limit=limit, language=(get_language() or "").split("-")[0])
