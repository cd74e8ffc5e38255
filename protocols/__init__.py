"""Published kinds of experiment, one file each, and how to run them.

`running.run` runs one and `catalogue` names them; nothing is imported here, because
whoever only lists or describes protocols needs neither HDF5 nor a circuit's builds.
"""
