"""Other queues, as their own documentation would have them, to measure ours against."""
