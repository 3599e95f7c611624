"""The desk's pages over tickets: parse, call an action or a query, render."""
