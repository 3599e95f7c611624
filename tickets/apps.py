from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Customers, tickets, and what is said and happens on them."""

    name = "tickets"

    def ready(self) -> None:
        from access.clearance import count_urgent_by
        from tickets import deeds, holdings, letters, readiness, starter, suspensions

        starter.listen()
        letters.listen()
        suspensions.listen()
        deeds.tell()
        count_urgent_by(readiness.open_urgent)
        holdings.tell()
