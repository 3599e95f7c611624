"""Asks the running product whether it is ready, as a load balancer would."""

import http.client
from urllib.parse import urlsplit

from helpdesk.services.environment import Wishes, read_wishes
from helpdesk.services.errors import CannotStart

PATH = "/health/ready"
_SECONDS = 3


def ask(wishes: Wishes) -> int | None:
    """The status that the web server of this machine answers with, None where nothing answers."""
    everywhere = wishes.bind in {"0.0.0.0", "::"}
    connection = http.client.HTTPConnection("127.0.0.1" if everywhere else wishes.bind, wishes.port, timeout=_SECONDS)
    # By its own name, because host names are checked.
    host = urlsplit(wishes.base_url).netloc or f"127.0.0.1:{wishes.port}"
    try:
        connection.request("GET", PATH, headers={"Host": host})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def check() -> None:
    """Refuse with `CannotStart` unless the product on this machine is ready."""
    wishes = read_wishes()
    answer = ask(wishes)
    if answer != 200:
        raise CannotStart(f"Port {wishes.port} isn't ready: {PATH} answers {answer or 'nothing'}.")
