"""The pictures of the demo library: a harbour with a lighthouse, a sailing boat and a buoy, three times a day.

Drawn in scene-linear light with the same shape as `app.demomedia.picture`: rows × columns × (red, green, blue, alpha,
depth in metres), float32. `x` runs from 0 to the aspect ratio, `y` from 0 at the top to 1.
"""

import math
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from app.demomedia import FRAMES_PER_TURN, Draw, burn_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_HORIZON = 0.6
_TOWER_X = 1.38
_LANTERN_Y = 0.235

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """A time of day: colours in linear light, the sun's or moon's place and size, and how strong the lantern is."""

    zenith: Colour
    middle: Colour
    horizon: Colour
    land: Colour
    sun: Colour
    sun_at: tuple[float, float]
    sun_radius: float
    clouds: float
    stars: float
    lantern: float


EVENING = Light(
    zenith=(0.035, 0.065, 0.17), middle=(0.30, 0.19, 0.30), horizon=(1.15, 0.46, 0.15), land=(0.05, 0.035, 0.06),
    sun=(16.0, 7.5, 2.4), sun_at=(0.52, 0.535), sun_radius=0.034, clouds=0.75, stars=0.0, lantern=1.2,
)  # fmt: skip
NIGHT = Light(
    zenith=(0.006, 0.012, 0.034), middle=(0.014, 0.034, 0.075), horizon=(0.045, 0.10, 0.15), land=(0.006, 0.010, 0.018),
    sun=(2.6, 2.8, 3.0), sun_at=(0.44, 0.17), sun_radius=0.045, clouds=0.06, stars=1.0, lantern=3.5,
)  # fmt: skip
MORNING = Light(
    zenith=(0.13, 0.27, 0.48), middle=(0.42, 0.52, 0.64), horizon=(1.05, 0.80, 0.66), land=(0.12, 0.16, 0.20),
    sun=(9.0, 7.2, 5.2), sun_at=(0.40, 0.43), sun_radius=0.04, clouds=0.5, stars=0.0, lantern=0.2,
)  # fmt: skip


def harbour(width: int, height: int, frame: int, hue: float = 0.0, *, light: Light = EVENING) -> "Floats":
    """The harbour at one moment; the beam, the boat, the buoy and the waves move with `frame`.

    Args:
        width: pixels across.
        height: pixels down.
        frame: of a turn of 48 frames; also written into the picture.
        hue: moves the clouds along, 0-1.
        light: the time of day.
    """
    turn = 2 * math.pi * (frame % FRAMES_PER_TURN) / FRAMES_PER_TURN
    pixels = _still(width, height, round(hue, 3), light).copy()
    x, y = _grid(width, height)
    shore = round(_HORIZON * height)
    _beam(pixels[:shore], x[:shore], y[:shore], turn, light)
    out = (slice(round(0.45 * height), round(0.62 * height)), slice(round(0.6 * height), round(1.2 * height)))
    _boat(pixels[out], x[out], y[out], frame, height, light)
    _water(pixels, x, y, turn, light)
    close = (slice(shore, None), slice(round(0.15 * height), round(0.45 * height)))
    _buoy(pixels[close], x[close], y[close], turn, height, light)
    burn_in(pixels, str(frame))
    return pixels


#: The same harbour three times a day.
evening: Draw = partial(harbour, light=EVENING)
night: Draw = partial(harbour, light=NIGHT)
morning: Draw = partial(harbour, light=MORNING)


@lru_cache(maxsize=2)
def _grid(width: int, height: int) -> "tuple[Floats, Floats]":
    import numpy as np

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return (x + 0.5) / height, (y + 0.5) / height


