from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgebaseConfig(AppConfig):
    """Articles for customers, playbooks for agents."""

    name = "knowledgebase"

    def ready(self) -> None:
        from access.lines import tell_changes
        from knowledgebase import holdings

        holdings.tell()
        tell_changes(
            {
                "create_category": _("added a category"),
                "write_draft": _("wrote a draft"),
                "publish": _("published an article"),
                "withdraw": _("withdrew an article"),
                "import": _("imported articles"),
            }
        )
