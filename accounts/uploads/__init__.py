"""Photos that members put into our storage: asked for, verified, processed, read, and swept away."""
