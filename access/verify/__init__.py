"""The verifier of an access log: `python -m access.verify`, for the client and its auditors.

Needs the files that the console gives, the standard library and `cryptography`; no database, no
settings.  `docs/log.md` says what it checks, well enough to write another one.
"""
