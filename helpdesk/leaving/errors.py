"""What the keeper can't do, in sentences."""


class KeeperBlind(RuntimeError):
    """Rows were expected and none, or others, were touched: a policy stood in the way, or the scope was wrong."""


class GivenUp(RuntimeError):
    """A job that will not get better by trying again; the text is for who asked."""


class NotYet(RuntimeError):
    """Something else must happen first, and will: the job is tried again soon, as often as it takes."""
