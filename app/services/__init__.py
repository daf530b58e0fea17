"""What lies beyond this machine: stores that facts go to, object stores that media come from."""
