"""Looking after the databases: check, optimise, vacuum, back up, restore, salvage."""
