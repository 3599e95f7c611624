from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig


class PostConfig(AppConfig):
    """The mail room."""

    name = "post"

    def ready(self) -> None:
        """Mail what `access` wants mailed, and declare the tables."""
        from access.signals import arrangement_changed, factors_changed, flags_raised, password_link_wanted
        from post import holdings

        password_link_wanted.connect(_mail_password_link, dispatch_uid="post.password_link")
        factors_changed.connect(_mail_factors_changed, dispatch_uid="post.factors_changed")
        flags_raised.connect(_mail_flags_raised, dispatch_uid="post.flags_raised")
        arrangement_changed.connect(_mail_arrangement, dispatch_uid="post.arrangement")
        holdings.tell()


def _mail_password_link(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters

    staff_letters.ask(user_id)


def _mail_arrangement(**told: Any) -> None:
    from post import arrangement_letters

    arrangement_letters.mail_admins(
        told["actor"], told["client_id"], told["unique"], told["words"], told["view"], told["arguments"]
    )


def _mail_factors_changed(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters
    from post.models import StaffLetter

    staff_letters.ask(user_id, StaffLetter.Kind.FACTORS_CHANGED)


def _mail_flags_raised(user_ids: Sequence[int], **kwargs: Any) -> None:
    from post import staff_letters
    from post.models import StaffLetter

    for user_id in user_ids:
        staff_letters.ask(user_id, StaffLetter.Kind.LOG_FLAG)
