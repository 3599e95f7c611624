"""What pages need to know about tickets: every read that is more than one row by its key."""
