"""Every way that articles change: written, published, withdrawn, imported.

A revision is never edited: whoever writes adds one, whoever publishes makes one the public text.
"""

from knowledgebase.actions.importing import Foreign, Outcome, check_foreign, import_article, import_articles
from knowledgebase.actions.must_reads import ask_to_read, sign, stop_asking
from knowledgebase.actions.writing import create_category, publish, withdraw, write_draft

__all__ = [
    "Foreign",
    "Outcome",
    "ask_to_read",
    "check_foreign",
    "create_category",
    "import_article",
    "import_articles",
    "publish",
    "sign",
    "stop_asking",
    "withdraw",
    "write_draft",
]
