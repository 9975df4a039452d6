"""The picture of a café's stamp: a seal drawn from the café's own facts, the same ones giving the same picture."""

from stamps.art.seal import ShopFacts, draw

__all__ = ["ShopFacts", "draw"]
