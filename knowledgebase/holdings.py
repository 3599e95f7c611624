"""What the tables of `knowledgebase` hold, for `access.registries`."""

from access.registries import Holding, Keep, hold, rebuild_with
from helpdesk.lib.html import render_markdown
from knowledgebase import index
from knowledgebase.models import Article, ArticleLength, ArticleTerm, Category, MustRead, Reading, Revision

_STAFF = "of staff, not of customers"
_TEXTS = "the client's own texts, not about a customer"


def tell() -> None:
    """Declare them: what refers stands before what is referred to."""
    hold(
        Holding(model=ArticleLength, keep=Keep.CLIENT, why_not="made again from the revisions", harmless=_TEXTS),
        Holding(model=ArticleTerm, keep=Keep.CLIENT, why_not="made again from the revisions", harmless=_TEXTS),
        Holding(model=Reading, keep=Keep.CLIENT, part="readings", harmless=_STAFF),
        Holding(model=MustRead, keep=Keep.CLIENT, part="must_reads", harmless=_TEXTS),
        Holding(
            model=Revision,
            keep=Keep.CLIENT,
            part="revisions",
            left_out=("html",),
            made=lambda row: {"html": render_markdown(str(row["body"]))},
            harmless=_TEXTS,
        ),
        Holding(model=Article, keep=Keep.CLIENT, part="articles", harmless=_TEXTS),
        Holding(model=Category, keep=Keep.CLIENT, part="article_categories", harmless=_TEXTS),
    )
    rebuild_with(index.renew)
