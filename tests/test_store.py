"""A recording survives its file, and a file is whole or not there."""

import errno
import math
import os
import stat
from dataclasses import replace

import h5py
import numpy as np
import pytest

from trisynapse.simulation import store
from trisynapse.simulation.recording import (
    Arm,
    Measure,
    PopulationInfo,
    Recording,
    Signal,
    Span,
    Spikes,
    Tag,
    Trace,
    Weights,
)
from trisynapse.simulation.store import (
    StoreError,
    check_writable,
    load,
    read_measures,
    save,
)

ABOUT = {
    "command": "trisynapse run fear-conditioning --seed 1 --out Gedächtnis.h5",
    "created": "2026-11-20T12:00:00+00:00",
    "trisynapse_version": "0.1",
    "brian2_version": "2.9.0",
    "numpy_version": "2.3.5",
    "python_version": "3.11.7",
    "platform": "Linux-6.1-x86_64",
    "commit": "0123abc",
}


def weights(early=None, late=None, tagged=None):
    pre = np.array([0, 1, 1, 2], np.uint32)
    post = np.array([1, 0, 2, 2], np.uint32)
    weight = np.array([0.1, 0.2, 0.3, 0.4])
    return Weights(pre, post, weight, early, late, tagged)


def an_arm():
    times = np.array([0.2, 0.2, 50.0, 86_400_000.4])
    return Arm(
        populations={
            "ca3_pyramidal": PopulationInfo(3, "CA3", "pyramidal", "glutamate"),
            "ca3_basket": PopulationInfo(2, "CA3", "basket", "GABA"),
        },
        timeline=(
            Span("conditioning", "episode", 0.0, 0.1, "place A, Strom"),
            Span("a day", "gap", 0.1, 86_400.1, ""),
            Span("recall", "episode", 86_400.1, 86_400.6, "place A"),
        ),
        spikes={
            "ca3_pyramidal": Spikes(times, np.array([2, 0, 1, 2], np.uint32)),
            "ca3_basket": Spikes(np.array([]), np.array([], np.uint32)),
        },
        weights={
            "ca3_pyramidal_to_ca3_pyramidal": {
                "after conditioning": weights(early=np.array([1.0, 1.5, np.nan, 1.0])),
                "after a day": weights(
                    early=np.ones(4),
                    late=np.array([0.0, 0.4, 0.0, 0.0]),
                    tagged=np.array([False, True, False, False]),
                ),
            }
        },
        tags={
            "engram": {
                "ca3_pyramidal": Tag(np.array([0, 2], np.uint32), 0.0, 0.1, "cfos", 4.0)
            }
        },
        behaviour={
            "freezing": Trace(np.array([0.0, 1.0]), np.array([0.0, 0.7])),
            "position": Trace(np.array([0.0, 1.0]), np.array([[0.1, 0.2], [0.3, 0.4]])),
        },
        signals={"lfp": Signal(np.array([0.0, -0.5, 0.25]), 1000.0, 0.0, "mV")},
    )


