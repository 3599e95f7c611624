"""The seal of the access log: the tree over its entries, its signed heads, and the keys that sign them.

Leaves and heads only ever grow; how they come to be stands in `access.seal`.
"""

from django.db import models

from access.managers import ClientModel
from access.models.log import LogModel


class LogLeaf(LogModel):
    """An entry's place in its client's tree, from 0, and the hash that stands there."""

    index = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "index"], name="one_leaf_per_place"),
            models.UniqueConstraint(fields=["client", "entry_id"], name="one_leaf_per_entry"),
        ]


class LogNode(LogModel):
    """The hash of a perfect subtree of 2**level leaves, kept for levels 8, 16 and so on.

    With them a proof reads some hundred rows of a tree of any size.
    """

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "level", "index"], name="one_node_per_place")]


class LogHead(ClientModel):
    """The signed state of a log: its first `size` entries have this root."""

    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "size"], name="one_head_per_size"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="a_head_covers_something"),
        ]


class LogSealing(ClientModel):
    """Up to where a client's log needs no look for entries without a leaf: a hint that saves work.

    Every entry with an id up to `through_id` has its leaf.  `next_id` becomes the new one once all
    transactions before `next_xid` are over, because one of them may still commit a lower id.
    """

    through_id = models.BigIntegerField(default=0)
    next_id = models.BigIntegerField(default=0)
    next_xid = models.BigIntegerField(default=0)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client"], name="one_sealing_per_client")]


class LogKey(models.Model):
    """A public key (Ed25519, hexadecimal) that signs heads from `since` on, until the next one's.

    `by` is the key before it, which signed the handing over; the first key has none.
    """

    public = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    by = models.CharField(max_length=64, blank=True)
    signature = models.BinaryField(max_length=64, default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by"], name="one_successor_per_key")]
