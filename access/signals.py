"""What higher apps may hear of without `access` knowing them.

The first two are sent inside the transaction and the system scope of the client concerned, so that
what a receiver writes stands or falls with its cause.
"""

from django.dispatch import Signal

# Arguments: actor (the system inside the client), client, contract (None without a vendor).
client_created = Signal()
# Arguments: actor, client, contract.  A contract has begun, in force or as a draft; its client is in scope.
contract_begun = Signal()
# Arguments: user_id (0 where nobody has the address).  Sent after the commit: a hint for the mail room.
password_link_wanted = Signal()
# Arguments: actor, nda (`Nda`).  Sent inside the transaction and the scope of the actor.
nda_published = Signal()
# Arguments: actor, suspension.  Sent inside the transaction and the scope of the actor.
access_suspended = Signal()
access_restored = Signal()
# Arguments: emergency (`EmergencyAccess`).  Asked for; and decided, granted without an answer, lapsed or taken
# back.  Sent inside the transaction, with the client in scope.
emergency_asked = Signal()
emergency_settled = Signal()
# Arguments: user_id.  A key or a device was added to a person's sign-in, or taken from it; inside the transaction.
factors_changed = Signal()
# Arguments: actor (the system inside the client), user_ids: the vendors' leads, who read of flags first.
flags_raised = Signal()
# Arguments: actor (the system), client_id, unique (the cause), words (a function that gives a subject and a text in the
# language of the moment), view and arguments (the console's page about it).  Inside the transaction and the client's
# system scope: the client's admins should read it in their mail.
arrangement_changed = Signal()
