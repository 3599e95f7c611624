"""The exit package: everything a client owns, in open formats, built, read and imported."""