def a_recording(arms=("paired",), **changes):
    whole = Recording(
        protocol="fear-conditioning",
        circuit="memory",
        seed=1,
        parameters={
            "ca3.tau": {
                "value": "9.5 ms",
                "meaning": "decay — AMPA",
                "source": "Guzmán",
            }
        },
        about=ABOUT,
        arms={name: an_arm() for name in arms},
        measures=(Measure("paired", "freezing", 0.6, "1", 0.4, 0.8, 1, "Liu µ 2012"),),
    )
    return replace(whole, **changes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


@pytest.fixture
def saved(path):
    save(a_recording(), path)
    return path


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("arms", [(), ("paired",), ("paired", "no-shock")])
def test_what_is_saved_is_loaded(path, arms):
    save(a_recording(arms), path)
    assert load(path) == a_recording(arms)


def test_file_may_be_named_in_words(path):
    save(a_recording(), str(path))
    assert load(str(path)) == a_recording()


def test_recording_without_content_is_loaded(path):
    bare = a_recording(arms=(), parameters={}, about={}, measures=())
    bare = replace(bare, arms={"only": Arm(populations={}, timeline=(), spikes={})})
    save(bare, path)
    assert load(path) == bare


def test_label_that_no_population_bears_is_kept(path):
    arm = replace(an_arm(), tags={"engram": {}}, weights={"a_to_b": {}})
    labelled = replace(a_recording(), arms={"paired": arm})
    save(labelled, path)
    assert load(path) == labelled


def test_unknown_notes_about_a_run_are_kept(path):
    noted = a_recording(about={**ABOUT, "cluster": "node 7"})
    save(noted, path)
    assert load(path) == noted


def test_order_of_arms_and_populations_is_kept(path):
    save(a_recording(("paired", "eyfp", "no-shock")), path)
    arms = load(path).arms
    assert list(arms) == ["paired", "eyfp", "no-shock"]
    assert list(arms["eyfp"].populations) == ["ca3_pyramidal", "ca3_basket"]


def test_types_of_arrays_are_kept(saved):
    arm = load(saved).arms["paired"]
    moment = arm.weights["ca3_pyramidal_to_ca3_pyramidal"]["after a day"]
    arrays = [arm.spikes["ca3_basket"].timestamps, moment.pre, moment.tagged]
    assert [array.dtype for array in arrays] == [np.float64, np.uint32, np.bool_]


def test_open_side_of_a_band_stays_open(path):
    band = (Measure("paired", "overlap", 0.3, "1", 0.2, math.nan, 1, "x"),)
    save(a_recording(measures=band), path)
    (measure,) = load(path).measures
    assert (measure.low, math.isnan(measure.high)) == (0.2, True)


def test_state_that_a_rule_has_not_stays_absent(saved):
    moments = load(saved).arms["paired"].weights["ca3_pyramidal_to_ca3_pyramidal"]
    assert moments["after conditioning"].late is None


def test_table_of_measures_is_read_alone(saved):
    assert read_measures(saved) == a_recording().measures


def test_text_longer_than_an_object_header_is_kept(path):
    row = {"value": "1 mV", "meaning": "x" * 100, "source": "y"}
    many = a_recording(parameters={f"symbol_{i}": row for i in range(1000)})
    save(many, path)
    assert load(path) == many


def test_command_line_that_is_no_text_is_saved_all_the_same(path):
    save(a_recording(about={"command": "--out caf\udce9.h5"}), path)
    assert load(path).about == {"command": "--out caf\\udce9.h5"}


def test_root_says_how_the_file_came_about(saved):
    with h5py.File(saved) as file:
        attrs = dict(file.attrs)
    expected = {"format": "trisynapse", "format_version": "1.0", "seed": 1}
    expected |= {"protocol": "fear-conditioning", "circuit": "memory", **ABOUT}
    expected |= {"arm": "paired", "status": "complete"}
    assert {key: attrs.get(key) for key in expected} == expected


def test_file_of_several_arms_says_all(path):
    save(a_recording(("paired", "no-shock")), path)
    with h5py.File(path) as file:
        assert file.attrs["arm"] == "all"


def test_spikes_lie_as_sonata_has_them(saved):
    with h5py.File(saved) as file:
        group = file["paired/spikes/ca3_pyramidal"]
        assert group["timestamps"].dtype == np.float64
        assert group["timestamps"].attrs["units"] == "ms"
        assert group["node_ids"].dtype == np.uint32


def test_sorting_is_an_enumeration(saved):
    with h5py.File(saved) as file:
        attrs = file["paired/spikes/ca3_pyramidal"].attrs
        names = h5py.check_enum_dtype(attrs.get_id("sorting").dtype)
        assert names == {"none": 0, "by_id": 1, "by_time": 2}
        assert attrs["sorting"] == names["by_time"]


def test_spikes_of_the_only_arm_stand_at_the_root(saved):
    with h5py.File(saved) as file:
        assert file["spikes"] == file["paired/spikes"]
        assert isinstance(file.get("spikes", getlink=True), h5py.HardLink)


def test_spikes_of_several_arms_do_not_stand_at_the_root(path):
    save(a_recording(("paired", "no-shock")), path)
    with h5py.File(path) as file:
        assert set(file) == {"paired", "no-shock", "measures"}


def test_file_of_one_arm_has_the_mark_of_sonata(saved):
    with h5py.File(saved) as file:
        assert file.attrs["magic"] == 0x0A7A
        assert file.attrs["version"].tolist() == [0, 1]


def test_libsonata_reads_the_spikes(saved):
    libsonata = pytest.importorskip("libsonata")
    reader = libsonata.SpikeReader(str(saved))
    population = reader["ca3_pyramidal"]
    assert population.sorting == "by_time"
    assert population.get()[:2] == [(2, 0.2), (0, 0.2)]


def test_libsonata_reads_a_silent_population(saved):
    libsonata = pytest.importorskip("libsonata")
    assert libsonata.SpikeReader(str(saved))["ca3_basket"].get() == []


def test_table_of_measures_has_the_columns_of_the_format(saved):
    with h5py.File(saved) as file:
        dtype = file["measures"].dtype
    names = ("arm", "name", "value", "unit", "low", "high", "passes", "source")
    assert dtype.names == names
    texts = [n for n in names if h5py.check_string_dtype(dtype[n])]
    assert texts == ["arm", "name", "unit", "source"]
    assert [dtype[n] for n in ("value", "low", "high")] == [np.float64] * 3
    assert dtype["passes"] == np.int8


def test_text_in_tables_is_utf8_of_any_length(saved):
    with h5py.File(saved) as file:
        info = h5py.check_string_dtype(file["measures"].dtype["source"])
    assert (info.encoding, info.length) == ("utf-8", None)


def test_timeline_has_the_columns_of_the_format(saved):
    with h5py.File(saved) as file:
        timeline = file["paired/timeline"]
        assert timeline.ndim == 1
        assert timeline.dtype.names == ("name", "kind", "start_s", "stop_s", "stimulus")


def test_parts_of_an_arm_bear_the_names_of_the_format(saved):
    with h5py.File(saved) as file:
        arm = file["paired"]
        moment = arm["weights/ca3_pyramidal_to_ca3_pyramidal/after a day"]
        assert set(moment) == {"pre", "post", "weight", "early", "late", "tagged"}
        assert set(arm["behaviour/position"]) == {"t_s", "xy_m"}
        assert set(arm["behaviour/freezing"]) == {"t_s", "freezing"}
        assert set(arm["signals/lfp"].attrs) == {"rate_hz", "start_s", "unit"}
        assert arm["populations/ca3_basket"].attrs["size"] == 2
        assert arm["tags/engram/ca3_pyramidal"].attrs["marker"] == "cfos"


def test_weights_in_millivolts_are_loaded_as_such(path):
    potentials = replace(weights(early=np.ones(4), late=np.zeros(4)), unit="mV")
    arm = replace(an_arm(), weights={"a_to_b": {"before": potentials}})
    save(replace(a_recording(), arms={"paired": arm}), path)
    with h5py.File(path) as file:
        moment = file["paired/weights/a_to_b/before"]
        assert moment["weight"].attrs["units"] == "mV"
        assert moment["early"].attrs["units"] == "1"
    assert load(path).arms["paired"] == arm


def test_potentials_are_not_conductances(path):
    moments = {"nS": weights(), "mV": replace(weights(), unit="mV")}
    assert moments["nS"] != moments["mV"]
    arm = replace(an_arm(), weights={"a_to_b": moments})
    save(replace(a_recording(), arms={"paired": arm}), path)
    assert load(path).arms["paired"].weights == {"a_to_b": moments}


def test_proteins_are_loaded_by_population_and_moment(path):
    level = np.arange(9.0).reshape(3, 3) / 8
    proteins = {
        "ca3_pyramidal": {"before": level, "after a day": level**2},
        "ca3_basket": {"before": np.zeros((3, 2))},
    }
    arm = replace(an_arm(), proteins=proteins)
    save(replace(a_recording(), arms={"paired": arm}), path)
    with h5py.File(path) as file:
        assert file["paired/proteins/ca3_pyramidal/before"].attrs["units"] == "1"
    assert load(path).arms["paired"] == arm
    assert load(path).arms["paired"] != an_arm()


def test_arm_without_proteins_has_none_in_its_file(saved):
    with h5py.File(saved) as file:
        assert "proteins" not in file["paired"]
    assert load(saved).arms["paired"].proteins == {}


def test_synapses_within_some_cells_begin_and_end_on_them():
    inner = weights(late=np.arange(4.0)).within([1, 2])
    assert inner == Weights(
        np.array([1, 2], np.uint32),
        np.array([2, 2], np.uint32),
        np.array([0.3, 0.4]),
        late=np.array([2.0, 3.0]),
    )


def test_synapses_within_all_cells_are_all_of_them():
    all_of_them = weights(np.ones(4), np.zeros(4), np.array([True, False] * 2))
    all_of_them = replace(all_of_them, unit="mV")
    assert all_of_them.within(range(3)) == all_of_them


@pytest.mark.parametrize("cells", [[], [7], [0]])
def test_cells_that_are_not_connected_have_no_synapses_within(cells):
    assert len(weights().within(np.array(cells, np.uint32)).weight) == 0


def test_weights_are_in_nanosiemens(saved):
    with h5py.File(saved) as file:
        moments = file["paired/weights/ca3_pyramidal_to_ca3_pyramidal"]
        assert moments["after a day/weight"].attrs["units"] == "nS"


def test_wiring_that_did_not_change_is_stored_once(path):
    save(a_recording(("paired", "no-shock")), path)
    name = "weights/ca3_pyramidal_to_ca3_pyramidal"
    with h5py.File(path) as file:
        first = file[f"paired/{name}/after conditioning/pre"]
        assert file[f"paired/{name}/after a day/pre"] == first
        assert file[f"no-shock/{name}/after a day/pre"] == first


def test_wiring_that_changed_is_stored_again(path):
    moments = {"before": weights(), "after": weights()}
    moments["after"].pre[0] = 2
    arm = replace(an_arm(), weights={"a_to_b": moments})
    rewired = a_recording(arms=())
    rewired.arms["paired"] = arm
    save(rewired, path)
    assert load(path) == rewired


def test_large_array_is_compressed(path):
    arm = replace(an_arm(), signals={"lfp": Signal(np.zeros(5000), 1e3, 0.0, "mV")})
    save(replace(a_recording(), arms={"paired": arm}), path)
    with h5py.File(path) as file:
        values = file["paired/signals/lfp/values"]
        assert (values.compression, values.compression_opts) == ("gzip", 1)
        assert values.shuffle


def test_file_has_the_permissions_of_any_new_file(saved):
    beside = saved.with_name("plain")
    beside.touch()
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (saved, beside)]
    assert modes[0] == modes[1]


