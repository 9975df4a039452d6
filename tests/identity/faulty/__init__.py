"""The API with views besides that fail in the middle of a member's request, or forget whose rows they are to touch."""
