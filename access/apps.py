from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may see what."""

    name = "access"

    def ready(self) -> None:
        from access import connections, sign_in

        connections.guard()
        sign_in.listen()
