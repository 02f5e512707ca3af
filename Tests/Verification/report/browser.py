"""Looks at report.html as a reader's browser does. Called by scripts/lib/check-report.

Usage: browser.py DIRECTORY RESULTS.json...     the page is DIRECTORY/report.html; screenshots are left beside it
"""
import base64
import json
import pathlib
import shutil
import sys

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTHS = [390, 1280, 1920]
SCHEMES = ["light", "dark"]
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3

LOOK = r"""
const problems = [];
const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
if (wide > room) problems.push(`the page is ${wide} px wide in a window of ${room}`);

function colour(text) {
  const n = text.match(/[\d.]+/g).map(Number);
  return { r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1 };
}
function over(top, below) {
  const mix = (x, y) => x * top.a + y * (1 - top.a);
  return { r: mix(top.r, below.r), g: mix(top.g, below.g), b: mix(top.b, below.b), a: 1 };
}
function luminance(c) {
  const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
}
function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}
function behind(element) {
  const layers = [];
  if (element.matches("text.cell")) layers.push(colour(getComputedStyle(element.previousElementSibling).fill));
  for (let e = element; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor);
    if (c.a > 0) layers.push(c);
    if (c.a === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
}
document.querySelectorAll("details").forEach(d => d.open = true);
for (const e of document.querySelectorAll("h1, li, p, figcaption, summary, th, td, code, text")) {
  if (!e.textContent.trim()) continue;
  const style = getComputedStyle(e);
  const ratio = contrast(colour(e.matches("text") ? style.fill : style.color), behind(e));
  if (ratio < LEAST) problems.push(`contrast ${ratio.toFixed(2)} of '${e.textContent.trim().slice(0, 40)}'`);
}
document.querySelectorAll("details").forEach(d => d.open = false);

for (const figure of document.querySelectorAll("figure")) {
  const title = figure.querySelector("figcaption").textContent;
  const frame = figure.getBoundingClientRect();
  const texts = [...figure.querySelectorAll("figure > svg text")].map(t => [t, t.getBoundingClientRect()]);
  texts.forEach(([t, box], i) => {
    const name = t.textContent;
    if (box.left < frame.left || box.right > frame.right) problems.push(`'${name}' is cut off in '${title}'`);
    for (const [u, other] of texts.slice(i + 1)) {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      // Line boxes are higher than their letters.
      if (across > 1 && down > 0.35 * box.height) problems.push(`'${name}' lies on '${u.textContent}' in '${title}'`);
    }
  });
  if (!figure.querySelector("tbody tr")) problems.push(`no table below '${title}'`);
  if (!figure.querySelector("code").textContent.startsWith("swift run")) problems.push(`no command below '${title}'`);
}
const count = selector => document.querySelectorAll("figure > svg " + selector).length;
return { problems, bars: count("rect.mark:not(.cell)"), points: count("path.mark"), cells: count("rect.cell") };
"""


def expected(paths):
    """The number of marks that the page must have, counted in the results."""
    bars = points = cells = 0
    reports = []
    for path in paths:
        stored = json.loads(pathlib.Path(path).read_text())
        reports += stored if isinstance(stored, list) else [stored]
    for report in reports:
        if report["settings"]["command"] == "peers":
            usual = ("quiet", "8", 1024)
            bars += sum(r["verified"] and (r["surroundings"], r["payload"], r["capacity"]) == usual
                        for r in report["results"])
            continue
        results = [r for r in report["results"] if "melem_per_s" in r]
        command = report["settings"]["command"]
        if command in ("contention", "pipeline"):
            bars += len(results)
        if command == "idle":
            bars += 2 * len(results)
        if command.startswith("sweep-"):
            points += len(results)
        if command == "latency":
            points += sum(len(r["latency_ns"]["percentiles"]) for r in results)
        if command == "contention":
            least = min(r["batch"] for r in results)
            single = [r for r in results if r["batch"] == least]
            places = [{(r["topology"], max(r["producers"], r["consumers"])) for r in single
                       if r["contender"].startswith(who)} for who in ("ring", "mutex")]
            cells += len(places[0] & places[1])
    return {"bars": bars, "points": points, "cells": cells}


def main():
    directory, results = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    want = expected(results)
    failed = False
    try:
        for scheme in SCHEMES:
            for width in WIDTHS:
                browser.execute_cdp_cmd(
                    "Emulation.setDeviceMetricsOverride",
                    {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600})
                browser.execute_cdp_cmd(
                    "Emulation.setEmulatedMedia",
                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
                browser.get(f"file://{directory}/report.html")
                seen = browser.execute_script(LOOK.replace("LEAST", str(LEAST_CONTRAST)))
                problems = seen.pop("problems") + [
                    f"console: {entry['message']}" for entry in browser.get_log("browser")]
                if seen != want:
                    problems.append(f"the page has {seen}, the results {want}")
                size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
                picture = browser.execute_cdp_cmd(
                    "Page.captureScreenshot",
                    {"captureBeyondViewport": True,
                     "clip": {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}})["data"]
                (directory / f"{width}-{scheme}.png").write_bytes(base64.b64decode(picture))
                for problem in problems:
                    print(f"{width} px, {scheme}: {problem}")
                failed = failed or bool(problems)
    finally:
        browser.quit()
    if failed:
        return 1
    print(f"{len(WIDTHS) * len(SCHEMES)} views of {want['bars']} bars, {want['points']} points and {want['cells']} "
          "cells, nothing amiss")
    return 0


sys.exit(main())
