"""The page of the journal: every act and event, as the station wrote it."""