@lru_cache(maxsize=2)
def _still(width: int, height: int, hue: float, light: Light) -> "Floats":
    """What does not move: sky, clouds, stars, headlands, lighthouse."""
    import numpy as np

    x, y = _grid(width, height)
    pixels = np.ones((height, width, 5), np.float32)
    pixels[..., :3] = _sky(x, y, hue, light)
    pixels[..., 4] = 10_000.0
    coast = 0.555 - 0.035 * np.exp(-(((x - 0.15) / 0.22) ** 2)) + 0.008 * np.sin(9 * x) + 0.004 * np.sin(31 * x)
    hills = 0.592 - 0.05 * np.exp(-(((x - 1.62) / 0.25) ** 2)) - 0.012 * np.sin(5 * x) + 0.005 * np.sin(23 * x)
    stones = 0.010 * np.sin(37 * x) * np.exp(-(((x - 1.5) / 0.2) ** 2))
    rock = 0.615 - 0.10 * np.exp(-(((x - 1.47) / 0.16) ** 4)) + stones
    for crest, haze, depth in ((coast, 0.45, 5000), (hills, 0.18, 2500), (rock, 0.0, 600)):
        colour = _colour((haze, light.horizon), (1 - haze, light.land))
        _cover(pixels, (y - crest) * height, colour, depth)
    _tower(pixels, x, y, light)
    return pixels


def _sky(x: "Floats", y: "Floats", hue: float, light: Light) -> "Floats":
    import numpy as np

    height, width = y.shape
    down = np.clip(y / _HORIZON, 0, 1)[..., None]
    low, high = np.clip((down - 0.5) * 2, 0, 1) ** 1.6, np.clip(down * 2, 0, 1)
    sky = np.array(light.zenith) * (1 - high) + np.array(light.middle) * high
    sky = sky * (1 - low) + np.array(light.horizon) * low
    sun_x, sun_y = light.sun_at
    distance = np.hypot(x - sun_x, y - sun_y)[..., None]
    sun = np.array(light.sun)
    wisps = _noise(height, width, 3, 14, 11)
    wide = np.roll(_noise(height, width, 2, 5, 12), round(hue * width), axis=1)
    cloud = np.clip((0.55 * wide + 0.45 * wisps - 0.42) * 3, 0, 1) * np.clip(1.25 - np.abs(y - 0.3) * 2.2, 0, 1)
    lit = 0.35 * np.array(light.horizon) + 0.05 * sun * np.exp(-distance / 0.28) + 0.25 * np.array(light.zenith)
    sky = sky + 0.10 * sun * np.exp(-distance / 0.10) + 0.03 * sun * np.exp(-distance / 0.42)
    share = (light.clouds * cloud)[..., None]
    sky = sky * (1 - share) + lit * share
    if light.stars:
        draws = np.random.default_rng(7).random((height, width))
        sky += (light.stars * np.clip((draws - 0.9985) * 700, 0, 1) * (1 - down[..., 0]))[..., None]
    disc = np.clip((light.sun_radius - distance) * height / 1.5, 0, 1)
    return np.asarray(sky * (1 - disc) + sun * disc, np.float32)


@lru_cache(maxsize=4)
def _noise(height: int, width: int, across: int, down: int, start: int) -> "Floats":
    """Smooth noise 0-1 of four octaves; `across` and `down` are the cells of the coarsest."""
    import numpy as np

    draws = np.random.default_rng(start)
    total, weight = np.zeros((height, width), np.float32), 0.5
    for octave in range(4):
        cells = draws.random((down * 2**octave + 2, across * 2**octave + 2)).astype(np.float32)
        rows, columns = np.linspace(0, cells.shape[0] - 1.001, height), np.linspace(0, cells.shape[1] - 1.001, width)
        top, left = rows.astype(int), columns.astype(int)
        v, u = rows - top, columns - left
        v, u = (v * v * (3 - 2 * v))[:, None], (u * u * (3 - 2 * u))[None, :]
        upper = cells[top][:, left] * (1 - u) + cells[top][:, left + 1] * u
        lower = cells[top + 1][:, left] * (1 - u) + cells[top + 1][:, left + 1] * u
        total += weight * (upper * (1 - v) + lower * v)
        weight /= 2
    smooth: Floats = total / np.float32(0.9375)
    return smooth


def _colour(*parts: tuple[float, Colour]) -> "Floats":
    """The sum of weighted colours, in float32, which keeps the pictures in it."""
    import numpy as np

    return np.array([sum(weight * colour[i] for weight, colour in parts) for i in range(3)], np.float32)


