"""Starting, supervising and stopping everything one machine needs to run the help desk.

Plain Python: no settings, no models, nothing of the apps. The product runs without this package where
web, worker and beat are started by something else.
"""
