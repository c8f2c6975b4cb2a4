"""Calculated tags: formulas over other tags, and totals over groups of equipment.

    meaning      a tree against the tags it speaks of: kinds, states, what is wrong
    values       a tree over columns: numbers and qualities of many rows at once
    layout       which tag of which equipment stands in which row
    work         a formula for each equipment; a total over the equipment of a group
    moments      one equipment at many instants
    past         what came late, worked out again
    calculator   a consumer of changes that publishes what follows from them, up the same road

Never `eval` (law 9): a formula is a small tree of ours, and what it may do is a table.
"""
