"""Classes of NYU Depth V2: 894 names, mapped to 40 classes and these to 13.

Numbers and names of the classes that the map to 40 knows by name are those of the data set, as are
the 40 and the 13. The rest of the 894 is filled up with made names, which belong to the last class
of the 40, `otherprop`, but for a few that belong to `otherstructure` and `otherfurniture`.
"""

NAMES_40 = (
    "wall,floor,cabinet,bed,chair,sofa,table,door,window,bookshelf,picture,counter,blinds,desk,"
    "shelves,curtain,dresser,pillow,mirror,floor mat,clothes,ceiling,books,refridgerator,"
    "television,paper,towel,shower curtain,box,whiteboard,person,night stand,toilet,sink,lamp,"
    "bathtub,bag,otherstructure,otherfurniture,otherprop"
).split(",")

#: Number among the 894, from 1, of the first 37 of the 40.
_NUMBERS = [
    21, 11, 3, 157, 5, 83, 19, 28, 59, 88, 64, 7, 80, 36, 42, 89, 169, 119, 122, 143, 141, 4, 85,
    17, 172, 15, 135, 123, 26, 45, 331, 158, 124, 24, 144, 136, 55,
]  # fmt: skip

#: Others: number, name, and which of the 40.
_OTHERS = [
    (1, "book", 40), (2, "bottle", 40), (6, "cone", 40), (8, "dishwasher", 38), (9, "faucet", 40),
    (10, "fire extinguisher", 40), (12, "garbage bin", 39), (13, "microwave", 40),
    (25, "air vent", 38), (48, "ladder", 39), (50, "stand", 39), (51, "bar", 38),
]  # fmt: skip

COUNT = 894

#: From name to number among the 894.
NUMBER = {name: number for name, number in zip(NAMES_40, _NUMBERS)}
NUMBER |= {name: number for number, name, _ in _OTHERS}

NAMES_894 = [f"object {number}" for number in range(1, COUNT + 1)]
#: By number among the 894, less one: which of the 40, from 1.
TO_40 = [40] * COUNT
for _place, (_name, _number) in enumerate(zip(NAMES_40, _NUMBERS)):
    NAMES_894[_number - 1] = _name
    TO_40[_number - 1] = _place + 1
for _number, _name, _class in _OTHERS:
    NAMES_894[_number - 1] = _name
    TO_40[_number - 1] = _class

#: By number among the 40, less one: ground 1, structure 2, furniture 3, prop 4.
TO_SUPER_CLASS = [
    2, 1, 3, 3, 3, 3, 3, 2, 2, 3, 4, 2, 2, 3, 3, 2, 3, 4, 4, 4,
    4, 2, 4, 3, 4, 4, 4, 2, 4, 2, 4, 3, 3, 4, 4, 3, 4, 2, 3, 4,
]  # fmt: skip

NAMES_13 = (
    "bed,books,ceiling,chair,floor,furniture,objects,picture,sofa,table,tv,wall,window".split(",")
)
#: By number among the 40, less one: which of the 13, from 1.
TO_13 = [
    12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5,
    7, 3, 2, 6, 11, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7,
]  # fmt: skip
