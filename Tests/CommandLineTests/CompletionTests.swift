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

    /// What bash offers behind the words, with the script of the program.
    private func offers(_ words: String...) throws -> [String] {
        let script = try program.write(try program.run(["completions", "bash"]).output, to: "functions/_turbo2k")
        let bash = Process()
        let offered = Pipe()
        bash.executableURL = URL(filePath: "/bin/bash")
        bash.arguments =
            [
                "--norc", "-c",
                """
                source "$1"; shift
                COMP_WORDS=("$@" ""); COMP_CWORD=$#; COMP_LINE="$* "; COMP_POINT=${#COMP_LINE}
                _turbo2k "$1" "" "${@: -1}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
                "bash", script, Program.executable.path,
            ] + words
        bash.environment = [
            "TURBO2K_HOME": program.home.path, "TURBO2K_SHARE": Program.repository.path, "PATH": "/usr/bin:/bin",
        ]
        bash.standardInput = FileHandle.nullDevice
        bash.standardOutput = offered
        bash.standardError = offered
        try bash.run()
        let text = String(decoding: try offered.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        bash.waitUntilExit()
        try FileManager.default.removeItem(at: program.home.appending(path: "functions"))
        return text.split(separator: "\n").map(String.init)
    }

    @Test("Presets, themes, models and jobs are offered, and who only asks leaves no files behind")
    func names() throws {
        #expect(try offers("draft", "--preset").contains("nano-fast"))
        #expect(try offers("studio", "--theme").contains("paper"))
        #expect(try offers("draft", "--model") == ["nano"])
        #expect(try offers("config", "where").contains("motion"))
        #expect(try !offers("wait").contains("1"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: program.home.path) == [])
        for _ in 0..<2 { _ = try program.run(["draft", "a fox"] + Program.fake) }
        #expect(try offers("wait").starts(with: ["2", "1"]))
        #expect(try offers("commit").starts(with: ["last", "2", "1"]))
    }

    @Test("What asks for names is told nothing else", arguments: [[], ["wishes"], ["jobs", "more"]])
    func unknownNames(words: [String]) throws {
        let run = try program.run(["__complete"] + words)
        #expect(run.status == 0 && run.output == "" && run.messages == "")
    }

    /// A key press waits for the names, and these libraries take longer to load than all else.
    @Test("Names are told without FFmpeg's libraries, which a clip loads")
    func loadsLittle() throws {
        // The system's loader tells on standard error what it loads.
        let names = try program.run(["__complete", "models"], ["LD_DEBUG": "files"])
        #expect(names.lines == ["nano"] && names.messages.contains("libc.so.6"))
        #expect(!names.messages.contains("libavformat"))
        let draft = try program.run(["draft", "a fox"] + Program.fake, ["LD_DEBUG": "files"])
        #expect(draft.status == 0 && draft.messages.contains("libavformat"))
    }
}
