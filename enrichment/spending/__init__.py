"""What models may cost, what they did cost, and what they will."""
