"""Tickets, their messages and customers for programs, over the same actions and queries as the pages."""
