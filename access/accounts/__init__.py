"""The pages of one's own sign-in: factors, sessions, and proving who one is."""
