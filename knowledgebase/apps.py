from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgebaseConfig(AppConfig):
    """Articles for customers, playbooks for agents."""

    name = "knowledgebase"

    def ready(self) -> None:
        from access.evidence import ask_for
        from access.lines import tell_changes
        from access.own_duties import tell_own
        from knowledgebase import holdings, must_reads

        holdings.tell()
        ask_for(must_reads.asked)
        tell_own(must_reads.own)
        tell_changes(
            {
                "create_category": _("added a category"),
                "write_draft": _("wrote a draft"),
                "publish": _("published an article"),
                "withdraw": _("withdrew an article"),
                "import": _("imported articles"),
                "must_read_asked": _("must-read asked for"),
                "must_read_ended": _("must-read asked for no longer"),
                "must_read_signed": _("must-read signed"),
            }
        )
