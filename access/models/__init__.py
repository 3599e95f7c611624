"""Organisations, people, what binds them, and the access log."""

from access.models.credentials import ApiToken, SignedLink
from access.models.log import AccessLogContent, AccessLogEntry, AccessLogRecord, SecurityEvent
from access.models.organisations import Client, ClientHost, ClientProfile, Contract, Vendor
from access.models.people import Assignment, ClientPermission, Membership, StaffCard, User
from access.models.versions import AddressVersion, RightsVersionClient, RightsVersionUser

__all__ = [
    "AccessLogContent",
    "AccessLogEntry",
    "AccessLogRecord",
    "AddressVersion",
    "ApiToken",
    "Assignment",
    "Client",
    "ClientHost",
    "ClientPermission",
    "ClientProfile",
    "Contract",
    "Membership",
    "RightsVersionClient",
    "RightsVersionUser",
    "SecurityEvent",
    "SignedLink",
    "StaffCard",
    "User",
    "Vendor",
]
