"""On-call: who is to be called at any moment, by rotations, overrides and swaps."""
