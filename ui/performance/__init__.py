"""The page of alarm performance: the table of ISA-18.2 and EEMUA 191, live and per month, and what is to be done."""
