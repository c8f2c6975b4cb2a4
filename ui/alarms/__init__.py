"""The page of alarms: the list, its filters, the guidance of one alarm, and what an operator does with alarms."""
