"""Draw the figure of optogenetics.md, and print its table.

python docs/optogenetics.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from trisynapse.circuits.light import Fibre, Train, flux
from trisynapse.circuits.opsins import OPSINS, Opsin
from trisynapse.circuits.quantity import quantity

STEP = 1e-4
COLOURS = dict(zip(OPSINS, plt.get_cmap("Dark2").colors, strict=True))


def course(opsin: Opsin, share: np.ndarray, mw_mm2: float) -> np.ndarray:
    """Return f in steps of 0.1 ms, at a share of an irradiance at the peak."""
    photons = flux(np.array(mw_mm2 * 1e3), float(opsin.wavelength))
    return opsin.open(share[:, None] * photons, STEP)[:, 0]


def told(opsin: Opsin, mw_mm2: float) -> str:
    """Return time to peak, plateau over peak, and time constant of closing."""
    f = course(opsin, (np.arange(10_000) < 5_000) * 1.0, mw_mm2)
    lit, after = f[:5000], f[5000:]
    closing = (after < f[4999] / np.e).argmax() / 10
    # Where the current hardly sags, its largest value comes at no particular time.
    sag = lit[-1] / lit.max()
    peak = f"{lit.argmax() / 10:.3g}" if sag < 0.99 else "–"
    return f"{peak} | {sag:.2f} | {closing:.3g}"


def table() -> None:
    """Print a line of Markdown for each opsin."""
    for name, opsin in OPSINS.items():
        source = next(row.source for row in opsin.table() if row.symbol == "p")
        nm = round(float(opsin.wavelength) * 1e9)
        ends = f"{opsin.g_0} | {opsin.E}"
        row = f"{name} | {source} | {nm} nm | {ends} | {told(opsin, 1)}"
        print(f"| {row} | {told(opsin, 10)} |")


def figure() -> None:
    """Draw the light below a fibre, and currents of all opsins."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False})
    plt.rcParams["axes.spines.right"] = False
    fig, (depth, step, train) = plt.subplots(1, 3, figsize=(12, 3.6))
    z = np.linspace(0, 2e-3, 400)
    points = np.stack([0 * z, 0 * z, z], 1)
    tip = Fibre(z=quantity("0 mm"))
    light = tip.irradiance(10e-3, points) / 1e3
    clear = Fibre(z=tip.z, S=quantity("0 1/mm"), K=quantity("0 1/mm"))
    spread = clear.irradiance(10e-3, points) / 1e3
    aravanis = spread / (1 + 11.2e3 * z)
    depth.semilogy(z * 1e3, light, "C0", label="fibre, Foutz et al. 2012")
    depth.semilogy(z * 1e3, spread, "0.7", label="the cone alone")
    depth.semilogy(z * 1e3, aravanis, "k:", label="Aravanis et al. 2007")
    depth.set(xlabel="depth below the tip, mm", ylabel="mW/mm², 10 mW, 473 nm")
    depth.legend(frameon=False)
    depth.set_title("a  light on the axis", loc="left")

    ms = np.arange(8000) / 10
    one = ((ms >= 50) & (ms < 550)) * 1.0
    many = Train(start=quantity("20 ms"), stop=quantity("1 s")).course(3000, STEP)
    for name, opsin in OPSINS.items():
        step.plot(ms, course(opsin, one, 10), color=COLOURS[name], lw=1.2)
        times = np.arange(3000) / 10
        told = course(opsin, many, 10)
        train.plot(times, told, color=COLOURS[name], lw=1.2, label=name)
    step.set(xlabel="ms", ylabel="open fraction, current over g₀")
    step.axvspan(50, 550, color="0.94", lw=0)
    step.set_title("b  500 ms, 10 mW/mm² at the peak", loc="left")
    train.set(xlabel="ms", ylim=step.get_ylim())
    train.set_title("c  20 Hz, 15 ms", loc="left")
    train.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    fig.tight_layout()
    fig.savefig(Path(__file__).with_suffix(".png"), dpi=130)


if __name__ == "__main__":
    table()
    figure()
