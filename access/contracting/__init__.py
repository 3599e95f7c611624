"""The contract's pages, which both sides of it read: the vendor in its office, the client in its console."""
