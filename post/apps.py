from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy

CHANGES = {
    "endpoint saved": gettext_lazy("changed an endpoint"),
    "endpoint secret renewed": gettext_lazy("renewed the secret of an endpoint"),
    "endpoint tested": gettext_lazy("tried an endpoint out"),
    "calls sent again": gettext_lazy("had calls tried again"),
}


class PostConfig(AppConfig):
    """The mail room."""

    name = "post"

    def ready(self) -> None:
        """Mail what `access` wants mailed, and declare the tables."""
        from access import signals
        from access.lines import tell_changes
        from post import arrangement_letters, clearance_letters, head_letters, holdings

        for letters in (arrangement_letters, clearance_letters, head_letters):
            letters.listen()
        signals.password_link_wanted.connect(_mail_password_link, dispatch_uid="post.password_link")
        signals.factors_changed.connect(_mail_factors_changed, dispatch_uid="post.factors_changed")
        signals.flags_raised.connect(_mail_flags_raised, dispatch_uid="post.flags_raised")
        signals.arrangement_changed.connect(_mail_arrangement, dispatch_uid="post.arrangement")
        signals.nda_published.connect(_mail_clearance, dispatch_uid="post.nda")
        signals.access_suspended.connect(_mail_clearance, dispatch_uid="post.suspension")
        tell_changes(CHANGES)
        holdings.tell()


def _mail_password_link(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters

    staff_letters.ask(user_id)


def _mail_arrangement(**told: Any) -> None:
    from post import arrangement_letters

    arrangement_letters.mail_admins(
        told["actor"], told["client_id"], told["unique"], told["words"], told["view"], told["arguments"]
    )


def _mail_clearance(**told: Any) -> None:
    from access.commit import after_commit
    from post.tasks import mail_clearance

    client_id = (told.get("nda") or told["suspension"]).client_id
    after_commit(lambda: mail_clearance.delay(client_id))


def _mail_factors_changed(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters
    from post.models import StaffLetter

    staff_letters.ask(user_id, StaffLetter.Kind.FACTORS_CHANGED)


def _mail_flags_raised(user_ids: Sequence[int], **kwargs: Any) -> None:
    from post import staff_letters
    from post.models import StaffLetter

    for user_id in user_ids:
        staff_letters.ask(user_id, StaffLetter.Kind.LOG_FLAG)
