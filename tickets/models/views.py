"""What a person keeps for themselves about the queue."""

from django.db import models

from access.managers import ClientManager
from access.models import User


class SavedView(models.Model):
    """The queue's filters under a name, as the query of its address.

    They are of no client, for they may span several: the person is the wall around them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    query = models.TextField()
    created_at = models.DateTimeField()

    objects = ClientManager()

    # What guards rows of clients from statements without a scope guards these too.
    client_column = "user_id"

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
