"""What the web server under test runs: the product's own reading of a request, answered as text."""

from collections.abc import Callable, Iterable

from helpdesk.wsgi import PlainRequest


def application(environ: dict[str, object], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer with the address that the product takes for the visitor's."""
    # The door's models can be read once the import above has set Django up.
    from access.doors import peer

    start("200 OK", [("Content-Type", "text/plain")])
    return [peer(PlainRequest(environ)).encode()]
