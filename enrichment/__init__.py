"""What the machine says of a café: tags, summaries, modes and vectors, and what that costs."""
