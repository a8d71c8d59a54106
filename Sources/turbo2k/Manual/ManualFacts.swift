import Foundation
import StudioCore

/// What the manual tells beside the commands: files, environment, examples.
enum ManualFacts {
    /// Paths as they are where no variable moves them.
    static var files: [(path: String, meaning: String)] {
        let paths = StudioPaths(environment: ["HOME": "/home/user"])
        let named: [(URL, String)] = [
            (paths.settingsFile, "Settings; turbo2k config list shows them all."),
            (paths.keysFile, "Your keys, where they are not the usual ones."),
            (paths.presets, "Your presets, a TOML file each; they override the shipped ones of the same name."),
            (paths.themes, "Your themes, a TOML file each."),
            (paths.historyFile, "The history of drafts and clips, an SQLite database."),
            (paths.jobs, "A folder for each job: its latent, its small clip, and its state while it is unfinished."),
            (paths.models, "Your models, a folder each, beside the bundled one."),
            (paths.cache, "What can be computed again."),
            (paths.logFile, "The log."),
        ]
        return named.map { (paths.abbreviating($0), $1) }
    }

    /// What each value of --precision does.
    static let precisions: [(name: String, meaning: String)] = [
        ("fp32", "The reference: nothing is rounded to fewer bits. Slowest, and twice the memory of bf16."),
        (
            "bf16",
            "Weights, inputs and attention in bfloat16, sums in fp32; 56 to 58 dB PSNR against fp32 on the bundled model. "
                + "The default where the CPU multiplies it (AVX-512 BF16); elsewhere slower than fp32."
        ),
        (
            "int8",
            "Weights with a scale for each output and inputs with a scale for each token in 8 bits, attention "
                + "too; the rest as in bf16, or fp32 where the CPU does not multiply that. Fastest, and half the "
                + "weights' memory; drafts at 42 to 52 dB. The default on CPUs with AVX2 and no bf16. The first job "
                + "quantises the weights and keeps them."
        ),
    ]

    static let environment: [(name: String, meaning: String)] = [
        ("TURBO2K_HOME", "A folder for settings, history and all else, instead of the XDG base directories."),
        ("TURBO2K_SHARE", "Where the shipped presets, themes and models are."),
        ("TURBO2K_GRAPHICS", "How pictures are shown, as --graphics says it."),
        ("TURBO2K_PLAIN", "Plain mode, if it is neither empty nor 0."),
        (
            "TURBO2K_REDUCE_MOTION",
            "Nothing moves by itself, if it is neither empty nor 0: clips are four still frames."
        ),
        (
            "TURBO2K_ENCODERS",
            "The only encoders of FFmpeg that count as installed, with commas between them: libx264, libvpx-vp9, ..."
        ),
        (
            "TURBO2K_IN_PROCESS",
            "Jobs run in the program itself, not in the engine's own process, if it is neither empty nor 0."
        ),
        ("TURBO2K_KERNELS", "Caps the instruction set: portable, avx2 or avx512."),
        ("TURBO2K_LOG", "How much is logged: trace, debug, info, notice, warning or error."),
        ("VISUAL, EDITOR", "The editor for the prompt and for the settings."),
        ("NO_COLOR", "No colours, if it is not empty."),
        ("COLORTERM", "truecolor or 24bit: the terminal shows every colour."),
        ("TERM", "The terminal's name."),
        ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "Folders that hold the folder turbo2k."),
        ("XDG_RUNTIME_DIR", "Where the sockets are by which the programs of one user find each other."),
    ]

    static let examples: [(command: String, meaning: String)] = [
        ("turbo2k", "Open the studio."),
        ("turbo2k draft \"a fox crosses a snowy ridge\" --count 3", "Make three drafts and print their numbers."),
        ("turbo2k commit last -o fox.mp4", "Turn the newest draft into the high-resolution clip."),
        (
            "turbo2k render \"a fox\" --seed 7 -o fox.mp4 --json",
            "Both passes in one command; every event is a line of JSON."
        ),
        ("turbo2k resume", "Go on with the newest stopped job."),
        (
            "turbo2k history show fox.mp4 --format args | xargs turbo2k models plan",
            "What the clip's job takes in memory and work."
        ),
    ]
}
