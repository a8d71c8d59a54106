import Foundation
import Testing

/// A command line that cannot work, what it must answer, and how it must end.
struct BadInput: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var message: String

    init(_ arguments: [String], _ status: Int32, _ message: String) {
        self.arguments = arguments
        self.status = status
        self.message = message
    }

    var testDescription: String { arguments.map { String($0.prefix(40)) }.joined(separator: " ") }
}

@Suite("Bad input: a sentence on standard error and an exit code")
struct BadInputTests {
    private static let values: [BadInput] = [
        BadInput(["draft", ""], 2, "The prompt is empty"),
        BadInput(["draft", " \u{1B}\n\t "], 2, "The prompt is empty"),
        BadInput(["draft", "x", "--size", "10x10"], 2, "the nearest is 64x64"),
        BadInput(["draft", "x", "--size", "9000x512"], 2, "the nearest is 8192x512"),
        BadInput(["draft", "x", "--size", "big"], 2, "must be WIDTHxHEIGHT"),
        BadInput(["draft", "x", "--lr-size", "0x0"], 2, "--lr-size 0x0 cannot be used"),
        BadInput(["draft", "x", "--size", "1024x1024", "--lr-size", "512x288"], 2, "these fit: "),
        BadInput(["draft", "x", "--frames", "0"], 2, "the nearest is 1."),
        BadInput(["draft", "x", "--frames=-8"], 2, "the nearest is 1."),
        BadInput(["draft", "x", "--frames", "2000"], 2, "the nearest is 1025"),
        BadInput(["draft", "x", "--fps", "0"], 2, "--fps must be 1.0 to 120.0, is 0.0"),
        BadInput(["draft", "x", "--steps", "0"], 2, "--steps must be 1 to 100, is 0"),
        BadInput(["draft", "x", "--hr-steps", "101"], 2, "--hr-steps must be 1 to 100"),
        BadInput(["draft", "x", "--guidance", "99"], 2, "--guidance must be 0.0 to 30.0"),
        BadInput(["draft", "x", "--guidance", "nan"], 2, "--guidance must be 0.0 to 30.0"),
        BadInput(["draft", "x", "--shift", "0"], 2, "--shift must be 0.1 to 20.0"),
        BadInput(["draft", "x", "--seed", "4294967296"], 2, "0 to 4294967295"),
        BadInput(["draft", "x", "--seed=-1"], 2, "0 to 4294967295"),
        BadInput(["draft", "x", "--precision", "fp8"], 2, "fp32, bf16, int8"),
        BadInput(["draft", "x", "--threads", "0"], 2, "--threads must be 1 to 1024"),
        BadInput(["draft", "x", "--count", "0"], 2, "--count must be 1 to 1000"),
        BadInput(["commit", "fox", "-o", "a.mp4"], 2, "named by its number"),
        BadInput(["presets", "save", "../x"], 2, "must not begin with"),
        BadInput(["presets", "save", "a/b"], 2, "must not contain"),
        BadInput(["presets", "save", ""], 2, "must not be empty"),
        BadInput(["presets", "delete", "nano"], 2, "ships with the program"),
    ]

    private static let files: [BadInput] = [
        BadInput(["draft", "x", "-o", "/no/such/folder/a.mp4"], 6, "does not exist"),
        BadInput(["draft", "x", "-o", "/proc/a.mp4"], 6, "cannot be"),
        BadInput(["draft", "x", "-o", "a.xyz"], 7, ".webm"),
        BadInput(["draft", "x", "-o", "noending"], 7, ".mp4"),
        BadInput(["render", "x", "-o", "/no/such/folder/a.mp4"], 6, "does not exist"),
        BadInput(["commit", "99", "-o", "a.mp4"], 10, "There is no job 99"),
        BadInput(["commit", "last", "-o", "a.mp4"], 10, "There is no draft yet"),
        BadInput(["history", "show", "99"], 10, "There is no job 99"),
        BadInput(["history", "show", "/no/such/file.mp4"], 10, "There is no file"),
        BadInput(["history", "show", "/etc/passwd"], 10, "/etc/passwd"),
        BadInput(["history", "star", "99"], 10, "There is no job 99"),
        BadInput(["draft", "x", "--preset", "nanno"], 11, "Did you mean \"nano\"?"),
        BadInput(["presets", "show", "zzzzzzzz"], 11, "\"turbo2k presets list\""),
        BadInput(["themes", "show", "papper"], 11, "Did you mean \"paper\"?"),
        BadInput(["themes", "check", "/no/such/theme.toml"], 11, "There is no theme"),
    ]

    private static let usage: [BadInput] = [
        BadInput(["drfat", "x"], 64, "Did you mean \"draft\"?"),
        BadInput(["draft"], 64, "prompt"),
        BadInput(["draft", "x", "--bogus"], 64, "--bogus"),
        BadInput(["draft", "x", "--frames", "many"], 64, "many"),
        BadInput(["history", "show"], 64, "what"),
        BadInput(["completions", "tcsh"], 64, "tcsh"),
    ]

