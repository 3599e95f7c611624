"""Keys between rows of one client.

Ordinary foreign keys bypass row security and so leak what exists; here every key carries
`client_id`, and `access.walls.Tie` adds the composite constraint.
"""

from typing import Any

from django.db import models


class ClientForeignKey(models.ForeignKey):
    """A foreign key inside one client.

    The constraint in the database is (client_id, [vendor_id,] this) -> (client_id, [vendor_id,] id).
    `on_delete` is both the ORM's and the database's rule.
    """

    def __init__(self, to: Any, on_delete: Any, *, with_vendor: bool = False, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        self.with_vendor = with_vendor
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        """Keep `with_vendor` in the migrations."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_constraint"]
        if self.with_vendor:
            kwargs["with_vendor"] = True
        return name, path, args, kwargs