def test_nothing_but_the_file_is_left(saved):
    assert list(saved.parent.iterdir()) == [saved]


def test_existing_file_is_not_overwritten_unasked(saved):
    before = saved.read_bytes()
    with pytest.raises(StoreError, match="exists: give --overwrite .* another --out"):
        save(a_recording(seed=2), saved)
    assert saved.read_bytes() == before


def test_existing_file_is_overwritten_on_demand(saved):
    save(a_recording(seed=2), saved, overwrite=True)
    assert load(saved).seed == 2


@pytest.mark.parametrize("links", [True, False])
def test_file_that_appears_during_a_save_is_not_overwritten(path, monkeypatch, links):
    def no_links(*_):
        raise PermissionError(errno.EPERM, "no hard links")

    monkeypatch.setattr(store.os, "fsync", lambda _: path.write_text("of another run"))
    if not links:
        monkeypatch.setattr(store.os, "link", no_links)
    with pytest.raises(StoreError, match="exists"):
        save(a_recording(), path)
    assert path.read_text() == "of another run"


def test_file_system_without_hard_links_will_do(path, monkeypatch):
    def no_links(*_):
        raise PermissionError(errno.EPERM, "no hard links")

    monkeypatch.setattr(store.os, "link", no_links)
    save(a_recording(), path)
    assert load(path) == a_recording()


