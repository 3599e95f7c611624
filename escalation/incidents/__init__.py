"""One cause, many tickets: known problems and major incidents, from the first ticket to the last customer told."""
