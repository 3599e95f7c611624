from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Customers, tickets, and what is said and happens on them."""

    name = "tickets"

    def ready(self) -> None:
        from tickets import deeds, holdings, letters, starter, suspensions

        starter.listen()
        letters.listen()
        suspensions.listen()
        deeds.tell()
        holdings.tell()
