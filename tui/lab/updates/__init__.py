"""How simulated nodes keep current: what they are offered and install, their agent, and files they are given."""