def _cover(pixels: "Floats", inside: "Floats", colour: "NDArray[np.floating]", depth: float) -> None:
    """Lay a colour over the pixels, as far as each is `inside` (in pixels from its edge)."""
    import numpy as np

    share = np.clip(inside + 0.5, 0, 1)[..., None]
    pixels[..., :3] = pixels[..., :3] * (1 - share) + colour * share
    pixels[..., 4] = np.where(share[..., 0] > 0.5, depth, pixels[..., 4])


def _tower(pixels: "Floats", x: "Floats", y: "Floats", light: Light) -> None:
    """The lighthouse: white with red bands, lit from the side of the sun, a gallery, a lantern and a roof."""
    import numpy as np

    height = pixels.shape[0]
    ambient, sun = _colour((1, light.middle), (0.25, light.horizon)), _colour((1, light.sun))
    half = 0.021 + 0.026 * np.clip((y - 0.27) / 0.26, 0, 1)
    across = np.clip((x - _TOWER_X) / half, -1, 1)
    bands = (np.floor((y - 0.27) / 0.052) % 2 > 0)[..., None]
    paint = np.where(bands, (0.55, 0.05, 0.04), (0.75, 0.73, 0.70))
    facing = np.clip(-0.75 * across + 0.66 * np.sqrt(np.clip(1 - across**2, 0, 1)), 0, 1)[..., None]
    shade = paint * (0.55 * ambient + 0.055 * sun * facing)
    _cover(pixels, np.minimum(half - np.abs(x - _TOWER_X), np.minimum(y - 0.27, 0.545 - y)) * height, shade, 600)
    dark = _colour((0.8, light.land))
    for half_width, top, bottom in ((0.034, 0.262, 0.272), (0.003, 0.165, 0.21)):
        box = np.minimum(half_width - np.abs(x - _TOWER_X), np.minimum(y - top, bottom - y))
        _cover(pixels, box * height, dark, 600)
    glass = np.minimum(0.016 - np.abs(x - _TOWER_X), np.minimum(y - 0.212, 0.262 - y))
    _cover(pixels, glass * height, _colour((0.3 + 2.5 * light.lantern, (1.0, 0.8, 0.45))), 600)
    roof = np.minimum((y - 0.185) * 0.75 - np.abs(x - _TOWER_X), 0.213 - y)
    _cover(pixels, roof * height, _colour((1, (0.30, 0.03, 0.03))) * (ambient + 0.03 * sun), 600)


def _beam(pixels: "Floats", x: "Floats", y: "Floats", turn: float, light: Light) -> None:
    """Two opposite beams that turn about the tower, and the flare when one looks at us."""
    import numpy as np

    away = x - _TOWER_X
    rise = y - _LANTERN_Y
    for towards in (turn, turn + math.pi):
        reach = 1.5 * math.cos(towards)
        along = away / reach if abs(reach) > 0.02 else np.full_like(away, -1)
        width = 0.006 + 0.075 * np.clip(along, 0, 2)
        glow = np.where(along > 0, np.exp(-((rise / width) ** 2)) * np.exp(-2.2 * along) / (1 + 6 * along), 0)
        pixels[..., :3] += (0.55 * light.lantern * glow)[..., None] * _colour((1, (1.0, 0.86, 0.58)))
    distance = np.hypot(away, rise)
    flare = (0.10 + 0.9 * max(0.0, math.sin(turn)) ** 8 + 0.9 * max(0.0, -math.sin(turn)) ** 8) * light.lantern
    halo = flare * (np.exp(-distance / 0.02) + 0.12 * np.exp(-distance / 0.09))
    pixels[..., :3] += halo[..., None] * _colour((1, (1.0, 0.85, 0.6)))


def _boat(pixels: "Floats", x: "Floats", y: "Floats", frame: int, height: int, light: Light) -> None:
    """A sailing boat far out that crosses slowly."""
    import numpy as np

    place = 0.72 + 0.004 * (frame % 96)
    lean = 0.05 * math.sin(2 * math.pi * frame / 40)
    dx, up = x - place - lean * (_HORIZON - y), _HORIZON + 0.004 - y
    cloth = _colour((0.55, light.middle), (0.11, light.horizon), (0.035, light.sun))
    main = np.minimum(np.minimum(dx - 0.002, up - 0.018), (0.118 - up) * 0.42 - dx)
    jib = np.minimum(np.minimum(-dx - 0.002, up - 0.018), (0.104 - up) * 0.36 + dx)
    _cover(pixels, np.maximum(main, jib) * height, cloth, 900)
    hull = np.minimum(np.minimum(up, 0.016 - up), 0.042 + 0.5 * up - np.abs(dx - 0.004))
    _cover(pixels, hull * height, _colour((0.7, light.land)), 900)


