import Foundation
import Testing

/// The built program, run as a child process in a home of its own.
final class Program: Sendable {
    /// How a run ended.
    struct Run {
        var status: Int32
        var output: String
        var messages: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// Every line as a JSON object.
        var objects: [[String: Any]] {
            get throws {
                try lines.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    return try #require(object as? [String: Any], "\(line)")
                }
            }
        }

        /// Whether anything could act on a terminal.
        var hasControls: Bool {
            (output + messages).unicodeScalars.contains { scalar in
                (scalar.value < 0x20 && scalar != "\n") || (0x7F..<0xA0).contains(scalar.value)
            }
        }
    }

    let home: URL

    init() throws {
        home = FileManager.default.temporaryDirectory.appending(path: "turbo2k-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        // A test may have taken its own permissions away.
        chmod(home.path, 0o700)
        try? FileManager.default.removeItem(at: home)
    }

    /// The fake engine, fast.
    static let fake = ["--engine", "fake", "--fake-step-ms", "5", "--fake-decode-ms", "5", "--preset", "nano-fast"]

    /// Stands beside the test bundle, wherever that was built.
    static let executable: URL = {
        var folder = URL(filePath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let bundles = Bundle.allBundles.map(\.bundleURL) + [Bundle.main.bundleURL, folder]
        for start in bundles {
            var folder = start
            while folder.pathComponents.count > 1 {
                folder.deleteLastPathComponent()
                let candidate = folder.appending(path: "turbo2k")
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue,
                    FileManager.default.isExecutableFile(atPath: candidate.path)
                {
                    return candidate
                }
            }
        }
        return URL(filePath: "/nonexistent/turbo2k")
    }()

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    func path(_ name: String) -> String { home.appending(path: name).path }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = home.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// Starts the program without waiting for it.
    func start(_ arguments: [String], input: String? = nil, _ more: [String: String] = [:]) throws -> Child {
        try Child(arguments: arguments, environment: environment.merging(more) { $1 }, input: input)
    }

    /// Runs the program to its end.
    @discardableResult
    func run(_ arguments: [String], input: String? = nil, _ more: [String: String] = [:]) throws -> Run {
        try start(arguments, input: input, more).wait()
    }

    private var environment: [String: String] {
        [
            "TURBO2K_HOME": home.path, "TURBO2K_SHARE": Self.repository.path, "HOME": home.path, "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin", "TERM": "dumb",
        ]
    }
}

/// A running program.
final class Child {
    let process = Process()
    private let outputFile: URL
    private let messageFile: URL

    init(arguments: [String], environment: [String: String], input: String?) throws {
        // Files, not pipes: a full pipe would stop the program, and a test reads only at the end.
        let folder = FileManager.default.temporaryDirectory
        outputFile = folder.appending(path: "turbo2k-out-\(UUID().uuidString)")
        messageFile = folder.appending(path: "turbo2k-err-\(UUID().uuidString)")
        try Data().write(to: outputFile)
        try Data().write(to: messageFile)
        process.executableURL = Program.executable
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: messageFile)
        if let input {
            let pipe = Pipe()
            process.standardInput = pipe
            try process.run()
            try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try pipe.fileHandleForWriting.close()
        } else {
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: outputFile)
        try? FileManager.default.removeItem(at: messageFile)
    }

    var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
    var messages: String { (try? String(contentsOf: messageFile, encoding: .utf8)) ?? "" }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until the output holds `text`; false after ten seconds.
    func waitForOutput(_ text: String) -> Bool {
        for _ in 0..<1000 {
            if output.contains(text) { return true }
            if !process.isRunning { return output.contains(text) }
            usleep(10_000)
        }
        return false
    }

    func wait() -> Program.Run {
        process.waitUntilExit()
        let signalled = process.terminationReason == .uncaughtSignal
        return Program.Run(
            status: signalled ? 128 + process.terminationStatus : process.terminationStatus, output: output,
            messages: messages)
    }
}
