"""Synoptic pages: text files bound to an equipment type, drawn for any equipment of it.

    pages/<id>.toml ─ page.load ─> Synoptic ─ binding.bind(site, equipment) ─> Bound… ─ view ─> one item per symbol

To add a symbol: draw `symbols/<kind>.svg`, give it a row in `symbols/kinds.toml`. To add a page: a file in the site.
"""
