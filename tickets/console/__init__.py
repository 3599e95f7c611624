"""The client's own pages over its customers' records."""
