"""What is wrong, since when, and who knows: the alarm life cycle of ISA-18.2 / IEC 62682."""
