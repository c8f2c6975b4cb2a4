"""What happens in the city whether or not anyone watches: weather, lamps, water, traffic, trams, bins, car parks.

    Weather ─ Moment ─> one physics per equipment type (table.PHYSICS) ─> World.value / World.text ─> servers
                             ^
                     incidents (strike)

Every law is either a closed form of the instant (sun, rain, timetables, filling) or a state that forgets where it
began (levels, temperatures). So the city is plausible from its first second, the same seed tells the same story, and
`past` runs the very same code quickly to write its history. Everything is an array over the equipment of a type: a
step of the whole demo city costs about two milliseconds, whether it stands for half a second or for five minutes.

One more equipment type: a module with a `Physics`, and one row in `table.PHYSICS`.
"""
