"""The database wrapper that settings name as ENGINE."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server.

    A server that ends a connection says so, and nothing else arrives on an idle one: so where
    there is nothing to read, the connection stands, and no request pays for a `SELECT 1`.
    """

    def is_usable(self) -> bool:
        """Whether statements can be sent; asks the server only where something has arrived."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0) or super().is_usable()
