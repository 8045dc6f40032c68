# Stub of Az.Resources 6.2.0: there, and no more.
