"""How it runs: builds, episodes, gaps, snapshots, experiments and the HDF5 store."""
