"""Slow and obvious versions: every pair, one by one."""

import itertools
import math

import numpy as np


def pairs_by_band(xy_m, days, upper_m, upper_days, *, same_place=False):
    """Pairs in half-open bands of distance and of days."""
    table = np.zeros((len(upper_m) + same_place, len(upper_days)), int)
    for i, j in itertools.combinations(range(len(days)), 2):
        apart_m, apart = math.dist(xy_m[i], xy_m[j]), abs(int(days[i]) - int(days[j]))
        rows = [s for s, bound in enumerate(upper_m) if apart_m < bound]
        columns = [t for t, bound in enumerate(upper_days) if apart < bound]
        if rows and columns:
            row = rows[0] + same_place
            table[0 if same_place and apart_m == 0 else row, columns[0]] += 1
    return table


def mean_over_all_orders(xy_m, days, upper_m, upper_days):
    """The mean table over every order of the days: for a handful of incidents."""
    tables = [
        pairs_by_band(xy_m, order, upper_m, upper_days) for order in itertools.permutations(days)
    ]
    return np.mean(tables, axis=0)


def classes_and_chains(xy_m, minutes, distance_m, within_days):
    """Class of each incident, and the sets of incidents that are linked one to the other."""
    order = sorted(range(len(minutes)), key=lambda i: (minutes[i], *xy_m[i]))
    follows, leads, chains = set(), set(), [{i} for i in order]
    for first, second in itertools.combinations(order, 2):
        days = minutes[second] // 1440 - minutes[first] // 1440
        if math.dist(xy_m[first], xy_m[second]) < distance_m and days < within_days:
            leads.add(first)
            follows.add(second)
            one, two = (next(c for c in chains if i in c) for i in (first, second))
            if one is not two:
                chains.remove(two)
                one |= two
    classes = [
        "near repeat" if i in follows else "originator" if i in leads else "none"
        for i in range(len(minutes))
    ]
    return classes, {frozenset(chain) for chain in chains if len(chain) > 1}


def most_within(days, window_days):
    """The largest number on so many days in a row, by looking from every day."""
    return max(
        (sum(first <= day < first + window_days for day in days) for first in days), default=0
    )
