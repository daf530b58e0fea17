"""How long work runs: what it says, how it is stopped, who takes turns, and what runs in a killable child."""
