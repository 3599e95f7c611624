"""Mail that comes in: read robustly, joined to its ticket by the signed address alone, kept whatever it is."""
