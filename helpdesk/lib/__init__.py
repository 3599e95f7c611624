"""Leaf helpers: no models, no imports from the apps, pure where they can be."""
