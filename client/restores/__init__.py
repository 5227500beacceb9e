"""CLIENT, restores: asked for, watched and told; reports of drift, which are such."""
