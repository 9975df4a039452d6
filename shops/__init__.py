"""Cafés: what they are, what they are good for, and how to find them."""
