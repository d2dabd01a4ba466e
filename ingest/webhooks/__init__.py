"""Events to whoever asked to be called: signed, in order, tried again for a day."""
