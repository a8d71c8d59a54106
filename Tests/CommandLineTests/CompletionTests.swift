import Foundation
import Testing

@Suite("Completion scripts")
struct CompletionTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    /// How each shell loads a script, `$1`, that lies in a folder of its own as `_turbo2k`.
    private static let loading: [(shell: String, words: [String])] = [
        ("bash", ["--norc", "-c", "source \"$1\"", "bash"]),
        (
            "zsh",
            ["-f", "-c", "fpath=(${1:h} $fpath); autoload -Uz compinit; compinit -D -u; autoload +X _turbo2k", "zsh"]
        ),
        ("fish", ["--no-config", "-c", "source $argv[1]"]),
    ]

    @Test("Each shell that is here loads its script without a message", arguments: loading)
    func loads(shell: String, words: [String]) throws {
        let script = try program.write(try program.run(["completions", shell]).output, to: "functions/_turbo2k")
        #expect(try String(contentsOfFile: script, encoding: .utf8).contains("turbo2k"))
        guard let path = ["/usr/bin/", "/bin/"].map({ $0 + shell }).first(where: FileManager.default.isExecutableFile)
        else { return }
        let process = Process()
        let messages = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = words + [script]
        process.environment = ["HOME": program.home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = messages
        process.standardError = messages
        try process.run()
        let said = try messages.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    }

    /// What the script asks for.
    private func offers(_ option: String, _ words: [String]) throws -> [String] {
        let asked =
            ["---completion"] + words.prefix(1) + ["--", option, "\(words.count)", "0", "turbo2k"] + words + [""]
        let run = try program.run(asked, ["SAP_SHELL": "bash", "SAP_SHELL_VERSION": "5"])
        #expect(run.status == 0 && run.messages == "", "\(run.messages)")
        return run.lines
    }

    @Test("Presets, themes, models and jobs are offered, and who only asks leaves no files behind")
    func names() throws {
        #expect(try offers("--preset", ["draft", "--preset"]).contains("nano-fast"))
        #expect(try offers("--theme", ["studio", "--theme"]).contains("paper"))
        #expect(try offers("--model", ["draft", "--model"]) == ["nano"])
        #expect(try offers("positional@0", ["wait"]) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: program.home.path) == [])
        for _ in 0..<2 { _ = try program.run(["draft", "a fox"] + Program.fake) }
        #expect(try offers("positional@0", ["wait"]) == ["2", "1"])
        #expect(try offers("positional@0", ["commit"]) == ["last", "2", "1"])
    }
}
