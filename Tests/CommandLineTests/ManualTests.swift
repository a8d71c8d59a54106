import Foundation
import Testing

@Suite("The manual page")
struct ManualTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    @Test("Every command, option, key, file, variable and exit code is in it")
    func contents() throws {
        let run = try program.run(["__manual"])
        #expect(run.status == 0 && run.messages == "", "\(run.messages)")
        let sections = run.lines.filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "KEYS", "FILES", "PRECISION", "ENVIRONMENT",
                "EXIT STATUS", "EXAMPLES",
            ])
        for word in [
            "turbo2k draft <prompt>", "turbo2k history trash <jobs>...", "\\fB\\-\\-lr\\-size\\fR \\fIWxH\\fR",
            "\\fB\\-o\\fR, \\fB\\-\\-output\\fR", "\\fBCtrl\\-G\\fR, \\fBF5\\fR", "\\(ti/.config/turbo2k/config.toml",
            "TURBO2K_HOME", "\\fB130\\fR", "Default: 1.", "\\fBint8\\fR", "\\-\\-hr\\-step\\-cache",
            "turbo2k models quantize <model>",
        ] {
            #expect(run.output.contains(word), "\(word)")
        }
        for hidden in ["fake", "__manual", "/root", "/home"] { #expect(!run.output.contains(hidden), "\(hidden)") }
    }

    @Test("Every argument and option of every command is explained")
    func everythingIsExplained() throws {
        let help = try program.run(["--experimental-dump-help"]).output
        let root = try #require(try JSONSerialization.jsonObject(with: Data(help.utf8)) as? [String: Any])
        #expect(Self.unexplained(try #require(root["command"] as? [String: Any])) == [])
    }

    /// Arguments without a word of help, as `presets check file`; the parser's own `help` explains itself.
    private static func unexplained(_ command: [String: Any]) -> [String] {
        let name = command["commandName"] as? String ?? ""
        guard name != "help" else { return [] }
        let arguments = (command["arguments"] as? [[String: Any]] ?? []).filter {
            $0["shouldDisplay"] as? Bool == true && ($0["abstract"] as? String ?? "").isEmpty
        }
        let below = (command["subcommands"] as? [[String: Any]] ?? []).flatMap(unexplained)
        return (arguments.map { $0["valueName"] as? String ?? "" } + below).map { name + " " + $0 }
    }

    @Test(
        "man renders it without a warning", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/man")))
    func warnings() throws {
        let page = program.path("turbo2k.1")
        try Data(try program.run(["__manual"]).output.utf8).write(to: URL(filePath: page))
        let man = Process()
        let (output, messages) = (Pipe(), Pipe())
        man.executableURL = URL(filePath: "/usr/bin/man")
        man.arguments = ["--warnings", "-l", page]
        man.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"]
        man.standardOutput = output
        man.standardError = messages
        try man.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let warnings = try messages.fileHandleForReading.readToEnd() ?? Data()
        man.waitUntilExit()
        #expect(man.terminationStatus == 0)
        #expect(String(decoding: warnings, as: UTF8.self) == "")
        #expect(String(decoding: text, as: UTF8.self).contains("turbo2k draft <prompt>"))
    }
}
