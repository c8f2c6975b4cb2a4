"""Telling people who are not in front of the screen: who is due to be told what, handed over once, kept until it is.

columns ─> due steps ─> notices in notify.db ─> one message for each contact and way ─> mail, MQTT
"""
