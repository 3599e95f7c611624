"""Organisations, people, what binds them, and the access log."""

from access.models.clearance import (
    Certification,
    CertificationHeld,
    ClearanceRules,
    EmergencyAccess,
    Nda,
    NdaAcceptance,
    NetworkRule,
    Suspension,
    WorkNow,
)
from access.models.contracts import Changeover, ContractTerms, CoreRemoval, NamesShown, OnboardingLine
from access.models.credentials import ApiToken, SignedLink
from access.models.flags import FlagRules, LogFlag
from access.models.log import AccessLogContent, AccessLogEntry, AccessLogRecord, SecurityEvent
from access.models.organisations import Client, ClientHost, ClientProfile, Contract, Vendor
from access.models.people import (
    Assignment,
    ClientPermission,
    Membership,
    OfficeMember,
    Operator,
    RoleRights,
    StaffCard,
    User,
)
from access.models.seal import LogHead, LogKey, LogLeaf, LogNode, LogSealing
from access.models.sign_in import ClientProvider, ShiftCode, SignInDomain, VendorProvider
from access.models.systems import ClientSystem, SystemAccount
from access.models.versions import AddressVersion, RightsVersionClient, RightsVersionUser

__all__ = [
    "AccessLogContent",
    "AccessLogEntry",
    "AccessLogRecord",
    "AddressVersion",
    "ApiToken",
    "Assignment",
    "Certification",
    "CertificationHeld",
    "Changeover",
    "ClearanceRules",
    "Client",
    "ClientHost",
    "ClientPermission",
    "ClientProfile",
    "ClientProvider",
    "ClientSystem",
    "Contract",
    "ContractTerms",
    "CoreRemoval",
    "EmergencyAccess",
    "FlagRules",
    "LogFlag",
    "LogHead",
    "LogKey",
    "LogLeaf",
    "LogNode",
    "LogSealing",
    "Membership",
    "NamesShown",
    "Nda",
    "NdaAcceptance",
    "NetworkRule",
    "OfficeMember",
    "OnboardingLine",
    "Operator",
    "RightsVersionClient",
    "RightsVersionUser",
    "RoleRights",
    "SecurityEvent",
    "ShiftCode",
    "SignInDomain",
    "SignedLink",
    "StaffCard",
    "Suspension",
    "SystemAccount",
    "User",
    "Vendor",
    "VendorProvider",
    "WorkNow",
]
