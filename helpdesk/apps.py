from django.apps import AppConfig

from helpdesk import celery


class HelpdeskConfig(AppConfig):
    """The project itself: settings, urls, commands, base templates."""

    name = "helpdesk"

    def ready(self) -> None:
        """Make our Celery application the one that tasks sent by requests and commands go to, in every thread."""
        celery.app.set_default()
