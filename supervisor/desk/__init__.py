"""The desk: the one door through which anything acts on the field or on an alarm."""
