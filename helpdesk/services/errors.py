"""What the set-up refuses with."""


class CannotStart(Exception):
    """The set-up can't go on. The text is one sentence for the operator: what is wrong and what to do."""
