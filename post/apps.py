from typing import Any

from django.apps import AppConfig


class PostConfig(AppConfig):
    """The mail room."""

    name = "post"

    def ready(self) -> None:
        """Mail what `access` wants mailed, and declare the tables."""
        from access.signals import factors_changed, password_link_wanted
        from post import holdings

        password_link_wanted.connect(_mail_password_link, dispatch_uid="post.password_link")
        factors_changed.connect(_mail_factors_changed, dispatch_uid="post.factors_changed")
        holdings.tell()


def _mail_password_link(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters

    staff_letters.ask(user_id)


def _mail_factors_changed(user_id: int, **kwargs: Any) -> None:
    from post import staff_letters
    from post.models import StaffLetter

    staff_letters.ask(user_id, StaffLetter.Kind.FACTORS_CHANGED)
