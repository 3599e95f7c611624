"""What the tables of `access` hold, for `access.registries`."""

from collections.abc import Mapping
from typing import Any

from access.models import (
    AccessLogContent,
    AccessLogEntry,
    AccessLogRecord,
    ApiToken,
    Assignment,
    Certification,
    CertificationHeld,
    Changeover,
    ClearanceRules,
    ClientHost,
    ClientPermission,
    ClientProfile,
    ClientProvider,
    ClientSystem,
    Contract,
    ContractTerms,
    CoreRemoval,
    EmergencyAccess,
    FlagRules,
    LogFlag,
    LogHead,
    LogLeaf,
    LogNode,
    LogSealing,
    Membership,
    Nda,
    NdaAcceptance,
    NetworkRule,
    OnboardingLine,
    RoleRights,
    SignedLink,
    StaffCard,
    Suspension,
    SystemAccount,
    WorkNow,
)
from access.registries import Fate, Holding, Keep, Subject, Words, erase_also, hold

_LOG = "the package has the log itself, entry by entry, with its heads"
_STAFF = "of staff and of the arrangement, not of customers"


def tell() -> None:
    """Declare them."""
    hold(
        Holding(model=ApiToken, keep=Keep.CLIENT, why_not="a credential of this installation", harmless=_STAFF),
        Holding(
            model=SignedLink,
            keep=Keep.BRIEFLY,
            why_not="a credential of this installation",
            erasing=Fate.DELETED,
        ),
        Holding(
            model=AccessLogRecord, keep=Keep.LOG, why_not=_LOG, harmless="goes with the entries that name a customer"
        ),
        Holding(model=AccessLogContent, keep=Keep.LOG, why_not=_LOG, harmless="goes where it names a customer"),
        *(
            Holding(model=model, keep=Keep.CLIENT, why_not=_LOG, harmless="holds hashes, signatures and places only")
            for model in (LogSealing, LogHead, LogNode, LogLeaf)
        ),
        Holding(model=AccessLogEntry, keep=Keep.CLIENT, why_not=_LOG, harmless="holds salted commitments only"),
        # The log's entries are numbered anew where it comes to.
        Holding(
            model=LogFlag,
            keep=Keep.CLIENT,
            part="log_flags",
            left_out=("entries",),
            made=_no_entries,
            harmless="numbers of entries; a lead's word that names the customer is erased",
        ),
        Holding(model=FlagRules, keep=Keep.CLIENT, part="flag_rules", left_out=("from_entry",), harmless=_STAFF),
        *_clearance(),
        Holding(
            model=ClientProvider, keep=Keep.CLIENT, why_not="a secret shared with this installation", harmless=_STAFF
        ),
        Holding(model=ClientPermission, keep=Keep.CLIENT, part="grants", harmless=_STAFF),
        Holding(model=Membership, keep=Keep.CLIENT, part="memberships", harmless=_STAFF),
        Holding(model=Assignment, keep=Keep.CLIENT, part="assignments", harmless=_STAFF),
        Holding(model=StaffCard, keep=Keep.CLIENT, part="staff_cards", harmless=_STAFF),
        Holding(model=Contract, keep=Keep.CLIENT, part="contracts", harmless=_STAFF),
        Holding(model=ClientHost, keep=Keep.CLIENT, why_not="of this installation's addresses", harmless=_STAFF),
        Holding(model=ClientProfile, keep=Keep.CLIENT, part="profile", harmless=_STAFF),
    )
    erase_also("links", _links)
    erase_also("words about flags", _flags)


def _clearance() -> list[Holding]:
    """Who was cleared for what, and when: the history that a client takes along."""
    return [
        Holding(
            model=EmergencyAccess,
            keep=Keep.CLIENT,
            part="emergency_access",
            names={"ticket_id": "tickets.Ticket"},
            ticket="ticket_id",
            erasing={"reason": Words.ERASED, "review": "", "answer": ""},
        ),
        Holding(
            model=WorkNow,
            keep=Keep.CLIENT,
            part="worked_uncleared",
            names={"ticket_id": "tickets.Ticket"},
            harmless=_STAFF,
        ),
        *(
            Holding(model=model, keep=Keep.CLIENT, part=part, harmless=_STAFF)
            for model, part in (
                (SystemAccount, "system_accounts"),
                (ClientSystem, "systems"),
                (Suspension, "suspensions"),
                (CertificationHeld, "certificates"),
                (Certification, "certifications"),
                (NetworkRule, "network_rules"),
                (NdaAcceptance, "nda_acceptances"),
                (Nda, "ndas"),
                (ClearanceRules, "clearance_rules"),
                (OnboardingLine, "onboarding"),
                (ContractTerms, "contract_terms"),
                (CoreRemoval, "core_removals"),
                (Changeover, "changeovers"),
                (RoleRights, "role_rights"),
            )
        ),
    ]


def _links(subject: Subject) -> dict[str, int]:
    """The links that the customer was mailed: by customer, and by ticket."""
    of_client = SignedLink.objects.filter(client_id=subject.client_id)
    gone = 0
    if subject.customer_id is not None:
        gone = of_client.filter(purpose=SignedLink.Purpose.CUSTOMER, subject_id=subject.customer_id).delete()[0]
        gone += of_client.filter(purpose=SignedLink.Purpose.TICKET, subject_id__in=subject.ticket_ids).delete()[0]
    return {"links": gone}


def _no_entries(_row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"entries": []}


def _flags(subject: Subject) -> dict[str, int]:
    """What leads have said of flags, where it names the customer."""
    told = LogFlag.objects.filter(client_id=subject.client_id).exclude(explanation="")
    named = [row.pk for row in told if subject.is_named_in(row.explanation)]
    return {"flag_words": LogFlag.objects.filter(client_id=subject.client_id, pk__in=named).update(explanation="")}
