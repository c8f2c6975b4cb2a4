"""Routes: the filter rules of MQTT, and the cost of many vehicles."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from drivers.mqtt.routes import Routes

LEVEL = st.sampled_from(["", "a", "b", "$SYS", "c d"])
FILTER_LEVEL = st.sampled_from(["", "a", "b", "+", "+"])
FILTERS = st.tuples(st.lists(FILTER_LEVEL, max_size=4), st.booleans()).map(lambda p: "/".join(p[0] + ["#"] * p[1]))


@settings(deadline=None)
@given(st.lists(FILTERS.filter(bool), max_size=6), st.lists(LEVEL, min_size=1, max_size=5).map("/".join))
def test_that_the_routes_of_a_topic_are_those_whose_filter_matches_by_the_rules_of_mqtt(filters, topic):
    routes = Routes([(name, number) for number, name in enumerate(filters)])
    wanted = [number for number, name in enumerate(filters) if topic and topic_matches_sub(name, topic)]
    if topic:
        assert sorted(routes.match(topic)) == wanted


def test_that_a_thousand_vehicles_cost_a_message_no_more_than_ten():
    def cost(vehicles: int) -> float:
        routes = Routes([(f"/hfp/v2/journey/ongoing/vp/tram/0049/{n:05}/#", n) for n in range(vehicles)])
        topic = "/hfp/v2/journey/ongoing/vp/tram/0049/00007/A/1/Roseraie/12:00/Ralliement/3/47;0/45/75/31/12"
        assert routes.match(topic) == [7]
        begun = time.process_time()
        for _ in range(20_000):
            routes.match(topic)
        return time.process_time() - begun

    cost(10)
    assert cost(1000) < 3 * cost(10)