def test_full_disk_is_told(path, monkeypatch):
    monkeypatch.setattr(store.os, "fsync", full_disk)
    with pytest.raises(StoreError, match="disk is full: free some space"):
        save(a_recording(), path)


def test_full_disk_leaves_nothing_behind(path, monkeypatch):
    monkeypatch.setattr(store.os, "fsync", full_disk)
    with pytest.raises(StoreError):
        save(a_recording(), path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("accident", ["fsync", "replace"])
def test_interrupted_save_leaves_the_old_file(saved, monkeypatch, accident):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, accident, interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(a_recording(seed=2), saved, overwrite=True)
    assert list(saved.parent.iterdir()) == [saved]
    assert load(saved) == a_recording()


def test_missing_folder_is_told_before_the_work(tmp_path):
    with pytest.raises(StoreError, match="there is no folder .*nowhere: make it"):
        check_writable(tmp_path / "nowhere" / "run.h5")


def test_folder_that_refuses_is_told_before_the_work(path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(store.Path, "touch", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        check_writable(path)


def test_existing_file_is_told_before_the_work(saved):
    with pytest.raises(StoreError, match="exists"):
        check_writable(saved)


def test_existing_file_may_be_overwritten(saved):
    check_writable(saved, overwrite=True)


def test_folder_in_place_of_a_file_is_told_before_the_work(tmp_path):
    with pytest.raises(StoreError, match="give the name of a file"):
        check_writable(tmp_path, overwrite=True)


def test_name_too_long_is_told_before_the_work(tmp_path):
    with pytest.raises(StoreError, match="too long"):
        check_writable(tmp_path / ("x" * 300))


def test_link_to_nowhere_counts_as_a_file(path):
    path.symlink_to("nowhere")
    with pytest.raises(StoreError, match="exists"):
        check_writable(path)


def test_check_leaves_nothing_behind(path):
    check_writable(path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("name", ["spikes", "measures", "a/b", "", "."])
def test_arm_whose_name_the_file_cannot_hold_is_refused(path, name):
    with pytest.raises(StoreError):
        save(a_recording((name,)), path)


def test_note_that_the_file_makes_itself_is_refused(path):
    with pytest.raises(StoreError, match="omit it"):
        save(a_recording(about={"status": "complete"}), path)


def test_missing_file_is_told_with_the_nearest_name(saved):
    with pytest.raises(
        StoreError, match="There is no file .*rum.h5: is .*run.h5 meant"
    ):
        load(saved.with_name("rum.h5"))


def test_folder_cannot_be_loaded(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        load(tmp_path)


@pytest.mark.parametrize("content", ["", "spikes, spikes\n"])
def test_text_file_is_no_hdf5(path, content):
    path.write_text(content)
    with pytest.raises(StoreError, match="is no HDF5 file"):
        load(path)


@pytest.mark.parametrize("lost", [1, 3000])
def test_truncated_file_is_told(saved, lost):
    whole = saved.read_bytes()
    saved.write_bytes(whole[:-lost])
    with pytest.raises(StoreError, match="is cut short"):
        load(saved)


def test_hdf5_file_of_another_program_is_told(path):
    with h5py.File(path, "w") as file:
        file["spikes"] = [1, 2, 3]
    with pytest.raises(StoreError, match="another program"):
        load(path)


def test_newer_format_is_refused(saved):
    with h5py.File(saved, "r+") as file:
        file.attrs["format_version"] = "1.10"
    with pytest.raises(StoreError, match="1.10.* up to 1.0 .* newer trisynapse"):
        load(saved)


@pytest.mark.parametrize("status", [None, "running"])
def test_run_that_was_cut_off_is_to_be_resumed(saved, status):
    with h5py.File(saved, "r+") as file:
        del file.attrs["status"]
        if status:
            file.attrs["status"] = status
    with pytest.raises(StoreError, match="trisynapse resume"):
        load(saved)


def test_file_that_lost_a_part_is_damaged(saved):
    with h5py.File(saved, "r+") as file:
        del file["paired/spikes/ca3_pyramidal/node_ids"]
    with pytest.raises(StoreError, match="is damaged"):
        load(saved)


def test_complaint_is_one_line(path):
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(StoreError) as told:
        load(path)
    assert "\n" not in str(told.value)
