#!/usr/bin/env python3
"""Times `turbo2k bench` and its peers on the same parts, alternating, and prints ratios of medians.

These machines are shared: an absolute time means little, so each round runs ours and every peer once, one after the other.
A ratio above 1 means that ours is faster. "same" compares equal precisions, "best" the peer's fastest precision.

Needs a Python with torch, ltx-video (pip install --no-deps), diffusers, transformers, einops, safetensors and av; with
openvino and nncf beside them, OpenVINO is a second peer of the 2-billion transformer.

  compare.py --program .build/release/turbo2k [--parts attention,linear] [--rounds 5] [--threads 2] [--layers 2] [--json]
             [--precisions bf16,int8]

The commit's step (hr-step) includes the fusion blocks and injections with ours; PyTorch's class has none. The whole job
(render) is compared with the sum of its evaluations and decodings in PyTorch, without text, features and file.
"""
import argparse
import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # the folder belongs to the repository

import openvino_parts  # noqa: E402
import torch  # noqa: E402
import torch_parts  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "Sources/Generation/Resources/models/nano/ltx-nano.safetensors"
LOW, HIGH = (4, 9, 16), (4, 45, 80)


class Part:
    """One thing to compare: the arguments and the figure of ours, and how the peers make theirs."""

    def __init__(self, figure, arguments, torch_maker, openvino_maker=None):
        self.figure, self.arguments = figure, arguments
        self.torch_maker, self.openvino_maker = torch_maker, openvino_maker

    def peers(self, wanted):
        peers = {("torch", name): run for name, run in self.torch_maker().items()}
        if self.openvino_maker and openvino_parts.AVAILABLE:
            peers.update({("openvino", name): run for name, run in self.openvino_maker().items()})
        return {key: run for key, run in peers.items() if not wanted or key[1] in wanted}


def parts(options):
    checkpoint = str(options.checkpoint)

    def only(figure, make):
        return Part(figure, ["--only", figure], make)

    def synthetic(tokens, latent):
        return Part(
            f"synthetic.ltxv-2b.{tokens}",
            ["--synthetic", "ltxv-2b", "--tokens", str(tokens), "--layers", str(options.layers)],
            lambda: torch_parts.synthetic_step(options.layers, latent),
            lambda: openvino_parts.synthetic_step(options.layers, latent, options.threads))

    return {
        "attention": only("attention.8192x32x64", lambda: torch_parts.attention(32, 8192, 64)),
        "linear": only("linear.2304x2048x8192", lambda: torch_parts.linear(2304, 2048, 8192)),
        "lr-step": only("lr-step", lambda: torch_parts.checkpoint_step(checkpoint, LOW)),
        "hr-step": only("hr-step", lambda: torch_parts.checkpoint_step(checkpoint, HIGH)),
        "2b-1320": synthetic(1320, (4, 15, 22)),
        "2b-3570": synthetic(3570, (7, 17, 30)),
        "lr-decode": only("decode.512x288x25", lambda: torch_parts.decode(checkpoint, LOW)),
        "hr-decode": only("decode.2560x1440x25", lambda: torch_parts.decode(checkpoint, HIGH)),
    }


def ours(options, figure, arguments):
    """Seconds and details of our figure for each precision, from one start of the program."""
    command = [options.program, "bench", "--json", "--threads", str(options.threads), "--runs", str(options.runs)]
    if options.precisions and "--precision" not in arguments:
        command += ["--precision", ",".join(options.precisions)]
    done = subprocess.run(command + arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command + arguments)} failed with {done.returncode}: {done.stderr.strip() or done.stdout}")
    report = json.loads(done.stdout)
    found = {}
    for one in report["measurements"]:
        if one["name"] == figure:
            details = one.get("details", {})
            # With few blocks the peers run as few; the figure itself stands for all of them.
            found[one["precision"]] = (details.get("measured_step_s", one["seconds"]["median_s"]), details)
    if not found:
        sys.exit(f"turbo2k bench has no figure {figure}.")
    return report, found


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(options, part):
    """Medians in seconds by (who, precision) over alternating rounds."""
    peers = part.peers(options.precisions)
    for run in peers.values():
        run()
    samples = {}
    for _ in range(options.rounds):
        time.sleep(0.3)  # the peers' worker threads stop spinning
        _, figures = ours(options, part.figure, part.arguments)
        for precision, (value, _) in figures.items():
            if not options.precisions or precision in options.precisions:
                samples.setdefault(("ours", precision), []).append(value)
        for who, run in peers.items():
            samples.setdefault(who, []).append(seconds(run))
    return {who: statistics.median(values) for who, values in samples.items()}


