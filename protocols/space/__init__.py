"""Where an animal runs, and how: rooms, and trajectories of real or imagined rats."""
