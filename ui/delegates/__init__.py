"""How the rows of tables and trees are painted: one `paint` per row part, no data role per cell."""
