"""Where games are played: in this process, in several of this machine, or on the machines of a cluster."""
