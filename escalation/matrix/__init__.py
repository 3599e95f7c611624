"""The escalation matrix as a pure thing: what it says, which row decides, what is wrong with it, how it climbs."""
