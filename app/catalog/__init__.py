"""The catalogue: one database of drives, one shard a drive. Tables are Peewee's, hot paths are hand-written SQL."""
