"""``./dev bench``: what everything costs, each figure beside a peer or the raw limit measured in the same run."""
