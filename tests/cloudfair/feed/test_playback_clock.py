"""Playback by a clock that is moved by hand: where it stands, and when."""

from __future__ import annotations

from tests.cloudfair.feed.clock import Clock, playback

from cloudfair.feed.playback import Playback


async def shown(playback: Playback) -> tuple[int, int]:
    """Return the place and the moment of the frame of now."""
    frame = await playback.frame(7)
    assert (frame.number, frame.position, frame.ended, playback.is_new) == (7, frame.place + 100, False, False)
    return frame.place, frame.at_ms


async def test_playback_stands_still_until_it_plays_and_never_passes_the_latest_moment(clock: Clock) -> None:
    moving, _ = playback()
    assert (moving.is_new, moving.speed) == (True, None)
    clock.now += 5
    assert (moving.at_ms, moving.is_through, await shown(moving)) == (1_000, False, (2, 1_000))
    moving.play(10.0)
    assert moving.at_ms == 1_000
    clock.now += 0.5
    assert (moving.at_ms, moving.is_through, await shown(moving)) == (6_000, False, (12, 6_000))
    clock.now += 0.4
    assert (moving.at_ms, moving.is_through) == (10_000, True)
    clock.now += 5
    assert (moving.at_ms, moving.is_through) == (10_000, True)
    moving.pause()
    assert (moving.at_ms, moving.is_through, moving.is_new) == (10_000, False, True)


async def test_playback_that_is_moved_goes_on_from_there(clock: Clock) -> None:
    moving, _ = playback()
    moving.play(2.0)
    clock.now += 1
    await shown(moving)
    moving.seek(5_000)
    assert (moving.at_ms, moving.is_new) == (5_000, True)
    clock.now += 1
    assert await shown(moving) == (14, 7_000)
    moving.play(1.0)
    clock.now += 1
    assert moving.at_ms == 8_000
    moving.seek(99_000)
    assert moving.at_ms == 10_000


async def test_pause_shows_the_place_once_more_only_if_it_played(clock: Clock) -> None:
    moving, _ = playback()
    await shown(moving)
    moving.pause()
    assert moving.is_new is False
    moving.play(1.0)
    clock.now += 2
    moving.pause()
    clock.now += 2
    assert (moving.is_new, moving.at_ms) == (True, 3_000)
    moving.pause()
    assert moving.is_new is True


async def test_steps_add_up_and_end_at_both_ends(clock: Clock) -> None:
    moving, _ = playback(1_200)
    assert await shown(moving) == (2, 1_200)
    moving.step(3)
    moving.step(-1)
    assert (moving.is_new, await shown(moving)) == (True, (4, 2_000))
    assert moving.at_ms == 2_000
    for steps, place in ((-9, 0), (2, 2), (99, 20), (-1, 19)):
        moving.step(steps)
        assert await shown(moving) == (place, place * 500)
    moving.seek(1_200)
    moving.step(1)
    moving.seek(1_300)
    assert await shown(moving) == (2, 1_300)
    moving.step(1)
    moving.play(1.0)
    clock.now += 1
    assert await shown(moving) == (4, 2_300)
    moving.step(1)
    clock.now += 1
    assert (moving.speed, await shown(moving)) == (None, (5, 2_500))


async def test_playback_that_begins_at_a_place_shows_that_many_events(clock: Clock) -> None:
    moving, line = playback(2_000, place=3)
    assert moving.is_new is False
    assert (await shown(moving), line.released) == ((3, 1_500), 1)
    moving.play(1.0)
    clock.now += 1
    assert (await shown(moving), line.released) == ((5, 2_500), 1)


async def test_measures_of_a_sent_frame_are_kept_packed(clock: Clock) -> None:
    moving, _ = playback()
    frame = await moving.frame(0)
    sent = moving.packed(frame)
    assert (sent.measures, moving.unpacked(sent)) == ({}, frame)
