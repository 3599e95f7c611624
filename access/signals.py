"""What higher apps may hear of without `access` knowing them.

Both are sent inside the transaction and the system scope of the client concerned, so that what
a receiver writes stands or falls with its cause.
"""

from django.dispatch import Signal

# Arguments: actor (the system inside the client), client, contract (None without a vendor).
client_created = Signal()
# Arguments: actor (the system inside the client), client, contract.
contract_signed = Signal()