def rows(name, medians):
    """A row for each of our precisions, with the peers' medians and the ratios."""
    for precision in [precision for who, precision in medians if who == "ours"]:
        mine = medians["ours", precision]
        row = {"part": name, "precision": precision, "ours_s": mine}
        for peer in ("torch", "openvino"):
            theirs = {p: value for (who, p), value in medians.items() if who == peer}
            if not theirs:
                continue
            row.update({f"{peer}_{p}_s": value for p, value in theirs.items()})
            row[f"{peer}_best_over_ours"] = min(theirs.values()) / mine
            if precision in theirs:
                row[f"{peer}_same_over_ours"] = theirs[precision] / mine
        yield row


def render_row(options, medians):
    """The whole job against the peer's evaluations and decodings, from medians of the single parts."""
    def best(name):
        return min(value for (who, _), value in medians[name].items() if who == "torch")
    arguments = ["--only", "job", "--precision", ",".join([*torch_parts.DTYPES, "int8"])]
    if options.coverage is not None:
        arguments += ["--coverage", str(options.coverage)]
    _, figures = ours(options, "job", arguments)
    for precision, (value, details) in figures.items():
        theirs = (details["draft_evaluations"] * best("lr-step") + details["commit_evaluations"] * best("hr-step")
                  + best("lr-decode") + best("hr-decode"))
        yield {"part": "render", "precision": precision, "ours_s": value, "torch_sum_of_parts_s": theirs,
               "torch_best_over_ours": theirs / value}
        # The mean over a real commit, with what its preset leaves out: only a real job shows how much that is.
        step = details["commit_hr_s"] / details["commit_steps"]
        yield {"part": "job-step", "precision": precision, "ours_s": step, "torch_best_over_ours": best("hr-step") / step}


def show(row, as_json):
    if as_json:
        print(json.dumps({key: round(value, 5) if isinstance(value, float) else value for key, value in row.items()}),
              flush=True)
        return
    theirs = "  ".join(f"{key[:-2].replace('_', ' ')} {value:.4g} s" for key, value in row.items()
                       if key.endswith("_s") and key != "ours_s")
    ratios = "  ".join(f"{key.replace('_over_ours', '').replace('_', ' ')} {value:.2f}x" for key, value in row.items()
                       if key.endswith("_over_ours"))
    print(f"{row['part']:10} {row['precision']:5} {row['ours_s']:9.4g} s   {ratios:52} {theirs}", flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/turbo2k"))
    parser.add_argument("--checkpoint", type=pathlib.Path, default=CHECKPOINT)
    parser.add_argument("--parts", default="", help="commas between; all but render by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1, help="timed runs of ours in a round, after one to warm up")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--layers", type=int, default=2, help="blocks of the 2-billion transformer")
    parser.add_argument("--precisions", type=lambda text: text.split(","),
                        help="of ours and the peers, commas between; all by default, of which each peer's best counts")
    parser.add_argument("--coverage", type=float, help="share of attention that the whole job's commit keeps")
    parser.add_argument("--json", action="store_true", help="one object a line")
    return parser.parse_args()


def warn_of_load(threads):
    load = os.getloadavg()[0]
    if load > threads / 2:
        print(f"note: the load is {load:.1f}: other programs are running, so these ratios are not worth quoting",
              file=sys.stderr)


def main():
    options = arguments()
    warn_of_load(options.threads)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    known = parts(options)
    wanted = [name for name in options.parts.split(",") if name] or list(known)
    for name in set(wanted) - set(known) - {"render"}:
        sys.exit(f"There is no part {name}; there are {', '.join([*known, 'render'])}.")
    if "render" in wanted:
        wanted += [name for name in ("lr-step", "hr-step", "lr-decode", "hr-decode") if name not in wanted]
    medians = {}
    for name in wanted:
        if name == "render":
            continue
        medians[name] = compare(options, known[name])
        for row in rows(name, medians[name]):
            show(row, options.json)
        gc.collect()
    if "render" in wanted:
        for row in render_row(options, medians):
            show(row, options.json)


if __name__ == "__main__":
    main()