    @Test("is refused", arguments: values + files + usage)
    func refused(input: BadInput) throws {
        let program = try Program()
        let takesEngine = ["draft", "commit", "render"].contains(input.arguments[0])
        let engine = takesEngine ? ["--engine", "fake", "--fake-step-ms", "1"] : []
        let run = try program.run(input.arguments + engine)
        #expect(run.status == input.status, "\(run.messages)")
        #expect(run.messages.contains(input.message), "\(run.messages)")
        #expect(run.output == "")
        if input.status != 64 {
            #expect(run.messages.split(separator: "\n").count == 1, "one sentence: \(run.messages)")
            #expect(run.messages.hasPrefix("turbo2k: "))
        }
        #expect(try program.run(["history", "list"]).output == "", "nothing was entered")
    }

    @Test("Escape sequences in prompts, names and options never reach the terminal raw")
    func escapes() throws {
        let program = try Program()
        let evil = "red\u{1B}]0;owned\u{07}\u{1B}[2J\u{9B}31mfox\u{202E}"
        let commands: [[String]] = [
            ["draft", evil] + Program.fake, ["history", "list"], ["history", "show", "1"],
            ["history", "show", "1", "--json"], ["history", "show", "1", "--format", "args"],
            ["history", "show", "1", "--format", "toml"], ["history", "list", "--json"],
            ["draft", "x", "--preset", evil], ["draft", "x", "--seed", evil], ["draft", "x", "--size", evil],
            ["draft", "x", "-o", "/no/\(evil)/a.mp4", "--engine", "fake"], ["history", "show", evil],
            ["themes", "show", evil], ["presets", "save", evil], [evil], ["draft", "x", "--\(evil)"],
        ]
        for command in commands {
            let run = try program.run(command)
            #expect(!run.hasControls, "\(command.map { $0.debugDescription })")
        }
        let shown = try program.run(["history", "show", "1"]).output
        #expect(shown.contains("red]0;owned[2J31mfox<RLO>"))
    }

    @Test("A wrong key in a preset is said with file, line and the nearest key, and the command goes on")
    func presetWarnings() throws {
        let program = try Program()
        try program.write(
            "name = \"odd\"\nbased_on = \"nano-fast\"\n[lr]\nguidence = 2.0\n", to: "config/presets/odd.toml")
        let run = try program.run(["draft", "x", "--engine", "fake", "--fake-step-ms", "1", "--preset", "odd"])
        #expect(run.status == 0)
        #expect(
            run.messages.contains(
                "presets/odd.toml line 4: \"guidence\" is not a known key in [lr] and is ignored. "
                    + "Did you mean \"guidance\"?"))
    }

    @Test("A preset that is not TOML is skipped, and asking for it names file and line")
    func brokenPreset() throws {
        let program = try Program()
        try program.write("name = \"bad\"\n= 3\n", to: "config/presets/bad.toml")
        let run = try program.run(["draft", "x", "--engine", "fake", "--preset", "bad"])
        #expect(run.status == 11)
        #expect(run.messages.contains("presets/bad.toml line 2"))
        #expect(try program.run(["presets", "check", program.path("config/presets/bad.toml")]).status == 11)
    }

    @Test("A damaged settings file is said, and the defaults hold")
    func brokenSettings() throws {
        let program = try Program()
        try program.write("theme = = 1\n", to: "config/config.toml")
        let run = try program.run(["draft", "x"] + Program.fake)
        #expect(run.status == 0)
        #expect(run.messages.contains("config.toml line 1"))
    }

    @Test("A damaged history is moved aside and said")
    func brokenHistory() throws {
        let program = try Program()
        try program.write(String(repeating: "no database ", count: 1000), to: "data/history.db")
        let run = try program.run(["draft", "x"] + Program.fake)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output == "1\n")
        #expect(run.messages.contains("moved to history.db.bad-1"))
    }

    @Test("Too little room on the disk: refused before the start with exit 6, and no job is entered")
    func fullDisk() throws {
        let program = try Program()
        let file = program.path("out.mp4")
        let run = try program.run(["draft", "x", "-o", file, "--fake-disk", "10M"] + Program.fake)
        #expect(run.status == 6, "\(run.messages)")
        #expect(run.messages.contains("10.0 MiB free") && run.messages.contains("history prune"), "\(run.messages)")
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try program.run(["history", "list"]).output == "")
        #expect(try program.run(["draft", "x", "-o", file, "--fake-disk", "1G"] + Program.fake).status == 0)
    }

    @Test("Help and version go to standard output")
    func help() throws {
        let program = try Program()
        let help = try program.run(["--help"])
        #expect(help.status == 0 && help.messages == "")
        for word in ["draft", "commit", "render", "history", "presets", "themes", "models", "doctor", "Exit codes"] {
            #expect(help.output.contains(word), "\(word)")
        }
        let options = try program.run(["render", "--help"]).output
        let names = [
            "--model", "--preset", "--seed", "--size", "--lr-size", "--frames", "--fps", "--steps", "--hr-steps",
            "--guidance", "--hr-guidance", "--negative", "--shift", "--precision", "--threads", "--json", "--quiet",
        ]
        for name in names { #expect(options.contains(name), "\(name)") }
        #expect(try program.run(["--version"]).output.hasPrefix("turbo2k "))
    }
}
