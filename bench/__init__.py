"""Measures the product's figures: `python -m bench NAME`.  Nothing here is imported by the product."""
