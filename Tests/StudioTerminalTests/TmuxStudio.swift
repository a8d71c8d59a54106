import Foundation
import Testing

/// The real program in a real terminal: a tmux server of its own, keys sent, screens read. Waiting is by polling.
final class TmuxStudio {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Settings, history, home and output of this run.
    let home: URL
    private var socket = "turbo2k-\(UUID().uuidString.prefix(8))"
    /// Seconds for anything to happen: no machine that works is slower, however many others it works for.
    private static let patience = 240.0

    /// Why these tests cannot run here; nil if they can.
    static let obstacle: String? = {
        if find("tmux") == nil { return "tmux is not installed; the Debian package is called tmux." }
        if binary == nil { return "The program turbo2k does not stand beside the tests; build it first." }
        return nil
    }()

    /// The program beside the test bundle, or the one that `TURBO2K_TEST_BINARY` names.
    static let binary: URL? = {
        if let path = ProcessInfo.processInfo.environment["TURBO2K_TEST_BINARY"], !path.isEmpty {
            return URL(filePath: path)
        }
        var folders = [Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent()]
        if let executable = Bundle.main.executableURL { folders.append(executable.deletingLastPathComponent()) }
        folders += CommandLine.arguments.prefix(1).map { URL(filePath: $0).deletingLastPathComponent() }
        return folders.map { $0.appending(path: "turbo2k") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path(percentEncoded: false)) }
    }()

    private static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether the folder goes with this studio; another's stays.
    private let ownsHome: Bool

    /// In a folder of its own, or in another studio's.
    init(home shared: URL? = nil) throws {
        ownsHome = shared == nil
        home =
            shared
            ?? FileManager.default.temporaryDirectory.appending(path: "turbo2k-ui-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        _ = try? tmux("kill-server")
        if ownsHome { try? FileManager.default.removeItem(at: home) }
    }

    /// What a studio has when a test begins.
    enum Beginning {
        case empty
        case prompt(String)
        /// A draft of that prompt, finished and shown.
        case draft(String)
    }

    /// A studio of its own with the stand-in engine, ready for keys.
    static func opened(
        _ columns: Int = 80, _ rows: Int = 24, with beginning: Beginning = .empty, stepMilliseconds: Int = 20,
        options: String = "", environment: String = ""
    ) throws -> TmuxStudio {
        let studio = try TmuxStudio()
        try studio.open(
            columns, rows, with: beginning, stepMilliseconds: stepMilliseconds, options: options,
            environment: environment)
        return studio
    }

    /// Opens the studio in this home, again perhaps, and waits until it is ready for keys.
    func open(
        _ columns: Int = 80, _ rows: Int = 24, with beginning: Beginning = .empty, stepMilliseconds: Int = 20,
        options: String = "", environment: String = ""
    ) throws {
        try start(
            columns, rows, stepMilliseconds: stepMilliseconds, options: options, environment: environment)
        try see("? help")
        switch beginning {
        case .empty: break
        case .prompt(let text): try type(text)
        case .draft(let text):
            try type(text)
            try key("Enter")
            try see("draft 1 saved")
        }
    }

    /// A shell in the terminal, for tests of what the studio leaves behind.
    static func shell(_ columns: Int = 80, _ rows: Int = 24) throws -> TmuxStudio {
        let studio = try TmuxStudio()
        try studio.startShell(columns, rows, "env HISTFILE= PS1='ready$ ' bash --norc --noprofile -i")
        try studio.see("ready$")
        return studio
    }

    /// Types a command into the shell.
    func enter(_ command: String) throws {
        try type(command)
        try key("Enter")
    }

    /// Types a command that afterwards says how it ended. A shell between asks: where a program is ended by SIGINT, bash
    /// leaves out the rest of the line.
    func enterForStatus(_ command: String) throws { try enter("clear; sh -c '\(command); echo STATUS=$?.'") }

    /// Waits until that command has ended.
    func exitStatus() throws -> Int32 {
        var status: Int32?
        try wait("the program does not end") {
            status = try screen().firstMatch(of: /STATUS=(\d+)\./).flatMap { Int32($0.1) }
            return status != nil
        }
        return status ?? 0
    }

    /// Opens the studio with the stand-in engine.
    func start(
        _ columns: Int, _ rows: Int, stepMilliseconds: Int = 20, options: String = "", environment: String = ""
    ) throws {
        let command = try command(stepMilliseconds: stepMilliseconds, options: options, environment: environment)
        try startShell(columns, rows, "\(command); echo EXIT=$?; cat")
    }

    func command(stepMilliseconds: Int = 20, options: String = "", environment: String = "") throws -> String {
        try program(
            "--engine fake --fake-step-ms \(stepMilliseconds) --fake-decode-ms 40 \(options)", environment: environment)
    }

    /// The program with this run's files and these arguments, as a shell takes it.
    func program(_ arguments: String, environment: String = "") throws -> String {
        guard let binary = Self.binary else { throw Failure(description: "no program") }
        let variables = "LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=tmux-256color TURBO2K_HOME=\(home.path) HOME=\(home.path)"
        return
            "env -u NO_COLOR -u SSH_CONNECTION -u XDG_RUNTIME_DIR \(variables) \(environment) \(binary.path) \(arguments)"
    }

    /// Ends the terminal, as closing its window does; another can be started with the same home.
    func close() throws {
        try tmux("kill-server")
        socket = "turbo2k-\(UUID().uuidString.prefix(8))"
    }

    func startShell(_ columns: Int, _ rows: Int, _ command: String) throws {
        try Self.spawn([
            "tmux", "-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            // Random keys also name files to write: they land there.
            "-c", home.path, command,
        ])
    }

    /// Starts the server with no signal blocked and no descriptor of ours: Foundation's `Process` would hand on the
    /// mask of a dispatch thread, and the pipe by which it waits for its child.
    private static func spawn(_ words: [String]) throws {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        for descriptor: Int32 in 3...255 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments = words.map { strdup($0) } + [nil]
        var variables =
            ProcessInfo.processInfo.environment.filter { $0.key != "TMUX" }
            .map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        let result = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, &variables)
        guard result == 0 else { throw Failure(description: "tmux: " + String(cString: strerror(result))) }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        guard status == 0 else { throw Failure(description: "tmux ended with \(status)") }
    }

    // MARK: Keys

    func key(_ names: String...) throws { try tmux(["send-keys"] + names) }

    /// Esc in the prompt, which goes to the form. Another key right behind it would make it an Alt key.
    func leavePrompt() throws {
        try key("Escape")
        try see("← → change")
    }

    func type(_ text: String) throws { try tmux("send-keys", "-l", "--", text) }

    func paste(_ text: String) throws {
        try tmux("set-buffer", "--", text)
        try tmux("paste-buffer", "-p")
    }

    func resize(_ columns: Int, _ rows: Int) throws {
        try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    // MARK: The screen

    func screen(withStyles: Bool = false) throws -> String {
        try tmux(["capture-pane", "-p"] + (withStyles ? ["-e"] : []))
    }

    var lines: [String] {
        get throws { try screen().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
    }

    /// A format of tmux, such as `#{cursor_x}`.
    func ask(_ format: String) throws -> String {
        try tmux("display-message", "-p", format).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until the screen contains the words.
    func see(_ words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try wait("not seen: \(words)") { try screen().contains(words) }
    }

    /// Waits until a job has begun that step, or a later one: nobody promises to look in time.
    func seeStep(_ number: Int) throws {
        try wait("step \(number) does not come") {
            try screen().matches(of: /step (\d+)\//).contains { (Int($0.1) ?? 0) >= number }
        }
    }

    /// Waits until the words have gone.
    func gone(_ words: String) throws {
        try wait("still seen: \(words)") { try !screen().contains(words) }
    }

    /// Waits until a condition holds.
    func wait(_ what: String, until condition: () throws -> Bool) throws {
        guard try Self.becomesTrue(condition) else {
            let screen = try screen()
            let last = screen.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
            throw Failure(description: "\(what); the last line is: \(last)\n\(screen)")
        }
    }

    /// Waits for something that is not on tmux's screen.
    func waitOutside(_ what: String, until condition: () throws -> Bool) throws {
        guard try Self.becomesTrue(condition) else { throw Failure(description: "not seen: " + what) }
    }

    func waitOutside(_ what: String, forReport condition: (ScreenFacts) -> Bool) throws {
        try waitOutside(what) { condition(try report()) }
    }

    /// Asks ever more seldom: on a busy machine the asking itself takes time from what is waited for.
    private static func becomesTrue(_ condition: () throws -> Bool) throws -> Bool {
        let end = Date(timeIntervalSinceNow: patience)
        var pause = 0.02
        while Date() < end {
            if try condition() { return true }
            Thread.sleep(forTimeInterval: pause)
            pause = min(pause * 1.2, 0.1)
        }
        return false
    }

    /// Waits until the studio has nothing more to write, and takes the screen.
    func settle(withStyles: Bool = false) throws -> String {
        var last: (screen: String, bytes: Int)?
        for _ in 0..<200 {
            let next = (screen: try screen(withStyles: withStyles), bytes: try report().process.writtenBytes)
            if let last, last == next { return next.screen }
            last = next
            Thread.sleep(forTimeInterval: 0.2)
        }
        throw Failure(description: "the screen does not come to rest\n" + (last?.screen ?? ""))
    }

    // MARK: Processes

    @discardableResult
    func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        let (status, output) = try Self.run("tmux", ["-L", socket] + arguments, environment: [:])
        guard status == 0 else { throw Failure(description: "tmux \(arguments.first ?? "") ends with \(status)") }
        return output
    }

    /// Runs the program without a terminal, with this run's history.
    @discardableResult
    func turbo2k(_ arguments: String...) throws -> (status: Int32, output: String) { try turbo2k(arguments) }

    func turbo2k(_ arguments: [String]) throws -> (status: Int32, output: String) {
        guard let binary = Self.binary else { throw Failure(description: "no program") }
        return try Self.run(
            binary.path, arguments,
            environment: ["TURBO2K_HOME": home.path, "HOME": home.path, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": ""])
    }

    /// What the screen means, from the studio itself. The first frame comes before the socket.
    func report() throws -> ScreenFacts {
        var answer: (status: Int32, output: String) = (1, "")
        try waitOutside("the studio does not say what it shows") {
            answer = try turbo2k("__screen")
            return answer.status == 0
        }
        return try JSONDecoder().decode(ScreenFacts.self, from: Data(answer.output.utf8))
    }

    /// Waits until what the screen means fits.
    func wait(_ what: String, forReport condition: (ScreenFacts) -> Bool) throws {
        try wait(what) { condition(try report()) }
    }

    static func run(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: program.hasPrefix("/") ? program : find(program) ?? program)
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment
        variables["TMUX"] = nil
        process.environment = variables.merging(environment) { _, new in new }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
