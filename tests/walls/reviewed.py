"""What stands outside the walls on purpose, each with its reason; a test fails for anything else."""

# Tables without a forced policy.
TABLES = {
    "access_vendor": "directory: known before any scope",
    "access_client": "directory: the public face that every visitor of a portal sees",
    "access_clienthost": "directory: which portal answers at a host name",
    "access_user": "credentials: staff sign in before any scope; what others see stands in the staff card",
    "access_officemember": "who runs a vendor's office, asked before any scope: ids and times only",
    "access_operator": "who runs the platform, asked before any scope: ids and times only",
    "access_apitoken": "credentials: digest to person and client, no content",
    "access_signedlink": "credentials: digest to subject and client, ids, times and a keyed digest of the mailbox",
    "access_securityevent": "refusals that belong to no client: ids and enums only",
    "access_logkey": "public by nature: the keys by which every client checks its log",
    "access_rightsversionuser": "a counter a person",
    "access_rightsversionclient": "a counter a client",
    "access_addressversion": "a counter a customer, read before any scope: whether a session is its mailbox's still",
    "account_emailaddress": "credentials of staff, kept by the sign-in library",
    "account_emailconfirmation": "credentials of staff, kept by the sign-in library",
    "access_shiftcode": "credentials: keyed digest to person, ids and times, asked at sign-in before any scope",
    "access_signindomain": "directory: which company's sign-in answers for a mail domain, before any scope",
    "access_vendorprovider": "credentials of a vendor's own sign-in, the secret locked; nothing of a client",
    "mfa_authenticator": "credentials of staff, kept by the sign-in library, secrets locked",
    "socialaccount_socialaccount": "credentials of staff: which name at their company's sign-in is whose",
    "socialaccount_socialapp": "unused; comes with the library, our providers stand behind their wall",
    "socialaccount_socialtoken": "unused; comes with the library, no token of a provider is kept",
    "usersessions_usersession": "credentials: where a person is signed in, read before any scope",
    "auth_group": "unused; comes with the framework, and nothing reads it for rights",
    "auth_group_permissions": "unused; comes with the framework",
    "auth_permission": "names of rights, the same for everybody",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "django_session": "credentials: a session is found by its key before any scope",
    "escalation_due": "dispatch: ids and times only, what is due is behind its wall",
    "escalation_sweepturn": "dispatch: when a worker last took a turn, one row",
    "escalation_oncallfeed": "credentials: digest to person and client, ids and times only",
    "post_outboxhint": "dispatch: ids and times only, the mail itself is behind its wall",
    "post_callhint": "dispatch: ids and times only, the call itself is behind its wall",
    "post_endpointpace": "dispatch: how an endpoint keeps up, ids, counts and times only",
    "post_staffletter": "dispatch: ids and times only, the letter is made when it is sent",
    "guardian_groupobjectpermission": "unused; comes with the library, our grants stand in access_clientpermission",
    "guardian_userobjectpermission": "unused; comes with the library, our grants stand in access_clientpermission",
    "leaving_duejob": "dispatch: ids and times only, the job itself is behind its wall",
    "tickets_searchrow": "policy enabled, not forced: read through tickets_search, which filters on all settings",
}

# Of these, tables that may hold nothing that could be content.
IDS_ONLY = {
    "access_securityevent",
    "access_rightsversionuser",
    "access_rightsversionclient",
    "access_addressversion",
    "access_officemember",
    "access_operator",
    "escalation_due",
    "escalation_sweepturn",
    "leaving_duejob",
    "post_outboxhint",
    "post_callhint",
    "post_endpointpace",
    "post_staffletter",
}

# Unique keys of client tables that do not start with the client: an insert tells whether the value exists.
UNIQUE_KEYS = {
    "post_storedfile.key": "192 random bits that we choose ourselves: nobody can ask for a known one",
}

# Functions that run with the owner's rights (docs/decisions/0003).
DEFINER_FUNCTIONS = {"knowledgebase_count_terms()", "tickets_search(text,integer)", "tickets_find_customer(text)"}

# Many-to-many tables that the framework makes by itself.
IMPLICIT_THROUGH = {"auth_group_permissions"}

# What templates put out as it is.
SAFE_TEXTS = {"revision.html"}  # sanitised when it was saved
