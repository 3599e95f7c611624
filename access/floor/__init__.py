"""The vendor's own view of its people: who is blocked where and what helps, and who is ready for which client."""