def _water(pixels: "Floats", x: "Floats", y: "Floats", turn: float, light: Light) -> None:
    """Below the horizon, what is above it, mirrored in waves that grow towards us."""
    import numpy as np

    height = pixels.shape[0]
    top = round(_HORIZON * height)
    below, across = (y[top:] - _HORIZON), x[top:]
    near = below / (1 - _HORIZON)
    far = 1 / (below + 0.045)
    slope = (
        np.sin(5.2 * far + 9 * across + turn) + 0.7 * np.sin(8.3 * far - 14 * across + 2 * turn)
        + 0.5 * np.sin(13.1 * far + 31 * across - 3 * turn) + 0.35 * np.sin(2.1 * far - 47 * across + 2 * turn)
    )  # fmt: skip
    rows = top - 1 - (below * (0.95 + 0.25 * near) + (0.012 + 0.085 * near) * slope) * height
    columns = np.arange(pixels.shape[1])[None, :] + (0.006 + 0.03 * near) * slope * height
    rows = np.clip(np.round(rows), 0, top - 1).astype(int)
    columns = np.clip(np.round(columns), 0, pixels.shape[1] - 1).astype(int)
    mirrored = np.minimum(pixels[rows, columns, :3], 8.0)
    share = (0.80 - 0.30 * near + 0.06 * slope)[..., None]
    deep = _colour((0.6, light.zenith), (0.08, light.middle))
    pixels[top:, :, :3] = mirrored * share + deep * (1 - share)
    pixels[top:, :, 4] = 1.6 / (below + 0.004)


def _buoy(pixels: "Floats", x: "Floats", y: "Floats", turn: float, height: int, light: Light) -> None:
    """A red buoy close by that rocks, and before it its reflection, which fades and wobbles."""
    import numpy as np

    lean, foot = 0.12 * math.sin(turn), 0.865 + 0.008 * math.sin(2 * turn)
    down = y - foot
    for shape, colour in _buoy_shapes(x - 0.30 + lean * down - 0.012 * np.sin(90 * down + 3 * turn), down, light):
        share = 0.35 * (np.clip(shape * height + 0.5, 0, 1) * np.clip(1 - down / 0.22, 0, 1))[..., None]
        pixels[..., :3] = pixels[..., :3] * (1 - share) + colour * share
    for shape, colour in _buoy_shapes(x - 0.30 + lean * down, -down, light):
        _cover(pixels, shape * height, colour, 4.0)


def _buoy_shapes(dx: "Floats", up: "Floats", light: Light) -> "list[tuple[Floats, Floats]]":
    """Body, cage and lamp around the foot: how far inside each place is, and the colour there."""
    import numpy as np

    body = np.minimum(np.minimum(up + 0.012, 0.075 - up), 0.085 - 0.25 * np.maximum(up - 0.02, 0) - np.abs(dx))
    narrowing = 0.28 * (up - 0.07)
    cage = np.minimum(np.minimum(up - 0.07, 0.20 - up), 0.062 - narrowing - np.abs(dx))
    legs = np.abs(np.abs(dx) - (0.055 - narrowing))
    bars = np.minimum(cage, 0.006 - np.minimum(legs, np.abs(up - 0.14)))
    lamp = 0.020 - np.hypot(dx, up - 0.215)
    facing = np.clip(0.4 + 0.7 * dx / 0.085, 0, 1)[..., None]
    sky = _colour((0.6, light.middle), (0.18, light.horizon))
    red = _colour((1, (0.62, 0.045, 0.03))) * (sky + _colour((0.05, light.sun)) * facing)
    return [(body, red), (bars, red * 0.7), (lamp, _colour((0.4 + light.lantern, (0.2, 2.2, 0.9))))]
